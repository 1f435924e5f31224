"""Events: what a wait does when it happens, and who catches what is thrown.

A throw is caught at once, before any other token moves: the work that a boundary or event
sub-process interrupts is gone before it could do another step.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workflows.engine import scopes, waits
from workflows.engine.paths import Given, enter, leave
from workflows.engine.run import Run
from workflows.engine.state import Scope, Token, Wait
from workflows.model import Node
from workflows.participant import Participant
from workflows.progress import Escalation


def happen(run: Run, wait: Wait, given: Given = None) -> None:
    """The event of a wait has happened."""
    node = waits.catcher(run, wait)
    run.step(node.id)
    if not wait.token:
        _start_handler(run, run.state.scopes[wait.scope], waits.handler(run, wait), given, wait)
        return
    token = run.state.tokens[wait.token]
    if node.kind == "boundary":
        _pass_boundary(run, token, node, given, wait)
        return
    if node.kind == "receive" and token.node == node.id:
        run.finish_later(token, given)
        return
    at_gateway = run.node(token) is not node
    waits.disarm(run, waits.of_token(run, token))
    token.node = node.id
    if at_gateway:
        enter(run, node, token)
    leave(run, token, node, given)


def _pass_boundary(run: Run, token: Token, boundary: Node, given: Given, wait: Wait | None) -> None:
    if boundary.interrupting:
        scopes.empty(run, token)
    else:
        _spend(run, wait)
        token = scopes.new_token(run, run.state.scopes[token.scope], boundary)
    token.node = boundary.id
    enter(run, boundary, token)
    leave(run, token, boundary, given)


def _spend(run: Run, wait: Wait | None) -> None:
    """After an event that does not interrupt: a timer has fired, unless it is a cycle; the others go on waiting."""
    if wait is not None and wait.kind == "timer" and not waits.next_round(run, wait):
        waits.disarm(run, [wait])


def _start_handler(run: Run, scope: Scope, handler: Node, given: Given, wait: Wait | None) -> None:
    start = handler.inner.starts[0]
    if start.interrupting:
        scopes.clear(run, scope)
    else:
        _spend(run, wait)
    host = scopes.new_token(run, scope, handler)
    enter(run, handler, host)
    inner = scopes.open_scope(run, handler.inner, host)
    scopes.listen(run, inner)
    token = scopes.new_token(run, inner, start)
    enter(run, start, token)
    leave(run, token, start, given)


# thrown events


def throw_error(run: Run, scope: Scope, code: str | None, activity: Token | None = None) -> bool:
    """Offer an error to the boundaries beside the failing activity, then outwards; tells whether it was caught.

    An error that an event sub-process throws has already escaped its scope: the scope's boundary catches it.
    """
    if activity is not None and _boundary_catches(run, activity, "error", code):
        return True
    escaped = False
    for level, host in _outwards(run, scope):
        handler = None if escaped else _handler_for(run, level, "error", code, None)
        if handler is not None:
            _start_handler(run, level, handler, None, None)
            return True
        escaped = host is not None and _is_handler(run, host)
        if host is not None and not escaped and _boundary_catches(run, host, "error", code):
            return True
    return False


def throw_escalation(run: Run, scope: Scope, code: str | None, node: Node, thrower: Token) -> None:
    """Offer an escalation outwards; uncaught, or addressed by the manifest, it is reported."""
    facts = run.manifest(node.process).escalations.get(code or "")
    to = _addressee(run, scope, thrower, facts) if facts is not None else None
    caught = _catch_escalation(run, scope, code)
    run.fact("escalation", node, code=code, caught=caught)
    if to is not None or not caught:
        run.output.escalations.append(Escalation(code or "", node.id, node.process, to))


def _catch_escalation(run: Run, scope: Scope, code: str | None) -> bool:
    here = None
    for level, host in _outwards(run, scope):
        handler = _handler_for(run, level, "escalation", code, here)
        if handler is not None:
            _start_handler(run, level, handler, None, None)
            return True
        here = host.node if host is not None and _is_handler(run, host) else None
        if host is not None and here is None and _boundary_catches(run, host, "escalation", code):
            return True
    return False


def throw_cancel(run: Run, scope: Scope) -> None:
    """A transaction is cancelled: its cancel boundary goes on, or it just ends."""
    host = run.state.tokens[scope.host]
    boundaries = run.node(_outermost(run, host)).boundaries
    caught = next((node for node in boundaries if node.events[0].kind == "cancel"), None)
    if caught is not None:
        _pass_boundary(run, _outermost(run, host), caught, None, None)
    else:
        scopes.clear(run, scope)
        run.settle(scope.id)


def throw_signal(run: Run, name: str | None) -> None:
    """A signal reaches everything in the instance that waits for it."""
    for wait in [wait for wait in run.state.waits.values() if wait.kind == "signal"]:
        if wait.id in run.state.waits and waits.event_of(run, wait)[1].name == name:
            happen(run, wait)


def throw_message(run: Run, node: Node, name: str | None, keys: list[str] | None) -> None:
    """A message that the instance itself sends reaches one place of its own that waits for it, if there is one."""
    run.fact("message", node, thrown=name)
    wait = find_message(run, str(name), keys)
    if wait is not None:
        happen(run, wait, {"message": {}})


def find_message(run: Run, name: str, keys: list[str] | None) -> Wait | None:
    """The one place a message goes to: innermost scope first, then the one that has waited longest."""
    found = [wait for wait in run.state.waits.values()
             if wait.kind == "message" and waits.event_of(run, wait)[1].name == name
             and (keys is None or wait.keys == keys)]
    return min(found, key=lambda wait: (-_depth(run, wait), wait.id), default=None)


def conditions(run: Run) -> bool:
    """Let the conditional events happen whose condition became true; tells whether one did."""
    for wait in list(run.state.waits.values()):
        if wait.kind != "condition" or wait.id not in run.state.waits:
            continue
        scope, event = run.state.scopes[wait.scope], waits.event_of(run, wait)[1]
        before, wait.left = wait.left, int(waits.holds(run, wait, event, scope, run.state.tokens.get(wait.token)))
        if wait.left and not before:
            happen(run, wait)
            return True
    return False


def _depth(run: Run, wait: Wait) -> int:
    # a boundary of an activity lies inside the scope that the activity is drawn in, a handler is the scope's own
    return 2 * scopes.depth(run, run.state.scopes[wait.scope]) + bool(wait.token)


def _outwards(run: Run, scope: Scope) -> Iterator[tuple[Scope, Token | None]]:
    """Each scope with the activity that hosts it, from the inside out."""
    while True:
        host = run.state.tokens.get(scope.host)
        yield scope, host
        if host is None:
            return
        scope = run.state.scopes[host.scope]


def _is_handler(run: Run, host: Token) -> bool:
    inner = run.node(host).inner
    return inner is not None and inner.kind == "event"


def _outermost(run: Run, token: Token) -> Token:
    """The activity itself, when a token is one of its several runs."""
    return run.state.tokens[token.many] if token.many else token


def _handler_for(run: Run, scope: Scope, kind: str, code: str | None, excluded: str | None) -> Node | None:
    found = [node for node in run.plane(scope).handlers if node.id != excluded]
    return _best(found, kind, code, lambda node: node.inner.starts[0])


def _boundary_catches(run: Run, token: Token, kind: str, code: str | None) -> bool:
    activity = _outermost(run, token)
    boundary = _best(list(run.node(activity).boundaries), kind, code, lambda node: node)
    if boundary is None:
        return False
    _pass_boundary(run, activity, boundary, None, None)
    return True


def _best(found: list[Node], kind: str, code: str | None, catching: Any) -> Node | None:
    """The catcher of exactly this code, else one that catches any."""
    for wanted in (code, None):
        for node in found:
            if any(event.kind == kind and event.name == wanted for event in catching(node).events):
                return node
    return None


def _addressee(run: Run, scope: Scope, token: Token, facts: Any) -> Participant:
    role = facts.role
    if role is not None and not isinstance(role, str):
        role = run.value(role, scope, token)
    organ = run.value(facts.organ, scope, token) if facts.organ is not None else None
    return Participant.in_role(role, int(organ) if organ is not None else None)
