"""What a citizen may see: the station behind a code, his own report, its items, and what is public."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from app.cases import queries as files
from app.config import Settings
from app.crypto import SealBroken, Vault
from app.definitions import queries as definitions
from app.directory import queries as directory
from app.directory.queries import StationView
from app.enactment import queries as running
from app.enactment.outbox import ticket_hash
from app.errors import Conflict, NotFound

RECEIPT = "receipt"
#: The word of the manifests for whoever reported.
REPORTER = "reporter"
#: The limit a report starts with; its length stands in the shared table of limits.
FIRST_LIMIT = "intake.check"


class LinkUsed(NotFound):
    """This link has been used already, or its time is over. You can still see the report with its number and code."""


class NotOffered(Conflict):
    """This cannot be done with the report any more."""


class NotPublic(NotFound):
    """There is no public page with this number. Reports become public only after a review."""


@dataclass(frozen=True)
class Scanned:
    """What a code leads to: the station, and who reads what is written there."""

    station: StationView
    readers: Sequence[Row[Any]]
    #: when the first answer is due for what is reported now; none while no process is active
    answer_by: datetime | None


def scanned(db: Connection, code: str, engine: Any, now: datetime) -> Scanned:
    """The open station behind a code.

    Raises StationUnknown, StationClosed, CodeReplaced.
    """
    if not code.isprintable():
        raise directory.StationUnknown()
    station = directory.station_by_code(db, code)
    readers = directory.mandates_of_station(db, station.id)
    own = [row for row in readers if row.id == station.mandate_id]
    return Scanned(station, own or readers, first_limit(db, engine, station.area, now))


def first_limit(db: Connection, engine: Any, area: int, now: datetime) -> datetime | None:
    """When a report of this moment must have been looked at."""
    try:
        deployed = definitions.opening(db, "citizen_issue")
    except NotFound:
        return None
    return datetime.fromisoformat(engine.limit(deployed.definition, FIRST_LIMIT, now, area)["due"])


def stations(db: Connection) -> dict[str, list[Row[Any]]]:
    """All open stations, by county."""
    found: dict[str, list[Row[Any]]] = {}
    for row in db.execute(_STATIONS):
        found.setdefault(row.county_zh, []).append(row)
    return found


def item_of(db: Connection, token: str, now: datetime) -> Row[Any]:
    """The item a one-time link leads to.

    Raises LinkUsed: used, too old and invented links hear the same.
    """
    item = running.item_of_token(db, ticket_hash(token[:100]), now)
    if item is None or item.status >= 2:
        raise LinkUsed()
    return item


def own_item(db: Connection, case: Row[Any], item_id: int) -> Row[Any]:
    """An open item of the reporter's own case.

    Raises LinkUsed.
    """
    for item in running.open_items(db, case.county, case.id):
        if item.id == item_id and item.kind == "visitor":
            return item
    raise LinkUsed()


def form_of(db: Connection, item: Row[Any]) -> Any:
    """The form an item asks to be filled."""
    row = db.execute(_DEFINITION, {"county": item.county, "id": item.instance_id}).scalar_one()
    return definitions.version(db, row).definition.form(item.process, item.form)


@dataclass(frozen=True)
class OwnAct:
    """Something the reporter may begin now: its message, its words, and the form it asks, if any."""

    message: str
    label: Mapping[str, str]
    form: Any | None


def own_acts(db: Connection, case: Row[Any]) -> list[OwnAct]:
    """What the reporter may begin at this moment, with a form to fill."""
    row = db.execute(_DEFINITION, {"county": case.county, "id": case.id}).scalar_one_or_none()
    if row is None:
        return []
    awaited = set(db.execute(_AWAITED, {"county": case.county, "id": case.id}).scalars())
    definition = definitions.version(db, row).definition
    return [
        OwnAct(act.message, act.label, definition.form(process, act.form))
        for process in definition.processes
        for act in definition.manifest(process).acts.values()
        if REPORTER in act.by and act.form is not None and act.message in awaited
    ]


def own_act(db: Connection, case: Row[Any], message: str) -> OwnAct:
    """One of them.

    Raises NotOffered.
    """
    for act in own_acts(db, case):
        if act.message == message:
            return act
    raise NotOffered()


def waits_for(db: Connection, case: Row[Any], message: str) -> bool:
    """Whether the matter still takes such a message."""
    return bool(db.execute(_WAITS, {"county": case.county, "id": case.id, "message": message}).scalar_one())


def open_receipt(settings: Settings, sealed: str) -> tuple[str, str] | None:
    """Number and code behind the cookie of a receipt; none for a foreign or damaged one."""
    try:
        number, code = orjson.loads(Vault(settings.field_key).open(base64.urlsafe_b64decode(sealed), about=RECEIPT))
    except (SealBroken, ValueError):
        return None
    return number, code


def public_case(db: Connection, number: str) -> Row[Any]:
    """A matter whose page was reviewed and released.

    Raises NotPublic.
    """
    try:
        case = files.case_by_number(db, number)
    except files.CaseUnknown:
        raise NotPublic(number=number[:40])
    if case.published_at is None:
        raise NotPublic(number=case.number)
    return case


_STATIONS = sa.text("""
    select s.code, s.tier, s.address_zh, s.address_en, s.hours_zh, s.hours_en, o.name_zh, o.name_en,
        a.name_zh as county_zh, a.name_en as county_en
    from station s join organ o on o.id = s.organ_id join area a on a.code = o.area / 1000000 * 1000000
    where o.closed_on is null order by a.code, s.tier <> 'central', s.code
""")
_WAITS = sa.text("""
    select exists (select 1 from subscription where county = :county and instance_id = :id and message = :message)
""")
_AWAITED = sa.text("select message from subscription where county = :county and instance_id = :id")
_DEFINITION = sa.text("select definition_id from process_instance where county = :county and id = :id")
