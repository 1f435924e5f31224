"""Forms: what is read, what is asked of whom, and what becomes of the answers."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from workflows.errors import FormInvalid
from workflows.feel import Functions
from workflows.form import Form, Problem

WORDS = {"zh": "字", "en": "word"}


def field(key, type, **more):
    return {"key": key, "type": type, "label": WORDS, **more}


def form(*fields, name="sample"):
    return Form.read({"name": name, "title": WORDS, "fields": list(fields)}, "sample.form.json")


def choices(*values, **when):
    return [{"value": value, "label": WORDS, **({"when": when[value]} if value in when else {})} for value in values]


def problems(form, answers, scope=None, **more):
    return {key: [problem.id for problem in found] for key, found in form.check(answers, scope, **more).errors.items()}


class TestRead:
    def test_reads_bytes_and_mappings_alike(self):
        data = {"name": "sample", "title": WORDS, "fields": [field("a", "line", help=WORDS, rows=2)]}

        assert Form.read(json.dumps(data).encode()) == Form.read(data)

    def test_knows_its_fields(self):
        asked = form(field("a", "line"), field("n", "number", required=True), field("o", "organ", many=True, choices_from="units"))

        assert asked.keys == ("a", "n", "o")
        assert asked.field("n").required
        assert [asked.type_of(key) for key in asked.keys] == ["text", "number", "list"]
        assert asked.variable_keys == {"n", "o"}
        with pytest.raises(KeyError):
            asked.type_of("x")

    def test_knows_what_its_expressions_read(self):
        asked = form(
            field("a", "choice", choices=choices("x", x="case.level = 1")),
            field("b", "date", min="today()", max="limit.due", shown_when='a = "x"', default="start"),
            field("r", "rows", fields=[field("c", "line", required_when="flag and d"), field("d", "yes_no")]),
        )

        assert asked.names_read() == {"case", "limit", "start", "flag"}

    @pytest.mark.parametrize("data", [b"{", b"\xff", b"[]", b" " * 300_000, b"[" * 100_000])
    def test_refuses_what_is_no_json_of_ours(self, data):
        with pytest.raises(FormInvalid) as refusal:
            Form.read(data)

        assert [finding.id for finding in refusal.value.findings] == ["form.no_json"]

    @pytest.mark.parametrize(
        ("wrong", "id"),
        [
            ({"name": "1x"}, "form.no_name"),
            ({"name": None}, "form.no_name"),
            ({"title": {"zh": "字"}}, "form.no_words"),
            ({"fields": []}, "form.no_fields"),
            ({"fields": {}}, "form.no_fields"),
            ({"extra": 1}, "form.unknown_attribute"),
            ({"fields": [7]}, "form.bad_key"),
            ({"fields": [field("A b", "line")]}, "form.bad_key"),
            ({"fields": [field("a", "line"), field("a", "text")]}, "form.key_twice"),
            ({"fields": [field("a", "colour")]}, "form.unknown_type"),
            ({"fields": [field("a", "line", colour="red")]}, "form.unknown_attribute"),
            ({"fields": [{"key": "a", "type": "line"}]}, "form.no_words"),
            ({"fields": [field("a", "line", help="no")]}, "form.no_words"),
            ({"fields": [field("a", "line", required="yes")]}, "form.wrong_attribute"),
            ({"fields": [field("a", "line", audience="everybody")]}, "form.wrong_attribute"),
            ({"fields": [field("a", "yes_no", max=3)]}, "form.wrong_attribute"),
            ({"fields": [field("a", "line", max=True)]}, "form.wrong_attribute"),
            ({"fields": [field("a", "line", default=[])]}, "form.wrong_attribute"),
            ({"fields": [field("a", "line", shown_when="1 +")]}, "feel.ends_early"),
            ({"fields": [field("a", "number", min="1 +")]}, "feel.ends_early"),
            ({"fields": [field("a", "line", pattern="(")]}, "form.bad_pattern"),
            ({"fields": [field("a", "number", pattern="a")]}, "form.bad_pattern"),
            ({"fields": [field("a", "line", choices=choices("x"))]}, "form.wrong_attribute"),
            ({"fields": [field("a", "choice")]}, "form.no_choices"),
            ({"fields": [field("a", "choice", choices=[])]}, "form.no_choices"),
            ({"fields": [field("a", "choice", choices=choices("x", "x"))]}, "form.choice_twice"),
            ({"fields": [field("a", "choice", choices=["x"])]}, "form.bad_choice"),
            ({"fields": [field("a", "choice", choices=[{"value": True, "label": WORDS}])]}, "form.bad_choice"),
            ({"fields": [field("a", "organ", choices_from="Drop table")]}, "form.wrong_attribute"),
            ({"fields": [field("a", "rows")]}, "form.no_fields"),
            ({"fields": [field("a", "rows", fields=[field("b", "rows", fields=[field("c", "line")])])]}, "form.unknown_type"),
        ],
    )
    def test_refuses_with_a_finding(self, wrong, id):
        with pytest.raises(FormInvalid) as refusal:
            Form.read({"name": "sample", "title": WORDS, "fields": [field("a", "line")], **wrong}, "sample.form.json")

        assert id in [finding.id for finding in refusal.value.findings]
        assert refusal.value.findings[0].source == "sample.form.json"

    def test_says_where_an_expression_is_wrong(self):
        with pytest.raises(FormInvalid) as refusal:
            form(field("a", "line", shown_when="1 +\n +"))

        finding = refusal.value.findings[0]
        assert (finding.element, finding.line, finding.facts["attribute"]) == ("a", 2, "shown_when")


RIGHT = [
    ("line", " a b ", "a b"),
    ("text", "a\r\nb\t", "a\nb"),
    ("phone", "+86 571-8705", "+86 571-8705"),
    ("contact", "wechat: x", "wechat: x"),
    ("number", "1,000.5", Decimal("1000.5")),
    ("number", 3, Decimal(3)),
    ("money", "12.50", Decimal("12.5")),
    ("date", "2026-11-25", date(2026, 11, 25)),
    ("datetime", "2026-11-25T09:30", datetime(2026, 11, 25, 1, 30, tzinfo=UTC)),
    ("datetime", "2026-11-25 09:30", datetime(2026, 11, 25, 1, 30, tzinfo=UTC)),
    ("datetime", "2026-11-25T09:30:00Z", datetime(2026, 11, 25, 9, 30, tzinfo=UTC)),
    ("yes_no", "true", True),
    ("yes_no", False, False),
    ("organ", "12", 12),
    ("person", 12, 12),
    ("person", Decimal(12), 12),
    ("place", " by the bridge ", "by the bridge"),
    ("place", {"text": "x", "lat": "28.9", "lon": 119}, {"text": "x", "lat": Decimal("28.9"), "lon": Decimal(119)}),
    ("place", {"text": None, "lat": ""}, {"text": ""}),
    ("files", ["f"], ["f"]),
    ("files", "f", ["f"]),
    ("signature", {"name": " Li ", "confirmed": True}, {"name": "Li", "confirmed": True}),
]
WRONG = [
    ("line", 5, "form.not_text"),
    ("line", "a\nb", "form.one_line"),
    ("line", "a\x00", "form.control_letters"),
    ("line", "a" * 201, "form.too_long"),
    ("text", "a" * 4001, "form.too_long"),
    ("phone", "call me", "form.not_a_phone"),
    ("number", "1e5", "form.not_a_number"),
    ("number", "NaN", "form.not_a_number"),
    ("number", True, "form.not_a_number"),
    ("number", [1], "form.not_a_number"),
    ("money", "1.005", "form.not_money"),
    ("date", "25.11.2026", "form.not_a_date"),
    ("date", 5, "form.not_a_date"),
    ("datetime", "tomorrow", "form.not_a_datetime"),
    ("yes_no", "maybe", "form.not_yes_no"),
    ("yes_no", 1, "form.not_yes_no"),
    ("organ", "x", "form.not_a_organ"),
    ("organ", 1.5, "form.not_a_organ"),
    ("person", 0, "form.not_a_person"),
    ("person", True, "form.not_a_person"),
    ("place", 5, "form.not_a_place"),
    ("place", {"text": "x", "z": 1}, "form.not_a_place"),
    ("place", {"text": "x", "lat": 1}, "form.not_a_place"),
    ("place", {"text": "x", "lat": 91, "lon": 1}, "form.not_a_place"),
    ("signature", "Li", "form.unsigned"),
    ("signature", {"name": "Li", "confirmed": False}, "form.unsigned"),
    ("signature", {"name": " ", "confirmed": True}, "form.unsigned"),
]


class TestCheck:
    @pytest.mark.parametrize(("type", "answer", "value"), RIGHT)
    def test_types_an_answer(self, type, answer, value):
        checked = form(field("a", type)).check({"a": answer})

        assert checked.is_right and checked.values == {"a": value}

    @pytest.mark.parametrize(("type", "answer", "id"), WRONG)
    def test_says_what_is_wrong(self, type, answer, id):
        checked = form(field("a", type)).check({"a": answer})

        assert [problem.id for problem in checked.errors["a"]] == [id]
        assert not checked.is_right and "a" not in checked.values

    @pytest.mark.parametrize("blank", [None, "", "   ", [], ()])
    def test_a_required_field_must_be_answered(self, blank):
        assert problems(form(field("a", "line", required=True)), {"a": blank}) == {"a": ["form.required"]}
        assert form(field("a", "line")).check({"a": blank}).values == {"a": None}

    def test_unknown_fields_are_refused(self):
        assert problems(form(field("a", "line"), field("s", "statement")), {"b": 1, "s": "x"}) == {
            "b": ["form.unknown_field"],
            "s": ["form.unknown_field"],
        }

    def test_hidden_fields_are_dropped_with_whatever_they_said(self):
        asked = form(field("route", "line"), field("why", "number", shown_when='route = "refer"', required=True))

        assert asked.check({"route": "keep", "why": "nonsense"}) == asked.check({"route": "keep"})
        assert problems(asked, {"route": "refer"}) == {"why": ["form.required"]}
        assert "why" not in asked.check({"route": "keep", "why": "1"}).values

    def test_a_field_hidden_behind_a_hidden_one_is_hidden_too(self):
        asked = form(field("a", "yes_no"), field("b", "yes_no", shown_when="a"), field("c", "line", shown_when="b", required=True))

        assert asked.check({"a": False, "b": True}).values == {"a": False}

    def test_conditions_see_answers_before_data(self):
        asked = form(field("a", "line", required_when="level = 4"), field("level", "number"))

        assert problems(asked, {}, {"level": 4}) == {}
        assert problems(asked, {"level": 4}, {"level": 3}) == {"a": ["form.required"]}
        assert problems(form(field("a", "line", required_when="level = 4")), {}, {"level": 4}) == {"a": ["form.required"]}

    @pytest.mark.parametrize(
        ("type", "bounds", "answer", "id"),
        [
            ("line", {"min": 3}, "ab", "form.too_short"),
            ("line", {"max": 3}, "履职平台", "form.too_long"),
            ("text", {"max": 5000}, "a" * 4500, None),
            ("number", {"min": 1}, 0, "form.too_small"),
            ("number", {"max": 1.5}, 2, "form.too_large"),
            ("number", {"max": "1 + 1"}, 3, "form.too_large"),
            ("number", {"max": "missing"}, 3, None),
            ("date", {"min": '@"2026-01-01"'}, "2025-12-31", "form.too_early"),
            ("date", {"max": '"2026-01-01"'}, "2026-01-02", "form.too_late"),
            ("date", {"max": "5"}, "2026-01-02", None),
            ("datetime", {"max": '@"2026-01-01T00:00:00Z"'}, "2026-01-02T00:00", "form.too_late"),
            ("files", {"max": 1}, ["a", "b"], "form.too_many"),
            ("organ", {"max": 1, "many": True}, [1, 2], "form.too_many"),
            ("organ", {"min": 2, "many": True}, ["1"], "form.too_few"),
            ("organ", {"many": True}, ["1", 1], "form.twice"),
            ("organ", {"many": True}, list(range(1, 600)), "form.too_many"),
            ("place", {"max": 3}, {"text": "four"}, None),
        ],
    )
    def test_bounds(self, type, bounds, answer, id):
        assert problems(form(field("a", type, **bounds)), {"a": answer}) == ({} if id is None else {"a": [id]})

    def test_bounds_may_follow_the_clock(self):
        asked = form(field("a", "date", min="today()"))
        noon = Functions(moment=datetime(2026, 11, 25, 4, tzinfo=UTC))

        assert problems(asked, {"a": "2026-11-24"}, functions=noon) == {"a": ["form.too_early"]}
        assert problems(asked, {"a": "2026-11-24"}) == {"a": ["form.expression"]}

    def test_patterns_hold_for_the_whole(self):
        asked = form(field("a", "line", pattern="[A-Z]{2}[0-9]+"))

        assert problems(asked, {"a": "CI42"}) == {}
        assert problems(asked, {"a": "CI42 "}) == {}
        assert problems(asked, {"a": "xCI42"}) == {"a": ["form.pattern"]}

    def test_a_pattern_cannot_hold_up_the_house(self):
        assert problems(form(field("a", "line", pattern="(a*)*\\1b")), {"a": "a" * 190}) == {"a": ["form.expression"]}

    def test_choices(self):
        asked = form(
            field("route", "choice", choices=choices("answer", "raise", **{"raise": "case.level > 1"})),
            field("kinds", "choices", choices=choices("x", "y")),
            field("stars", "choice", choices=choices(1, 2)),
        )
        county = {"case": {"level": 4}}

        assert asked.check({"route": "raise", "kinds": ["y", "x"], "stars": "2"}, county).values == {
            "route": "raise", "kinds": ["y", "x"], "stars": 2,
        }  # fmt: skip
        assert problems(asked, {"route": "raise"}, {"case": {"level": 1}}) == {"route": ["form.not_a_choice"]}
        assert problems(asked, {"route": "other", "kinds": ["x", "z"]}, county) == {
            "route": ["form.not_a_choice"], "kinds": ["form.not_a_choice"],
        }  # fmt: skip
        assert problems(asked, {"kinds": ["x", "x"], "route": ["answer"], "stars": {}}) == {
            "kinds": ["form.twice"], "route": ["form.not_a_choice"], "stars": ["form.not_a_choice"],
        }  # fmt: skip
        assert asked.check({"kinds": "x"}).values["kinds"] == ["x"]

    def test_choices_that_come_from_elsewhere(self):
        asked = form(field("unit", "organ", choices_from="units"))

        assert asked.check({"unit": "7"}, options={"unit": [(7, "seven"), (8, "eight")]}).values == {"unit": 7}
        assert problems(asked, {"unit": 9}, options={"unit": [7, 8]}) == {"unit": ["form.not_a_choice"]}
        assert problems(asked, {"unit": 9}) == {}

    def test_rows(self):
        asked = form(
            field("total", "number"),
            field(
                "parts", "rows", min=1, max=2,
                fields=[field("name", "line", required=True), field("due", "date"), field("share", "number", max="total")],
            ),
        )  # fmt: skip

        checked = asked.check({"total": 5, "parts": [{"name": "a", "due": "2026-11-25", "share": 4}]})
        assert checked.values["parts"] == [{"name": "a", "due": date(2026, 11, 25), "share": 4}]
        assert problems(asked, {"parts": [{"name": "a"}] * 3}) == {"parts": ["form.too_many"]}
        assert problems(asked, {"parts": "x"}) == {"parts": ["form.no_rows"]}
        assert problems(asked, {"parts": [{}] * 101}) == {"parts": ["form.too_many"]}
        assert asked.check({"total": 5, "parts": [{"name": "a"}, {"share": 6, "x": 1}]}).errors["parts"] == [
            Problem("form.unknown_field", {"key": "x"}, 1, "x"),
            Problem("form.required", {}, 1, "name"),
            Problem("form.too_large", {"max": "5", "count": "6", "length": "6"}, 1, "share"),
        ]


class TestResolved:
    def test_works_out_what_somebody_sees(self):
        asked = form(
            field("n", "number", max="limit", default="limit - 1"),
            field("route", "choice", choices=choices("a", "b", "c", b="level = 1", c="n > 3")),
            field("r", "rows", fields=[field("d", "date", min="today()")]),
        )

        seen = asked.resolved({"limit": 5, "level": 2}, Functions(moment=datetime(2026, 11, 25, 4, tzinfo=UTC)))

        assert (seen.field("n").max, seen.field("n").default_value) == (5, 4)
        assert [choice.value for choice in seen.field("route").choices] == ["a", "c"]
        assert seen.field("r").fields[0].min == date(2026, 11, 25)

    def test_leaves_empty_what_cannot_be_worked_out(self):
        assert form(field("d", "date", min="today()")).resolved({}).field("d").min is None


class TestVariables:
    ASKED = form(
        field("route", "choice", choices=choices("x")),
        field("why", "text"),
        field("title", "line"),
        field("code", "line", variable=True),
        field("secret", "number", variable=False),
        field("until", "date"),
        field("at", "datetime"),
        field("sum", "money"),
        field("phone", "phone"),
        field("proof", "files"),
        field("parts", "rows", fields=[field("name", "line", variable=True), field("due", "date"), field("note", "text")]),
        field("unit", "organ"),
    )
    ANSWERS = {
        "route": "x", "why": "because", "title": "t", "code": "c", "secret": 1, "until": "2026-11-25", "at": "2026-11-25T09:30",
        "sum": "0.5", "phone": "12345678", "proof": ["f"], "parts": [{"name": "a", "due": "2026-11-26", "note": "n"}],
    }  # fmt: skip

    def test_hold_no_free_text_and_no_contacts(self):
        variables = self.ASKED.variables(self.ASKED.check(self.ANSWERS).values)

        assert variables == {
            "route": "x", "code": "c", "until": "2026-11-25", "at": "2026-11-25T01:30:00+00:00", "sum": 0.5,
            "parts": [{"name": "a", "due": "2026-11-26"}], "unit": None,
        }  # fmt: skip
        assert json.loads(json.dumps(variables)) == variables

    def test_become_typed_again_when_they_are_loaded(self):
        variables = self.ASKED.variables(self.ASKED.check(self.ANSWERS).values)

        typed = self.ASKED.typed({**variables, "later": "kept"})

        assert typed["until"] == date(2026, 11, 25)
        assert typed["at"] == datetime(2026, 11, 25, 1, 30, tzinfo=UTC)
        assert typed["sum"] == Decimal("0.5")
        assert typed["parts"] == [{"name": "a", "due": date(2026, 11, 26)}]
        assert (typed["unit"], typed["later"]) == (None, "kept")

    def test_rows_that_were_not_answered_are_empty(self):
        assert self.ASKED.variables({"parts": None}) == {"parts": []}
