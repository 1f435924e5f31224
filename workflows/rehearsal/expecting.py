"""What must hold after a step: one function for each word of `expect`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from workflows.calendar import SHANGHAI
from workflows.engine.variables import to_json
from workflows.feel import compile as compile_feel
from workflows.participant import Participant
from workflows.progress import WorkItem
from workflows.rehearsal.scenario import Failure, Step, moment, plain
from workflows.rehearsal.stage import Stage

Failures = Iterator[Failure]
_SECOND = timedelta(seconds=1)


def role_of(who: Participant | None) -> str:
    """Who it is, in the words of a scenario: a role, `citizen` or `system`."""
    if who is None:
        return "nobody"
    return {"visitor": "citizen", "system": "system"}.get(who.kind) or str(who.role)


def shown(items: Mapping[str, WorkItem]) -> list[str]:
    """The open items as a failure names them."""
    return sorted(f"{item.element} ({role_of(item.participant)})" for item in items.values())


def judge(stage: Stage, step: Step) -> Failures:
    """Yield what does not hold after a step."""
    for name, wanted in step.expect.items():
        yield from _JUDGES[name](stage, step, wanted)


def _several(wanted: Any) -> list[Any]:
    return wanted if isinstance(wanted, list) else [wanted]


def _open(stage: Stage, step: Step, wanted: Any) -> Failures:
    roles = wanted if isinstance(wanted, Mapping) else dict.fromkeys(_several(wanted))
    for element, role in roles.items():
        found = [item for item in stage.items.values() if item.element == element]
        if not found:
            yield Failure("rehearsal.not_open", step.number, {"element": element, "open": shown(stage.items)})
        elif role is not None and role not in {role_of(item.participant) for item in found}:
            facts = {"element": element, "role": role, "found": role_of(found[0].participant)}
            yield Failure("rehearsal.other_role", step.number, facts)


def _closed(stage: Stage, step: Step, wanted: Any) -> Failures:
    for element in _several(wanted):
        if any(item.element == element for item in stage.items.values()):
            yield Failure("rehearsal.still_open", step.number, {"element": element})


def _nothing_open(stage: Stage, step: Step, wanted: Any) -> Failures:
    if bool(stage.items) is bool(wanted):
        yield Failure("rehearsal.still_open", step.number, {"element": shown(stage.items)})


def _milestone(stage: Stage, step: Step, wanted: Any) -> Failures:
    reached = [one.element for progress in stage.recent for one in progress.milestones]
    for element in _several(wanted):
        if element not in reached:
            yield Failure("rehearsal.no_milestone", step.number, {"element": element, "reached": reached})


def _escalated(stage: Stage, step: Step, wanted: Any) -> Failures:
    raised = [one for progress in stage.recent for one in progress.escalations]
    for code in _several(wanted):
        found = [role_of(one.to) for one in raised if one.code == code]
        if not found:
            yield Failure("rehearsal.not_escalated", step.number, {"code": code, "raised": [one.code for one in raised]})
        elif "to" in step.expect and step.expect["to"] not in found:
            yield Failure("rehearsal.escalated_elsewhere", step.number, {"code": code, "to": step.expect["to"], "found": found})


def _to(stage: Stage, step: Step, wanted: Any) -> Failures:
    """Judged together with the escalation it belongs to."""
    if "escalated" not in step.expect:
        yield Failure("rehearsal.to_alone", step.number)


def _status(stage: Stage, step: Step, wanted: Any) -> Failures:
    if stage.case["status"] != wanted:
        yield Failure("rehearsal.other_status", step.number, {"wanted": wanted, "found": stage.case["status"]})


def _variables(stage: Stage, step: Step, wanted: Any) -> Failures:
    for path, value in wanted.items():
        yield from _compared(stage, step, path, value)


def _case(stage: Stage, step: Step, wanted: Any) -> Failures:
    for column, value in wanted.items():
        yield from _compared(stage, step, f"case.{column}", value)


def _compared(stage: Stage, step: Step, path: str, wanted: Any) -> Failures:
    """A text that begins with `=` is an expression: the way to expect null."""
    names = stage.names()
    found = compile_feel(path).evaluate(names, stage.systems.functions)
    if isinstance(wanted, str) and wanted.startswith("="):
        wanted = compile_feel(wanted).evaluate(names, stage.systems.functions)
    if isinstance(wanted, datetime) and isinstance(found, datetime):
        same = moment(wanted) == found
    else:
        same = to_json(found) == to_json(plain(wanted))
    if not same:
        yield Failure("rehearsal.other_value", step.number, {"place": path, "wanted": wanted, "found": found})


def _due(stage: Stage, step: Step, wanted: Any) -> Failures:
    """A day means the last day of the limit; an instant means itself."""
    for element, when in wanted.items():
        found = [one.due for one in (*stage.items.values(), *stage.timers.values()) if one.element == element and one.due]
        if isinstance(when, datetime):
            right = moment(when) in found
        else:
            right = when in [(due - _SECOND).astimezone(SHANGHAI).date() for due in found]
        if not right:
            facts = {"element": element, "wanted": when, "found": [due.astimezone(SHANGHAI).isoformat() for due in found]}
            yield Failure("rehearsal.other_due", step.number, facts)


def _timers(stage: Stage, step: Step, wanted: Any) -> Failures:
    running = sorted({timer.element for timer in stage.timers.values()})
    for element in _several(wanted):
        if element not in running:
            yield Failure("rehearsal.no_timer", step.number, {"element": element, "running": running})


def _ended(stage: Stage, step: Step, wanted: Any) -> Failures:
    last = stage.last
    ended = last is not None and last.status == "completed" and last.ended
    if ended != wanted:
        yield Failure("rehearsal.not_ended", step.number, {"wanted": wanted, "found": ended or "–", "open": shown(stage.items)})


def _running(stage: Stage, step: Step, wanted: Any) -> Failures:
    running = stage.last is not None and stage.last.status == "running"
    if running is not wanted:
        yield Failure("rehearsal.not_running", step.number, {"found": stage.last.status if stage.last else "–"})


def _refused(stage: Stage, step: Step, wanted: Any) -> Failures:
    """Judged where the step is played."""
    return iter(())


_JUDGES: Mapping[str, Callable[[Stage, Step, Any], Failures]] = {
    "open": _open, "closed": _closed, "nothing_open": _nothing_open, "milestone": _milestone, "escalated": _escalated, "to": _to,
    "status": _status, "variables": _variables, "case": _case, "due": _due, "timers": _timers, "ended": _ended,
    "running": _running, "refused": _refused,
}
