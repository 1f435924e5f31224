"""Where tokens go: joins that would wait for ever, answers of an earlier round, ends that tell nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from workflows.errors import Finding
from workflows.lint.subject import Rule, Subject
from workflows.model import Flow, Node, Plane

#: conditions that hold on the way so far, by their text
Facts = frozenset[str]


@dataclass(frozen=True)
class _Walk:
    """All places one token can come to inside a plane, remembering which conditions it has passed."""

    plane: Plane
    stops: Callable[[Node], bool]

    def reached(self, begins: list[tuple[str, Facts]]) -> set[str]:
        """Ids of the nodes a token may reach; it does not go on from where it stops."""
        seen: set[tuple[str, Facts]] = set()
        todo = list(begins)
        while todo:
            place = todo.pop()
            if place in seen:
                continue
            seen.add(place)
            node = self.plane.nodes[place[0]]
            if not self.stops(node):
                todo += self._next(node, place[1])
        return {name for name, _ in seen}

    def _next(self, node: Node, facts: Facts) -> Iterator[tuple[str, Facts]]:
        kept = _still(node, facts, self.plane)
        for flow in _possible(node, kept):
            text = flow.condition.text if flow.condition is not None else None
            yield flow.target, kept | {text} if text else kept
        for boundary in node.boundaries:
            if boundary.interrupting:
                yield boundary.id, kept


def _possible(node: Node, facts: Facts) -> list[Flow]:
    """The ways out that what is known leaves open."""
    if node.kind == "exclusive":
        sure = [flow for flow in node.outgoing if flow.condition is not None and flow.condition.text in facts]
        if sure:
            return sure
    return list(node.outgoing)


def _still(node: Node, facts: Facts, plane: Plane) -> Facts:
    """What still holds after a node: it says nothing about names that the node writes."""
    written = writes(node)
    if not facts or not written:
        return facts
    conditions = {flow.condition.text: flow.condition for one in plane.nodes.values() for flow in one.outgoing if flow.condition}
    return frozenset(text for text in facts if conditions[text].names.isdisjoint(written))


def writes(node: Node) -> frozenset[str]:
    """The names a node gives a value to, with everything inside it."""
    inside = list(node.inner.every_node()) if node.inner is not None else []
    found: set[str] = set()
    for one in (node, *inside):
        found |= {one.into} if one.into and one.kind in ("user", "manual", "service", "rule") else set()
        found |= {name for name, _ in (*one.sets, *one.outs)}
    return frozenset(found)


def _forks(node: Node) -> bool:
    """Whether more than one token may leave."""
    return len(node.outgoing) > 1 and node.kind not in ("exclusive", "event_gateway")


def joins(subject: Subject) -> Iterator[Finding]:
    """No single token comes to a parallel join that waits for several: neither from the start nor by a way back."""
    for plane in subject.planes:
        for join in plane.nodes.values():
            if join.kind != "parallel" or len(join.incoming) < 2:
                continue
            begins = [(node.id, Facts()) for node in plane.starts]
            again = [(flow.target, Facts()) for flow in join.outgoing]
            for rule, places in (("join_starves", begins), ("join_starves_again", again)):
                walk = _Walk(plane, lambda node, join=join: node is join or _forks(node))  # type: ignore[misc]  # bound at once
                if join.id in walk.reached(places):
                    yield subject.error(rule, join.id)
                    break


def stale(subject: Subject) -> Iterator[Finding]:
    """A gateway reads answers of this round: every way to it passes the form, or something puts them back."""
    reset = {name for node in subject.nodes for name, _ in node.sets}
    for plane in subject.planes:
        writers = {name for node in plane.nodes.values() for name in _forms(node)}
        for gateway in plane.nodes.values():
            read = {name for flow in gateway.outgoing if flow.condition is not None for name in flow.condition.names}
            for name in sorted((read & writers) - reset):
                walk = _Walk(plane, lambda node, name=name: name in _forms(node))  # type: ignore[misc]  # bound at once
                if gateway.id in walk.reached([(node.id, Facts()) for node in plane.starts]):
                    yield subject.warning("answers_stale", gateway.id, name=name)


def _forms(node: Node) -> set[str]:
    """The contexts that forms in a node give."""
    inside = list(node.inner.every_node()) if node.inner is not None else []
    return {one.into for one in (node, *inside) if one.form and one.into and one.kind in ("user", "manual")}


def ends(subject: Subject) -> Iterator[Finding]:
    """What the manifest promises before every end lies on every way to it."""
    plane = subject.plane
    for name in subject.manifest.before_every_end:
        if name not in plane.nodes:
            yield subject.error("element_unknown", name, table="before_every_end")
            continue
        reached = _Walk(plane, lambda node, name=name: node.id == name).reached(  # type: ignore[misc]  # bound at once
            [(node.id, Facts()) for node in plane.starts])
        for end in sorted(reached):
            if plane.nodes[end].kind == "end":
                yield subject.error("end_tells_nobody", end, missing=name)


RULES: tuple[Rule, ...] = (joins, stale, ends)
