"""From the XML of a file to its nodes: item definitions, input data, decisions, knowledge models, services."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from workflows.dmn import boxed
from workflows.dmn.reading import Element, Reader, child, children, tag, text
from workflows.dmn.types import ANYTHING, Type, local_name, simple
from workflows.errors import Finding
from workflows.feel.expression import Dialect
from workflows.feel.kinds import Kind

_NAMESPACES = ("https://www.omg.org/spec/DMN/", "http://www.omg.org/spec/DMN/")
_NAMED = ("inputData", "decision", "businessKnowledgeModel", "decisionService", "itemComponent", "variable",
          "parameter", "formalParameter", "column", "output")  # fmt: skip

#: most names one file may bring up
MOST_NAMES = 1000


@dataclass(frozen=True)
class Node:
    """A decision, a knowledge model, input data or a service."""

    #: id in the file
    id: str
    #: name under which others see it
    name: str
    #: its declared type
    type: Type = ANYTHING
    #: what it says; a function for knowledge models
    box: boxed.Boxed | None = None
    #: ids of the nodes it needs
    needs: tuple[str, ...] = ()
    #: for services: ids of the decisions it answers with
    answers: tuple[str, ...] = ()
    #: for services: ids of the decisions and input data it is given
    given: tuple[str, ...] = ()


@dataclass
class Definitions:
    """All nodes of a file, by id."""

    name: str = ""
    inputs: dict[str, Node] = field(default_factory=dict)
    decisions: dict[str, Node] = field(default_factory=dict)
    knowledge: dict[str, Node] = field(default_factory=dict)
    services: dict[str, Node] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def nodes(self) -> dict[str, Node]:
        """Return every node by id."""
        return {**self.inputs, **self.decisions, **self.knowledge, **self.services}


def _names(root: Element) -> tuple[str, ...]:
    found = {element.get("name", "").strip() for element in root.iter() if isinstance(element.tag, str) and tag(element) in _NAMED}
    found |= {element.get("iteratorVariable", "").strip() for element in root.iter() if isinstance(element.tag, str)}
    return tuple(sorted(found - {""}))


class _Types:
    """Reads item definitions, which may refer to each other in any order."""

    def __init__(self, root: Element, reader: Reader) -> None:
        self.elements = {one.get("name", "").strip(): one for one in children(root, "itemDefinition")}
        self.reader = reader
        self.open: set[str] = set()

    def read_all(self) -> None:
        for name in self.elements:
            self._named(name)

    def _named(self, reference: str) -> Type | None:
        name = reference if reference in self.elements else local_name(reference)
        if name in self.reader.types:
            return self.reader.types[name]
        if name not in self.elements:
            return simple(reference)
        if name in self.open:
            self.reader.find("dmn.type_circle", self.elements[name], type=name)
            return ANYTHING
        self.open.add(name)
        self.reader.types[name] = self._item(self.elements[name])
        self.open.discard(name)
        return self.reader.types[name]

    def _item(self, element: Element) -> Type:
        reference, parts = child(element, "typeRef"), children(element, "itemComponent")
        function = child(element, "functionItem")
        found: Type | None = ANYTHING
        if reference is not None:
            found = self._named(text(reference))
        elif parts:
            inner = {part.get("name", "").strip(): self._item(part) for part in parts}
            entries = tuple((name, part.kind) for name, part in inner.items())
            found = Type(Kind("context", entries=entries), parts=inner)
        elif function is not None:
            found = Type(Kind("function"))
        if found is None:
            self.reader.find("dmn.unknown_type", element, type=text(reference))
            found = ANYTHING
        if element.get("isCollection") == "true":
            found = Type(Kind("list", element=found.kind), element=self._allowing(found, child(element, "allowedValues")))
            return self._allowing(found, child(element, "typeConstraint"))
        return self._allowing(found, child(element, "typeConstraint", "allowedValues"))

    def _allowing(self, found: Type, constraint: Element | None) -> Type:
        tests = self.reader.feel(text(constraint), constraint, "unary") if constraint is not None else None
        return found if tests is None else Type(found.kind, tests, found.parts, found.element)


def _needs(element: Element) -> tuple[str, ...]:
    found = []
    for requirement in children(element, "informationRequirement", "knowledgeRequirement"):
        for one in children(requirement):
            found.append(one.get("href", "").rpartition("#")[2])
    return tuple(found)


def _references(element: Element, *names: str) -> tuple[str, ...]:
    return tuple(one.get("href", "").rpartition("#")[2] for one in children(element, *names))


def _node(element: Element, reader: Reader, **more: Any) -> Node:
    variable = child(element, "variable")
    name = (element.get("name") or "").strip()
    kind = reader.type_of(variable.get("typeRef") if variable is not None else None, element)
    return Node(element.get("id") or name, name, kind, **more)


def _knowledge(element: Element, reader: Reader) -> Node:
    logic = child(element, "encapsulatedLogic")
    variable = child(element, "variable")
    reference = variable.get("typeRef") if variable is not None else None
    kind = reader.types.get(reference or "") or simple(reference or "")
    function = kind is None or kind.kind.name == "function"
    box = reader.function(logic, None if function else reference) if logic is not None else boxed.Nothing()
    return Node(element.get("id") or "", (element.get("name") or "").strip(), ANYTHING, box, _needs(element))


def _check_references(definitions: Definitions, source: str) -> None:
    nodes = definitions.nodes()
    for node in nodes.values():
        for needed in (*node.needs, *node.answers, *node.given):
            if needed not in nodes:
                definitions.findings.append(Finding("dmn.missing_node", node.id, {"node": needed}, source))
    circle = _circle({node.id: node.needs for node in nodes.values()})
    if circle:
        definitions.findings.append(Finding("dmn.circle", circle, {"node": circle}, source))


def _circle(needs: dict[str, tuple[str, ...]]) -> str:
    """Return a node that needs itself, over however many others; empty when there is none."""
    left = {name: set(inner) & set(needs) for name, inner in needs.items()}
    while free := [name for name, inner in left.items() if not inner]:
        for name in free:
            del left[name]
        for inner in left.values():
            inner.difference_update(free)
    return next(iter(left), "")


def _twice(nodes: Iterable[Element]) -> str:
    seen: set[str] = set()
    for element in nodes:
        identity = element.get("id") or ""
        if identity in seen:
            return identity
        seen.add(identity)
    return ""


def read_definitions(root: Element, source: str) -> Definitions:
    """Read all nodes of a file; what is wrong stands in `findings`."""
    found = Definitions(root.get("name", ""))
    space = etree.QName(root).namespace or ""
    if tag(root) != "definitions" or not space.startswith(_NAMESPACES):
        found.findings.append(Finding("dmn.no_definitions", "", {"found": tag(root)}, source))
        return found
    names = _names(root)
    if len(names) > MOST_NAMES:
        found.findings.append(Finding("dmn.too_many_names", "", {"most": MOST_NAMES}, source))
        return found
    types: dict[str, Type] = {}
    kinds: dict[str, Kind] = {}
    reader = Reader(source, Dialect(names, kinds), types)
    _Types(root, reader).read_all()
    kinds.update({name: kind.kind for name, kind in types.items()})
    if twice := _twice(children(root, "inputData", "decision", "businessKnowledgeModel", "decisionService")):
        reader.find("dmn.id_twice", root, node=twice)
    for element in children(root, "inputData"):
        node = _node(element, reader)
        found.inputs[node.id] = node
    for element in children(root, "businessKnowledgeModel"):
        node = _knowledge(element, reader)
        found.knowledge[node.id] = node
    for element in children(root, "decision"):
        node = _node(element, reader, box=reader.box_in(element), needs=_needs(element))
        found.decisions[node.id] = node
    for element in children(root, "decisionService"):
        answers = _references(element, "outputDecision")
        given = _references(element, "inputDecision") + _references(element, "inputData")
        node = _node(element, reader, answers=answers, given=given)
        found.services[node.id] = node
    found.findings.extend(reader.findings)
    _check_references(found, source)
    return found
