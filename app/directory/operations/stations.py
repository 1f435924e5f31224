"""Opening, changing and closing stations, and the codes that hang on their walls."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.directory import queries
from app.directory.numbers import new_code
from app.directory.operations.bodies import NewOrgan, OrganClosed, end_organ, refuse_busy, store_organ
from app.directory.operations.reference import short_code
from app.errors import Conflict, NotFound
from app.identity import operations as identity
from app.identity import policy
from app.identity.policy import Permission
from app.uow import UnitOfWork


class CodeUnknown(NotFound):
    """There is no such code."""


class CodeGone(Conflict):
    """This code was closed or replaced before."""


@dataclass(frozen=True, slots=True)
class Place:
    """What citizens are told about a station."""

    name_zh: str
    name_en: str
    address_zh: str
    address_en: str
    phone: str
    hours_zh: str
    hours_en: str
    lat: float | None = None
    lon: float | None = None


def open_station(uow: UnitOfWork, *, owner_id: int, tier: str, place: Place, area: int | None = None) -> int:
    """This will open a station below a congress organ, with a number and a first code.

    Raises NotPermitted, OrganUnknown, AreaUnknown.
    """
    owner = queries.organ(uow.db, owner_id)
    policy.check(uow.actor, Permission.KEEP_STATIONS, owner)
    station_id = store_station(uow, owner=owner, tier=tier, place=place, area=area)
    store_code(uow, code=new_code(), station_id=station_id)
    identity.record(uow, "station_opened", f"organ:{station_id}", {"name": place.name_zh})
    return station_id


def store_station(uow: UnitOfWork, *, owner: Any, tier: str, place: Place, area: int | None = None) -> int:
    """This will write a station's rows; who may open it was decided before."""
    # Two stations opened at the same moment would draw the same number.
    uow.begin()
    uow.db.execute(sa.text("select id from organ where id = :id for update"), {"id": owner.id})
    count = uow.db.execute(_COUNT, {"owner": owner.id}).scalar_one() + 1
    short = short_code(owner.area)
    station_id = store_organ(uow, organ=NewOrgan(
        code=f"{short}.station.{count:02d}", area=area or owner.area, kind="station", name_zh=place.name_zh,
        name_en=place.name_en, superior_id=owner.id, role="station_clerk", head_role="station_head",
    ))
    uow.db.execute(_STATION, {"id": station_id, "code": f"{short}-{count:02d}", "tier": tier} | _values(place))
    return station_id


_COUNT = sa.text("select count(*) from organ where superior_id = :owner and kind = 'station'")
_STATION = sa.text("""
    insert into station(organ_id, code, tier, address_zh, address_en, phone, hours_zh, hours_en, lat, lon)
    values (:id, :code, :tier, :address_zh, :address_en, :phone, :hours_zh, :hours_en, :lat, :lon)""")


def change_station(uow: UnitOfWork, *, station_id: int, place: Place) -> None:
    """This will change what citizens are told about a station; its number and codes stay.

    Raises NotPermitted, StationUnknown.
    """
    before = _kept(uow, station_id)
    values = {"id": station_id} | _values(place)
    uow.db.execute(_CHANGE, values)
    uow.db.execute(sa.text("update organ set name_zh = :name_zh, name_en = :name_en where id = :id"), values)
    identity.record(uow, "station_changed", f"organ:{station_id}", {"from": before.name["zh"], "to": place.name_zh})


_CHANGE = sa.text("""
    update station set address_zh = :address_zh, address_en = :address_en, phone = :phone, hours_zh = :hours_zh,
        hours_en = :hours_en, lat = coalesce(:lat, lat), lon = coalesce(:lon, lon) where organ_id = :id""")


def close_station(uow: UnitOfWork, *, station_id: int) -> None:
    """This will close a station nobody works in any more; its codes then say so to whoever scans them.

    Raises NotPermitted, StationUnknown, OrganClosed, OrganBusy.
    """
    _kept(uow, station_id)
    if queries.organ(uow.db, station_id).closed_on is not None:
        raise OrganClosed()
    refuse_busy(uow, station_id)
    end_organ(uow, station_id)
    uow.db.execute(
        sa.text("update qr_code set closed_at = :now where station_id = :id and closed_at is null"),
        {"id": station_id, "now": uow.now},
    )
    identity.record(uow, "station_closed", f"organ:{station_id}", {})


def renew_code(uow: UnitOfWork, *, code: str) -> str:
    """This will replace a code, for example when a sheet was copied elsewhere; the old one leads to the new.

    Raises NotPermitted, CodeUnknown, CodeGone.
    """
    row = uow.db.execute(
        sa.text("select station_id, mandate_id, closed_at from qr_code where code = :code"), {"code": code}
    ).one_or_none()
    if row is None:
        raise CodeUnknown()
    _kept(uow, row.station_id)
    fresh = new_code()
    store_code(uow, code=fresh, station_id=row.station_id, mandate_id=row.mandate_id)
    changed = uow.db.execute(_REPLACE, {"code": code, "fresh": fresh, "now": uow.now})
    if changed.rowcount == 0:
        raise CodeGone()
    identity.record(uow, "code_renewed", f"organ:{row.station_id}", {"from": code, "to": fresh})
    return fresh


# A copied sheet is closed like a replaced one: both tell the reader, only the second knows the new code.
_REPLACE = sa.text(
    "update qr_code set closed_at = :now, replaced_by = :fresh where code = :code and closed_at is null"
)


def close_code(uow: UnitOfWork, *, code: str) -> None:
    """This will close a code without giving a new one.

    Raises NotPermitted, CodeUnknown, CodeGone.
    """
    row = uow.db.execute(sa.text("select station_id from qr_code where code = :code"), {"code": code}).one_or_none()
    if row is None:
        raise CodeUnknown()
    _kept(uow, row.station_id)
    statement = sa.text("update qr_code set closed_at = :now where code = :code and closed_at is null")
    if uow.db.execute(statement, {"code": code, "now": uow.now}).rowcount == 0:
        raise CodeGone()
    identity.record(uow, "code_closed", f"organ:{row.station_id}", {"code": code})


def store_code(uow: UnitOfWork, *, code: str, station_id: int, mandate_id: int | None = None) -> None:
    """This will write a code's row: a station's, or that of a deputy at a station."""
    kind = "station" if mandate_id is None else "deputy"
    values = {"code": code, "kind": kind, "station": station_id, "mandate": mandate_id, "now": uow.now}
    uow.db.execute(_CODE, values)


_CODE = sa.text("""
    insert into qr_code(code, kind, station_id, mandate_id, created_at)
    values (:code, :kind, :station, :mandate, :now)""")


def _kept(uow: UnitOfWork, station_id: int) -> queries.StationView:
    """The station, if the actor may change it."""
    station = queries.station(uow.db, station_id)
    policy.check(uow.actor, Permission.KEEP_STATIONS, station)
    return station


def _values(place: Place) -> Mapping[str, Any]:
    return {
        "name_zh": place.name_zh, "name_en": place.name_en, "address_zh": place.address_zh,
        "address_en": place.address_en, "phone": place.phone, "hours_zh": place.hours_zh, "hours_en": place.hours_en,
        "lat": place.lat, "lon": place.lon,
    }
