"""What is inspected, and how a rule says what it found."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from workflows.definition import Definition
from workflows.errors import Finding
from workflows.feel import Expression
from workflows.manifest import ProcessManifest
from workflows.model import Node, Plane


@dataclass(frozen=True, slots=True)
class OperationFacts:
    """What a diagram may know of an operation of a system."""

    #: names of the arguments it takes
    arguments: frozenset[str]
    #: names of what it answers
    answers: frozenset[str]
    #: performed in the same step; the others wait for an outside system
    local: bool
    #: names of the arguments it cannot do without
    required: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Subject:
    """One process of a bundle before the inspector."""

    definition: Definition
    process: str
    #: role words the application knows
    roles: Container[str]
    #: the application's operations by `system.operation`; None leaves them unchecked
    operations: Mapping[str, OperationFacts] | None

    @cached_property
    def manifest(self) -> ProcessManifest:
        """The manifest of this process."""
        return self.definition.manifest(self.process)

    @cached_property
    def plane(self) -> Plane:
        """The outermost plane of this process."""
        return self.definition.compiled.processes[self.process]

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every node drawn in this process."""
        return tuple(self.plane.every_node())

    @cached_property
    def planes(self) -> tuple[Plane, ...]:
        """The outermost plane and all inside it."""
        return (self.plane, *(node.inner for node in self.nodes if node.inner is not None))

    @cached_property
    def hosts(self) -> Mapping[str, Node]:
        """By the id of a plane inside: the sub-process it is drawn in."""
        return {node.inner.id: node for node in self.nodes if node.inner is not None}

    def around(self, node: Node) -> Iterator[Node]:
        """The node, then the sub-processes around it, from the inside out."""
        found: Node | None = node
        while found is not None:
            yield found
            found = self.hosts.get(found.plane)

    def calls(self) -> Iterator[Node]:
        """The call activities of the whole bundle that call this process."""
        for plane in self.definition.compiled.processes.values():
            yield from (node for node in plane.every_node() if node.called == self.process)

    def expressions(self) -> Iterator[tuple[str, str, Expression, Node | None]]:
        """Every expression of diagram and manifest: where it stands, its place there, the text, its node."""
        for node in self.nodes:
            yield from ((node.id, place, text, node) for place, text in node.expressions())
        manifest = self.manifest
        for name, lane in manifest.roles.items():
            yield from ((f"roles.{name}", "", text, None) for text in (lane.role, lane.organ, lane.visitor) if isinstance(text, Expression))
        for name, variable in manifest.variables.items():
            if variable.initial is not None:
                yield f"variables.{name}", "", variable.initial, None
        for name, word in manifest.status.items():
            if isinstance(word, Expression):
                yield f"status.{name}", "", word, None
        yield from ((f"case.{name}", "", text, None) for name, text in manifest.case.items())
        for code, facts in manifest.escalations.items():
            texts = (text for text in (facts.role, facts.organ) if isinstance(text, Expression))
            yield from ((f"escalations.{code}", "", text, None) for text in texts)
        for message, act in manifest.acts.items():
            if act.allowed_when is not None:
                yield f"acts.{message}", "", act.allowed_when, None

    def error(self, rule: str, element: str = "", **facts: Any) -> Finding:
        """A finding that keeps this process from being deployed."""
        return Finding(f"lint.{rule}", element, facts, self.process)

    def warning(self, rule: str, element: str = "", **facts: Any) -> Finding:
        """A finding that advises."""
        return Finding(f"lint.{rule}", element, facts, self.process, "warning")


Rule = Callable[[Subject], Iterator[Finding]]
