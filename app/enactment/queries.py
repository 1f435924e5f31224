"""What runs and what it waits for. Reads only; each query names the county.

`snapshot` is the one read of a command: instance, open items and case in one statement, so that they
belong together without a lock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from app.db import NOW_SQL
from app.definitions.queries import Deployed
from app.enactment.models import audit_entry, incident, item_answer, item_token, subscription, timer, work_item
from app.errors import NotFound
from workflows import Circumstances, Engine, Form, Instance


class CaseUnknown(NotFound):
    """There is no such case."""


class ItemUnknown(NotFound):
    """There is no such work item."""


@dataclass(frozen=True, slots=True)
class OpenItem:
    """What a command must know of a work item that is still open."""

    id: int
    key: str
    process: str
    element: str
    kind: str
    org: int | None
    role: str | None
    assignee: int | None
    party_id: int | None
    mandate_id: int | None
    form: str | None
    operation: str | None
    status: int
    reminded: int
    head_role_added: str | None


@dataclass(frozen=True)
class Snapshot:
    """An instance with its open items and its case, as they were at one moment."""

    county: int
    id: int
    now: datetime
    #: 0 when the case has no instance yet
    version: int
    definition_id: int
    state: bytes
    variables: Mapping[str, Any]
    status: int
    audit_seq: int
    audit_head: bytes
    held: bool
    items: tuple[OpenItem, ...]
    #: the read-only context `case` of the expressions
    case: Mapping[str, Any]
    recorded_at: datetime
    due_at: datetime | None
    #: the earliest timer, if one is set
    next_timer: datetime | None = None

    def item(self, item_id: int) -> OpenItem | None:
        """The open item with this id."""
        return next((item for item in self.items if item.id == item_id), None)


#: names of the context `case`, in the order of the statement below
CASE_NAMES = (
    "no", "kind", "area", "level", "station", "township", "owner", "owner_role", "owner_head", "next_owner", "next_role",
    "category", "priority", "safety_flag", "supervised", "children", "reporter", "status", "assigned", "extended",
)
_ITEM = (
    "id", "item_key", "process", "element", "kind", "org", "role", "assignee", "party_id", "mandate_id", "form", "operation",
    "status", "reminded", "head_role_added",
)
_SNAPSHOT = sa.text(f"""
    select {NOW_SQL} as now, f.id, coalesce(i.version, 0), coalesce(i.definition_id, 0), coalesce(i.state, ''), i.variables,
      coalesce(i.status, 0), coalesce(i.audit_seq, 0), coalesce(i.audit_head, ''), coalesce(i.held, false),
      (select jsonb_agg(jsonb_build_array({", ".join("w." + name for name in _ITEM)}) order by w.id)
         from work_item w where w.county = i.county and w.instance_id = i.id and w.status < 2),
      (select min(t.due_at) from timer t where t.county = i.county and t.instance_id = i.id),
      f.recorded_at, f.due_at, f.number, f.kind, f.area, f.level, f.station_id, f.township_id, f.owner_id, o.role, o.head_role,
      s.id as next_owner, s.role as next_role, f.category, f.priority, f.safety_flag, f.supervised, f.children, f.reporter_id,
      f.status as case_status, f.assigned, f.extended
    from case_file f
    left join process_instance i on i.county = f.county and i.id = f.id
    left join organ o on o.id = f.owner_id
    left join organ s on s.id = o.superior_id
    where f.county = :county
      and f.id = coalesce(cast(:id as bigint),
                          (select w.instance_id from work_item w where w.county = :county and w.id = cast(:item as bigint)))
""")


def snapshot(db: Connection, county: int, id: int | None = None, *, item: int | None = None) -> Snapshot:
    """Instance, open items and case in one statement; found by the case's id or by the id of one of its items.

    Raises CaseUnknown or ItemUnknown.
    """
    row = db.execute(_SNAPSHOT, {"county": county, "id": id, "item": item}).one_or_none()
    if row is None:
        raise ItemUnknown(county=county, id=item) if id is None else CaseUnknown(county=county, id=id)
    case = dict(zip(CASE_NAMES, row[14:], strict=True)) | {"county": county, "id": row[1]}
    return Snapshot(
        county=county, now=row[0], id=row[1], version=row[2], definition_id=row[3], state=bytes(row[4]), variables=row[5] or {},
        status=row[6], audit_seq=row[7], audit_head=bytes(row[8]), held=row[9],
        items=tuple(OpenItem(*values) for values in row[10] or ()), next_timer=row[11],
        recorded_at=row[12], due_at=row[13], case=case,
    )


_ORGAN = sa.text("""
    select o.id as owner, o.role as owner_role, o.head_role as owner_head, s.id as next_owner, s.role as next_role
    from organ o left join organ s on s.id = o.superior_id where o.id = :id
""")


def owner_context(db: Connection, organ_id: int) -> Mapping[str, Any]:
    """The names of the context `case` that follow from its owner."""
    return dict(db.execute(_ORGAN, {"id": organ_id}).mappings().one())


_HEAD = sa.text("select head_role from organ where id = :id and role = :role")


def head_role(db: Connection, organ_id: int, role: str | None) -> str | None:
    """The role of the head of an organ, for items of the organ's own role."""
    return db.execute(_HEAD, {"id": organ_id, "role": role}).scalar_one_or_none()


def item(db: Connection, county: int, item_id: int) -> Row[Any]:
    """One work item, open or closed.

    Raises ItemUnknown.
    """
    row = db.execute(sa.select(work_item).where(work_item.c.county == county, work_item.c.id == item_id)).one_or_none()
    if row is None:
        raise ItemUnknown(county=county, id=item_id)
    return row


def form_now(db: Connection, engine: Engine, deployed: Deployed, item: Row[Any], form: Form) -> Form:
    """The form of an open item as its participant meets it now: defaults, bounds and possible choices worked out."""
    return _resolved(engine, deployed, snapshot(db, item.county, item=item.id), item.item_key, form)


def act_form_now(db: Connection, engine: Engine, deployed: Deployed, case: Row[Any], process: str, form: Form) -> Form:
    """The form of an act that needs no open item, as seen from whatever is open in its process."""
    before = snapshot(db, case.county, case.id)
    beside = next((one.key for one in before.items if one.process == process), None)
    return _resolved(engine, deployed, before, beside, form)


def _resolved(engine: Engine, deployed: Deployed, before: Snapshot, item_key: str | None, form: Form) -> Form:
    at = Circumstances(now=before.now, case=before.case)
    held = Instance(deployed.definition, before.state, before.variables)
    scope = engine.scope(held, item_key, at) if item_key else {"case": before.case}
    return form.resolved(scope, engine.functions(deployed.definition, at))


def open_items(db: Connection, county: int, id: int) -> Sequence[Row[Any]]:
    """The items a case waits for, the most pressing first."""
    of_case = (work_item.c.county == county, work_item.c.instance_id == id, sa.text("work_item.status < 2"))
    return db.execute(sa.select(work_item).where(*of_case).order_by(work_item.c.due_at, work_item.c.id)).all()


def items(db: Connection, county: int, id: int) -> Sequence[Row[Any]]:
    """All items a case has ever had, oldest first."""
    of_case = (work_item.c.county == county, work_item.c.instance_id == id)
    return db.execute(sa.select(work_item).where(*of_case).order_by(work_item.c.id)).all()


def audit(db: Connection, county: int, id: int) -> Sequence[Row[Any]]:
    """Everything recorded about a case, in order."""
    of_case = (audit_entry.c.county == county, audit_entry.c.instance_id == id)
    return db.execute(sa.select(audit_entry).where(*of_case).order_by(audit_entry.c.seq)).all()


@dataclass(frozen=True)
class ElementPath:
    """Where an instance has been on its diagrams and where it stands."""

    #: (process, element) -> how often entered
    visited: Mapping[tuple[str, str], int]
    #: elements with an open item, a timer or a subscription, and activities that were entered and not left
    active: frozenset[tuple[str, str]]


def element_path(db: Connection, county: int, id: int) -> ElementPath:
    """How often each element was entered, and where the tokens wait."""
    of_case = (audit_entry.c.county == county, audit_entry.c.instance_id == id)
    entered = sa.func.count().filter(audit_entry.c.action == "entered")
    gone = sa.func.count().filter(audit_entry.c.action.in_(("left", "withdrawn")))
    counted = sa.select(audit_entry.c.process, audit_entry.c.element, entered, gone).where(
        *of_case, audit_entry.c.action.in_(("entered", "left", "withdrawn"))
    ).group_by(audit_entry.c.process, audit_entry.c.element)
    waits = sa.union(*(
        sa.select(table.c.process, table.c.element).where(table.c.county == county, table.c.instance_id == id, *more)
        for table, more in ((work_item, (sa.text("work_item.status < 2"),)), (timer, ()), (subscription, ()))
    ))
    counts = db.execute(counted).all()
    inside = {(row[0], row[1]) for row in counts if row[2] > row[3]}
    visited = {(row[0], row[1]): row[2] for row in counts if row[2]}
    return ElementPath(visited, frozenset(inside | {(row[0], row[1]) for row in db.execute(waits)}))


def timers(db: Connection, county: int, id: int) -> Sequence[Row[Any]]:
    """The timers of a case, the next one first."""
    of_case = (timer.c.county == county, timer.c.instance_id == id)
    return db.execute(sa.select(timer).where(*of_case).order_by(timer.c.due_at)).all()


def incidents(db: Connection, county: int | None = None, id: int | None = None, *, limit: int = 200) -> Sequence[Row[Any]]:
    """Unsolved incidents, newest first: of a case, of a county, or of all."""
    found = sa.select(incident).where(incident.c.solved_at.is_(None)).order_by(incident.c.at.desc()).limit(limit)
    if county is not None:
        found = found.where(incident.c.county == county)
    if id is not None:
        found = found.where(incident.c.instance_id == id)
    return db.execute(found).all()


def answers(db: Connection, county: int, id: int) -> Sequence[Row[Any]]:
    """The sealed answers of a case, oldest first; who may open them is for policy to say."""
    of_case = (item_answer.c.county == county, item_answer.c.instance_id == id)
    return db.execute(sa.select(item_answer).where(*of_case).order_by(item_answer.c.item_id)).all()


def item_of_token(db: Connection, hashed: bytes, now: datetime) -> Row[Any] | None:
    """The item a one-time link leads to, closed or not; None for a link that is unknown or too old."""
    joined = sa.join(item_token, work_item, (work_item.c.county == item_token.c.county) & (work_item.c.id == item_token.c.item_id))
    found = sa.select(work_item).select_from(joined).where(item_token.c.hash == hashed, item_token.c.expires_at > now)
    return db.execute(found).one_or_none()


_RECEIVERS = sa.text("""
    select s.county, s.instance_id, s.sub_key from subscription s
    join process_instance i on i.county = s.county and i.id = s.instance_id
    where s.message = :message and s.correlation = cast(:keys as text[]) and i.status < 2
      and (cast(:county as int) is null or s.county = :county)
    order by s.county, s.instance_id limit 2
""")


def receivers(db: Connection, message: str, keys: Sequence[str], county: int | None = None) -> Sequence[Row[Any]]:
    """The instances that wait for this message with these keys; at most two are named."""
    return db.execute(_RECEIVERS, {"message": message, "keys": list(keys), "county": county}).all()


_DUE = sa.text("""
    select t.county, t.instance_id, min(t.due_at) as due_at from timer t
    join process_instance i on i.county = t.county and i.id = t.instance_id
    where t.due_at <= :now and i.status = 0 and not i.held
    group by t.county, t.instance_id order by min(t.due_at) limit :limit
""")


def instances_due(db: Connection, now: datetime, *, limit: int = 200) -> Sequence[Row[Any]]:
    """Instances with a timer that is due, the longest overdue first; held and stopped ones are not seen."""
    return db.execute(_DUE, {"now": now, "limit": limit}).all()


_REMIND = sa.text("""
    select w.county, w.id, w.instance_id from work_item w
    join process_instance i on i.county = w.county and i.id = w.instance_id
    where w.status < 2 and w.remind_at <= :now and not i.held order by w.remind_at limit :limit
""")
_UNCLAIMED = sa.text("""
    select w.county, w.id, w.instance_id from work_item w
    join process_instance i on i.county = w.county and i.id = w.instance_id
    where w.status = 0 and w.head_role_added is null and w.head_at <= :now and not i.held order by w.head_at limit :limit
""")


def items_to_remind(db: Connection, now: datetime, *, limit: int = 200) -> Sequence[Row[Any]]:
    """Open items that have used up half, four fifths or all of their time since last told."""
    return db.execute(_REMIND, {"now": now, "limit": limit}).all()


def items_unclaimed(db: Connection, now: datetime, *, limit: int = 200) -> Sequence[Row[Any]]:
    """Items nobody has taken within the time for taking them."""
    return db.execute(_UNCLAIMED, {"now": now, "limit": limit}).all()
