"""What an instance waits for beside its items: timers, messages, signals and conditions, set and dropped."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from workflows.engine.run import Run, instant, iso
from workflows.engine.state import Scope, Token, Wait
from workflows.engine.timing import ENDLESS, Due, cycle, due_of, later, period
from workflows.errors import ExpressionFailed
from workflows.model import Event, Node
from workflows.progress import Subscription, Timer

WAITING = frozenset({"timer", "message", "signal", "condition"})


def arm(run: Run, node: Node, scope: Scope, token: Token | None) -> list[Wait]:
    """Begin to wait for the events of a node: for a token, or for the scope itself."""
    armed = []
    for index, event in enumerate(node.events):
        if event.kind in WAITING:
            wait = Wait(run.state.number(), event.kind, node.id, index, scope.id, token.id if token else 0)
            run.state.waits[wait.id] = wait
            _ARM[event.kind](run, wait, event, node, scope, token)
            armed.append(wait)
    return armed


def key(wait: Wait) -> str:
    """The key of a timer or subscription; stable until it is dropped."""
    return f"{wait.element}:{wait.id}"


def event_of(run: Run, wait: Wait) -> tuple[Node, Event]:
    """The node and the event definition that a wait stands for."""
    node = catcher(run, wait)
    return node, node.events[wait.event]


def catcher(run: Run, wait: Wait) -> Node:
    """The node that catches: a boundary or catch event, or the start of an event sub-process."""
    plane = run.plane(run.state.scopes[wait.scope])
    if wait.token:
        return plane.nodes[wait.element]
    return handler(run, wait).inner.starts[0]


def handler(run: Run, wait: Wait) -> Node:
    """The event sub-process whose start a scope waits for."""
    plane = run.plane(run.state.scopes[wait.scope])
    return next(node for node in plane.handlers if node.inner.starts[0].id == wait.element)


def disarm(run: Run, waits: Iterable[Wait]) -> None:
    """Stop waiting."""
    for wait in list(waits):
        del run.state.waits[wait.id]
        _unset(run, wait)


def of_token(run: Run, token: Token) -> list[Wait]:
    """Everything one token waits for."""
    return [wait for wait in run.state.waits.values() if wait.token == token.id]


def of_scope(run: Run, scope: Scope) -> list[Wait]:
    """The event sub-processes a scope waits for."""
    return [wait for wait in run.state.waits.values() if not wait.token and wait.scope == scope.id]


def _unset(run: Run, wait: Wait) -> None:
    name, output = key(wait), run.output
    if wait.kind == "timer":
        if output.timers_set.pop(name, None) is None or wait.id <= run.born:
            output.timers_dropped.append(name)
    elif wait.kind == "message" and output.subscriptions_set.pop(name, None) is None:
        output.subscriptions_dropped.append(name)


# timers


def _arm_timer(run: Run, wait: Wait, event: Event, node: Node, scope: Scope, token: Token | None) -> None:
    wait.since = iso(run.now)
    if event.shape == "cycle":
        first, wait.left = cycle(_cycle_text(run, event, scope, token), run.now)
        set_due(run, wait, Due(first))
        return
    due = evaluate(run, wait, event, scope, token)
    if due is None and node.kind == "catch":
        raise ExpressionFailed("timer.nothing", element=node.id)
    set_due(run, wait, due)


def evaluate(run: Run, wait: Wait, event: Event, scope: Scope, token: Token | None) -> Due | None:
    """When a timer is due, with the present moment of the instant it was set."""
    since = instant(wait.since) if wait.since else run.now
    value: Any = event.text
    if event.expression is not None:
        value = run.value(event.expression, scope, token, moment=since)
    return due_of(value, since, end_of_day=False)


def set_due(run: Run, wait: Wait, due: Due | None) -> None:
    """Give a timer its instant and report it; without one it stays silent until a variable gives one."""
    if due is None:
        if wait.due is not None:
            _unset(run, wait)
        wait.due = None
        return
    wait.due, wait.firm = iso(due.at), int(due.firm)
    node = catcher(run, wait)
    facts = due.facts and {**due.facts, **({"start": iso(due.start)} if due.start else {})}
    run.output.timers_set[key(wait)] = Timer(key(wait), node.id, node.process, due.at, facts)
    run.fact("timer_set", node, due=wait.due, **({"facts": facts} if facts else {}))


def next_round(run: Run, wait: Wait) -> bool:
    """After a firing: set a cycle's next instant; tells whether there is one."""
    node, event = event_of(run, wait)
    if event.shape != "cycle" or wait.left == 1 or wait.due is None:
        return False
    wait.left -= wait.left != ENDLESS
    scope = run.state.scopes[wait.scope]
    text = _cycle_text(run, event, scope, run.state.tokens.get(wait.token))
    set_due(run, wait, Due(later(instant(wait.due), period(text))))
    return True


def _cycle_text(run: Run, event: Event, scope: Scope, token: Token | None) -> str:
    if event.text is not None:
        return event.text
    value = run.value(event.expression, scope, token) if event.expression is not None else None
    if not isinstance(value, str):
        raise ExpressionFailed("timer.no_time", value=str(value)[:80])
    return value


def due_timers(run: Run, now: datetime) -> list[Wait]:
    """The timers that are due, in the order they became so."""
    due = [wait for wait in run.state.waits.values() if is_due(wait, now)]
    return sorted(due, key=lambda wait: (instant(wait.due or ""), wait.id))


def is_due(wait: Wait, now: datetime) -> bool:
    """Whether a timer has come."""
    return wait.due is not None and instant(wait.due) <= now


# messages, signals, conditions


def _arm_message(run: Run, wait: Wait, event: Event, node: Node, scope: Scope, token: Token | None) -> None:
    wait.keys = correlation(run, event, scope, token)
    run.output.subscriptions_set[key(wait)] = Subscription(
        key(wait), node.id, node.process, str(event.name), tuple(wait.keys)
    )


def correlation(run: Run, event: Event, scope: Scope, token: Token | None) -> list[str]:
    """The keys a message must carry; without a `correlation`, the number of the case."""
    if event.correlation is None:
        number = run.case.get("no")
        return [] if number is None else [str(number)]
    value = run.value(event.correlation, scope, token)
    return [_key_text(part) for part in (value if isinstance(value, list) else [value])]


def _key_text(part: Any) -> str:
    return "" if part is None else str(part)


def _arm_signal(run: Run, wait: Wait, event: Event, node: Node, scope: Scope, token: Token | None) -> None:
    """A signal needs nothing but the wait itself."""


def _arm_condition(run: Run, wait: Wait, event: Event, node: Node, scope: Scope, token: Token | None) -> None:
    """An event that waits for a change starts from what is so now; a catch event passes when it is so already."""
    wait.left = 0 if node.kind == "catch" else int(holds(run, wait, event, scope, token))


def holds(run: Run, wait: Wait, event: Event, scope: Scope, token: Token | None) -> bool:
    """Whether the condition of an event is true now."""
    return event.expression is not None and run.value(event.expression, scope, token) is True


_ARM = {"timer": _arm_timer, "message": _arm_message, "signal": _arm_signal, "condition": _arm_condition}
