"""What is inspected, and how a rule says what it found."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.definition import Definition
from workflows.errors import Finding
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


@dataclass(frozen=True)
class Subject:
    """One process of a bundle before the inspector."""

    definition: Definition
    process: str
    #: role words the application knows
    roles: Container[str]
    #: the application's operations by `system.operation`; None leaves them unchecked
    operations: Mapping[str, OperationFacts] | None

    @property
    def manifest(self) -> ProcessManifest:
        """The manifest of this process."""
        return self.definition.manifest(self.process)

    @property
    def plane(self) -> Plane:
        """The outermost plane of this process."""
        return self.definition.compiled.processes[self.process]

    def nodes(self) -> Iterator[Node]:
        """Every node drawn in this process."""
        return self.plane.every_node()

    def planes(self) -> list[Plane]:
        """The outermost plane and all inside it."""
        return [self.plane, *(node.inner for node in self.nodes() if node.inner is not None)]

    def error(self, rule: str, element: str = "", **facts: Any) -> Finding:
        """A finding that keeps this process from being deployed."""
        return Finding(f"lint.{rule}", element, facts, self.process)

    def warning(self, rule: str, element: str = "", **facts: Any) -> Finding:
        """A finding that advises."""
        return Finding(f"lint.{rule}", element, facts, self.process, "warning")


Rule = Callable[[Subject], Iterator[Finding]]
