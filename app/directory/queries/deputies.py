"""Deputies: their seats, where and when they meet the public, and their accounts."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from app.db import NOW_SQL
from app.directory.numbers import read_code
from app.directory.queries.areas import like
from app.errors import NotFound

TODAY = f"(({NOW_SQL}) at time zone 'Asia/Shanghai')::date"


class DeputyUnknown(NotFound):
    """There is no such deputy."""


_SEATS = """
    select m.id, m.id as mandate_id, m.deputy_id, m.area, m.level, m.term, m.elected_by_zh, m.elected_by_en, m.from_on, m.to_on,
        d.name_zh, d.name_en, d.occupation_zh, d.occupation_en, a.name_zh as area_zh, a.name_en as area_en,
        x.station_id, x.contact_days_zh, x.contact_days_en,
        (select q.code from qr_code q where q.mandate_id = m.id and q.station_id = x.station_id
            and q.closed_at is null order by q.created_at desc limit 1) as qr
    from mandate m join deputy d on d.id = m.deputy_id join area a on a.code = m.area"""
_BOUND = f"""deputy_station x on x.mandate_id = m.id
    and {TODAY} between x.from_on and coalesce(x.to_on, 'infinity')"""


def mandates_of_station(db: Connection, station_id: int) -> Sequence[Row]:
    """The deputies who meet the public at a station, those of the higher congress first."""
    statement = sa.text(f"""{_SEATS} join {_BOUND} where x.station_id = :id
        and {TODAY} between m.from_on and coalesce(m.to_on, 'infinity') order by m.level, d.name_zh, m.id""")
    return db.execute(statement, {"id": station_id}).all()


def mandate(db: Connection, mandate_id: int) -> Row:
    """One seat, who holds it and where he meets the public.

    Raises DeputyUnknown.
    """
    row = db.execute(sa.text(f"{_SEATS} left join {_BOUND} where m.id = :id"), {"id": mandate_id}).first()
    if row is None:
        raise DeputyUnknown()
    return row


def mandate_by_code(db: Connection, code: str) -> Row:
    """The seat a deputy's code leads to; an old code still finds its deputy.

    Raises DeputyUnknown.
    """
    statement = sa.text("select mandate_id from qr_code where code = :code and mandate_id is not null")
    found = db.execute(statement, {"code": read_code(code)}).scalar_one_or_none()
    if found is None:
        raise DeputyUnknown()
    return mandate(db, found)


def accounts_of_mandates(db: Connection, mandate_ids: Sequence[int]) -> dict[int, int]:
    """The open accounts of deputies, by mandate; a deputy without an account is left out."""
    rows = db.execute(_ACCOUNTS, {"ids": list(mandate_ids)})
    return {row.mandate_id: row.account_id for row in rows}


_ACCOUNTS = sa.text("""select m.id as mandate_id, a.id as account_id from mandate m
    join account a on a.deputy_id = m.deputy_id and a.closed_at is null where m.id = any(:ids)""")


def mandate_list(
    db: Connection, *, low: int, high: int, text: str = "", after: Sequence[Any] | None = None, size: int = 50
) -> Sequence[Row]:
    """Seats in the congresses of a range of areas, whose holder or constituency matches; one more than asked."""
    values = {"lo": low, "hi": high, "text": like(text), "after": after[0] if after else 0, "size": size + 1}
    return db.execute(_LIST, values).all()


_LIST = sa.text("""
    select m.id, m.deputy_id, m.area, m.level, m.term, m.elected_by_zh, m.elected_by_en, m.from_on, m.to_on,
        d.name_zh, d.name_en, a.name_zh as area_zh, a.name_en as area_en,
        (select string_agg(o.name_zh, '、' order by o.id) from deputy_station x join organ o on o.id = x.station_id
            where x.mandate_id = m.id and x.to_on is null) as stations
    from mandate m join deputy d on d.id = m.deputy_id join area a on a.code = m.area
    where m.area between :lo and :hi and m.id > :after
        and (d.name_zh ilike :text or d.name_en ilike :text or m.elected_by_zh ilike :text)
    order by m.id limit :size""")


def stations_of(db: Connection, mandate_id: int) -> Sequence[Row]:
    """Where a deputy meets the public today, and when."""
    statement = sa.text(f"""
        select o.id, o.name_zh, o.name_en, s.code, s.address_zh, s.address_en, x.contact_days_zh, x.contact_days_en
        from deputy_station x join station s on s.organ_id = x.station_id join organ o on o.id = s.organ_id
        where x.mandate_id = :id and {TODAY} between x.from_on and coalesce(x.to_on, 'infinity') order by o.id""")
    return db.execute(statement, {"id": mandate_id}).all()
