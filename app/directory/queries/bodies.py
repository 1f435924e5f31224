"""Organs and their superiors, the units that receive assignments, and the categories they are asked about."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from app.directory.queries.areas import area_range, like
from app.directory.queries.stations import StationUnknown
from app.errors import NotFound


class OrganUnknown(NotFound):
    """There is no such organ."""


def organ(db: Connection, organ_id: int) -> Row:
    """An organ with its queue's roles, its names and its superior.

    Raises OrganUnknown.
    """
    row = db.execute(sa.text(f"select {_ORGAN} from organ o where o.id = :id"), {"id": organ_id}).one_or_none()
    if row is None:
        raise OrganUnknown()
    return row


_ORGAN = (
    "o.id, o.code, o.area, o.kind, o.level, o.name_zh, o.name_en, o.short_zh, o.superior_id, o.role, o.head_role, "
    "o.opened_on, o.closed_on"
)


def organs(db: Connection, organ_ids: Sequence[int]) -> dict[int, Row]:
    """Organs by id, for lists; unknown ids are left out."""
    rows = db.execute(sa.text(f"select {_ORGAN} from organ o where o.id = any(:ids)"), {"ids": list(organ_ids)})
    return {row.id: row for row in rows}


def organ_by_code(db: Connection, code: str) -> Row:
    """An organ by its stable name, such as 330825.transport.

    Raises OrganUnknown.
    """
    row = db.execute(sa.text(f"select {_ORGAN} from organ o where o.code = :code"), {"code": code}).one_or_none()
    if row is None:
        raise OrganUnknown(code=code)
    return row


def organ_by_name(db: Connection, code: str) -> Row:
    """An organ as people name it: by its code, or a station by its number.

    Raises OrganUnknown.
    """
    statement = sa.text(f"""select {_ORGAN} from organ o left join station s on s.organ_id = o.id
        where o.closed_on is null and (o.code = :code or s.code = :code)""")
    row = db.execute(statement, {"code": code.strip()}).one_or_none()
    if row is None:
        raise OrganUnknown(code=code)
    return row


def superiors(db: Connection, organ_id: int) -> Sequence[Row]:
    """The chain from an organ upward, itself first: township, county, city, province."""
    return db.execute(_SUPERIORS, {"id": organ_id}).all()


_SUPERIORS = sa.text(f"""
    with recursive chain as (
        select o.*, 0 as steps from organ o where o.id = :id
        union all select s.*, c.steps + 1 from organ s join chain c on s.id = c.superior_id where c.steps < 6)
    select {_ORGAN} from chain o order by steps""")


def owner_of_station(db: Connection, station_id: int) -> Row:
    """The congress organ that owns the cases of a station at first.

    Raises StationUnknown.
    """
    statement = sa.text(f"""select {_ORGAN} from organ o join organ s on s.superior_id = o.id
        join station x on x.organ_id = s.id where s.id = :id""")
    row = db.execute(statement, {"id": station_id}).one_or_none()
    if row is None:
        raise StationUnknown()
    return row


def units_for(db: Connection, category: str | None, county: int, area: int | None = None) -> Sequence[Row]:
    """The handling units of a county (and of one township, if a place is given), the usual one first."""
    low, high = area_range(county * 1_000_000)
    near = area_range(area // 1000 * 1000) if area else (0, -1)
    values = {"category": category or "", "county": county, "lo": low, "hi": high, "near": near[0], "far": near[1]}
    return db.execute(_UNITS, values).all()


_UNITS = sa.text(f"""
    select {_ORGAN}, u.categories, u.platform_code, o.code is not distinct from route.code as is_usual
    from handling_unit u join organ o on o.id = u.organ_id and o.closed_on is null
    left join lateral (select cast(:county as text) || '.' || r.department as code from category_route r
        where r.category = :category and (r.county = :county or r.county is null)
        order by r.county nulls last limit 1) route on true
    where o.area = :lo or o.area between :near and :far
    order by o.code is distinct from route.code, not (cast(:category as text) = any(u.categories)),
        coalesce(array_position(u.categories, cast(:category as text)), 99), o.level, o.id""")


def is_on_platform(db: Connection, category: str, county: int) -> bool:
    """Whether the four platforms take this category in this county."""
    return bool(db.execute(_PLATFORM, {"category": category, "county": county}).scalar())


_PLATFORM = sa.text("""select platform from category_route
    where category = :category and (county = :county or county is null) order by county nulls last limit 1""")


def unit_by_platform_code(db: Connection, code: str) -> Row | None:
    """The unit the four platforms call by this name."""
    statement = sa.text(f"select {_ORGAN} from handling_unit u join organ o on o.id = u.organ_id where u.platform_code = :code")
    return db.execute(statement, {"code": code}).one_or_none()


def categories(db: Connection) -> Sequence[Row]:
    """What matters are about, in the order of the lists: code, zh, en."""
    return db.execute(sa.text("select code, zh, en from category order by position")).all()


def unit(db: Connection, organ_id: int) -> Row | None:
    """What a handling unit is usually asked about; none where the organ is no unit."""
    statement = sa.text("select organ_id, categories, platform_code from handling_unit where organ_id = :id")
    return db.execute(statement, {"id": organ_id}).one_or_none()


def organ_list(
    db: Connection, *, low: int, high: int, text: str = "", kind: str = "", after: Sequence[Any] | None = None,
    size: int = 50,
) -> Sequence[Row]:
    """Organs of a range of areas, the highest first, whose name or code matches; one more than asked."""
    level, last = (after[0], after[1]) if after and len(after) == 2 else (0, 0)
    values = {"lo": low, "hi": high, "text": like(text), "kind": kind, "level": level, "last": last, "size": size + 1}
    return db.execute(_LIST, values).all()


_LIST = sa.text(f"""
    select {_ORGAN}, s.name_zh as superior_zh, s.name_en as superior_en, u.organ_id is not null as is_unit, u.categories
    from organ o left join organ s on s.id = o.superior_id left join handling_unit u on u.organ_id = o.id
    where o.area between :lo and :hi and o.kind not in ('station', 'group') and (:kind = '' or o.kind = :kind)
        and (o.name_zh ilike :text or o.name_en ilike :text or o.code ilike :text) and (o.level, o.id) > (:level, :last)
    order by o.level, o.id limit :size""")
