"""Decision tables: every hit policy, what they say, what fired, and what they refuse to say."""

from decimal import Decimal

import pytest

from tests.workflows.dmn.drawing import decision, file, table
from workflows.dmn import FiredRule, read
from workflows.errors import ExpressionFailed, NoRuleMatches, SeveralRulesMatch


def model(rules, **more):
    return read(file(decision("T", table(rules, **more))))


def result(rules, data, **more):
    return model(rules, **more).decide("T", data).result


class TestUnique:
    RULES = [('"x","y"', "<5", '"low"'), ('"x","y"', ">=5", '"high"'), ('not("x","y")', "-", '"other"')]
    COLUMNS = {"inputs": ("kind", "count"), "types": ("string", "number")}

    @pytest.mark.parametrize(
        ("kind", "count", "expected"), [("x", 1, "low"), ("y", 5, "high"), ("z", None, "other")]
    )
    def test_says_the_one_row_that_fits(self, kind, count, expected):
        assert result(self.RULES, {"kind": kind, "count": count}, **self.COLUMNS) == expected

    def test_tells_which_row_fired_and_what_it_saw(self):
        taken = model(self.RULES, **self.COLUMNS).decide("d_T", {"kind": "x", "count": 7})

        assert taken.rules == (
            FiredRule("r2", 2, "row 2", {"kind": "x", "count": Decimal(7)}, {"o": "high"}, "tab"),
        )
        assert taken.inputs == {"kind": "x", "count": Decimal(7)}

    def test_no_row_is_an_incident_with_the_inputs(self):
        with pytest.raises(NoRuleMatches) as failure:
            result(self.RULES, {"kind": "x", "count": None}, **self.COLUMNS)

        assert failure.value.facts["inputs"] == {"kind": "x", "count": None}
        assert failure.value.facts["table"] == "tab"

    def test_two_rows_are_an_incident_with_the_inputs(self):
        with pytest.raises(SeveralRulesMatch) as failure:
            result([("<5", "1"), (">3", "2")], {"a": 4})

        assert failure.value.facts["rules"] == ["r1", "r2"]
        assert failure.value.facts["inputs"] == {"a": 4}

    def test_the_standard_answers_both_with_null(self):
        twice = model([("<5", "1"), (">3", "2")])

        assert twice.evaluate("T", {"a": 4}).result is None
        assert twice.evaluate("T", {"a": 4}).remarks[0]["id"] == "dmn.several_rules"
        assert twice.evaluate("T", {"a": "x"}).result is None

    def test_several_outputs_make_a_context(self):
        assert result([("-", '"r"', "3")], {"a": 1}, outputs=("route", "days")) == {"route": "r", "days": Decimal(3)}


class TestOtherPolicies:
    RULES = [(">= 1", '"b"'), (">= 2", '"a"'), (">= 3", '"b"')]

    @pytest.mark.parametrize(
        ("policy", "value", "expected", "fired"),
        [
            ("FIRST", 3, "b", [1]),
            ("FIRST", 2, "b", [1]),
            ("PRIORITY", 2, "a", [2]),
            ("PRIORITY", 1, "b", [1]),
            ("COLLECT", 3, ["b", "a", "b"], [1, 2, 3]),
            ("COLLECT", 0, [], []),
            ("RULE ORDER", 3, ["b", "a", "b"], [1, 2, 3]),
            ("RULE ORDER", 0, [], []),
            ("OUTPUT ORDER", 3, ["a", "b", "b"], [2, 1, 3]),
        ],
    )
    def test_choose_and_order(self, policy, value, expected, fired):
        taken = model(self.RULES, policy=policy, values=('"a", "b"',)).decide("T", {"a": value})

        assert taken.result == expected
        assert [rule.index for rule in taken.rules] == fired

    def test_priority_weighs_the_columns_in_order(self):
        rules = [("-", '"y"', '"1"'), ("-", '"x"', '"2"'), ("-", '"x"', '"1"')]

        taken = result(rules, {"a": 1}, outputs=("p", "q"), policy="OUTPUT ORDER", values=('"x","y"', '"1","2"'))

        assert [(row["p"], row["q"]) for row in taken] == [("x", "1"), ("x", "2"), ("y", "1")]

    def test_any_agrees_or_is_an_incident(self):
        assert result([("<5", "1"), (">3", "1.0")], {"a": 4}, policy="ANY") == 1
        with pytest.raises(SeveralRulesMatch):
            result([("<5", "1"), (">3", "2")], {"a": 4}, policy="ANY")

    @pytest.mark.parametrize(
        ("aggregation", "value", "expected"),
        [
            ("SUM", 3, 6), ("MIN", 3, 1), ("MAX", 3, 3), ("COUNT", 3, 3), ("SUM", 0, None), ("MIN", 0, None), ("COUNT", 0, 0),
        ],
    )  # fmt: skip
    def test_collect_aggregates(self, aggregation, value, expected):
        rules = [(">= 1", "3"), (">= 2", "1"), (">= 3", "2")]

        assert result(rules, {"a": value}, policy="COLLECT", aggregation=aggregation) == expected

    @pytest.mark.parametrize("aggregation", ["SUM", "MIN", "MAX"])
    def test_aggregating_what_cannot_be_is_null(self, aggregation):
        assert result([("-", "1"), ("-", '"x"')], {"a": 1}, policy="COLLECT", aggregation=aggregation) is None

    def test_sum_of_texts_is_null(self):
        assert result([("-", '"x"'), ("-", '"x"')], {"a": 1}, policy="COLLECT", aggregation="SUM") is None


class TestColumns:
    def test_defaults_answer_when_no_row_fits(self):
        assert result([("1", "2")], {"a": 5}, defaults=("9",)) == 9
        assert result([("1", "2", "3")], {"a": 5}, outputs=("p", "q"), defaults=("9",)) == {"p": Decimal(9), "q": None}

    def test_cells_may_ask_about_the_input_and_other_data(self):
        assert result([('contains(?, word)', "1"), ("-", "2")], {"a": "xyz", "word": "y"}, policy="FIRST") == 1
        assert result([("> limit", "1"), ("-", "2")], {"a": 3, "limit": 5}, policy="FIRST") == 2

    def test_answers_are_expressions(self):
        assert result([("-", "a * 2 + b")], {"a": 3, "b": 1}) == 7

    def test_dates_from_stored_texts_are_dates_where_the_column_says_so(self):
        rules = [('< date("2026-01-01")', '"old"'), ('>= date("2026-01-01")', '"new"')]

        assert result(rules, {"a": "2025-05-01"}, types=("date",)) == "old"
        assert result(rules, {"a": "2026-05-01"}, types=("date",)) == "new"

    ALLOWED = "<inputValues><text>1,2</text></inputValues>"

    def test_values_that_are_not_allowed_are_an_incident(self):
        assert result([("-", "1")], {"a": 2}, more=self.ALLOWED) == 1
        with pytest.raises(ExpressionFailed) as failure:
            result([("-", "1")], {"a": 3}, more=self.ALLOWED)
        assert failure.value.id == "dmn.input_not_allowed"
        assert model([("-", "1")], more=self.ALLOWED).evaluate("T", {"a": 3}).result is None

    def test_answers_of_the_wrong_type_are_an_incident(self):
        wrong = model([("-", '"x"')], out_types=("number",))

        with pytest.raises(ExpressionFailed) as failure:
            wrong.decide("T", {"a": 1})
        assert failure.value.id == "dmn.output_type"
        assert wrong.evaluate("T", {"a": 1}).result is None

    def test_answers_that_are_not_allowed_are_an_incident(self):
        with pytest.raises(ExpressionFailed):
            result([("-", '"z"')], {"a": 1}, values=('"x","y"',))

    def test_a_table_without_inputs_always_answers(self):
        assert result([("1",)], {}, inputs=()) == 1


def test_a_function_among_the_inputs_is_shown_in_an_incident():
    with pytest.raises(NoRuleMatches) as failure:
        result([("1", "1")], {}, inputs=("function(x) x",))

    assert "Function" in failure.value.facts["inputs"]
