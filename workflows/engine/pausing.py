"""Limits that move: by a changed variable, by decision of a person, by a pause of the whole instance."""

from __future__ import annotations

from workflows.engine import items, waits
from workflows.engine.run import Run, instant, iso
from workflows.engine.state import ITEM, RUNNING, SUSPENDED, Token, Wait
from workflows.engine.timing import Due
from workflows.errors import NotWaiting
from workflows.progress import Fact


def refresh(run: Run) -> None:
    """Set every timer anew whose expression reads what this command changed."""
    if not run.changed and not run.case_changed:
        return
    for wait in list(run.state.waits.values()):
        if wait.kind == "timer":
            _refresh(run, wait)


def _refresh(run: Run, wait: Wait) -> None:
    node, event = waits.event_of(run, wait)
    scope = run.state.scopes[wait.scope]
    changed = run.changed.get(scope.frame, set()) | ({"case"} if run.case_changed else set())
    if event.expression is None or event.shape == "cycle" or event.expression.names.isdisjoint(changed):
        return
    due = waits.evaluate(run, wait, event, scope, run.state.tokens.get(wait.token))
    if (iso(due.at) if due else None) != wait.due:
        waits.set_due(run, wait, due)
        run.fact("rescheduled", node, key=waits.key(wait), due=wait.due, reason=node.id)


def reschedule(run: Run, key: str, due: Due, reason: str) -> None:
    """Give a timer or an open item another instant. Raises `NotWaiting` when there is none of this key."""
    element, _, number = key.rpartition(":")
    place = int(number) if number.isdecimal() else 0
    wait, token = run.state.waits.get(place), run.state.tokens.get(place)
    if wait is not None and wait.kind == "timer" and wait.element == element:
        waits.set_due(run, wait, due)
        node = waits.catcher(run, wait)
    elif token is not None and token.does == ITEM and token.node == element:
        _set_item(run, token, due)
        node = run.node(token)
    else:
        raise NotWaiting(timer=key)
    run.fact("rescheduled", node, key=key, due=iso(due.at), reason=reason)


def _set_item(run: Run, token: Token, due: Due) -> None:
    token.data = {**token.data, "due": iso(due.at)}
    items.report(run, token, items.described(run, token, run.node(token)))


def suspend(run: Run, reason: str) -> None:
    """Stop the instance."""
    run.state.status, run.state.paused = SUSPENDED, iso(run.now)
    _say(run, "suspended", reason)


def resume(run: Run, reason: str) -> None:
    """Let the instance go on: service limits move by the length of the pause."""
    if run.state.status != SUSPENDED or run.state.paused is None:
        raise NotWaiting("engine.not_suspended")
    pause = run.now - instant(run.state.paused)
    run.state.status, run.state.paused = RUNNING, None
    _say(run, "resumed", reason)
    for wait in [wait for wait in run.state.waits.values() if wait.due is not None and not wait.firm]:
        reschedule(run, waits.key(wait), Due(instant(wait.due or "") + pause), reason)
    for token in [token for token in run.state.tokens.values() if token.does == ITEM and token.data.get("due")]:
        if not token.data.get("firm"):
            reschedule(run, items.key(token), Due(instant(token.data["due"]) + pause), reason)


def _say(run: Run, action: str, reason: str) -> None:
    run.output.facts.append(Fact(action, "", run.state.process, {"reason": reason}))
