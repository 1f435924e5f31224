"""An instance continues on another version of its definition: places are mapped by equal ids."""

from __future__ import annotations

from workflows.engine import items, waits
from workflows.engine.run import Run
from workflows.engine.state import JOIN, WAIT, Scope, Token
from workflows.errors import BundleInvalid, Finding
from workflows.model import ACTIVITIES, Node
from workflows.progress import Fact


def move(run: Run) -> None:
    """Put the instance on the definition of the run, or raise `BundleInvalid` with every obstacle.

    Due instants, answers and items stay as they are; events that the new version added are waited for
    from now on, those it dropped are not any more.
    """
    obstacles = [*_missing_planes(run)]
    if not obstacles:
        obstacles += [finding for token in run.state.tokens.values() for finding in _obstacles(run, token)]
    if obstacles:
        raise BundleInvalid(obstacles)
    for wait in list(run.state.waits.values()):
        if not _still_drawn(run, wait.scope, wait.token, wait.element, wait.event, wait.kind):
            waits.disarm(run, [wait])
    for scope in list(run.state.scopes.values()):
        _listen(run, scope)
    for token in list(run.state.tokens.values()):
        _guard(run, token)
    run.output.facts.append(Fact("moved", "", run.state.process, {"to": run.definition.checksum}))
    items.amend(run, every=True)


def _missing_planes(run: Run) -> list[Finding]:
    return [Finding("move.plane_missing", scope.plane, source=scope.process) for scope in run.state.scopes.values()
            if (scope.process, scope.plane) not in run.compiled.planes]


def _obstacles(run: Run, token: Token) -> list[Finding]:
    scope = run.state.scopes[token.scope]
    node = run.plane(scope).nodes.get(token.node)
    if node is None:
        return [Finding("move.element_missing", token.node, source=scope.process)]
    loop = node.loop.kind if node.loop else None
    kept = {"item": ("user", "manual", "service"), "host": ("sub", "call"), "wait": ("catch", "receive", "event_gateway"),
            "join": ("parallel", "inclusive")}.get(token.does)
    if (kept is not None and node.kind not in kept) or (token.does == "many") != (loop is not None and not token.many):
        return [Finding("move.kind_changed", token.node, {"kind": node.kind}, scope.process)]
    if token.does == JOIN and all(flow.id != token.flow for flow in node.incoming):
        return [Finding("move.flow_missing", token.node, {"flow": token.flow}, scope.process)]
    return []


def _still_drawn(run: Run, scope_id: int, token_id: int, element: str, event: int, kind: str) -> bool:
    plane = run.plane(run.state.scopes[scope_id])
    if token_id:
        node = plane.nodes.get(element)
    else:
        node = next((found.inner.starts[0] for found in plane.handlers if found.inner.starts[0].id == element), None)
    return node is not None and len(node.events) > event and node.events[event].kind == kind


def _listen(run: Run, scope: Scope) -> None:
    armed = {wait.element for wait in waits.of_scope(run, scope)}
    for handler in run.plane(scope).handlers:
        start = handler.inner.starts[0]
        if start.id not in armed:
            waits.arm(run, start, scope, None)


def _guard(run: Run, token: Token) -> None:
    node, scope = run.node(token), run.state.scopes[token.scope]
    armed = {wait.element for wait in waits.of_token(run, token)}
    expected: list[Node] = list(node.boundaries) if node.kind in ACTIVITIES and not token.many else []
    if token.does == WAIT:
        nodes = run.plane(scope).nodes
        expected += [nodes[flow.target] for flow in node.outgoing] if node.kind == "event_gateway" else [node]
    for boundary in expected:
        if boundary.id not in armed:
            waits.arm(run, boundary, scope, token)

