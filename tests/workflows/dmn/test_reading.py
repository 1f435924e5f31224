"""What is wrong in a file of decisions is found where it is; what is unwise is said beforehand."""

from pathlib import Path

import pytest

from tests.workflows.dmn.drawing import decision, file, given, literal, needs_input, table
from workflows.dmn import check, read, read_leniently
from workflows.errors import DmnInvalid

BOX = literal("1")
_ROW = '<rule id="r1"><inputEntry><text>1</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>'
_IN = "<input><inputExpression><text>a</text></inputExpression></input>"


def nested(depth):
    return "<context><contextEntry>" * depth + BOX + "</contextEntry></context>" * depth


@pytest.mark.parametrize(
    ("data", "id"),
    [
        (b"no xml", "xml.broken"),
        (b"<!DOCTYPE a><a/>", "xml.doctype"),
        (b"<definitions/>", "dmn.no_definitions"),
        (file().replace(b"definitions", b"other"), "dmn.no_definitions"),
        (file(*(f'<inputData id="i{n}" name="name {n}"/>' for n in range(1200))), "dmn.too_many_names"),
        (file(decision("D", literal("1 +"))), "feel.ends_early"),
        (file(decision("D", table([("1 +", "1")]))), "feel.ends_early"),
        (file(decision("D", table([("1", "1 +")]))), "feel.ends_early"),
        (file(decision("D", table([("1", "1")], inputs=("a +",)))), "feel.ends_early"),
        (file(decision("D", table([("1", "1")], inputs=("",)))), "dmn.no_input"),
        (file(decision("D", table([("1", "1")], outputs=()))), "dmn.no_output"),
        (file(decision("D", table([("1", "1", "2")], outputs=("x", "x")))), "dmn.output_names"),
        (file(decision("D", table([("1",)]))), "dmn.row_length"),
        (file(decision("D", table([("1", "1")], policy="GUESS"))), "dmn.hit_policy"),
        (file(decision("D", table([("1", "1")], policy="FIRST", aggregation="SUM"))), "dmn.aggregation"),
        (file(decision("D", table([("1", "1")], policy="COLLECT", aggregation="AVG"))), "dmn.aggregation"),
        (file(decision("D", table([("1", "1")], types=("colour",)))), "dmn.unknown_type"),
        (file(decision("D", table([("1", "1")], values=("1 +",)))), "feel.ends_early"),
        (file(decision("D", BOX, type="colour")), "dmn.unknown_type"),
        (file('<itemDefinition name="T"><typeRef>colour</typeRef></itemDefinition>'), "dmn.unknown_type"),
        (
            file(
                '<itemDefinition name="T"><typeRef>U</typeRef></itemDefinition>'
                '<itemDefinition name="U"><typeRef>T</typeRef></itemDefinition>'
            ),
            "dmn.type_circle",
        ),
        (file(decision("D", BOX, needs_input("nowhere"))), "dmn.missing_node"),
        (file(decision("D", BOX, '<informationRequirement><requiredDecision href="#d_D"/></informationRequirement>')), "dmn.circle"),
        (file(decision("D", BOX), decision("D", BOX)), "dmn.id_twice"),
        (file(decision("D", nested(40))), "dmn.too_deep"),
        (file(decision("D", '<relation><column name="p"/><row/></relation>')), "dmn.row_length"),
        (file(decision("D", "<list><literalExpression><importedValues/></literalExpression></list>")), "dmn.imported_values"),
        (file(decision("D", '<literalExpression expressionLanguage="urn:python"><text>1</text></literalExpression>')), "dmn.language"),
        (file(decision("D", '<functionDefinition kind="Java"/>')), "feel.external"),
        (file(decision("D", "<mystery/>")), "dmn.unknown_element"),
    ],
)
def test_refuses_with_a_finding(data, id):
    with pytest.raises(DmnInvalid) as refusal:
        read(data, "triage.dmn")

    assert id in [finding.id for finding in refusal.value.findings]
    assert {finding.source for finding in refusal.value.findings} == {"triage.dmn"}


def test_finds_everything_at_once_and_where():
    with pytest.raises(DmnInvalid) as refusal:
        read(file(decision("A", literal("1 +\n*")), decision("B", table([("1", '"x')]))))

    found = {(finding.id, finding.element, finding.line) for finding in refusal.value.findings}
    assert found == {("feel.unexpected", "d_A", 2), ("feel.open_text", "r1", 1)}


def test_a_lenient_reader_goes_on_with_what_is_right():
    model = read_leniently(file(decision("A", literal("1 +")), decision("B", literal("2"))))

    assert [finding.id for finding in model.findings] == ["feel.ends_early"]
    assert (model.evaluate("A", {}).result, model.evaluate("B", {}).result) == (None, 2)


def test_the_language_may_be_named():
    named = '<literalExpression expressionLanguage="https://www.omg.org/spec/DMN/20230324/FEEL/"><text>1</text></literalExpression>'

    assert read(file(decision("D", named))).decide("D", {}).result == 1


def test_rules_without_annotation_may_be_described():
    described = _ROW.replace("<inputEntry>", "<description>why</description><inputEntry>")
    model = read(file(decision("D", f'<decisionTable>{_IN}<output name="o"/>{described}</decisionTable>')))

    assert model.decide("D", {"a": 1}).rules[0].annotation == "why"


def test_names_read_leave_out_what_is_bound_inside():
    boxes = (
        f'<context><contextEntry><variable name="x"/>{literal("out")}</contextEntry>'
        f'<contextEntry><variable name="y"/><for iteratorVariable="i"><in>{literal("many")}</in><return>{literal("i + x")}</return></for>'
        f'</contextEntry><contextEntry><variable name="z"/><filter><in>{literal("y")}</in><match>{literal("item > least")}</match></filter>'
        f"</contextEntry></context>"
    )

    assert read(file(decision("D", boxes))).names_read("D") == {"out", "many", "least"}


class TestCheck:
    def found(self, rules, **more):
        return [(finding.id, finding.element, dict(finding.facts)) for finding in check(read(file(decision("D", table(rules, **more)))))]

    def test_complete_tables_are_quiet(self):
        assert self.found([("true", "-", "1"), ("false", "> 3", "1"), ("false", "<= 3", "1")], inputs=("a", "b"), types=("boolean", "number")) == []

    def test_finds_a_gap_between_numbers(self):
        assert self.found([("< 3", "1"), ("> 3", "1")]) == [("dmn.gap", "tab", {"inputs": {"a": 3}})]

    def test_finds_a_gap_among_combinations(self):
        rules = [('"x"', "< 5", "1"), ('"x"', ">= 5", "1"), ('"y"', "< 5", "1")]

        assert self.found(rules, inputs=("a", "b")) == [("dmn.gap", "tab", {"inputs": {"a": "y", "b": 5}})]

    def test_finds_a_gap_between_days(self):
        rules = [('< date("2026-01-01")', "1"), ('> date("2026-01-01")', "1")]

        assert self.found(rules) == [("dmn.gap", "tab", {"inputs": {"a": "2026-01-01"}})]

    def test_counts_on_the_allowed_values(self):
        allowed = '<inputValues><text>"x","y","z"</text></inputValues>'

        assert self.found([('"x"', "1"), ('"y"', "1")], more=allowed) == [("dmn.gap", "tab", {"inputs": {"a": "z"}})]

    def test_a_default_or_a_list_needs_no_row(self):
        assert self.found([("< 3", "1")], defaults=("2",)) == []
        assert self.found([("< 3", "1")], policy="COLLECT") == []

    def test_finds_rows_that_overlap(self):
        assert self.found([("<= 3", "1"), (">= 3", "1")]) == [("dmn.overlap", "r2", {"rules": [1, 2], "inputs": {"a": 3}})]

    def test_finds_rows_that_are_never_used(self):
        assert self.found([("-", "1"), ("> 3", "1")], policy="FIRST") == [("dmn.unreachable", "r2", {"rule": 2, "by": 1})]
        assert ("dmn.never", "r1", {"rule": 1}) in self.found([("[5..2]", "1"), ("-", "1")])

    def test_finds_answers_of_the_wrong_kind(self):
        assert self.found([("-", "1")], out_types=("string",)) == [("dmn.value_kind", "r1", {"kind": "number", "type": "string"})]

    def test_leaves_alone_what_it_cannot_reckon(self):
        assert self.found([("> limit", "1"), ("? + 1 = 2", "a"), ('date("soon")', "null")]) == []
        assert self.found([("1", "1"), ('"x"', "2")]) == []
        assert self.found([("@\"P1D\"", "1"), ("1 / 0", "2"), ("now()", "3")]) == []

    def test_looks_into_other_boxes(self):
        inner = table([("< 3", "1"), ("> 3", "1")])
        box = f'<context><contextEntry><variable name="t"/>{inner}</contextEntry><contextEntry><list>{BOX}</list></contextEntry></context>'

        assert [finding.id for finding in check(read(file(decision("D", box))))] == ["dmn.gap"]

    def test_says_so_when_a_table_is_too_large(self):
        assert self.found([(str(number), "1") for number in range(400)]) == [("dmn.unchecked", "tab", {"rules": 400})]


class TestSharedTables:
    @pytest.mark.parametrize("name", ["deadlines", "thresholds"])
    def test_are_in_order(self, name):
        model = read(Path(f"bpmn/shared/{name}.dmn").read_bytes(), f"{name}.dmn")

        assert check(model) == []
        assert model.decisions == (name,)

    @pytest.mark.parametrize(
        ("key", "amount", "unit", "rolls", "statutory"),
        [
            ("immediate.handle", 5, "wd", True, False),
            ("complex.handle", 30, "cd", True, True),
            ("voter.list", -20, "cd", False, True),
            ("suggestion.reply", 3, "mo", True, True),
            ("safety.interim", 24, "h", False, False),
            ("assign", 0, "cd", False, False),
        ],
    )
    def test_limits(self, key, amount, unit, rolls, statutory):
        limits = read(Path("bpmn/shared/deadlines.dmn").read_bytes())

        row = limits.decide("deadlines", {"key": key, "area": 330825, "date": "2026-11-25"}).result

        assert (row["amount"], row["unit"], row["rolls"], row["statutory"]) == (amount, unit, rolls, statutory)
        assert row["basis"] and row["version"]

    def test_thresholds(self):
        thresholds = read(Path("bpmn/shared/thresholds.dmn").read_bytes())

        assert thresholds.decide("thresholds", {"key": "rating.dissatisfied", "area": None, "date": None}).result["value"] == 1


def test_a_given_is_no_decision():
    assert read(file(given("x"))).decisions == ()
