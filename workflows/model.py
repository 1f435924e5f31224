"""A definition made ready to run: planes, nodes and flows with their expressions compiled.

Made once at deployment (`workflows/compilation.py`), shared by all instances and never changed by
running one. Nothing here is written after it was built, except `Plane.reach`, which is a pure
function of the drawing and kept when it was first asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from workflows.feel import Expression

Kind = Literal[
    "user", "manual", "service", "rule", "receive", "call", "sub", "start", "end", "catch", "throw", "boundary",
    "exclusive", "parallel", "inclusive", "event_gateway",
]
ACTIVITIES = frozenset({"user", "manual", "service", "rule", "receive", "call", "sub"})


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """A sequence flow; tokens are counted per flow, since two may come from one node."""

    id: str
    source: str
    target: str
    condition: Expression | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """One event definition."""

    #: timer, message, signal, error, escalation, condition, terminate, cancel, link
    kind: str
    #: name of the message or signal, code of the error or escalation; None catches any
    name: str | None = None
    #: for a timer: date, duration or cycle
    shape: str | None = None
    #: for a timer or a condition
    expression: Expression | None = None
    #: for a timer written as plain ISO text
    text: str | None = None
    #: for a message
    correlation: Expression | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """Several runs of one activity."""

    kind: Literal["standard", "sequential", "parallel"]
    collection: Expression | None = None
    cardinality: Expression | None = None
    item: str | None = None
    #: completion condition of a multi-instance, loop condition of a standard loop
    condition: Expression | None = None
    maximum: int | None = None
    test_before: bool = False
    #: variable that collects, and the name that each item gives into it
    output: str | None = None
    output_item: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A flow node with everything the engine needs to run it."""

    id: str
    kind: Kind
    #: key of the process and id of the plane it is drawn in
    process: str
    plane: str
    words: Mapping[str, str]
    lane: str | None
    properties: Mapping[str, str]
    incoming: tuple[Flow, ...] = ()
    outgoing: tuple[Flow, ...] = ()
    default: Flow | None = None
    events: tuple[Event, ...] = ()
    #: of a boundary event, or of the start of an event sub-process
    interrupting: bool = True
    #: host of a boundary event
    attached: str | None = None
    boundaries: tuple[Node, ...] = ()
    loop: Loop | None = None
    #: plane inside a sub-process; None for anything else
    inner: Plane | None = None
    #: key of the process that a call activity calls
    called: str | None = None
    sets: tuple[tuple[str, Expression], ...] = ()
    args: tuple[tuple[str, Expression], ...] = ()
    ins: tuple[tuple[str, Expression], ...] = ()
    outs: tuple[tuple[str, Expression], ...] = ()
    due: Expression | None = None
    #: literal role, or the expression that gives it; None leaves it to the lane
    role: str | Expression | None = None
    organ: Expression | None = None
    urgent: Expression | None = None
    form: str | None = None
    operation: str | None = None
    into: str | None = None
    #: local operation performed with the completion of a user task
    then: str | None = None
    decision: str | None = None

    def expressions(self) -> Iterator[tuple[str, Expression]]:
        """Every expression of the node with the place it stands in, for lint and for comparison."""
        for prefix, pairs in (("set", self.sets), ("arg", self.args), ("in", self.ins), ("out", self.outs)):
            yield from ((f"{prefix}.{name}", expression) for name, expression in pairs)
        for place in ("due", "role", "organ", "urgent"):
            if (value := getattr(self, place)) is not None and not isinstance(value, str):
                yield place, value
        for event in self.events:
            for place, value in (("event", event.expression), ("correlation", event.correlation)):
                if value is not None:
                    yield place, value
        if self.loop:
            for place in ("collection", "cardinality", "condition"):
                if (value := getattr(self.loop, place)) is not None:
                    yield place, value
        for flow in self.outgoing:
            if flow.condition is not None:
                yield f"flow {flow.id}", flow.condition


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """A process or a sub-process: what runs inside one scope."""

    id: str
    process: str
    kind: Literal["process", "sub", "event", "transaction", "adhoc"]
    nodes: Mapping[str, Node]
    #: where a scope of this plane begins
    starts: tuple[Node, ...]
    #: event sub-processes drawn in this plane
    handlers: tuple[Node, ...] = ()
    #: inclusive gateways with more than one way in
    joins: tuple[Node, ...] = ()
    #: completion condition of an ad-hoc sub-process
    completion: Expression | None = None
    cancel_remaining: bool = True
    _reach: dict[str, dict[str, frozenset[str]]] = field(default_factory=dict)

    def reach(self, join: Node, source: str) -> frozenset[str]:
        """Ids of the flows into ``join`` that a token at ``source`` may still take, not passing ``join``."""
        table = self._reach.get(join.id)
        if table is None:
            table = self._reach[join.id] = _reach(self, join)
        return table.get(source, frozenset())

    def every_node(self) -> Iterator[Node]:
        """The nodes of this plane and of all planes inside it."""
        for node in self.nodes.values():
            yield node
            if node.inner is not None:
                yield from node.inner.every_node()


@dataclass(frozen=True, slots=True, eq=False)
class CompiledProcess:
    """Everything of a bundle that runs: the process and those it calls."""

    key: str
    #: process key -> its outermost plane
    processes: Mapping[str, Plane]
    #: (process key, plane id) -> plane
    planes: Mapping[tuple[str, str], Plane]
    #: what was rewritten, with the element: for the one who drew it
    notes: tuple[Any, ...] = ()
    #: process key -> variable -> how it becomes typed; filled when a process first runs
    typing: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def node(self, process: str, element: str) -> Node | None:
        """The node with this id anywhere in a process."""
        return next((found for found in self.processes[process].every_node() if found.id == element), None)


def _reach(plane: Plane, join: Node) -> dict[str, frozenset[str]]:
    """For each node, walk the flows backwards from the join and note which of its flows can be reached."""
    found: dict[str, set[str]] = {}
    for flow in join.incoming:
        todo, seen = [flow.source], set()
        while todo:
            name = todo.pop()
            if name in seen or name == join.id:
                continue
            seen.add(name)
            found.setdefault(name, set()).add(flow.id)
            node = plane.nodes[name]
            todo.extend(before.source for before in node.incoming)
            if node.attached:
                todo.append(node.attached)
    return {name: frozenset(flows) for name, flows in found.items()}
