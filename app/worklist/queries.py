"""What a participant has to do: queues in the order of their due instants, and one item with its case.

Queues read the partial indexes of open items only; an organ's queue is asked by organ and role, so
ten million closed items cost nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from app.errors import NotFound

#: The views of the desk, in the order of their tabs.
VIEWS = ("mine", "unit", "due", "returned")
#: Counts above this are shown as "1,000+".
COUNTED = 1000

_COLUMNS = """w.county, w.id, w.instance_id, w.process, w.element, w.title_zh, w.title_en, w.role, w.org, w.assignee, w.kind,
       w.priority, w.status, w.returned, w.version, w.opened_at, w.due_at, w.due_from, w.head_role_added"""

_AFTER = "and (cast(:due as timestamptz) is null or (w.due_at, w.id) > (cast(:due as timestamptz), cast(:id as bigint)))"

_UNIT = f"""
select {_COLUMNS} from unnest(cast(:orgs as int[]), cast(:roles as text[])) q(org, role)
cross join lateral (select * from work_item w
  where w.org = q.org and (w.role = q.role or w.head_role_added = q.role) and w.status < 2 {{filter}} {_AFTER}
  order by w.due_at, w.id limit :count) w"""

_MINE = f"""
select {_COLUMNS} from work_item w where w.assignee = :me and w.status = 1 {{filter}} {_AFTER}
union select {_COLUMNS} from work_item w
 where w.kind = 'mandate' and w.mandate_id = any(cast(:mandates as int[])) and w.status < 2 {{filter}} {_AFTER}"""

_FILTERS = {
    "mine": ("", None),
    "unit": (None, ""),
    "due": ("and w.due_at <= :until",) * 2,
    "returned": ("and w.returned",) * 2,
}

_LISTED = """
select w.*, c.number, c.title, c.category, c.status as case_status, c.supervised, c.extended, c.area,
       a.name_zh as place_zh, a.name_en as place_en, h.name as holder, o.short_zh as org_zh, o.name_en as org_en
from ({source}) w
join case_file c on c.county = w.county and c.id = w.instance_id
left join area a on a.code = c.area
left join organ o on o.id = w.org
left join account h on h.id = w.assignee
order by w.due_at, w.id limit :count"""

_ONE = sa.text(f"""
select {_COLUMNS}, w.item_key, w.party_id, w.mandate_id, w.form, w.operation, w.due_facts, w.local, w.claimed_at, w.closed_at,
       i.definition_id, i.state, i.variables, i.status as instance_status,
       c.number, c.title, c.category, c.status as case_status, c.supervised, c.extended, c.safety_flag, c.area, c.recorded_at,
       c.occurred_at, c.households, c.channel, c.kind as case_kind, c.station_id, c.owner_id, c.reporter_id,
       a.name_zh as place_zh, a.name_en as place_en, h.name as holder,
       t.body as text, t.place, s.name_zh as station_zh, s.name_en as station_en
from work_item w
join process_instance i on i.county = w.county and i.id = w.instance_id
join case_file c on c.county = w.county and c.id = w.instance_id
left join case_text t on t.county = w.county and t.case_id = w.instance_id
left join area a on a.code = c.area
left join organ s on s.id = c.station_id
left join account h on h.id = w.assignee
where w.county = :county and w.id = :id""")

_NEXT = sa.text("""
select w.id from work_item w where w.county = :county and w.instance_id = :instance and w.status < 2 and w.kind <> 'system'
 and (w.assignee = :me or (w.status = 0 and exists (
   select 1 from unnest(cast(:orgs as int[]), cast(:roles as text[])) q(org, role)
   where q.org = w.org and (q.role = w.role or q.role = w.head_role_added))))
order by w.opened_at desc, w.id limit 1""")


class ItemUnknown(NotFound):
    """There is no such work item, or it is not for you to see."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose queue is read: the account, its mandates, and the organs and roles it may serve."""

    account: int
    pairs: tuple[tuple[int, str], ...]
    mandates: tuple[int, ...] = ()

    def parameters(self) -> dict[str, Any]:
        """The same as parameters of a statement."""
        return {
            "me": self.account,
            "orgs": [organ for organ, _role in self.pairs],
            "roles": [role for _organ, role in self.pairs],
            "mandates": list(self.mandates),
        }


def _source(view: str) -> str:
    mine, unit = _FILTERS[view]
    parts = [sql.format(filter=chosen) for sql, chosen in ((_MINE, mine), (_UNIT, unit)) if chosen is not None]
    return "\nunion ".join(f"({part})" for part in parts)


_LISTS = {view: sa.text(_LISTED.format(source=_source(view))) for view in VIEWS}
_COUNTS = sa.text(
    "select " + ", ".join(f"(select count(*) from ({_source(view)} limit :count) {view}) as {view}" for view in VIEWS)
)


def items_for(
    db: Connection, reader: Reader, view: str, *, until: datetime, after: Sequence[Any] | None = None, count: int = 51
) -> Sequence[Row[Any]]:
    """The open items of one view, earliest due first; ``until`` bounds the view "due", ``after`` is the last key shown."""
    due, last = (after[0], after[1]) if after else (None, None)
    values = reader.parameters() | {"until": until, "due": due, "id": last, "count": count}
    return db.execute(_LISTS[view], values).all()


def counts(db: Connection, reader: Reader, *, until: datetime) -> dict[str, int]:
    """How many items each view holds; a number above `COUNTED` means "that many or more"."""
    values = reader.parameters() | {"until": until, "due": None, "id": None, "count": COUNTED + 1}
    return dict(db.execute(_COUNTS, values).one()._mapping)


def item(db: Connection, county: int, item_id: int) -> Row[Any]:
    """One item with its case in brief and what its form may read. Raises ItemUnknown."""
    row = db.execute(_ONE, {"county": county, "id": item_id}).one_or_none()
    if row is None:
        raise ItemUnknown()
    return row


_ROW = sa.text(_LISTED.format(source=f"select {_COLUMNS} from work_item w where w.county = :county and w.id = :id"))


def row(db: Connection, county: int, item_id: int) -> Row[Any]:
    """One item as a row of a queue. Raises ItemUnknown."""
    found = db.execute(_ROW, {"county": county, "id": item_id, "count": 1}).one_or_none()
    if found is None:
        raise ItemUnknown()
    return found


_EARLIER = sa.text("""
select w.element, w.title_zh, w.title_en, max(w.closed_at) as closed_at from work_item w
where w.county = :county and w.instance_id = :instance and w.status = 2 and w.kind in ('role', 'person', 'mandate')
  and w.process = :process and w.element <> :element
group by w.element, w.title_zh, w.title_en order by max(w.closed_at) desc limit 12""")


def earlier_steps(db: Connection, item: Row[Any]) -> Sequence[Row[Any]]:
    """The steps of the same process that people have completed before, the latest first."""
    values = {"county": item.county, "instance": item.instance_id, "process": item.process, "element": item.element}
    return db.execute(_EARLIER, values).all()


def next_item(db: Connection, reader: Reader, county: int, instance: int) -> int | None:
    """The newest item of the same case that the reader may go on with."""
    values = reader.parameters() | {"county": county, "instance": instance}
    return db.execute(_NEXT, values).scalar_one_or_none()
