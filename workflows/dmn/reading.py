"""From the XML of a file to boxes: decision tables and the other boxed expressions.

What cannot be read becomes a finding at its element; reading goes on, so that an author sees all at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lxml import etree

from workflows.dmn import boxed
from workflows.dmn.table import AGGREGATIONS, HIT_POLICIES, Input, Output, Rule, Table
from workflows.dmn.types import ANYTHING, Type, local_name, simple
from workflows.errors import FeelInvalid, Finding
from workflows.feel.expression import Dialect, Expression
from workflows.feel.expression import compile as compile_feel

Element = etree._Element
_DEEPEST = 25


def children(element: Element | None, *names: str) -> list[Element]:
    """Return the direct children of these local names, or all child elements when none is given."""
    if element is None:
        return []
    return [child for child in element if isinstance(child.tag, str) and (not names or tag(child) in names)]


def child(element: Element | None, *names: str) -> Element | None:
    """Return the first direct child of one of these names."""
    return next(iter(children(element, *names)), None)


def tag(element: Element) -> str:
    """Return an element's name without its namespace."""
    return etree.QName(element).localname


def text(element: Element | None) -> str:
    """Return the text of the element's `text` child, or its own."""
    holder = child(element, "text")
    holder = element if holder is None else holder
    return "" if holder is None else "".join(str(part) for part in holder.itertext()).strip()


class Reader:
    """Reads the boxes of one file; `findings` collects what is wrong."""

    def __init__(self, source: str, dialect: Dialect, types: dict[str, Type]) -> None:
        self.source = source
        self.dialect = dialect
        self.types = types
        self.findings: list[Finding] = []
        self._depth = 0

    def find(self, id: str, element: Element | None, **facts: Any) -> None:
        """Note that something is wrong at an element."""
        while element is not None and not element.get("id"):
            element = element.getparent()
        place = "" if element is None else element.get("id", "")
        line, column = facts.pop("line", 0), facts.pop("column", 0)
        self.findings.append(Finding(id, place, facts, self.source, "error", line, column))

    def type_of(self, reference: str | None, element: Element) -> Type:
        """Return the type a reference names; anything, with a finding, when there is none."""
        if not reference:
            return ANYTHING
        found = self.types.get(reference.strip()) or self.types.get(local_name(reference)) or simple(reference)
        if found is None:
            self.find("dmn.unknown_type", element, type=reference)
        return found or ANYTHING

    def feel(self, content: str, element: Element | None, kind: str = "expression") -> Expression | None:
        """Compile a text; None, with a finding, when it is wrong."""
        try:
            return compile_feel(content, kind=kind, dialect=self.dialect)
        except FeelInvalid as invalid:
            self.find(invalid.id, element, **invalid.facts, text=content[:200])
            return None

    def box(self, element: Element | None) -> boxed.Boxed:
        """Read whatever boxed expression stands here."""
        if element is None:
            return boxed.Nothing()
        read = _BOXES.get(tag(element))
        if read is None:
            self.find("dmn.unknown_element", element, found=tag(element))
            return boxed.Nothing()
        self._depth += 1
        if self._depth > _DEEPEST:
            self.find("dmn.too_deep", element, deepest=_DEEPEST)
            return boxed.Nothing()
        result = read(self, element)
        self._depth -= 1
        return result

    def box_in(self, element: Element | None) -> boxed.Boxed:
        """Read the boxed expression that is the child of an element."""
        return self.box(next((one for one in children(element) if tag(one) not in _BESIDE), None))

    def _literal(self, element: Element) -> boxed.Boxed:
        content = text(element)
        if child(element, "importedValues") is not None:
            self.find("dmn.imported_values", element)
        language = element.get("expressionLanguage", "")
        if language and "feel" not in language.lower() and "/FEEL/" not in language and "dmn" not in language.lower():
            self.find("dmn.language", element, language=language)
        expression = self.feel(content, element) if content else None
        return boxed.Literal(expression) if expression else boxed.Nothing()

    def _named(self, element: Element, holder: Element | None) -> boxed.Entry:
        """Read an entry whose name and type stand in a variable or parameter."""
        variable = child(element, "variable", "parameter")
        name = variable.get("name", "").strip() if variable is not None else ""
        reference = variable.get("typeRef") if variable is not None else None
        return boxed.Entry(name, self.type_of(reference, element), self.box_in(holder))

    def _context(self, element: Element) -> boxed.Boxed:
        return boxed.Context(tuple(self._named(entry, entry) for entry in children(element, "contextEntry")))

    def _invocation(self, element: Element) -> boxed.Boxed:
        bindings = tuple(self._named(binding, binding) for binding in children(element, "binding"))
        return boxed.Invocation(self.box_in(element), bindings)

    def _list(self, element: Element) -> boxed.Boxed:
        return boxed.Items(tuple(self.box(one) for one in children(element) if tag(one) in _BOXES))

    def _relation(self, element: Element) -> boxed.Boxed:
        names = tuple(column.get("name", "").strip() for column in children(element, "column"))
        rows = []
        for row in children(element, "row"):
            boxes = tuple(self.box(one) for one in children(row) if tag(one) in _BOXES)
            if len(boxes) != len(names):
                self.find("dmn.row_length", row, expected=len(names), found=len(boxes))
                continue
            rows.append(boxes)
        return boxed.Relation(names, tuple(rows))

    def function(self, element: Element, reference: str | None = None) -> boxed.FunctionBox:
        """Read a function definition."""
        if element.get("kind", "FEEL") != "FEEL":
            self.find("feel.external", element)
        parameters = []
        for one in children(element, "formalParameter"):
            kind = self.type_of(one.get("typeRef"), one)
            parameters.append(boxed.Entry(one.get("name", "").strip(), kind, boxed.Nothing()))
        return boxed.FunctionBox(tuple(parameters), self.box_in(element), self.type_of(reference, element))

    def _conditional(self, element: Element) -> boxed.Boxed:
        return boxed.Conditional(*(self.box_in(child(element, part)) for part in ("if", "then", "else")))

    def _filter(self, element: Element) -> boxed.Boxed:
        return boxed.FilterBox(self.box_in(child(element, "in")), self.box_in(child(element, "match")))

    def _iterated(self, element: Element) -> boxed.Boxed:
        source, body = child(element, "in"), child(element, "return", "satisfies")
        name = element.get("iteratorVariable", "").strip()
        return boxed.Iterated(tag(element), name, self.box_in(source), self.box_in(body))

    def _table(self, element: Element) -> boxed.Boxed:
        policy, aggregation = element.get("hitPolicy", "UNIQUE"), element.get("aggregation", "")
        if policy not in HIT_POLICIES:
            self.find("dmn.hit_policy", element, found=policy)
            policy = "UNIQUE"
        if aggregation and (aggregation not in AGGREGATIONS or policy != "COLLECT"):
            self.find("dmn.aggregation", element, found=aggregation)
            aggregation = ""
        inputs = tuple(self._input(column) for column in children(element, "input"))
        outputs = tuple(self._output(column, element) for column in children(element, "output"))
        if not outputs:
            self.find("dmn.no_output", element)
            return boxed.Nothing()
        if len(outputs) > 1 and (aggregation or len({column.name for column in outputs}) < len(outputs)):
            self.find("dmn.output_names", element)
        rules = []
        for index, row in enumerate(children(element, "rule"), 1):
            rule = self._rule(row, index, len(inputs), len(outputs))
            rules += [rule] if rule else []
        return Table(element.get("id", ""), policy, aggregation, inputs, outputs, tuple(rules))

    def _input(self, column: Element) -> Input:
        asked = child(column, "inputExpression")
        content = text(asked)
        label = column.get("label") or content
        if not content:
            self.find("dmn.no_input", column)
        allowed = child(column, "inputValues")
        tests = self.feel(text(allowed), column, "unary") if allowed is not None and text(allowed) else None
        reference = asked.get("typeRef") if asked is not None else None
        kind = self.type_of(reference, column)
        return Input(label, self.feel(content or "null", column) or compile_feel("null"), kind, tests)

    def _output(self, column: Element, table: Element) -> Output:
        allowed, default = child(column, "outputValues"), child(column, "defaultOutputEntry")
        order: tuple[Expression, ...] = ()
        if allowed is not None and text(allowed):
            whole = self.feel(text(allowed), column, "unary")
            order = tuple(self._pieces(whole, column)) if whole else ()
        reference = column.get("typeRef")
        if not reference and len(children(table, "output")) == 1:
            reference = table.get("typeRef")
        given = self.feel(text(default), column) if default is not None and text(default) else None
        return Output((column.get("name") or "").strip(), self.type_of(reference, column), order, given)

    def _pieces(self, whole: Expression, column: Element) -> list[Expression]:
        """Cut a list of allowed values into one test per value, in order."""
        tests = whole.tree.tests  # type: ignore[attr-defined]  # a text of kind unary
        places = [test.place for test in tests] + [len(whole.text)]
        cut = [whole.text[a:b].strip().rstrip(",").strip() for a, b in zip(places, places[1:], strict=False)]
        return [piece for piece in (self.feel(one, column, "unary") for one in cut) if piece]

    def _rule(self, row: Element, index: int, asked: int, answered: int) -> Rule | None:
        cells = [self.feel(text(cell), cell, "unary") for cell in children(row, "inputEntry")]
        answers = [self.feel(text(cell) or "null", cell) for cell in children(row, "outputEntry")]
        if len(cells) != asked or len(answers) != answered:
            self.find("dmn.row_length", row, expected=asked + answered, found=len(cells) + len(answers))
            return None
        if None in cells or None in answers:
            return None
        notes = [text(note) for note in children(row, "annotationEntry")] or [text(child(row, "description"))]
        annotation = "; ".join(note for note in notes if note)
        return Rule(row.get("id", ""), index, annotation, tuple(cells), tuple(answers))  # type: ignore[arg-type]  # no None is left


#: what may stand in an element beside its boxed expression
_BESIDE = frozenset(
    "description extensionElements question allowedAnswers variable informationRequirement knowledgeRequirement"
    " authorityRequirement supportedObjective impactedPerformanceIndicator decisionMaker decisionOwner usingProcess"
    " usingTask formalParameter parameter binding".split()
)
_BOXES: dict[str, Callable[[Reader, Element], boxed.Boxed]] = {
    "literalExpression": Reader._literal,
    "decisionTable": Reader._table,
    "context": Reader._context,
    "invocation": Reader._invocation,
    "list": Reader._list,
    "relation": Reader._relation,
    "functionDefinition": Reader.function,
    "conditional": Reader._conditional,
    "filter": Reader._filter,
    "for": Reader._iterated,
    "some": Reader._iterated,
    "every": Reader._iterated,
}
