"""Seating deputies in a congress, binding them to stations, and ending both."""

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from app.directory import queries
from app.directory.numbers import new_code
from app.directory.operations.stations import store_code
from app.errors import Conflict, Invalid
from app.identity import operations as identity
from app.identity import policy
from app.identity.policy import Permission
from app.uow import UnitOfWork


class SeatsExclude(Conflict):
    """One person can sit only in congresses of areas that lie above one another."""


class AlreadyBound(Conflict):
    """This deputy already meets the public at this station."""


class SeatEnded(Conflict):
    """This seat has ended."""


@dataclass(frozen=True, slots=True)
class Person:
    """A deputy as the public knows him."""

    name_zh: str
    name_en: str
    occupation_zh: str
    occupation_en: str


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in a congress for a term."""

    area: int
    term: int
    elected_by_zh: str
    elected_by_en: str
    from_on: date
    to_on: date | None = None


@dataclass(frozen=True, slots=True)
class ContactDays:
    """When a deputy meets the public, in words."""

    zh: str
    en: str


def seat_deputy(uow: UnitOfWork, *, person: Person, seat: Seat) -> int:
    """This will enter a newly elected person with a seat and give back the mandate.

    Raises NotPermitted, AreaUnknown, Invalid.
    """
    area = queries.area(uow.db, seat.area)
    _may_keep(uow, seat.area)
    deputy_id = store_deputy(uow, person=person)
    mandate_id = store_mandate(uow, deputy_id=deputy_id, level=area.level, seat=seat)
    identity.record(uow, "deputy_seated", f"deputy:{deputy_id}", {"mandate": mandate_id, "area": seat.area})
    return mandate_id


def add_seat(uow: UnitOfWork, *, deputy_id: int, seat: Seat) -> int:
    """This will give a deputy a further seat, in a congress above or below the ones he has.

    Raises NotPermitted, AreaUnknown, SeatsExclude, Invalid.
    """
    area = queries.area(uow.db, seat.area)
    _may_keep(uow, seat.area)
    held = uow.db.execute(_HELD, {"deputy": deputy_id, "on": seat.from_on}).scalars()
    if any(not _above_one_another(seat.area, other) for other in held):
        raise SeatsExclude()
    mandate_id = store_mandate(uow, deputy_id=deputy_id, level=area.level, seat=seat)
    identity.record(uow, "deputy_seated", f"deputy:{deputy_id}", {"mandate": mandate_id, "area": seat.area})
    return mandate_id


_HELD = sa.text("select area from mandate where deputy_id = :deputy and (to_on is null or to_on >= :on)")


def store_deputy(uow: UnitOfWork, *, person: Person) -> int:
    """This will write a deputy's row."""
    values = {
        "zh": person.name_zh.strip(), "en": person.name_en.strip(), "work_zh": person.occupation_zh,
        "work_en": person.occupation_en,
    }
    return uow.db.execute(_DEPUTY, values).scalar_one()


_DEPUTY = sa.text("""
    insert into deputy(name_zh, name_en, occupation_zh, occupation_en) values (:zh, :en, :work_zh, :work_en) returning id""")


def store_mandate(uow: UnitOfWork, *, deputy_id: int, level: int, seat: Seat) -> int:
    """This will write a mandate's row.

    Raises Invalid.
    """
    if seat.to_on is not None and seat.to_on < seat.from_on:
        raise Invalid({"to_on": ["The last day lies before the first."]})
    values = {
        "deputy": deputy_id, "area": seat.area, "level": level, "term": seat.term, "zh": seat.elected_by_zh,
        "en": seat.elected_by_en, "from_on": seat.from_on, "to_on": seat.to_on,
    }
    return uow.db.execute(_MANDATE, values).scalar_one()


_MANDATE = sa.text("""
    insert into mandate(deputy_id, area, level, term, elected_by_zh, elected_by_en, from_on, to_on)
    values (:deputy, :area, :level, :term, :zh, :en, :from_on, :to_on) returning id""")


def bind_deputy(uow: UnitOfWork, *, mandate_id: int, station_id: int, days: ContactDays) -> str:
    """This will let a deputy meet the public at a station, and give back the code of his own.

    Raises NotPermitted, DeputyUnknown, StationUnknown, AlreadyBound.
    """
    station = queries.station(uow.db, station_id)
    policy.check(uow.actor, Permission.KEEP_DEPUTIES, station)
    queries.mandate(uow.db, mandate_id)
    if any(row.id == mandate_id for row in queries.mandates_of_station(uow.db, station_id)):
        raise AlreadyBound()
    store_binding(uow, mandate_id=mandate_id, station_id=station_id, days=days, from_on=identity.local_day(uow))
    code = new_code()
    store_code(uow, code=code, station_id=station_id, mandate_id=mandate_id)
    identity.record(uow, "deputy_bound", f"organ:{station_id}", {"mandate": mandate_id})
    return code


def store_binding(
    uow: UnitOfWork, *, mandate_id: int, station_id: int, days: ContactDays, from_on: date
) -> None:
    """This will write where and when a deputy meets the public."""
    values = {"mandate": mandate_id, "station": station_id, "from_on": from_on, "zh": days.zh, "en": days.en}
    uow.db.execute(_BINDING, values)


_BINDING = sa.text("""
    insert into deputy_station(mandate_id, station_id, from_on, contact_days_zh, contact_days_en)
    values (:mandate, :station, :from_on, :zh, :en)
    on conflict (mandate_id, station_id, from_on) do update set to_on = null,
        contact_days_zh = excluded.contact_days_zh, contact_days_en = excluded.contact_days_en""")


def end_mandate(uow: UnitOfWork, *, mandate_id: int) -> None:
    """This will end a seat with yesterday: bindings, codes and the deputy's rights in it end with it.

    Raises NotPermitted, DeputyUnknown, SeatEnded.
    """
    mandate = queries.mandate(uow.db, mandate_id)
    _may_keep(uow, mandate.area)
    today = identity.local_day(uow)
    if mandate.to_on is not None and mandate.to_on < today:
        raise SeatEnded()
    values = {"id": mandate_id, "on": max(mandate.from_on, today - timedelta(days=1)), "now": uow.now}
    for statement in _END:
        uow.db.execute(statement, values)
    identity.record(uow, "seat_ended", f"deputy:{mandate.deputy_id}", {"mandate": mandate_id})


_END = (
    sa.text("update mandate set to_on = :on where id = :id"),
    sa.text("update deputy_station set to_on = greatest(from_on, :on) where mandate_id = :id and to_on is null"),
    sa.text("update qr_code set closed_at = :now where mandate_id = :id and closed_at is null"),
    sa.text("update role_grant set to_on = greatest(from_on, :on) where mandate_id = :id and (to_on is null or to_on > :on)"),
)


def _may_keep(uow: UnitOfWork, area: int) -> None:
    policy.check(uow.actor, Permission.KEEP_DEPUTIES, _Place(area))


@dataclass(frozen=True, slots=True)
class _Place:
    area: int


def _above_one_another(one: int, other: int) -> bool:
    (low, high), (lower, higher) = queries.area_range(one), queries.area_range(other)
    return low <= lower <= high or lower <= low <= higher
