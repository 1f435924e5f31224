"""The parts of a FEEL text, as the parser hands them to the compiler. Values only.

Every node knows its `place`, the offset in the text, for messages with line and column.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression."""

    #: offset in the text
    place: int


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A value that stands in the text."""

    value: Any


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable, or `?` for the input under test."""

    name: str


@dataclass(frozen=True, slots=True)
class Path(Node):
    """`source.name`."""

    source: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """`source[condition]`."""

    source: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`function(a, b)` or `function(name: a)`; `names` is empty for arguments by position."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Negation(Node):
    """`-operand`."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Operation(Node):
    """Arithmetic or comparison."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Junction(Node):
    """`a and b and c`, or the same with `or`."""

    operator: str
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Between(Node):
    """`value between low and high`."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """A test with an operator and no left side: `< 5`."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Tests(Node):
    """Tests of which one must hold, or none if `negated`; no tests at all always hold."""

    tests: tuple[Node, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class In(Node):
    """`value in tests`."""

    value: Node
    tests: Tests


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    """`value instance of type`."""

    value: Node
    type: Any


@dataclass(frozen=True, slots=True)
class If(Node):
    """`if condition then yes else no`."""

    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True)
class Domain(Node):
    """`name in values`, one iteration of a `for`, `some` or `every`."""

    name: str
    values: Node


@dataclass(frozen=True, slots=True)
class For(Node):
    """`for … return result`."""

    domains: tuple[Domain, ...]
    result: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """`some … satisfies` or `every … satisfies`."""

    every: bool
    domains: tuple[Domain, ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class Span(Node):
    """A range: `[a..b]`; an end of None is open."""

    start: Node | None
    end: Node | None
    start_included: bool
    end_included: bool


@dataclass(frozen=True, slots=True)
class Items(Node):
    """`[a, b]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Entries(Node):
    """`{key: value}`."""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Lambda(Node):
    """`function(a, b: number) body`."""

    parameters: tuple[str, ...]
    types: tuple[Any, ...]
    body: Node


@lru_cache(maxsize=64)
def _parts(kind: type[Node]) -> tuple[str, ...]:
    return tuple(part.name for part in fields(kind) if part.name != "place")


def inner(node: Node) -> list[Node]:
    """Return the nodes directly below a node."""
    found: list[Node] = []
    for name in _parts(type(node)):
        value = getattr(node, name)
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, tuple):
            pairs = (item[1] if isinstance(item, tuple) else item for item in value)
            found.extend(item for item in pairs if isinstance(item, Node))
    return found


def depth_of(node: Node) -> int:
    """Return how many nodes lie on the longest way down."""
    deepest = 0
    stack = [(node, 1)]
    while stack:
        current, depth = stack.pop()
        deepest = max(deepest, depth)
        stack.extend((below, depth + 1) for below in inner(current))
    return deepest
