"""What moves a case without an item of its own: the clock, and those who may stop, move or put off."""

from collections.abc import Callable
from datetime import datetime

from app.definitions import queries as definitions
from app.enactment import queries, record
from app.enactment.models import RUNNING
from app.enactment.operations.stepping import ask, instance, read, store
from app.enactment.record import Step
from app.errors import Conflict
from app.uow import UnitOfWork
from workflows import Circumstances, Fact, Instance, NotWaiting, Progress

#: after so many failures of its timers an instance is left alone until somebody looks
TRIES = 3
TIMER_FAILED = "timer"


class NotPossible(Conflict):
    """The matter is not in a state that allows this."""


def fire(uow: UnitOfWork, *, county: int, id: int) -> Progress | None:
    """Let every due timer of a case act; None if another clock was quicker.

    Raises EngineRefused.
    """
    before, deployed = read(uow, county, id)
    if before.status != RUNNING or before.next_timer is None or before.next_timer > uow.now:
        return None
    try:
        progress = ask(uow, before, lambda at: uow.engine.fire(instance(before, deployed), at))
    except NotWaiting:
        return None
    return store(uow, before, deployed, progress)


def give_up_timers(uow: UnitOfWork, *, county: int, id: int, reason: str) -> None:
    """Count a failure of a case's timers; the third one sets them aside and leaves an incident."""
    before = queries.snapshot(uow.db, county, id)
    uow.set_now(before.now)
    if record.count_failure(uow, county, id) < TRIES:
        return
    facts = {"reason": reason, "timers": [row.timer_key for row in queries.timers(uow.db, county, id) if row.due_at <= uow.now]}
    record.set_timers_aside(uow, county, id)
    step = Step(facts=[Fact("incident", "", "", {"kind": TIMER_FAILED, "reason": reason})])
    step.add("incidents", [{"kind": TIMER_FAILED, "facts": facts}])
    record.write(uow, before, step)


def solve(uow: UnitOfWork, *, county: int, id: int, incident_id: int) -> None:
    """Close an incident; timers that were set aside are tried again."""
    before = queries.snapshot(uow.db, county, id)
    uow.set_now(before.now)
    record.take_timers_back(uow, county, id)
    step = Step(facts=[Fact("incident_solved", "", "", {"incident": incident_id})])
    step.add("solved", [incident_id])
    record.write(uow, before, step)


def let_go(uow: UnitOfWork, *, county: int, id: int) -> None:
    """Show a held case to the clock: its past has been told."""
    record.let_go(uow, county, id)


def reschedule(uow: UnitOfWork, *, county: int, id: int, timer_key: str, due: datetime, reason: str) -> Progress:
    """Move a timer to another instant, with the reason.

    Raises NotPossible, EngineRefused.
    """
    return _steer(uow, county, id, lambda case, at: uow.engine.reschedule(case, timer_key, due, reason, at))


def suspend(uow: UnitOfWork, *, county: int, id: int, reason: str) -> Progress:
    """Stop a case; its statutory limits go on.

    Raises NotPossible.
    """
    return _steer(uow, county, id, lambda case, at: uow.engine.suspend(case, reason, at))


def resume(uow: UnitOfWork, *, county: int, id: int, reason: str) -> Progress:
    """Let a stopped case go on; its service limits move by the time it stood.

    Raises NotPossible.
    """
    return _steer(uow, county, id, lambda case, at: uow.engine.resume(case, reason, at))


def terminate(uow: UnitOfWork, *, county: int, id: int, reason: str) -> Progress:
    """End a case before its time; everything it waits for is withdrawn.

    Raises NotPossible.
    """
    return _steer(uow, county, id, lambda case, at: uow.engine.terminate(case, reason, at))


def move(uow: UnitOfWork, *, county: int, id: int, definition_id: int) -> Progress:
    """Let a running case go on by another version of its process.

    Raises NotPossible, EngineRefused.
    """
    target = definitions.version(uow.db, definition_id)
    step = Step(parts={"definition": definition_id})
    return _steer(uow, county, id, lambda case, at: uow.engine.move(case, target.definition, at), step, target)


def _steer(
    uow: UnitOfWork, county: int, id: int, verb: Callable[[Instance, Circumstances], Progress], step: Step | None = None,
    target: definitions.Deployed | None = None,
) -> Progress:
    before, deployed = read(uow, county, id)
    case = instance(before, deployed)
    try:
        progress = ask(uow, before, lambda at: verb(case, at))
    except NotWaiting as error:
        raise NotPossible(case=before.case["no"], id=error.id) from error
    return store(uow, before, target or deployed, progress, step)
