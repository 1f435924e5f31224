"""Out and in: what the outbox holds is performed between two units of work, what comes in reaches its case once.

The lease of a row is its next try, so a worker that died needs no repair.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from app.cases import operations as cases
from app.connectors import queries
from app.connectors.models import inbox, job, outbox
from app.db import FOREVER
from app.enactment import operations as enactment
from app.enactment import queries as running
from app.errors import Invalid, NotFound
from app.system import Answer, Call, Incoming
from app.uow import UnitOfWork

#: pauses after each failed try, in seconds; after the last one a person decides
PAUSES = (10, 60, 300, 1_800, 7_200, 21_600, 86_400)
#: a message that comes too early waits so long for somebody to expect it
EARLY_DAYS = 7
DEAD = "outbox"
PORTION = 1_000
JOB_LEASE = timedelta(minutes=5)
#: topics that stay in the house: performed in the unit of work that marks them done
INSIDE: Mapping[str, Callable[[UnitOfWork, Mapping[str, Any]], Any]] = {
    "deliver": lambda uow, payload: cases.receive(uow, payload),
    "open_linked": lambda uow, payload: cases.open_linked(uow, payload),
    "notice": lambda uow, payload: cases.tell(uow, payload),
}
Row = Mapping[str, Any]
TITLES = {"four_platforms": {"zh": "基层治理四平台（模拟）", "en": "Four platforms (pretending)"}}
MODES = {
    "well": {"zh": "正常", "en": "well"}, "slow": {"zh": "缓慢", "en": "slow"}, "down": {"zh": "中断", "en": "down"},
    "rejecting": {"zh": "退回", "en": "rejecting"}, "silent": {"zh": "不回应", "en": "silent"},
}


class CaseUnknownHere(NotFound):
    """We have no matter with this number."""


_LEASE = sa.text("""
    update outbox o set tries = tries + 1, next_try = :now + :lease
    from (select q.county, q.id from outbox q
          where q.done_at is null and q.next_try <= :now and not exists (
              select 1 from process_instance i where i.county = q.county and i.id = q.instance_id and i.held)
          order by q.next_try, q.id limit :limit for update skip locked) d
    where o.county = d.county and o.id = d.id
    returning o.county, o.id, o.instance_id, o.item_id, o.topic, o.payload, o.tries
""")


def lease(uow: UnitOfWork, *, limit: int = 20) -> list[dict[str, Any]]:
    """Take rows that are due, so that no other worker tries them for a while; oldest first."""
    given = {"now": uow.now, "lease": timedelta(seconds=uow.settings.outbox_lease_seconds), "limit": limit}
    return _ordered(uow.db.execute(_LEASE, given).mappings().all())


_LEASE_OF_CASE = sa.text("""
    update outbox set tries = tries + 1, next_try = :now + :lease
    where county = :county and instance_id = :case and done_at is null and next_try <= :now
    returning county, id, instance_id, item_id, topic, payload, tries
""")


def lease_of_case(uow: UnitOfWork, *, county: int, id: int) -> list[dict[str, Any]]:
    """Take what one case, a held one included, has to send by now."""
    given = {"now": uow.now, "lease": timedelta(seconds=uow.settings.outbox_lease_seconds), "county": county, "case": id}
    return _ordered(uow.db.execute(_LEASE_OF_CASE, given).mappings().all())


def carry_out(uow: UnitOfWork, *, row: Row) -> bool:
    """Perform a row that stays in the house and mark it done, both or neither."""
    if not _done(uow, row):
        return False
    INSIDE[row["topic"]](uow, row["payload"])
    return True


def settle(uow: UnitOfWork, *, row: Row, answer: Answer) -> bool:
    """Take what a system outside answered to its case; an answer to an item that was withdrawn meanwhile is only kept."""
    if not _done(uow, row, "refused" if answer.code else "sent"):
        return False
    if row["item_id"] is None or not _is_open(uow, row):
        return True
    if answer.code:
        enactment.fail(uow, county=row["county"], item_id=row["item_id"], code=answer.code)
    else:
        enactment.complete(uow, county=row["county"], item_id=row["item_id"], answers=answer.values)
    return True


def put_off(uow: UnitOfWork, *, row: Row, fault: str) -> bool:
    """Try again later; after the last try it becomes a dead letter and an incident. Tells whether it is dead."""
    place = {"county": row["county"], "id": row["id"], "fault": fault[:500]}
    if row["tries"] <= len(PAUSES):
        pause = timedelta(seconds=PAUSES[row["tries"] - 1] * random.uniform(0.9, 1.2))
        uow.db.execute(_LATER, place | {"at": uow.now + pause})
        return False
    uow.db.execute(_DEAD, place)
    if row["instance_id"] is not None:
        facts = {"outbox": row["id"], "topic": row["topic"], "fault": fault[:500]}
        enactment.note_incident(uow, row["county"], row["instance_id"], DEAD, facts)
    return True


def send_again(uow: UnitOfWork, *, county: int, outbox_id: int) -> None:
    """Send a dead letter once more, under the same number."""
    same = (outbox.c.county == county, outbox.c.id == outbox_id, outbox.c.done_at.is_(None))
    uow.db.execute(sa.update(outbox).where(*same).values(tries=0, next_try=uow.now, outcome=None))


def receive(uow: UnitOfWork, *, system: str, incoming: Incoming) -> dict[str, Any]:
    """Take in what a system outside tells a case: now, later if it came too early, or as a note if too late.

    A message that came before hears its first answer again.

    Raises CaseUnknownHere.
    """
    place = queries.address(uow.db, incoming.keys[0])
    if place is None:
        raise CaseUnknownHere(number=incoming.keys[0])
    county, case_id = place
    row = {
        "county": county, "system": system, "message_id": incoming.message_id, "at": uow.now, "body": dict(incoming.body),
        "message": incoming.message, "keys": list(incoming.keys), "instance_id": case_id,
    }
    if not uow.db.execute(_ARRIVED, row).rowcount:
        before = queries.received(uow.db, county, system, incoming.message_id)
        return dict(before.answer) if before is not None and before.answer else {"taken": "before"}
    taken = _take(uow, county, case_id, system, incoming)
    _answered(uow, row, taken)
    return {"taken": taken}


def deliver_early(uow: UnitOfWork, *, row: Row) -> bool:
    """Hand a message that came too early to its case, which waits for it by now."""
    if not _state(uow, row, "done"):
        return False
    return cases.receive(uow, _payload(row))


def give_up_early(uow: UnitOfWork, *, row: Row) -> bool:
    """Make a note of a message nobody came to wait for."""
    if not _state(uow, row, "gone"):
        return False
    return cases.receive(uow, _payload(row))


def forget_payloads(uow: UnitOfWork) -> int:
    """Throw away what was sent a month ago; that it was sent stays."""
    return uow.db.execute(_FORGET_PAYLOADS, {"before": uow.now - timedelta(days=30), "portion": PORTION}).rowcount


def forget_rows(uow: UnitOfWork) -> int:
    """Throw away rows of the outbox and the inbox after a year."""
    given = {"before": uow.now - timedelta(days=365), "portion": PORTION}
    return uow.db.execute(_FORGET_SENT, given).rowcount + uow.db.execute(_FORGET_RECEIVED, given).rowcount


def request_job(uow: UnitOfWork, *, kind: str, arguments: Mapping[str, Any] | None = None) -> int:
    """Ask the clock for long work; gives back its number."""
    row = {"kind": kind, "arguments": dict(arguments or {}), "created_by": uow.actor.id, "created_at": uow.now, "next_try": uow.now}
    return uow.db.execute(sa.insert(job).values(row).returning(job.c.id)).scalar_one()


def call_of(row: Row, operation: str) -> Call:
    """The call an outbox row stands for; its number is the same at every try."""
    payload = row["payload"] or {}
    number = f"{row['county']}-{row['item_id']}" if row["item_id"] is not None else f"{row['county']}-o{row['id']}"
    return Call(operation, payload.get("arguments", payload), number, row["county"], row["instance_id"], row["tries"])


def pretend(uow: UnitOfWork, *, row: Row, twin: Callable[[UnitOfWork, Call], None], call: Call) -> bool:
    """Let the twin of a system take a call in the unit of work that marks it done."""
    twin(uow, call)
    return settle(uow, row=row, answer=Answer())


def lease_jobs(uow: UnitOfWork, *, limit: int = 2) -> list[dict[str, Any]]:
    """Take long work that waits, so that no other worker goes on with it for a while."""
    return [dict(row) for row in uow.db.execute(_LEASE_JOBS, {"now": uow.now, "lease": JOB_LEASE, "limit": limit}).mappings()]


def advance_job(uow: UnitOfWork, *, row: Row, work: Callable[..., tuple[Any, Any]]) -> bool:
    """Do one portion of long work and keep where it stands, both or neither. Tells whether it is finished."""
    cursor, result = work(uow, row["arguments"], row["cursor"])
    done = uow.now if cursor is None else None
    values = {"cursor": cursor, "result": result, "done_at": done, "next_try": uow.now, "tries": 0, "fault": None}
    uow.db.execute(sa.update(job).where(job.c.id == row["id"]).values(values))
    return True


def fail_job(uow: UnitOfWork, *, row: Row, fault: str) -> None:
    """Try a portion again later; after the last pause a person decides."""
    tries = min(row["tries"], len(PAUSES))
    at = uow.now + timedelta(seconds=PAUSES[tries - 1]) if row["tries"] <= len(PAUSES) else FOREVER
    uow.db.execute(sa.update(job).where(job.c.id == row["id"]).values(next_try=at, fault=fault[:500]))


def simulator_states(wiring: Any) -> list[dict[str, Any]]:
    """How the pretending systems stand; those that do not answer are left out."""
    states = []
    for name in wiring.systems:
        asked = getattr(wiring.systems[name], "pretended", None)
        state = asked(wiring.settings) if asked else None
        if state is not None:
            modes = [(mode, MODES.get(mode, {"zh": mode, "en": mode})) for mode in state["modes"]]
            states.append({
                "name": name, "title": TITLES.get(name, {"zh": name, "en": name}), "mode": state["mode"],
                "mode_words": MODES.get(state["mode"], {}), "modes": modes,
            })
    return states


def switch_simulator(wiring: Any, name: str, mode: str) -> None:
    """Let a pretending system behave well, or not.

    Raises Invalid, Unavailable.
    """
    if mode not in MODES or name not in wiring.systems or not hasattr(wiring.systems[name], "switch"):
        raise Invalid({"mode": ["unknown"]})
    wiring.systems[name].switch(wiring.settings, mode)


_LATER = sa.text("update outbox set next_try = :at, fault = :fault where county = :county and id = :id and done_at is null")
_DEAD = sa.text("""
    update outbox set next_try = 'infinity', outcome = 'dead', fault = :fault
    where county = :county and id = :id and done_at is null
""")
_FORGET_PAYLOADS = sa.text("""
    update outbox set payload = null where (county, id) in
      (select county, id from outbox where done_at < :before and payload is not null limit :portion)
""")
_FORGET_SENT = sa.text("""
    delete from outbox where (county, id) in (select county, id from outbox where done_at < :before limit :portion)
""")
_FORGET_RECEIVED = sa.text("""
    delete from inbox where (county, system, message_id) in
      (select county, system, message_id from inbox where at < :before limit :portion)
""")
_LEASE_JOBS = sa.text("""
    update job j set tries = tries + 1, next_try = :now + :lease
    from (select id from job where done_at is null and next_try <= :now order by next_try limit :limit for update skip locked) d
    where j.id = d.id returning j.id, j.kind, j.arguments, j.cursor, j.tries
""")
_MARK = sa.text("update outbox set done_at = :now, outcome = :outcome where county = :county and id = :id and done_at is null")
_OPEN = sa.text("select status < 2 from work_item where county = :county and id = :item")
_ARRIVED = insert(inbox).on_conflict_do_nothing(index_elements=["county", "system", "message_id"])


def _take(uow: UnitOfWork, county: int, case_id: int, system: str, incoming: Incoming) -> str:
    waits = running.receivers(uow.db, incoming.message, incoming.keys, county)
    if not waits and queries.is_live(uow.db, county, incoming.keys):
        return "early"
    taken = cases.receive(uow, {
        "county": county, "id": case_id, "message": incoming.message, "keys": list(incoming.keys),
        "payload": dict(incoming.payload), "source": system,
    })
    return "now" if taken else "late"


def _answered(uow: UnitOfWork, row: Row, taken: str) -> None:
    same = (inbox.c.county == row["county"], inbox.c.system == row["system"], inbox.c.message_id == row["message_id"])
    state = taken if taken in ("early", "late") else "done"
    uow.db.execute(sa.update(inbox).where(*same).values(answer={"taken": taken}, state=state))


def _state(uow: UnitOfWork, row: Row, state: str) -> bool:
    same = (inbox.c.county == row["county"], inbox.c.system == row["system"], inbox.c.message_id == row["message_id"])
    changed = sa.update(inbox).where(*same, sa.text("state = 'early'")).values(state=state)
    return uow.db.execute(changed).rowcount == 1


def _payload(row: Row) -> dict[str, Any]:
    return {
        "county": row["county"], "id": row["instance_id"], "message": row["message"], "keys": list(row["keys"]),
        "payload": dict(row["body"].get("payload") or {}), "source": row["system"],
    }


def _done(uow: UnitOfWork, row: Row, outcome: str | None = None) -> bool:
    place = {"county": row["county"], "id": row["id"], "now": uow.now, "outcome": outcome}
    return uow.db.execute(_MARK, place).rowcount == 1


def _is_open(uow: UnitOfWork, row: Row) -> bool:
    return bool(uow.db.execute(_OPEN, {"county": row["county"], "item": row["item_id"]}).scalar_one())


def _ordered(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return sorted((dict(row) for row in rows), key=lambda row: (row["county"], row["id"]))
