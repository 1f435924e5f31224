"""The file itself and the rows beside it."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.engine import Connection, Row

from app.cases import numbers
from app.cases.likeness import search_terms
from app.cases.models import (
    assignment,
    case_file,
    case_text,
    closure,
    note,
    party,
    rating,
    reply,
)
from app.cases.models import (
    attachment as attachment_table,
)
from app.crypto import read_tracking_code
from app.directory.models import Area, Organ
from app.errors import NotFound

Audience = Literal["public", "reporter", "staff"]
#: Which rows an audience may read.
SEES: Mapping[Audience, tuple[str, ...]] = {
    "public": ("public",), "reporter": ("public", "reporter"), "staff": ("public", "reporter", "staff"),
}


class CaseUnknown(NotFound):
    """There is no case with this number."""


class ReceiptUnknown(NotFound):
    """No report fits this number and code. Please compare both with your receipt, letter by letter."""


_station, _owner = sa.alias(Organ.__table__, "station_organ"), sa.alias(Organ.__table__, "owner_organ")
_FILE = (
    sa.select(
        case_file, case_text.c.body, case_text.c.place, case_text.c.lat, case_text.c.lon,
        _station.c.name_zh.label("station_zh"), _station.c.name_en.label("station_en"),
        _owner.c.name_zh.label("owner_zh"), _owner.c.name_en.label("owner_en"),
        Area.name_zh.label("area_zh"), Area.name_en.label("area_en"),
    )
    .join_from(
        case_file, case_text, (case_text.c.county == case_file.c.county) & (case_text.c.case_id == case_file.c.id)
    )
    .outerjoin(_station, _station.c.id == case_file.c.station_id)
    .outerjoin(_owner, _owner.c.id == case_file.c.owner_id)
    .outerjoin(Area, Area.code == case_file.c.area)
)


def case_by_number(db: Connection, number: str) -> Row[Any]:
    """The file with this number, however it was typed.

    Raises CaseUnknown.
    """
    row = _by_number(db, number)
    if row is None:
        raise CaseUnknown(number=number[:40])
    return row


def case_by_id(db: Connection, county: int, case_id: int) -> Row[Any]:
    """The file with this county and id.

    Raises CaseUnknown.
    """
    row = db.execute(_FILE.where(case_file.c.county == county, case_file.c.id == case_id)).one_or_none()
    if row is None:
        raise CaseUnknown(number=case_id)
    return row


def case_by_tracking(db: Connection, number: str, code: str) -> Row[Any]:
    """The file whose receipt somebody holds. Wrong, expired and foreign receipts hear the same.

    Raises ReceiptUnknown.
    """
    row = _by_number(db, number)
    if not numbers.is_code(read_tracking_code(code), row.tracking_hash if row else None):
        raise ReceiptUnknown()
    return row


def text_of(db: Connection, county: int, case_id: int) -> Row[Any]:
    """What was reported, in the reporter's words, with its place."""
    return db.execute(sa.select(case_text).where(case_text.c.county == county, case_text.c.case_id == case_id)).one()


def parties(db: Connection, county: int, case_id: int) -> Sequence[Row[Any]]:
    """Who reported, masked; the clear contact is shown by `operations.uncover` alone."""
    shown = (party.c.id, party.c.role, party.c.name_mask, party.c.phone_mask, party.c.lang)
    return db.execute(sa.select(*shown).where(*_of(party, county, case_id)).order_by(party.c.id)).all()


def notes(db: Connection, county: int, case_id: int) -> Sequence[Row[Any]]:
    """Everything noted on the file, oldest first; the reader's audience is for the caller to respect."""
    return db.execute(sa.select(note).where(*_of(note, county, case_id)).order_by(note.c.id)).all()


def question(db: Connection, item: Row[Any]) -> str:
    """What the reporter is asked by an item that was opened for it; nothing for other items."""
    found = sa.select(note.c.text).where(*_of(note, item.county, item.instance_id), note.c.kind == "question", note.c.at >= item.opened_at)
    return db.execute(found.order_by(note.c.id.desc()).limit(1)).scalar_one_or_none() or ""


def attachments(db: Connection, county: int, case_id: int, *, audiences: Sequence[str]) -> Sequence[Row[Any]]:
    """The pictures and papers these audiences may see, oldest first."""
    table = attachment_table
    found = sa.select(table).where(
        *_of(table, county, case_id), table.c.audience.in_(audiences), table.c.erased_at.is_(None)
    )
    return db.execute(found.order_by(table.c.id)).all()


def attachment(db: Connection, county: int, attachment_id: int) -> Row[Any]:
    """One picture or paper.

    Raises CaseUnknown.
    """
    table = attachment_table
    found = sa.select(table).where(table.c.county == county, table.c.id == attachment_id, table.c.erased_at.is_(None))
    row = db.execute(found).one_or_none()
    if row is None:
        raise CaseUnknown(number=attachment_id)
    return row


def assignments(db: Connection, county: int, case_id: int) -> Sequence[Row[Any]]:
    """Every hand-over, the first one first."""
    return db.execute(sa.select(assignment).where(*_of(assignment, county, case_id)).order_by(assignment.c.n)).all()


def live_assignment(db: Connection, county: int, case_id: int) -> Row[Any] | None:
    """The hand-over that is not over yet."""
    found = sa.select(assignment).where(*_of(assignment, county, case_id), assignment.c.closed_at.is_(None))
    return db.execute(found.order_by(assignment.c.n.desc())).first()


def replies(db: Connection, county: int, case_id: int) -> Sequence[Row[Any]]:
    """Every signed letter, the newest first."""
    return db.execute(sa.select(reply).where(*_of(reply, county, case_id)).order_by(reply.c.id.desc())).all()


def closures(db: Connection, county: int, case_id: int) -> Sequence[Row[Any]]:
    """What checkers found, the newest first."""
    return db.execute(sa.select(closure).where(*_of(closure, county, case_id)).order_by(closure.c.id.desc())).all()


def ratings(db: Connection, county: int, case_id: int) -> Sequence[Row[Any]]:
    """What the reporter thought, the first round first."""
    return db.execute(sa.select(rating).where(*_of(rating, county, case_id)).order_by(rating.c.round)).all()


def links(db: Connection, county: int, case_id: int) -> Sequence[Row[Any]]:
    """Links from and to this case, each with the number and title of the other end."""
    return db.execute(_LINKS, {"county": county, "id": case_id}).all()


def children(db: Connection, county: int, case_id: int) -> Sequence[Row[Any]]:
    """The cases merged into this one."""
    found = sa.select(case_file).where(case_file.c.parent_county == county, case_file.c.parent_id == case_id)
    return db.execute(found.order_by(case_file.c.recorded_at)).all()


def parent_of(db: Connection, county: int, link_no: str) -> Row[Any]:
    """The other end of a link."""
    found = sa.text("select to_county, to_id from case_link where county = :county and link_no = :no")
    return db.execute(found, {"county": county, "no": link_no}).one()


def mandate_of(db: Connection, county: int, case_id: int) -> int | None:
    """The seat of the deputy whose code was scanned."""
    found = sa.select(case_file.c.mandate_id).where(case_file.c.county == county, case_file.c.id == case_id)
    return db.execute(found).scalar_one()


def is_publishable(db: Connection, county: int, case_id: int) -> bool:
    """Whether somebody has released the page for the public."""
    found = sa.select(case_file.c.publishable).where(case_file.c.county == county, case_file.c.id == case_id)
    return db.execute(found).scalar_one()


def inbox_text(db: Connection, county: int, ref: Any) -> str:
    """What an outside system wrote, found by the reference its message carried."""
    found = sa.text("""
        select coalesce(body ->> 'text', body -> 'payload' ->> 'text', '') from inbox
        where county = :county and message_id = :ref order by at desc limit 1
    """)
    return db.execute(found, {"county": county, "ref": str(ref or "")}).scalar_one_or_none() or ""


def search(
    db: Connection, *, lo: int, hi: int, text: str = "", status: str | None = None, category: str | None = None,
    before: int | None = None, limit: int = 20,
) -> Sequence[Row[Any]]:
    """Files of an area, the newest first: by number, by any two characters of their text, by status, by category."""
    found = _FILE.where(case_file.c.area.between(lo, hi)).order_by(case_file.c.id.desc()).limit(limit)
    number, words = numbers.parse_number(text), text.strip()
    if number:
        found = found.where(case_file.c.county == number[0], case_file.c.number == number[1])
    elif words:
        found = found.where((case_text.c.title + " " + case_text.c.body).icontains(words, autoescape=True))
        terms = search_terms(words)
        if terms:
            found = found.where(case_text.c.grams.op("@@")(sa.cast(terms, TSQUERY)))
    for column, value in ((case_file.c.status, status), (case_file.c.category, category)):
        found = found.where(column == value) if value else found
    return db.execute(found.where(case_file.c.id < before) if before else found).all()


def _by_number(db: Connection, number: str) -> Row[Any] | None:
    parsed = numbers.parse_number(number[:60])
    if parsed is None:
        return None
    return db.execute(_FILE.where(case_file.c.county == parsed[0], case_file.c.number == parsed[1])).one_or_none()


def _of(table: sa.Table, county: int, case_id: int) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return table.c.county == county, table.c.case_id == case_id


_LINKS = sa.text("""
    select l.link_no, l.kind, l.status, l.result, l.created_at, l.settled_at, 'to' as direction,
        o.number, o.title, o.status as other_status, o.county as other_county, o.id as other_id
    from case_link l left join case_file o on o.county = l.to_county and o.id = l.to_id
    where l.county = :county and l.case_id = :id
    union all
    select l.link_no, l.kind, l.status, l.result, l.created_at, l.settled_at, 'from',
        o.number, o.title, o.status, o.county, o.id
    from case_link l join case_file o on o.county = l.county and o.id = l.case_id
    where l.to_county = :county and l.to_id = :id
    order by created_at
""")
