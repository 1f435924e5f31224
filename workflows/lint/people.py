"""Who acts and until when: tasks that nobody may do, limits that nobody notices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from workflows.errors import Finding, WorkflowError
from workflows.feel.temporal import read_duration
from workflows.lint.subject import Rule, Subject
from workflows.model import Event, Node

_PERIOD = re.compile(r"P[^/]+\Z", re.ASCII)
SHORTEST = timedelta(minutes=1)


def nobody(subject: Subject) -> Iterator[Finding]:
    """A user task has somebody: a role in an organ, or a party of the case."""
    for node in subject.nodes:
        if node.kind not in ("user", "manual"):
            continue
        lane = subject.manifest.roles.get(node.lane or "")
        if lane is None and node.role is None:
            yield subject.error("nobody", node.id, lane=node.lane or "–")
        elif lane is not None and lane.system:
            yield subject.error("person_in_system_lane", node.id, lane=node.lane)
        elif node.role is not None and node.organ is None and (lane is None or lane.organ is None):
            yield subject.error("role_without_organ", node.id)


def silent(subject: Subject) -> Iterator[Finding]:
    """A limit of a person's task has a timer on the task or around it, so that somebody hears when it passes."""
    for node in subject.nodes:
        if node.kind in ("user", "manual") and node.due is not None and not any(_timed(one) for one in subject.around(node)):
            yield subject.warning("limit_silent", node.id)


def _timed(node: Node) -> bool:
    inside = node.inner.handlers if node.inner is not None else ()
    starts = [handler.inner.starts[0] for handler in inside if handler.inner is not None and handler.inner.starts]
    return any(event.kind == "timer" for one in (*node.boundaries, *starts) for event in one.events)


def short(subject: Subject) -> Iterator[Finding]:
    """A timer waits a minute at least."""
    for node in subject.nodes:
        for event in node.events:
            if event.kind == "timer" and (period := _period(event)) is not None and period < SHORTEST:
                yield subject.error("timer_short", node.id, period=str(period))


def _period(event: Event) -> timedelta | None:
    """The period of a timer that says it literally."""
    if event.text is not None:
        found = _PERIOD.search(event.text)
        value = read_duration(found[0]) if found else None
    elif event.expression is not None and not event.expression.names:
        try:
            value = event.expression.evaluate({})
        except WorkflowError:
            return None
    else:
        return None
    return value if isinstance(value, timedelta) else None


RULES: tuple[Rule, ...] = (nobody, silent, short)
