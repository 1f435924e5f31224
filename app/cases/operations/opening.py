"""Opening a file: a citizen's report from whichever door, and a case that grows out of another."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app import crypto
from app.cases import numbers
from app.cases.likeness import plane
from app.cases.operations.contacts import Contact, sealed
from app.db import Json
from app.definitions import queries as definitions
from app.directory import queries as directory
from app.enactment import operations as enactment
from app.errors import Invalid, NotFound
from app.uow import UnitOfWork

TITLE_LENGTH = 30
TEXT_LENGTH = 4000
_ENDS = "。！？!?\n；;"


@dataclass(frozen=True)
class Photo:
    """A picture that is already stored under the name of its content."""

    content: str
    name: str
    type: str
    size: int
    width: int | None = None
    height: int | None = None
    #: the small copy for lists
    thumb: str | None = None


@dataclass(frozen=True)
class Report:
    """What somebody has to say, through whichever door it came."""

    #: organ id of the station whose code was scanned, or at whose desk it was told
    station_id: int
    text: str
    place: str = ""
    lat: float | None = None
    lon: float | None = None
    contact: Contact | None = None
    photos: tuple[Photo, ...] = ()
    #: scan, app, deputy, desk, import, open311, system
    channel: str = "scan"
    #: the deputy whose code was scanned
    mandate_id: int | None = None
    #: when it happened, if that was before it was told
    occurred_at: datetime | None = None
    category: str | None = None
    households: int | None = None
    #: the secret the reporter keeps; made here unless the door made one
    code: str | None = None


@dataclass(frozen=True)
class Receipt:
    """What the reporter takes home."""

    county: int
    case_id: int
    number: str
    tracking_code: str
    party_id: int


@dataclass(frozen=True)
class Opening:
    """Everything a new file begins with."""

    kind: str
    title: str
    county: int
    area: int
    level: int
    owner_id: int | None
    station_id: int | None = None
    township_id: int | None = None
    channel: str = "system"
    body: str = ""
    place: str = ""
    lat: float | None = None
    lon: float | None = None
    occurred_at: datetime | None = None
    category: str | None = None
    households: int | None = None
    priority: int = 0
    mandate_id: int | None = None
    contact: Contact | None = None
    has_reporter: bool = False
    photos: tuple[Photo, ...] = ()
    code: str | None = None
    #: answers of the start form
    answers: Mapping[str, Any] = field(default_factory=dict)


def file_issue(uow: UnitOfWork, *, report: Report) -> Receipt:
    """This will take a report in: a file with its receipt, and the first step of its way, in one piece.

    A report is never lost: if its way cannot begin, file and receipt are kept with an incident.
    Raises Invalid, StationUnknown.
    """
    text = report.text.strip()
    if not text or len(text) > TEXT_LENGTH:
        raise Invalid({"text": ["Please say what happened, in at most 4,000 characters."]})
    station = directory.station(uow.db, report.station_id)
    code = report.code or crypto.new_tracking_code()
    opened = open_case(uow, opening=Opening(
        kind="citizen_issue", title=title_of(text), body=text, county=station.county,
        area=station.area, level=station.level, owner_id=station.owner_id, township_id=station.owner_id,
        station_id=report.station_id,
        channel=report.channel, place=report.place.strip(), lat=report.lat, lon=report.lon,
        occurred_at=report.occurred_at, category=report.category, households=report.households,
        mandate_id=report.mandate_id, contact=report.contact, has_reporter=True, photos=report.photos,
        code=code, answers=_answers(report, text),
    ))
    return Receipt(opened.county, opened.case_id, opened.number, code, opened.party_id)


@dataclass(frozen=True)
class Opened:
    """A file that has just been opened."""

    county: int
    case_id: int
    number: str
    party_id: int


def open_case(uow: UnitOfWork, *, opening: Opening) -> Opened:
    """This will open a file of some kind and start the process that runs such cases.

    Raises NothingOpens where no process opens this kind; what a person reported is kept all the same.
    """
    drawn = numbers.draw(uow.db, county=opening.county, kind=opening.kind, now=uow.now)
    uow.db.execute(_OPEN, _values(uow, opening, drawn))
    _start(uow, opening, drawn.case_id)
    return Opened(opening.county, drawn.case_id, drawn.number, drawn.party_id)


def start_again(uow: UnitOfWork, *, county: int, case_id: int) -> None:
    """This will begin the way of a report that was kept while no process could take it.

    Raises NotFound when nothing is waiting to begin.
    """
    row = uow.db.execute(_NOT_STARTED, {"county": county, "case_id": case_id}).one_or_none()
    if row is None:
        raise NotFound(number=case_id)
    definition = definitions.opening(uow.db, row.kind)
    uow.db.execute(_STARTED, {"county": county, "id": row.id})
    enactment.start(uow, county=county, id=case_id, definition_id=definition.id, answers=row.facts["answers"])


def title_of(text: str) -> str:
    """The first sentence, cut to a length that fits a line."""
    first = min((text.find(end) for end in _ENDS if end in text), default=len(text))
    line = " ".join(text[: first or len(text)].split())
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1] + "…"


def _start(uow: UnitOfWork, opening: Opening, case_id: int) -> None:
    try:
        definition = definitions.opening(uow.db, opening.kind)
    except NotFound:
        if not opening.has_reporter:
            raise
        _keep_for_later(uow, opening, case_id)
        return
    enactment.start(
        uow, county=opening.county, id=case_id, definition_id=definition.id, answers=dict(opening.answers)
    )


def _keep_for_later(uow: UnitOfWork, opening: Opening, case_id: int) -> None:
    # Decision 1.5: a missing process is our fault and must not cost the citizen his report.
    uow.db.execute(_NOTE, {
        "county": opening.county, "case_id": case_id, "facts": {"answers": dict(opening.answers)},
        "actor": uow.actor.id, "now": uow.now,
    })


def _answers(report: Report, text: str) -> dict[str, Any]:
    """What the start form of a report may ask; enactment keeps what may steer and seals the rest."""
    known = {
        "text": text, "place": report.place.strip(), "category": report.category, "households": report.households,
        "channel": report.channel, "occurred_at": report.occurred_at,
    }
    return {name: value for name, value in known.items() if value not in (None, "")}


def _values(uow: UnitOfWork, opening: Opening, drawn: numbers.Drawn) -> dict[str, Any]:
    x, y = plane(opening.lat, opening.lon) if opening.lat is not None and opening.lon is not None else (None, None)
    values = {name: getattr(opening, name) for name in _PLAIN}
    contact = sealed(uow, opening.contact or Contact(), county=opening.county, party_id=drawn.party_id)
    return values | contact | _papers(opening.photos) | {
        "id": drawn.case_id, "number": drawn.number, "party": drawn.party_id if opening.has_reporter else None,
        "hash": crypto.digest(opening.code) if opening.code else None, "x": x, "y": y,
        "entered_by": uow.actor.id, "occurred_at": opening.occurred_at, "now": uow.now,
    }


def _papers(photos: tuple[Photo, ...]) -> dict[str, list[Any]]:
    return {f"a_{name}": [getattr(photo, name) for photo in photos]
            for name in ("content", "thumb", "name", "type", "size", "width", "height")}


_PLAIN = (
    "county", "kind", "title", "area", "level", "station_id", "township_id", "owner_id", "category", "priority",
    "channel", "mandate_id", "households", "body", "place", "lat", "lon",
)

#: File, text, reporter and photos in one statement: the start of a case costs few round trips.
_OPEN = sa.text("""
    with f as (insert into case_file(county, id, number, kind, title, area, level, station_id, township_id, owner_id,
            category, priority, channel, entered_by, occurred_at, recorded_at, reporter_id, mandate_id, households, tracking_hash)
        values (:county, :id, :number, :kind, :title, :area, :level, :station_id, :township_id, :owner_id,
            :category, :priority, :channel, :entered_by, :occurred_at, :now, :party, :mandate_id, :households, :hash)),
    t as (insert into case_text(county, case_id, title, body, place, lat, lon, loc, created_at)
        values (:county, :id, :title, :body, :place, :lat, :lon,
            case when cast(:x as float8) is not null then point(cast(:x as float8), cast(:y as float8)) end, :now)),
    p as (insert into party(county, id, case_id, name_sealed, name_mask, phone_sealed, phone_mask, phone_hash, lang, at)
        select :county, :party, :id, :name_sealed, :name_mask, :phone_sealed, :phone_mask, :phone_hash, :lang, :now
        where cast(:party as bigint) is not null)
    insert into attachment(county, case_id, kind, audience, content, thumb, name, type, size, width, height, actor_id, at)
        select :county, :id, 'photo', 'reporter', c, b, n, t, s, w, h, :entered_by, :now
        from unnest(cast(:a_content as text[]), cast(:a_thumb as text[]), cast(:a_name as text[]), cast(:a_type as text[]),
            cast(:a_size as int[]), cast(:a_width as int[]), cast(:a_height as int[])) u(c, b, n, t, s, w, h)
""").bindparams(
    sa.bindparam("party", type_=sa.BigInteger), sa.bindparam("name_sealed", type_=sa.LargeBinary),
    sa.bindparam("phone_sealed", type_=sa.LargeBinary), sa.bindparam("phone_hash", type_=sa.LargeBinary),
    sa.bindparam("hash", type_=sa.LargeBinary),
)
_NOTE = sa.text("""
    insert into note(county, case_id, kind, audience, facts, actor_id, at)
    values (:county, :case_id, 'not_started', 'staff', :facts, :actor, :now)
""").bindparams(sa.bindparam("facts", type_=Json))
_NOT_STARTED = sa.text("""
    select n.id, n.facts, c.kind from note n join case_file c on c.county = n.county and c.id = n.case_id
    where n.county = :county and n.case_id = :case_id and n.kind = 'not_started'
""")
_STARTED = sa.text("update note set kind = 'started' where county = :county and id = :id")

