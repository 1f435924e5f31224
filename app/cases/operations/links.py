"""Cases that wait for each other: supervision, merging, moving. Who waits, waits for a link, never for a case.

Another case is never touched directly: what it must do or hear is an outbox row of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from app.cases.operations.opening import Opening, open_case
from app.cases.operations.papers import add_note
from app.enactment import operations as enactment
from app.enactment import queries as running
from app.errors import Conflict, NotFound
from app.uow import UnitOfWork
from workflows import Message

#: What kind of case each kind of link opens.
OPENS = {"supervision": "supervision", "raised": "supervision", "moved": "citizen_issue", "reopened": "citizen_issue"}
SUPERVISION_DONE = "msg_supervision_done"
PARENT_DONE = "msg_merged_parent_done"
#: Ends of a matter that bring no result.
ENDED_EARLY = ("withdrawn", "abandoned", "rejected", "referred_out")


class LinkUnknown(NotFound):
    """There is no such link between cases."""


class WouldCloseRing(Conflict):
    """These two cases already belong together; merging them again would close a ring."""


@dataclass(frozen=True)
class Link:
    """The number a waiting case knows its link by."""

    no: str
    is_new: bool


def open_supervision(uow: UnitOfWork, *, county: int, case_id: int, number: str, reason: str = "") -> Link:
    """This will ask for a supervision of this case, or join the one that is already open."""
    return _wanted(uow, county=county, case_id=case_id, number=number, kind="supervision", reason=reason)


def open_moved(uow: UnitOfWork, *, county: int, case_id: int, number: str, station_id: int) -> Link:
    """This will open the same matter in another county; this case rests as its child and keeps its receipt."""
    return _wanted(uow, county=county, case_id=case_id, number=number, kind="moved", station_id=station_id)


def open_raised(uow: UnitOfWork, *, county: int, case_id: int, number: str, owner_id: int) -> Link:
    """This will hand a supervision to the next congress; the links of all who wait go with it."""
    return _wanted(uow, county=county, case_id=case_id, number=number, kind="raised", owner_id=owner_id)


def merge(uow: UnitOfWork, *, county: int, case_id: int, number: str, main_number: str) -> Link:
    """This will make this case a child of another one. Its reporter keeps receipt, messages and rating.

    Raises NotFound, WouldCloseRing.
    """
    main = _root(uow, main_number)
    if (main.county, main.id) == (county, case_id):
        raise WouldCloseRing(number=main_number)
    for at in sorted({(county, case_id), (main.county, main.id)}):
        uow.db.execute(_LOCK, {"county": at[0], "id": at[1]})
    link = _insert(uow, county, case_id, number, "merged", to=(main.county, main.id), status="open")
    ends = {"county": county, "case_id": case_id, "to_county": main.county, "to_id": main.id}
    uow.db.execute(_REHANG_CHILDREN, ends)
    uow.db.execute(_COUNT_CHILDREN, {"county": main.county, "id": main.id})
    return link


def open_linked(uow: UnitOfWork, payload: Mapping[str, Any]) -> tuple[int, int]:
    """This will open the case a link asked for; asked twice, it opens once. Gives back county and id.

    Raises LinkUnknown.
    """
    link = _link(uow, payload["county"], payload["link_no"])
    if link.to_id is not None:
        return link.to_county, link.to_id
    opened = open_case(uow, opening=_opening(uow, link, payload))
    ends = {"county": link.county, "case_id": link.case_id, "to_county": opened.county, "to_id": opened.case_id}
    uow.db.execute(_OPENED, ends | {"link_no": link.link_no})
    if link.kind == "moved":
        uow.db.execute(_BECOME_CHILD, ends)
        uow.db.execute(_COUNT_CHILDREN, {"county": opened.county, "id": opened.case_id})
    if link.kind == "raised":
        uow.db.execute(_REHANG_WAITING, ends)
    return opened.county, opened.case_id


def tell_waiting(uow: UnitOfWork, *, county: int, case_id: int, message: str, result: str, facts: Mapping[str, Any]) -> int:
    """This will send a result, once, to every case that waits for this one; gives back how many are told."""
    waiting = uow.db.execute(_TELL, {"county": county, "case_id": case_id, "kinds": list(_KINDS[message])}).all()
    for link in waiting:
        keys = [link.number, link.link_no] if message == SUPERVISION_DONE else [link.number]
        uow.outbox("deliver", link.county, link.case_id, {
            "county": link.county, "id": link.case_id, "message": message, "keys": keys,
            "payload": {**facts, "link_no": link.link_no, "result": result},
        })
    return len(waiting)


def release(uow: UnitOfWork, *, county: int, case_id: int, number: str, how: str | None, outcome: str | None = None) -> int:
    """This will let everybody go who has to do with a case that ends: its children, and supervisions of it.

    A supervision goes on by its own law; of a case that ended before its time it waits for nothing more.
    """
    result = how if how in ENDED_EARLY else "closed"
    told = tell_waiting(uow, county=county, case_id=case_id, message=PARENT_DONE, result=result, facts={"outcome": outcome})
    ending = _RELEASE if how in ENDED_EARLY else _WATCHED
    for link in uow.db.execute(ending, {"county": county, "case_id": case_id, "result": result, "now": uow.now}).all():
        add_note(uow, county=link.to_county, case_id=link.to_id, kind="released", facts={"number": number, "result": result})
    return told


def receive(uow: UnitOfWork, payload: Mapping[str, Any]) -> bool:
    """This will hand a message to the case it is for. Nobody waiting any more, it becomes a note on the file.

    Tells whether the case took it.
    """
    county, case_id, message = payload["county"], payload["id"], payload["message"]
    facts, keys = dict(payload.get("payload") or {}), tuple(str(key) for key in payload["keys"])
    if facts.get("link_no"):
        settle(uow, county=county, case_id=case_id, link_no=str(facts["link_no"]), result=str(facts.get("result", "done")))
    if running.receivers(uow.db, message, keys, county):
        enactment.deliver(uow, county=county, id=case_id, message=Message(message, keys, facts))
        return True
    add_note(uow, county=county, case_id=case_id, kind="late_message",
             facts={"message": message, "keys": list(keys), "payload": facts, "source": payload.get("source")})
    return False


def settle(uow: UnitOfWork, *, county: int, case_id: int, link_no: str, result: str) -> None:
    """This will close a link with its result; a case without another open supervision is no longer supervised."""
    values = {"county": county, "case_id": case_id, "link_no": link_no, "result": result, "now": uow.now}
    uow.db.execute(_SETTLE, values)
    uow.db.execute(_UNSUPERVISE, values)


def _wanted(uow: UnitOfWork, *, county: int, case_id: int, number: str, kind: str, reason: str = "", **facts: Any) -> Link:
    values = {"county": county, "case_id": case_id, "kind": kind}
    before = uow.db.execute(_STILL_OPEN, values).scalar_one_or_none()
    if before:
        return Link(before, is_new=False)
    link = _insert(uow, county, case_id, number, kind, status="pending", reason=reason)
    uow.outbox("open_linked", county, case_id, {
        "county": county, "id": case_id, "link_no": link.no, "kind": kind, "reason": reason, **facts,
    })
    return link


def _insert(
    uow: UnitOfWork, county: int, case_id: int, number: str, kind: str, *, status: str,
    to: tuple[int | None, int | None] = (None, None), reason: str = "",
) -> Link:
    no = uow.db.execute(_INSERT, {
        "county": county, "case_id": case_id, "number": number, "kind": kind, "status": status,
        "to_county": to[0], "to_id": to[1], "reason": reason or None, "now": uow.now,
    }).scalar_one()
    return Link(no, is_new=True)


def _link(uow: UnitOfWork, county: int, link_no: str) -> Row[Any]:
    row = uow.db.execute(_BY_NO, {"county": county, "link_no": link_no}).one_or_none()
    if row is None:
        raise LinkUnknown(link_no=link_no)
    return row


def _root(uow: UnitOfWork, number: str) -> Row[Any]:
    row = uow.db.execute(_ROOT, {"county": int(number[:6]), "number": number}).one_or_none()
    if row is None:
        raise NotFound(number=number)
    return row


def _opening(uow: UnitOfWork, link: Row[Any], payload: Mapping[str, Any]) -> Opening:
    """What the new case begins with: the matter of the one that asked, owned by whoever has to act."""
    kind = OPENS[link.kind]
    source = uow.db.execute(_SOURCE, {
        "county": link.county, "id": link.case_id, "owner": payload.get("owner_id"), "station": payload.get("station_id"),
    }).one()
    opening = Opening(
        kind=kind, title=source.title, body=source.body, place=source.place, lat=source.lat, lon=source.lon,
        county=source.owner_area // 1_000_000, area=source.area, level=source.owner_level, owner_id=source.owner_id,
        township_id=source.township_id, category=source.category, households=source.households,
        priority=source.priority, occurred_at=source.occurred_at, channel="linked",
        answers={"source": source.number, "link_no": link.link_no, "reason": link.reason or link.kind, "category": source.category},
    )
    moved = replace(opening, station_id=payload.get("station_id"), township_id=source.owner_id, answers={
        "text": source.body, "place": source.place, "category": source.category, "channel": "system",
    })
    return moved if link.kind in _SAME_MATTER else opening


#: Links whose other end is the same matter, told anew elsewhere.
_SAME_MATTER = ("moved", "reopened")
_KINDS = {SUPERVISION_DONE: ("supervision",), PARENT_DONE: ("merged", "moved", "reopened")}

_INSERT = sa.text("""
    insert into case_link(county, case_id, link_no, kind, status, to_county, to_id, reason, created_at)
    select :county, :case_id, :number || '/L' || 1 + count(*), :kind, :status, :to_county, :to_id, :reason, :now
    from case_link where county = :county and case_id = :case_id
    returning link_no
""")
_STILL_OPEN = sa.text("""
    select link_no from case_link
    where county = :county and case_id = :case_id and kind = :kind and status in ('pending', 'open') order by id limit 1
""")
_BY_NO = sa.text("select * from case_link where county = :county and link_no = :link_no for update")
_ROOT = sa.text("""
    with recursive up(county, id, parent_county, parent_id, step) as (
        select county, id, parent_county, parent_id, 0 from case_file where county = :county and number = :number
        union all
        select c.county, c.id, c.parent_county, c.parent_id, up.step + 1
        from up join case_file c on c.county = up.parent_county and c.id = up.parent_id where up.step < 5)
    select county, id from up order by step desc limit 1
""")
_LOCK = sa.text("select 1 from case_file where county = :county and id = :id for no key update")
#: Depth one: children of the case that becomes a child hang under the new parent from now on.
_REHANG_CHILDREN = sa.text("""
    with l as (update case_link set to_county = :to_county, to_id = :to_id
        where to_county = :county and to_id = :case_id and kind in ('merged', 'moved') and status = 'open'
        returning county, case_id)
    update case_file c set parent_county = :to_county, parent_id = :to_id from l where c.county = l.county and c.id = l.case_id
""")
_COUNT_CHILDREN = sa.text("""
    update case_file set children = (select count(*) from case_link l
        where l.to_county = :county and l.to_id = :id and l.kind in ('merged', 'moved') and l.status = 'open')
    where county = :county and id = :id
""")
_OPENED = sa.text("""
    update case_link set status = 'open', to_county = :to_county, to_id = :to_id
    where county = :county and link_no = :link_no
""")
_BECOME_CHILD = sa.text("""
    update case_file set parent_county = :to_county, parent_id = :to_id where county = :county and id = :case_id
""")
_REHANG_WAITING = sa.text("""
    update case_link set to_county = :to_county, to_id = :to_id
    where to_county = :county and to_id = :case_id and kind = 'supervision' and status = 'open'
""")
_TELL = sa.text("""
    update case_link l set status = 'told' from case_file c
    where c.county = l.county and c.id = l.case_id and l.to_county = :county and l.to_id = :case_id
      and l.status = 'open' and l.kind = any(cast(:kinds as text[]))
    returning l.county, l.case_id, l.link_no, c.number
""")
_WATCHED = sa.text("""
    select to_county, to_id from case_link
    where county = :county and case_id = :case_id and kind = 'supervision' and status = 'open'
""")
_RELEASE = sa.text("""
    update case_link set status = 'released', result = :result, settled_at = :now
    where county = :county and case_id = :case_id and kind = 'supervision' and status in ('pending', 'open') and to_id is not null
    returning to_county, to_id
""")
_SETTLE = sa.text("""
    update case_link set status = 'settled', result = :result, settled_at = :now
    where county = :county and link_no = :link_no and status in ('pending', 'open', 'told')
""")
_UNSUPERVISE = sa.text("""
    update case_file c set supervised = false where c.county = :county and c.id = :case_id and c.supervised
      and not exists (select 1 from case_link l where l.county = c.county and l.case_id = c.id
        and l.kind = 'supervision' and l.status in ('pending', 'open'))
""")
_SOURCE = sa.text("""
    select c.number, c.title, c.area, c.category, c.households, c.priority, c.occurred_at, c.township_id,
        t.body, t.place, t.lat, t.lon, o.id as owner_id, o.area as owner_area, o.level as owner_level
    from case_file c
    join case_text t on t.county = c.county and t.case_id = c.id
    left join organ s on s.id = cast(:station as int)
    join organ o on o.id = coalesce(cast(:owner as int), s.superior_id, c.owner_id)
    where c.county = :county and c.id = :id
""")
