"""Which data a decision reads, over everything it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from workflows.dmn.boxed import Context, FilterBox, FunctionBox, Invocation, Iterated, Nothing
from workflows.dmn.definitions import Node
from workflows.dmn.table import Table
from workflows.feel.expression import Expression


def expressions(box: Any) -> Iterator[Expression]:
    """Yield every FEEL text in a box."""
    if isinstance(box, Expression):
        yield box
    elif isinstance(box, tuple):
        for inner in box:
            yield from expressions(inner)
    elif is_dataclass(box) and not isinstance(box, type):
        for part in fields(box):
            if part.name not in ("type", "result", "tests"):
                yield from expressions(getattr(box, part.name))


def _bound(box: Any) -> frozenset[str]:
    """Return the names bound somewhere in a box: entries, parameters, iterated variables."""
    found: set[str] = set()
    if isinstance(box, Context):
        found |= {entry.name for entry in box.entries}
    if isinstance(box, FunctionBox):
        found |= {parameter.name for parameter in box.parameters}
    if isinstance(box, Iterated):
        found |= {box.name, "partial"}
    if isinstance(box, FilterBox):
        found |= {"item"}
    if isinstance(box, (tuple, Context, FunctionBox, Iterated, FilterBox, Invocation)):
        inner = box if isinstance(box, tuple) else tuple(getattr(box, part.name) for part in fields(box))
        for one in inner:
            found |= _bound(getattr(one, "box", one))
    return frozenset(found)


def names_read(node: Node, nodes: Mapping[str, Node]) -> frozenset[str]:
    """Return the variables a node and all it needs read from outside the file."""
    found: set[str] = set()
    made = {other.name for other in nodes.values() if other.box is not None or other.answers}
    todo, done = [node], set()
    while todo:
        current = todo.pop()
        if current.id in done:
            continue
        done.add(current.id)
        if current.box is None and not current.answers:
            found.add(current.name)
        if current.box is not None and not isinstance(current.box, Nothing):
            read = {name for text in expressions(current.box) for name in text.names}
            found |= read - _bound(current.box) - made
        todo.extend(nodes[identity] for identity in (*current.needs, *current.answers))
    return frozenset(found)


def tables(box: Any) -> Iterator[Table]:
    """Yield every decision table in a box."""
    if isinstance(box, Table):
        yield box
    elif isinstance(box, tuple):
        for inner in box:
            yield from tables(inner)
    elif is_dataclass(box) and not isinstance(box, (type, Expression)):
        for part in fields(box):
            yield from tables(getattr(box, part.name))
