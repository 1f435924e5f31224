"""Decisions resting on each other, knowledge models, services, types, and all boxed expressions."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.workflows.dmn.drawing import (
    decision,
    file,
    given,
    literal,
    needs_decision,
    needs_input,
    needs_knowledge,
    table,
)
from workflows.dmn import UnknownDecision, read
from workflows.errors import ExpressionFailed
from workflows.feel import Functions


def knowledge(name, parameters, box, type="", needs=""):
    formal = "".join(f'<formalParameter name="{one}" typeRef="{kind}"/>' for one, kind in parameters)
    typed = f' typeRef="{type}"' if type else ""
    return (
        f'<businessKnowledgeModel id="k_{name}" name="{name}"><variable name="{name}"{typed}/>{needs}'
        f"<encapsulatedLogic>{formal}{box}</encapsulatedLogic></businessKnowledgeModel>"
    )


def only(box, data=None, *more, type=""):
    return read(file(*more, decision("D", box, type=type))).evaluate("D", data or {}).result


class TestGraph:
    CHAIN = file(
        given("Applicant Age", "number"),
        decision("Is adult", literal("Applicant Age >= 18"), needs_input("i_Applicant_Age")),
        decision(
            "Route",
            table([("true", '"open"'), ("false", '"closed"')], inputs=("Is adult",)),
            needs_decision("Is_adult"),
        ),
    )

    def test_decisions_see_those_they_rest_on(self):
        taken = read(self.CHAIN).decide("Route", {"Applicant Age": 20})

        assert taken.result == "open"
        assert taken.required["Is adult"].result is True
        assert [rule.id for rule in taken.rules] == ["r1"]

    def test_names_and_ids_are_known(self):
        model = read(self.CHAIN)

        assert model.decisions == ("d_Is_adult", "d_Route")
        assert model.names_read("Route") == {"Applicant Age"}
        with pytest.raises(UnknownDecision):
            model.decide("Nothing", {})

    def test_input_data_of_the_wrong_type_are_an_incident(self):
        model = read(self.CHAIN)

        with pytest.raises(ExpressionFailed) as failure:
            model.decide("Route", {"Applicant Age": "old"})
        assert failure.value.id == "dmn.input_type"
        assert model.evaluate("Is adult", {"Applicant Age": "old"}).result is None

    def test_each_decision_is_taken_once(self):
        model = read(
            file(
                decision("A", literal("for i in 1..10000 return i")),
                decision("B", literal("A[1]"), needs_decision("A")),
                decision("C", literal("A[2]"), needs_decision("A")),
                decision("E", literal("B + C"), needs_decision("B"), needs_decision("C")),
            )
        )

        assert model.decide("E", {}, fuel=75_000).result == 3
        assert model.names_read("E") == frozenset()

    def test_the_hosts_functions_are_at_hand(self):
        noon = Functions(moment=datetime(2026, 11, 25, 4, tzinfo=UTC))

        assert read(file(decision("D", literal("today()")))).decide("D", {}, noon).result == date(2026, 11, 25)

    @pytest.mark.parametrize("space", ["http://www.omg.org/spec/DMN/20151101/dmn.xsd", "https://www.omg.org/spec/DMN/20191111/MODEL/"])
    def test_older_files_are_read_too(self, space):
        assert read(file(decision("D", literal("1")), space=space)).decide("D", {}).result == 1

    def test_numbers_of_the_host_come_out_as_decimals(self):
        assert read(file(given("x"), decision("D", literal("x"), needs_input("i_x")))).decide("D", {"x": [1, 2.5]}).result == [
            Decimal(1),
            Decimal("2.5"),
        ]


class TestKnowledge:
    SQUARE = knowledge("square", [("n", "number")], literal("n * n"), "number")

    def test_can_be_called_in_an_expression(self):
        model = read(file(self.SQUARE, decision("D", literal("square(3) + square(n: 2)"), needs_knowledge("k_square"))))

        assert model.decide("D", {}).result == 13
        assert model.names_read("D") == frozenset()

    def test_can_be_invoked_as_a_box(self):
        call = f'<invocation>{literal("square")}<binding><parameter name="n"/>{literal("side")}</binding></invocation>'
        model = read(file(self.SQUARE, decision("D", call, needs_knowledge("k_square"))))

        assert model.decide("D", {"side": 4}).result == 16
        assert model.names_read("D") == {"side"}

    @pytest.mark.parametrize("text", ['square("a")', "square(1, 2)", "square(m: 1)"])
    def test_refuses_arguments_that_do_not_fit(self, text):
        assert read(file(self.SQUARE, decision("D", literal(text), needs_knowledge("k_square")))).evaluate("D", {}).result is None

    def test_refuses_to_be_invoked_with_other_names(self):
        call = f'<invocation>{literal("square")}<binding><parameter name="m"/>{literal("1")}</binding></invocation>'

        assert read(file(self.SQUARE, decision("D", call, needs_knowledge("k_square")))).evaluate("D", {}).result is None
        assert only(f'<invocation>{literal("1")}<binding><parameter name="m"/>{literal("1")}</binding></invocation>') is None

    def test_may_rest_on_other_knowledge(self):
        fourth = knowledge("fourth", [("n", "number")], literal("square(square(n))"), needs=needs_knowledge("k_square"))

        assert read(file(self.SQUARE, fourth, decision("D", literal("fourth(2)"), needs_knowledge("k_fourth")))).decide("D", {}).result == 16

    def test_may_be_a_table_whose_rows_are_told(self):
        rated = knowledge("rated", [("a", "number")], table([("<5", '"low"'), (">=5", '"high"')]))
        taken = read(file(rated, decision("D", literal("rated(7)"), needs_knowledge("k_rated")))).decide("D", {})

        assert taken.result == "high"
        assert [rule.id for rule in taken.rules] == ["r2"]

    def test_results_are_brought_into_shape(self):
        assert read(
            file(knowledge("k", [], literal('"x"'), "number"), decision("D", literal("k()"), needs_knowledge("k_k")))
        ).evaluate("D", {}).result is None

    def test_calling_each_other_without_end_is_ended(self):
        loop = knowledge("loop", [("f", "Any")], literal("f(f)"))

        with pytest.raises(ExpressionFailed) as failure:
            read(file(loop, decision("D", literal("loop(loop)"), needs_knowledge("k_loop")))).decide("D", {})

        assert failure.value.id == "feel.calls_too_deep"


class TestService:
    FILE = file(
        given("n", "number"),
        decision("Double", literal("n * 2"), needs_input("i_n")),
        decision("More", literal("Double + 1"), needs_decision("Double")),
        '<decisionService id="s" name="Serve"><variable name="Serve"/><outputDecision href="#d_More"/>'
        '<encapsulatedDecision href="#d_Double"/><inputData href="#i_n"/></decisionService>',
        '<decisionService id="s2" name="Both"><outputDecision href="#d_More"/><outputDecision href="#d_Double"/>'
        '<inputDecision href="#d_Double"/></decisionService>',
        decision("Use", literal("Serve(5)"), needs_knowledge("s")),
        decision("Misuse", literal("Serve(5, 6)"), needs_knowledge("s")),
    )

    def test_answers_with_its_decisions(self):
        model = read(self.FILE)

        assert model.services == ("s", "s2")
        assert model.decide("Serve", {"n": 4}).result == 9
        assert model.decide("Both", {"Double": 10}).result == {"More": Decimal(11), "Double": Decimal(10)}

    def test_can_be_called(self):
        assert read(self.FILE).decide("Use", {}).result == 11
        assert read(self.FILE).evaluate("Misuse", {}).result is None


class TestTypes:
    TYPES = (
        '<itemDefinition name="Grade"><typeRef>string</typeRef><allowedValues><text>"A","B"</text></allowedValues></itemDefinition>',
        '<itemDefinition name="Grades" isCollection="true"><typeRef>Grade</typeRef></itemDefinition>',
        '<itemDefinition name="Person"><itemComponent name="full name"><typeRef>string</typeRef></itemComponent>'
        '<itemComponent name="born"><typeRef>date</typeRef></itemComponent>'
        '<itemComponent name="grade"><typeRef>Grade</typeRef></itemComponent></itemDefinition>',
        '<itemDefinition name="People" isCollection="true"><typeRef>Person</typeRef></itemDefinition>',
        '<itemDefinition name="Few" isCollection="true"><typeRef>number</typeRef><typeConstraint><text>count(?) &lt; 3</text></typeConstraint></itemDefinition>',
        '<itemDefinition name="Fun"><functionItem/></itemDefinition>',
    )

    @pytest.mark.parametrize(
        ("type", "text", "expected"),
        [
            ("number", "1", 1),
            ("number", "[1]", 1),
            ("number", '"x"', None),
            ("string", "null", None),
            ("Grade", '"A"', "A"),
            ("Grade", '"C"', None),
            ("Grades", '["A", "B"]', ["A", "B"]),
            ("Grades", '["A", "C"]', None),
            ("Grades", '"A"', ["A"]),
            ("Few", "[1, 2]", [1, 2]),
            ("Few", "[1, 2, 3]", None),
            ("Any", '"x"', "x"),
            ("feel:number", "1", 1),
        ],
    )
    def test_results_are_brought_into_shape(self, type, text, expected):
        assert only(literal(text), {}, *self.TYPES, type=type) == expected

    def test_stored_texts_become_what_the_type_says(self):
        model = read(file(*self.TYPES, given("people", "People"), decision("D", literal("people[1].born.year"), needs_input("i_people"))))

        assert model.decide("D", {"people": [{"full name": "Li", "born": "1980-01-02", "grade": "A"}]}).result == 1980

    def test_a_text_that_is_no_date_stays_wrong(self):
        model = read(file(given("day", "date"), decision("D", literal("day"), needs_input("i_day"))))

        assert model.decide("D", {"day": "2026-01-02"}).result == date(2026, 1, 2)
        with pytest.raises(ExpressionFailed):
            model.decide("D", {"day": "soon"})

    def test_types_can_be_asked_for_in_expressions(self):
        assert only(literal('{full name: "Li", born: null, grade: "A"} instance of Person'), {}, *self.TYPES) is True
        assert only(literal("(function(x) x) instance of Fun"), {}, *self.TYPES) is True

    def test_names_with_blanks_are_known_from_the_types(self):
        assert only(literal("p.full name"), {"p": {"full name": "Li"}}, *self.TYPES) == "Li"


class TestBoxes:
    def test_context(self):
        entry = '<contextEntry><variable name="{0}" typeRef="number"/>{1}</contextEntry>'
        parts = entry.format("x", literal("1")) + entry.format("y", literal("x + 1")) + entry.format("z", literal('"no"'))

        assert only(f"<context>{parts}</context>") == {"x": 1, "y": 2, "z": None}
        assert only(f"<context>{parts}<contextEntry>{literal('x + y')}</contextEntry></context>") == 3

    def test_list(self):
        assert only(f"<list>{literal('1')}{literal('2')}</list>") == [1, 2]

    def test_relation(self):
        rows = f"<row>{literal('1')}{literal('2')}</row><row>{literal('3')}{literal('4')}</row>"

        assert only(f'<relation><column name="p"/><column name="q"/>{rows}</relation>') == [{"p": 1, "q": 2}, {"p": 3, "q": 4}]

    def test_function(self):
        body = f'<functionDefinition><formalParameter name="x"/>{literal("x + base")}</functionDefinition>'
        parts = f'<contextEntry><variable name="base"/>{literal("5")}</contextEntry><contextEntry><variable name="f"/>{body}</contextEntry>'

        assert only(f"<context>{parts}<contextEntry>{literal('f(1)')}</contextEntry></context>") == 6

    @pytest.mark.parametrize(("condition", "expected"), [("true", 1), ("false", 2), ("null", 2)])
    def test_conditional(self, condition, expected):
        parts = f"<if>{literal(condition)}</if><then>{literal('1')}</then><else>{literal('2')}</else>"

        assert only(f"<conditional>{parts}</conditional>") == expected

    @pytest.mark.parametrize(
        ("source", "match", "expected"),
        [("[1,2,3]", "item > 1", [2, 3]), ("[{x: 1}, {x: 2}]", "x = 2", [{"x": 2}]), ("[5,6]", "2", 6), ("null", "true", []), ("7", "true", [7])],
    )
    def test_filter(self, source, match, expected):
        assert only(f"<filter><in>{literal(source)}</in><match>{literal(match)}</match></filter>") == expected

    @pytest.mark.parametrize(
        ("word", "end", "source", "body", "expected"),
        [
            ("for", "return", "1..3", "x * 2", None),
            ("for", "return", "[1..3]", "x * 2", [2, 4, 6]),
            ("for", "return", "[1,2]", "x + count(partial)", [1, 3]),
            ("for", "return", "null", "x", None),
            ("some", "satisfies", "[1,2]", "x > 1", True),
            ("some", "satisfies", "[1,null]", "x > 1", None),
            ("some", "satisfies", "[]", "x > 1", False),
            ("every", "satisfies", "[1,2]", "x > 1", False),
            ("every", "satisfies", "[2,3]", "x > 1", True),
            ("every", "satisfies", "[2,null]", "x > 1", None),
        ],
    )
    def test_iteration(self, word, end, source, body, expected):
        if source == "1..3":
            source = '["no range".."here"]'
        parts = f"<in>{literal(source)}</in><{end}>{literal(body)}</{end}>"

        assert only(f'<{word} iteratorVariable="x">{parts}</{word}>') == expected

    def test_an_empty_decision_is_null(self):
        assert only("") is None
        assert only("<literalExpression/>") is None

    def test_tables_inside_other_boxes_tell_their_rows(self):
        box = f'<context><contextEntry><variable name="t"/>{table([("1", "2")])}</contextEntry></context>'
        taken = read(file(decision("D", box))).decide("D", {"a": 1})

        assert taken.result == {"t": 2}
        assert taken.rules[0].outputs == {"o": 2}
