"""What keeps the house in order without moving a case: figures, old keys, the proof of the trail."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.enactment import queries, record
from app.uow import UnitOfWork

KEYS_DAYS = 7
PORTION = 1_000
CASES_AT_ONCE = 200
TRAIL_BROKEN = "audit"

_FOLD = sa.text("""
    with d as (delete from figure_delta returning *),
      s as (select county, category, day, sum(opened) o, sum(closed) c, sum(late) l, sum(seconds) s from d group by 1, 2, 3)
    insert into figure as f select county, category, day, o, c, l, s from s
    on conflict (county, category, day) do update set opened = f.opened + excluded.opened, closed = f.closed + excluded.closed,
      late = f.late + excluded.late, seconds = f.seconds + excluded.seconds
""")
_FORGET_KEYS = sa.text("""
    delete from command where (county, key) in
      (select county, key from command where at < clock_timestamp() - :age order by at limit :portion)
""")
_NEXT_CASES = sa.text("""
    select county, id, audit_seq, audit_head from process_instance where (county, id) > (:county, :id)
    order by county, id limit :portion
""")


def fold_figures(uow: UnitOfWork) -> int:
    """Add what the commands of the last minute counted to the table of days; gives back how many days changed."""
    return uow.db.execute(_FOLD).rowcount


def forget_keys(uow: UnitOfWork) -> int:
    """Throw away keys of commands that nobody will repeat any more, a portion at a time."""
    return uow.db.execute(_FORGET_KEYS, {"age": timedelta(days=KEYS_DAYS), "portion": PORTION}).rowcount


def verify_audit(
    uow: UnitOfWork, arguments: Mapping[str, Any], cursor: Mapping[str, Any] | None
) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Prove the trail of the next portion of cases; a broken one becomes an incident. Gives back cursor and result."""
    seen = dict(cursor or {"county": 0, "id": 0, "checked": 0, "broken": []})
    rows = uow.db.execute(_NEXT_CASES, {"county": seen["county"], "id": seen["id"], "portion": CASES_AT_ONCE}).all()
    for row in rows:
        place = first_broken(uow, row)
        if place is not None:
            seen["broken"] = [*seen["broken"], [row.county, row.id, place]]
        seen |= {"county": row.county, "id": row.id, "checked": seen["checked"] + 1}
    result = {"checked": seen["checked"], "broken": seen["broken"]}
    return (seen if len(rows) == CASES_AT_ONCE else None), result


def first_broken(uow: UnitOfWork, instance: Any) -> int | None:
    """The number of the first entry of a case that does not prove itself; 0 if the tail was cut; None if all is well."""
    head, number = b"", 0
    for entry in queries.audit(uow.db, instance.county, instance.id):
        number += 1
        head = record.link(head, entry.seq, entry.at, entry.actor, entry.action, entry.process, entry.element, entry.body)
        if entry.seq != number or head != bytes(entry.hash):
            return number
    whole = number == instance.audit_seq and head == bytes(instance.audit_head or b"")
    return None if whole else 0
