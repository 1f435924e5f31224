"""Stations: by the code of a sheet, by number, by place; and the codes themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from app.directory.numbers import read_code
from app.directory.queries.areas import area_range, like
from app.errors import Conflict, NotFound


class StationUnknown(NotFound):
    """There is no station with this code. Look at the sheet again, or type the letters below the pattern."""


class StationClosed(Conflict):
    """This station has closed. Please use the code of another station."""


class CodeReplaced(Conflict):
    """This sheet has been replaced by a new one."""


@dataclass(frozen=True, slots=True)
class StationView:
    """A station as citizens and staff see it."""

    #: id of the organ, which is the station's id everywhere
    id: int
    code: str
    name: dict[str, str]
    tier: str
    area: int
    county: int
    #: congress organ of the township (or of the county), to which the station belongs
    owner_id: int
    owner_name: dict[str, str]
    level: int
    address: dict[str, str]
    phone: str
    #: when a clerk is there
    hours: dict[str, str]
    lat: float | None
    lon: float | None
    #: the code that was scanned; none when asked by id or by the station's own number
    scanned: str | None = None
    #: the deputy whose own code was scanned
    mandate_id: int | None = None
    deputy_name: dict[str, str] | None = None


_STATION = """
    select s.organ_id as id, s.code, s.tier, s.address_zh, s.address_en, s.phone, s.hours_zh, s.hours_en, s.lat, s.lon,
        o.name_zh, o.name_en, o.area, o.closed_on, t.id as owner_id, t.name_zh as owner_zh, t.name_en as owner_en,
        t.level, t.area as owner_area"""
_JOINS = "join organ o on o.id = s.organ_id join organ t on t.id = o.superior_id"

_BY_CODE = sa.text(f"""{_STATION}, q.code as scanned, q.closed_at, q.replaced_by, q.mandate_id,
        d.name_zh as deputy_zh, d.name_en as deputy_en
    from qr_code q join station s on s.organ_id = q.station_id {_JOINS}
    left join mandate m on m.id = q.mandate_id left join deputy d on d.id = m.deputy_id
    where q.code = :code""")
_BY_NUMBER = sa.text(f"{_STATION} from station s {_JOINS} where s.code = :code")
_BY_ID = sa.text(f"{_STATION} from station s {_JOINS} where s.organ_id = :id")


def station_by_code(db: Connection, code: str) -> StationView:
    """The open station a sheet's code leads to, or the one with this number, in one statement.

    Raises StationUnknown, StationClosed, CodeReplaced (its facts hold the new code).
    """
    scanned = read_code(code)
    statement, value = (_BY_CODE, scanned) if scanned else (_BY_NUMBER, code.strip()[:40])
    row = db.execute(statement, {"code": value}).one_or_none()
    if row is None:
        raise StationUnknown()
    if row.closed_on is not None:
        raise StationClosed(name=row.name_zh)
    if scanned and row.replaced_by is not None:
        raise CodeReplaced(code=row.replaced_by)
    if scanned and row.closed_at is not None:
        raise StationClosed(name=row.name_zh)
    return _station(row)


def station(db: Connection, station_id: int) -> StationView:
    """A station by its id, open or closed.

    Raises StationUnknown.
    """
    row = db.execute(_BY_ID, {"id": station_id}).one_or_none()
    if row is None:
        raise StationUnknown()
    return _station(row)


def stations_in(db: Connection, county: int, *, with_closed: bool = False) -> list[StationView]:
    """The stations of a county, by area and number."""
    low, high = area_range(county * 1_000_000)
    rows = db.execute(_IN_RANGE, {"lo": low, "hi": high, "closed": with_closed})
    return [_station(row) for row in rows]


_IN_RANGE = sa.text(f"""{_STATION} from station s {_JOINS}
    where o.area between :lo and :hi and (cast(:closed as bool) or o.closed_on is null) order by s.code""")


def central_station(db: Connection, area: int) -> StationView | None:
    """The open station that serves a place when no code was scanned: the central one of its township."""
    row = db.execute(_CENTRAL, {"lo": area // 1000 * 1000, "hi": area // 1000 * 1000 + 999}).first()
    return _station(row) if row else None


_CENTRAL = sa.text(f"""{_STATION} from station s {_JOINS}
    where o.area between :lo and :hi and o.closed_on is null order by s.tier <> 'central', s.code limit 1""")


def station_codes(db: Connection, station_id: int) -> Sequence[Row]:
    """Every code of a station and of its deputies, valid ones first."""
    return db.execute(_CODES, {"id": station_id}).all()


_CODES = sa.text("""
    select q.code, q.kind, q.mandate_id, q.created_at, q.closed_at, q.replaced_by, d.name_zh, d.name_en
    from qr_code q left join mandate m on m.id = q.mandate_id left join deputy d on d.id = m.deputy_id
    where q.station_id = :id order by q.closed_at is not null, q.kind desc, d.name_zh, q.created_at desc""")


def station_list(
    db: Connection, *, low: int, high: int, text: str = "", after: Sequence[Any] | None = None, size: int = 50
) -> Sequence[Row]:
    """Stations of a range of areas by number, whose name, number or address matches; one more than asked."""
    values = {"lo": low, "hi": high, "text": like(text), "after": after[0] if after else "", "size": size + 1}
    return db.execute(_LIST, values).all()


_LIST = sa.text("""
    select s.organ_id as id, s.code, s.tier, o.name_zh, o.name_en, o.area, o.closed_on, s.phone, t.name_zh as owner_zh,
        t.name_en as owner_en, (select count(*) from deputy_station x where x.station_id = s.organ_id and x.to_on is null) as deputies
    from station s join organ o on o.id = s.organ_id join organ t on t.id = o.superior_id
    where o.area between :lo and :hi and s.code > :after
        and (s.code ilike :text or o.name_zh ilike :text or o.name_en ilike :text or s.address_zh ilike :text)
    order by s.code limit :size""")


def demo_codes(db: Connection) -> Sequence[Row]:
    """A dozen valid codes for the demonstration's page: central stations, and some deputies of the first of them."""
    return db.execute(_DEMO).all()


_DEMO = sa.text("""
    (select q.code, o.name_zh, o.name_en from qr_code q join station s on s.organ_id = q.station_id
        join organ o on o.id = s.organ_id
        where q.kind = 'station' and q.closed_at is null and s.tier = 'central' and o.closed_on is null and o.level = 5
        order by o.code <> '330825209.station.01', o.area % 1000000, o.area limit 8)
    union all
    (select q.code, d.name_zh || ' · ' || a.name_zh || '代表', d.name_en || ', deputy of ' || a.name_en
        from qr_code q join mandate m on m.id = q.mandate_id join deputy d on d.id = m.deputy_id
        join area a on a.code = m.area join organ o on o.id = q.station_id
        where q.closed_at is null order by o.code <> '330825209.station.01', m.id limit 4)""")


def _station(row: Any) -> StationView:
    extra = row._mapping
    deputy = {"zh": row.deputy_zh, "en": row.deputy_en} if extra.get("deputy_zh") else None
    return StationView(
        id=row.id, code=row.code, name={"zh": row.name_zh, "en": row.name_en}, tier=row.tier, area=row.area,
        county=row.owner_area // 1_000_000, owner_id=row.owner_id, owner_name={"zh": row.owner_zh, "en": row.owner_en},
        level=row.level, address={"zh": row.address_zh, "en": row.address_en}, phone=row.phone,
        hours={"zh": row.hours_zh, "en": row.hours_en}, lat=row.lat, lon=row.lon,
        scanned=extra.get("scanned"), mandate_id=extra.get("mandate_id"), deputy_name=deputy,
    )
