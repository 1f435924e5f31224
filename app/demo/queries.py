"""What the demonstration page shows: accounts to sign in as, codes to scan, messages a phone received."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

_ACCOUNTS = sa.text("""
select a.id, a.login, a.name, g.role, o.name_zh, o.name_en, o.level
from account a
join lateral (select role, organ_id from role_grant g where g.account_id = a.id and g.to_on is null order by g.id limit 1) g on true
join organ o on o.id = g.organ_id
where a.closed_at is null order by o.area, g.role, a.id""")

_MESSAGES = sa.text("""
select id, sent_at, phone, body, case_no from sms_message
where cast(:phone as text) is null or phone = :phone order by id desc limit :count""")

_PHONES = sa.text("select phone, count(*) as messages, max(sent_at) as last_at from sms_message group by phone order by max(id) desc limit 30")

_SHIFT = sa.text("select shift from clock_offset where id = 1")

_COUNTS = sa.text("""
select (select count(*) from case_file) as cases, (select count(*) from work_item where status < 2) as open_items,
       (select count(*) from timer) as timers, (select count(*) from outbox where done_at is null) as waiting""")


def accounts(db: Connection) -> Sequence[Row[Any]]:
    """Every open account with its first role, those of one area together."""
    return db.execute(_ACCOUNTS).all()


def messages(db: Connection, phone: str | None = None, *, count: int = 40) -> Sequence[Row[Any]]:
    """Text messages the twin has received, newest first; of one phone, or of all."""
    return db.execute(_MESSAGES, {"phone": phone, "count": count}).all()


def phones(db: Connection) -> Sequence[Row[Any]]:
    """The phones that received something, the latest first."""
    return db.execute(_PHONES).all()


def shift(db: Connection) -> timedelta:
    """How far the demonstration's clock is ahead of the world's."""
    return db.execute(_SHIFT).scalar_one_or_none() or timedelta()


def counts(db: Connection) -> Row[Any]:
    """How much there is, so that a newcomer sees the seed grow."""
    return db.execute(_COUNTS).one()


def reports(db: Connection) -> int:
    """How many reports of citizens there are."""
    return db.execute(sa.text("select count(*) from case_file where kind = 'citizen_issue'")).scalar_one()


def stations(db: Connection) -> Sequence[Row[Any]]:
    """The open stations, each with its county and place."""
    return db.execute(_STATIONS).all()


def units(db: Connection) -> Sequence[Row[Any]]:
    """The handling units of the two counties with what they handle."""
    return db.execute(_UNITS).all()


def holders(db: Connection) -> Sequence[Row[Any]]:
    """One account for each role held in an organ."""
    return db.execute(_HOLDERS).all()


def waiting(db: Connection, county: int, id: int) -> Sequence[Row[Any]]:
    """The messages a case waits for."""
    return db.execute(_WAITING, {"county": county, "id": id}).all()


def linked(db: Connection, county: int, id: int) -> Sequence[Row[Any]]:
    """The cases that this one has opened."""
    return db.execute(_LINKED, {"county": county, "id": id}).all()


def process_of(db: Connection, county: int, id: int) -> str:
    """The key of the process that runs a case."""
    return db.execute(_PROCESS, {"county": county, "id": id}).scalar_one()


def definition_of(db: Connection, county: int, id: int) -> int:
    """The version of the definition that runs a case."""
    found = sa.text("select definition_id from process_instance where county = :county and id = :id")
    return db.execute(found, {"county": county, "id": id}).scalar_one()


def deputies_of(db: Connection, station_id: int) -> Sequence[int]:
    """The mandates bound to a station, then those of its county."""
    return db.execute(_DEPUTIES, {"station": station_id}).scalars().all()


_STATIONS = sa.text("""
select s.organ_id as id, (o.area / 1000000)::int as county, s.lat, s.lon from station s join organ o on o.id = s.organ_id
where o.closed_on is null and s.lat is not null order by s.organ_id""")
_UNITS = sa.text("""
select o.id, (o.area / 1000000)::int as county, u.categories from handling_unit u join organ o on o.id = u.organ_id
where o.closed_on is null and o.level = 4 order by o.id""")
_HOLDERS = sa.text("""
select distinct on (g.role, g.organ_id) g.role, g.organ_id, a.id from role_grant g join account a on a.id = g.account_id
where a.closed_at is null and g.to_on is null order by g.role, g.organ_id, a.id""")
_WAITING = sa.text("""
select message, correlation from subscription where county = :county and instance_id = :id order by sub_key""")
_LINKED = sa.text("""
select to_county, to_id from case_link where county = :county and case_id = :id and to_id is not null and kind in ('supervision', 'moved', 'raised')
order by id""")
_PROCESS = sa.text("""
select d.key from process_instance i join process_definition d on d.id = i.definition_id where i.county = :county and i.id = :id""")
_DEPUTIES = sa.text("""
select m.id from mandate m left join deputy_station d on d.mandate_id = m.id and d.station_id = :station and d.to_on is null
join organ o on o.id = :station where m.to_on is null and m.area / 1000000 = o.area / 1000000
order by d.station_id is null, m.id limit 8""")
