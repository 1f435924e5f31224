"""The only writer of running cases: gathers what a step changed and hands it to the function `enact`.

The audit trail is chained here: each entry's hash covers the entry before it.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.engine import Connection

from app.db import json_text, plain_number
from app.enactment.assignment import CHINA
from app.enactment.models import COMPLETED, ENDED, RUNNING, SUSPENDED, TERMINATED, WITHDRAWN
from app.enactment.queries import Snapshot
from app.uow import Letter, UnitOfWork
from workflows import Fact, Progress

STATUS = {"running": RUNNING, "suspended": SUSPENDED, "completed": ENDED, "terminated": TERMINATED}
#: engine names of the context `case` whose columns are called otherwise
COLUMNS = {"station": "station_id", "township": "township_id", "owner": "owner_id", "reporter": "reporter_id"}
#: names of the context `case` that follow from others and are no columns
_DERIVED = {"no", "kind", "owner_role", "owner_head", "next_owner", "next_role", "county", "id"}
_SEPARATOR = b"\x1f"
_ENACT = (
    "select enact_1(%s::int, %s::bigint, %s::uuid, %s::int, %s::timestamptz, %s::int, %s::bytea, %s::bytea, %s::jsonb, %s::jsonb)"
)


@dataclass
class Step:
    """What one command changes of one instance; a part that is absent changes nothing."""

    parts: dict[str, Any] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    state: bytes | None = None
    #: the mandate in whose name a deputy acts
    mandate: int | None = None

    def add(self, part: str, rows: Sequence[Any]) -> None:
        """Put rows into a part; none leave it absent."""
        if rows:
            self.parts.setdefault(part, []).extend(rows)


def write(uow: UnitOfWork, snapshot: Snapshot, step: Step) -> None:
    """Put the step off to the end of the unit of work, where one call writes it all.

    The database refuses it if the instance has moved since the snapshot; the command then runs again.
    """
    entries, head = chain(snapshot, step.facts, at=uow.now, actor=uow.actor.id)
    step.add("audit", entries)
    work = step.parts | {"mandate": step.mandate, "key_county": uow.county}
    if entries:
        work["seq"] = snapshot.audit_seq + len(entries)

    def enact(db: Connection, *, key: UUID | None, answer: Any, letters: Sequence[Letter]) -> None:
        rows = work.get("outbox", []) + [_row(letter) for letter in letters]
        whole = json_text(work | {"outbox": rows} if rows else work)
        stored = None if key is None else json_text(answer)
        db.exec_driver_sql(_ENACT, (
            snapshot.county, snapshot.id, key, uow.actor.id, uow.now, snapshot.version, step.state, head if entries else None,
            whole, stored,
        ))

    uow.finish_with(enact)


def follow(step: Step, snapshot: Snapshot, progress: Progress, now: datetime) -> None:
    """Take over from a `Progress` everything that needs no further knowledge; items that open come from elsewhere."""
    step.state = progress.state
    step.parts |= {"variables": dict(progress.variables), "status": STATUS[progress.status]}
    if progress.status in ("completed", "terminated"):
        step.parts |= {"ended_at": now, "ended_with": progress.ended}
    _close(step, snapshot, progress)
    step.add("timers_off", list(progress.timers_dropped))
    step.add("timers_on", [
        {"timer_key": one.key, "process": one.process, "element": one.element, "due_at": one.due, "facts": one.facts}
        for one in progress.timers_set
    ])
    step.add("subscriptions_off", list(progress.subscriptions_dropped))
    step.add("subscriptions_on", [
        {"sub_key": one.key, "process": one.process, "element": one.element, "message": one.message,
         "correlation": [str(key) for key in one.correlation]}
        for one in progress.subscriptions_set
    ])
    step.facts.extend(progress.facts)
    change_case(step, snapshot, progress.case_changes, progress.case_status)


def change_case(step: Step, snapshot: Snapshot, changes: Mapping[str, Any], status: str | None) -> None:
    """Columns of the case, by their engine names, and the figures that follow from them."""
    columns = {COLUMNS.get(name, name): value for name, value in changes.items() if name not in _DERIVED}
    if status is not None:
        columns["status"] = status
    if columns:
        step.parts["case"] = step.parts.get("case", {}) | columns
    if not snapshot.state:
        step.add("figures", [_delta(snapshot, columns, snapshot.recorded_at, opened=1)])
    closed = _instant(columns.get("closed_at"))
    if closed is not None:
        due = _instant(columns.get("due_at")) or snapshot.due_at
        took = (closed - snapshot.recorded_at).total_seconds()
        step.add("figures", [_delta(snapshot, columns, closed, closed=1, late=int(due is not None and closed > due), seconds=took)])


def chain(snapshot: Snapshot, facts: Sequence[Fact], *, at: datetime, actor: int) -> tuple[list[dict[str, Any]], bytes]:
    """The audit rows of the facts, each chained to the one before, and the new head."""
    head, rows = snapshot.audit_head, []
    for seq, fact in enumerate(facts, snapshot.audit_seq + 1):
        body = canonical(fact.payload)
        head = link(head, seq, at, actor, fact.action, fact.process, fact.element, body)
        rows.append({
            "seq": seq, "action": fact.action, "process": fact.process, "element": fact.element, "body": body, "hash": head.hex(),
        })
    return rows, head


def canonical(payload: Mapping[str, Any]) -> str:
    """JSON with sorted keys and no spaces: the text that is hashed and kept."""
    return orjson.dumps(payload, default=plain_number, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS).decode()


def link(head: bytes, *entry: Any) -> bytes:
    """The hash of an entry, given the hash before it."""
    told = [part.astimezone(UTC).isoformat() if isinstance(part, datetime) else str(part) for part in entry]
    return hashlib.sha256(_SEPARATOR.join([head, *(part.encode() for part in told)])).digest()


def sealed_row(item_id: int | None, item_key: str | None, form: str, sealed: bytes) -> dict[str, Any]:
    """The row that keeps a participant's answers; the item is named by its id, or by its key if it opens just now."""
    return {"item_id": item_id, "item_key": item_key, "form": form, "sealed": base64.b64encode(sealed).decode()}


def _close(step: Step, snapshot: Snapshot, progress: Progress) -> None:
    ids = {item.key: item.id for item in snapshot.items}
    how = {"completed": COMPLETED, "withdrawn": WITHDRAWN}
    step.add("close", [{"id": ids[one.key], "status": how[one.how]} for one in progress.closed if one.key in ids])


def _row(letter: Letter) -> dict[str, Any]:
    return {"county": letter.county, "instance_id": letter.instance_id, "topic": letter.topic, "payload": dict(letter.payload)}


def _delta(snapshot: Snapshot, columns: Mapping[str, Any], at: datetime, **counts: float) -> dict[str, Any]:
    category = columns.get("category") or snapshot.case.get("category") or ""
    return {"category": category, "day": at.astimezone(CHINA).date(), "opened": 0, "closed": 0, "late": 0, "seconds": 0.0} | counts


def _instant(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


_FAILED = text("update process_instance set failures = failures + 1 where county = :county and id = :id returning failures")
_ASIDE = text("update timer set due_at = 'infinity', tries = :tries where county = :county and instance_id = :id and due_at <= :now")
_BACK = text("update timer set due_at = :now, tries = 0 where county = :county and instance_id = :id and due_at = 'infinity'")
_WELL = text("update process_instance set failures = 0 where county = :county and id = :id")
_LET_GO = text("update process_instance set held = false where county = :county and id = :id")


def count_failure(uow: UnitOfWork, county: int, id: int) -> int:
    """Count a failure of the clock on an instance; gives back how many there are."""
    return uow.db.execute(_FAILED, {"county": county, "id": id}).scalar_one()


def set_timers_aside(uow: UnitOfWork, county: int, id: int) -> None:
    """Keep the due timers of an instance from the clock."""
    uow.db.execute(_ASIDE, {"county": county, "id": id, "now": uow.now, "tries": 3})


def take_timers_back(uow: UnitOfWork, county: int, id: int) -> None:
    """Show the timers that were set aside to the clock again."""
    uow.db.execute(_BACK, {"county": county, "id": id, "now": uow.now})
    uow.db.execute(_WELL, {"county": county, "id": id})


def let_go(uow: UnitOfWork, county: int, id: int) -> None:
    """Show an instance to the clock."""
    uow.db.execute(_LET_GO, {"county": county, "id": id})
