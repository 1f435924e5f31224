"""The questions of the clock, one function each: which timers are due, what has to leave, who is not told yet, what long work waits.

Each call does one bounded round and says how much it did. What fails is taken back, noted, and the round goes on.
"""

import functools
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from app.connectors import operations as connectors
from app.connectors import queries as letters
from app.enactment import operations as enactment
from app.enactment import queries as running
from app.errors import AppError, Conflict, Unavailable
from app.system import Answer, Call
from app.uow import CLOCK, UnitOfWork
from app.wiring import Wiring

log = logging.getLogger(__name__)

#: after so many failures in a row a system is left alone for a while
BREAK_AFTER = 5
BREAK_SECONDS = 30.0
_broken: dict[str, tuple[int, float]] = {}


def fire_due_timers(wiring: Wiring, now: datetime | None = None) -> int:
    """Let the timers that are due act, each case in a unit of work of its own."""
    with wiring.read(now) as reading:
        due = running.instances_due(reading.db, reading.now)
    return sum(fire_one(wiring, row.county, row.instance_id, now) for row in due)


def fire_one(wiring: Wiring, county: int, id: int, now: datetime | None = None) -> bool:
    """Let the due timers of one case act; a failure is counted and, the third time, set aside."""
    def give_up(reason: str) -> None:
        _run(wiring, lambda uow: enactment.give_up_timers(uow, county=county, id=id, reason=reason), "give_up_timers", now)

    return _guarded(
        lambda: _run(wiring, lambda uow: enactment.fire(uow, county=county, id=id) is not None, "fire", now),
        give_up, f"timers of {county}-{id}",
    )


def perform_outbox(wiring: Wiring, now: datetime | None = None) -> int:
    """Send what waits in the outbox: calls to systems outside any transaction, the rest inside one."""
    rows = _run(wiring, connectors.lease, "lease", now)
    return sum(_perform(wiring, row, now) for row in rows)


def perform_outbox_of(wiring: Wiring, county: int, id: int, now: datetime | None = None) -> int:
    """Send what one case has to send, also if it is held; used where a past is told."""
    rows = _run(wiring, lambda uow: connectors.lease_of_case(uow, county=county, id=id), "lease", now)
    return sum(_perform(wiring, row, now) for row in rows)


def tell_past_outbox(wiring: Wiring, county: int, id: int, now: datetime) -> int:
    """Carry out what one case has to send in a past that is being told: nothing leaves the house.

    A system outside is taken to have answered; cases opened on the way are held like the one that opens them.
    """
    rows = _run(wiring, lambda uow: connectors.lease_of_case(uow, county=county, id=id), "lease", now)
    return sum(_tell(wiring, row, now) for row in rows)


def _tell(wiring: Wiring, row: Mapping[str, Any], now: datetime) -> bool:
    def carry_out_held(uow: UnitOfWork) -> bool:
        uow.held = True
        return connectors.carry_out(uow, row=row)

    if row["topic"] in connectors.INSIDE:
        return _noted(wiring, carry_out_held, row["topic"], now)
    return _noted(wiring, lambda uow: connectors.settle(uow, row=row, answer=Answer()), row["topic"], now)


def deliver_early(wiring: Wiring, now: datetime | None = None) -> int:
    """Hand over messages that came too early and are expected by now; make notes of those nobody came to expect."""
    with wiring.read(now) as reading:
        caught = letters.caught(reading.db)
        given_up = letters.too_early(reading.db, reading.now - timedelta(days=connectors.EARLY_DAYS))
    return sum(
        _noted(wiring, functools.partial(verb, row=row._mapping), verb.__name__, now)
        for verb, rows in ((connectors.deliver_early, caught), (connectors.give_up_early, given_up)) for row in rows
    )


def tell_holders(wiring: Wiring, now: datetime | None = None) -> int:
    """Remind those whose time runs out, and show to the head what nobody has taken."""
    with wiring.read(now) as reading:
        late = running.items_to_remind(reading.db, reading.now)
        unclaimed = running.items_unclaimed(reading.db, reading.now)
    return sum(
        _noted(wiring, functools.partial(verb, county=row.county, item_id=row.id), verb.__name__, now)
        for verb, rows in ((enactment.remind, late), (enactment.offer_to_head, unclaimed)) for row in rows
    )


def fold_figures(wiring: Wiring, now: datetime | None = None) -> int:
    """Add the figures of the last minute to the table of days."""
    return _run(wiring, enactment.fold_figures, "fold_figures", now)


def sweep(wiring: Wiring, now: datetime | None = None) -> int:
    """Throw away what has been kept long enough: keys after a week, texts sent after a month, rows after a year."""
    swept = 0
    for verb in (enactment.forget_keys, connectors.forget_payloads, connectors.forget_rows):
        while (count := _run(wiring, verb, verb.__name__, now)):
            swept += count
    return swept + wiring.limits.sweep()


def work(wiring: Wiring, now: datetime | None = None) -> int:
    """Go on with the long work that waits, one portion of each."""
    taken = _run(wiring, connectors.lease_jobs, "lease_jobs", now)
    return sum(_work(wiring, row, now) for row in taken)


def _work(wiring: Wiring, row: Mapping[str, Any], now: datetime | None) -> bool:
    def fail(reason: str) -> None:
        _run(wiring, lambda uow: connectors.fail_job(uow, row=row, fault=reason), "fail_job", now)

    return _guarded(
        lambda: _run(wiring, lambda uow: connectors.advance_job(uow, row=row, work=JOBS[row["kind"]]), row["kind"], now),
        fail, f"job {row['id']}",
    )


#: kind of long work -> one portion of it: (uow, arguments, cursor) -> (cursor or None, result)
JOBS: dict[str, Callable[..., Any]] = {"verify_audit": enactment.verify_audit}


def _perform(wiring: Wiring, row: Mapping[str, Any], now: datetime | None) -> bool:
    def put_off(reason: str) -> None:
        _run(wiring, lambda uow: connectors.put_off(uow, row=row, fault=reason), "put_off", now)

    def perform() -> bool:
        if row["topic"] in connectors.INSIDE:
            return _run(wiring, lambda uow: connectors.carry_out(uow, row=row), row["topic"], now)
        return _call(wiring, row, now)

    return _guarded(perform, put_off, f"outbox {row['county']}-{row['id']} {row['topic']}")


def _call(wiring: Wiring, row: Mapping[str, Any], now: datetime | None) -> bool:
    name, _, operation = row["topic"].partition(".")
    system, call = wiring.systems[name], connectors.call_of(row, operation)
    if getattr(system, "pretends", _no)(wiring.settings):
        return _run(wiring, lambda uow: connectors.pretend(uow, row=row, twin=system.twin, call=call), row["topic"], now)
    answer = _ask(wiring, name, call)
    return _run(wiring, lambda uow: connectors.settle(uow, row=row, answer=answer), row["topic"], now)


def _ask(wiring: Wiring, name: str, call: Call) -> Answer:
    """Call a system while no connection is held; one that keeps failing is left alone for a while."""
    failures, until = _broken.get(name, (0, 0.0))
    if failures >= BREAK_AFTER and time.monotonic() < until:
        raise Unavailable(system=name, reason="left alone for a while")
    system = wiring.systems[name]
    if hasattr(system, "brief"):
        with wiring.read() as reading:
            call = replace(call, arguments=system.brief(reading.db, call))
    try:
        answer = system.perform(call, wiring.settings)
    except Unavailable:
        _broken[name] = (failures + 1, time.monotonic() + BREAK_SECONDS)
        raise
    _broken.pop(name, None)
    return answer


def _noted(wiring: Wiring, command: Callable[[UnitOfWork], Any], name: str, now: datetime | None) -> bool:
    return _guarded(lambda: bool(_run(wiring, command, name, now)), lambda reason: None, name)


def _guarded(do: Callable[[], Any], otherwise: Callable[[str], None], about: str) -> bool:
    """Do one thing of a round; whatever goes wrong with it is noted and does not stop the round."""
    try:
        return bool(do())
    except Conflict as error:
        log.info("%s: %s", about, error.key)
        otherwise(f"{error.key} {dict(error.facts)}")
    except AppError as error:
        log.warning("%s: %s %s", about, error.key, dict(error.facts))
        otherwise(f"{error.key} {dict(error.facts)}")
    except Exception as error:
        log.exception("%s failed", about)
        otherwise(f"{type(error).__name__}: {error}")
    return False


def _run(wiring: Wiring, command: Callable[[UnitOfWork], Any], name: str, now: datetime | None) -> Any:
    return wiring.run(command, actor=CLOCK, name=name, now=now)


def _no(settings: Any) -> bool:
    return False
