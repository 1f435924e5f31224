"""The loop: tokens move one after the other until everything waits, at most so many steps per command."""

from __future__ import annotations

from workflows.engine import activities, events, scopes, waits
from workflows.engine.paths import assign, choose, depart, ended_at, enter, follow, leave
from workflows.engine.run import Run
from workflows.engine.state import COMPLETED, JOIN, WAIT, Scope, Token
from workflows.model import ACTIVITIES, Event, Node
from workflows.progress import Milestone


def advance(run: Run) -> None:
    """Let the instance go on until every token waits for somebody, a time or a message."""
    while run.state.status != COMPLETED:
        columns(run)
        if run.moving:
            token = run.state.tokens.get(run.moving.popleft())
            if token is not None and token.does == "move":
                _move(run, token)
        elif run.settling:
            _settle(run, run.settling.popleft())
        elif not (_joins(run) or _conditions(run)):
            return


def columns(run: Run) -> None:
    """Bring the case's columns up to date with the variables they read."""
    while run.stale:
        frame, names = run.stale.popitem()
        scope = _owner(run, frame)
        if scope is None:
            continue
        changes = {}
        for column, text in run.manifest(scope.process).case.items():
            if not text.names.isdisjoint(names):
                value = run.value(text, scope)
                if value is not None:
                    changes[column] = value
        if changes:
            run.change_case(changes)


def _owner(run: Run, frame: str) -> Scope | None:
    for scope in run.state.scopes.values():
        if scope.frame == frame and run.plane(scope).kind == "process":
            return scope
    return None


def _move(run: Run, token: Token) -> None:
    run.step(token.node)
    node = run.node(token)
    if token.id in run.finishing:
        activities.finish(run, token, node, run.finishing.pop(token.id))
    elif token.many:
        activities.perform(run, token, node)
    elif node.kind in ("parallel", "inclusive") and len(node.incoming) > 1:
        token.does = JOIN
        if node.kind == "parallel":
            _join(run, run.state.scopes[token.scope], node)
    else:
        enter(run, node, token)
        (activities.begin if node.kind in ACTIVITIES else _PASS[node.kind])(run, token, node)


# nodes that are no activities


def _gateway(run: Run, token: Token, node: Node) -> None:
    leave(run, token, node)


def _exclusive(run: Run, token: Token, node: Node) -> None:
    assign(run, node, token)
    flow = choose(run, token, node) if node.outgoing else None
    run.fact("left", node)
    follow(run, token, node, [flow] if flow else [])


def _catch(run: Run, token: Token, node: Node) -> None:
    token.does, token.flow = WAIT, None
    waits.arm(run, node, run.state.scopes[token.scope], token)
    run.unasked.append(token.id)


def _event_gateway(run: Run, token: Token, node: Node) -> None:
    """Wait for whichever of the events behind the gateway comes first; each has a place of its own."""
    token.does, token.flow = WAIT, None
    scope = run.state.scopes[token.scope]
    nodes = run.plane(scope).nodes
    for flow in node.outgoing:
        waits.arm(run, nodes[flow.target], scope, token)
    run.unasked.append(token.id)


def _throw(run: Run, token: Token, node: Node) -> None:
    if not node.events:
        run.output.milestones.append(Milestone(node.id, node.process))
        run.fact("milestone", node)
    for event in node.events:
        _throw_one(run, token, node, event)
    if token.id in run.state.tokens:
        leave(run, token, node)


def _end(run: Run, token: Token, node: Node) -> None:
    for event in node.events:
        if token.id not in run.state.tokens:
            return
        if event.kind in ("terminate", "error", "cancel"):
            _end_scope(run, token, node, event)
            return
        _throw_one(run, token, node, event)
    if token.id in run.state.tokens:
        leave(run, token, node)


def _throw_one(run: Run, token: Token, node: Node, event: Event) -> None:
    scope = run.state.scopes[token.scope]
    if event.kind == "escalation":
        events.throw_escalation(run, scope, event.name, node, token)
    elif event.kind == "signal":
        events.throw_signal(run, event.name)
    elif event.kind == "message":
        keys = waits.correlation(run, event, scope, token) if event.correlation is not None else None
        events.throw_message(run, node, event.name, keys)


def _end_scope(run: Run, token: Token, node: Node, event: Event) -> None:
    """Ends that take their scope with them: terminate, cancel, error."""
    scope = run.state.scopes[token.scope]
    assign(run, node, token)
    run.fact("left", node)
    if event.kind == "error":
        scopes.cancel(run, token)
        if not events.throw_error(run, scope, event.name):
            _complete(run, node.id)
    elif event.kind == "cancel":
        scopes.cancel(run, token)
        events.throw_cancel(run, scope)
    else:
        scopes.clear(run, scope)
        ended_at(run, scope, node)
        run.settle(scope.id)


_PASS = {
    "start": leave, "end": _end, "catch": _catch, "throw": _throw, "exclusive": _exclusive, "parallel": _gateway,
    "inclusive": _gateway, "event_gateway": _event_gateway,
}


# joins


def _join(run: Run, scope: Scope, node: Node) -> bool:
    """A parallel join takes one token from each flow, when each has one."""
    arrived = _arrived(run, scope, node)
    if len({token.flow for token in arrived}) < len(node.incoming):
        return False
    _fire(run, node, arrived)
    return True


def _arrived(run: Run, scope: Scope, node: Node) -> list[Token]:
    return [token for token in run.state.tokens.values()
            if token.does == JOIN and token.scope == scope.id and token.node == node.id]


def _fire(run: Run, node: Node, arrived: list[Token]) -> None:
    """Take one token from each flow that has one, and go on with one of them."""
    taken: dict[str | None, Token] = {}
    for token in arrived:
        taken.setdefault(token.flow, token)
    first, *others = taken.values()
    for token in others:
        del run.state.tokens[token.id]
    enter(run, node, first)
    leave(run, first, node)


def _joins(run: Run) -> bool:
    """Let one inclusive join go on to which no further token can come; tells whether there was one."""
    for token in list(run.state.tokens.values()):
        if token.does != JOIN:
            continue
        node = run.node(token)
        if node.kind == "inclusive" and _complete_inclusive(run, run.state.scopes[token.scope], node):
            _fire(run, node, _arrived(run, run.state.scopes[token.scope], node))
            return True
    return False


def _complete_inclusive(run: Run, scope: Scope, node: Node) -> bool:
    """BPMN 2.0.2, 13.4.3: no token elsewhere can reach an empty flow without one that can reach a full flow."""
    plane = run.plane(scope)
    full = {token.flow for token in _arrived(run, scope, node)}
    empty = {flow.id for flow in node.incoming} - full
    for token in scopes.inside(run, scope):
        if token.node == node.id:
            continue
        reach = plane.reach(node, token.node)
        if not reach.isdisjoint(empty) and reach.isdisjoint(full):
            return False
    return True


# ends of scopes


def _settle(run: Run, number: int) -> None:
    """Finish a scope in which nothing moves any more."""
    scope = run.state.scopes.get(number)
    if scope is None:
        return
    left = scopes.inside(run, scope)
    plane = run.plane(scope)
    if left and plane.completion is not None and run.value(plane.completion, scope) is True and plane.cancel_remaining:
        scopes.clear(run, scope)
    elif left:
        return
    run.step(plane.id)
    if not scope.host:
        _complete(run, run.state.ended)
    elif plane.kind == "process":
        activities.end_call(run, scope)
    else:
        _end_sub(run, scope, plane.kind == "event")


def _end_sub(run: Run, scope: Scope, handler: bool) -> None:
    host = run.state.tokens[scope.host]
    scopes.close(run, scope)
    if not handler:
        activities.finish(run, host, run.node(host))
        return
    node = run.node(host)
    assign(run, node, host)
    depart(run, host, node)


def _complete(run: Run, ended: str | None) -> None:
    """The outermost process is over."""
    for scope in [scope for scope in run.state.scopes.values() if not scope.host]:
        scopes.close(run, scope)
    run.state.status, run.state.ended = COMPLETED, ended


def _conditions(run: Run) -> bool:
    """Conditional events are asked when something changed, and when their token has just come."""
    asked = bool(run.changed or run.case_changed or run.unasked)
    run.unasked.clear()
    return asked and events.conditions(run)
