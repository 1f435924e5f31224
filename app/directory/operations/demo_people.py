"""The demonstration's people: stations, deputies and accounts of two counties, the same for the same seed.

All of them are invented. They exist only where the demonstration is on, for their password is public.
"""

import csv
import random
import re
from collections.abc import Container, Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from app.directory import queries
from app.directory.numbers import new_code
from app.directory.operations import deputies, stations
from app.directory.operations.deputies import ContactDays, Person, Seat
from app.directory.operations.reference import DATA, TOWNSHIP, read_table
from app.directory.operations.stations import Place
from app.errors import Forbidden
from app.identity import operations as identity
from app.identity.operations import Given
from app.identity.queries import HASHER
from app.uow import UnitOfWork

#: The password of every demonstration account, as `/demo` and the documentation say.
DEMO_PASSWORD = "luzhi-demo-2026"
SINCE = date(2021, 1, 1)
DOUBLE_SEATS = 16
#: Deputies in all: the last seats of the second county are filled up to this number.
DEPUTIES = 200
#: Where the bridge of the worked example stands: this village has a point of its own.
FENGXI = 330825209218


class DemoOnly(Forbidden):
    """The demonstration's people are let in only where the demonstration is on."""


def load_demo_people(uow: UnitOfWork, seed: int = 1) -> None:
    """This will fill two counties with stations, 200 deputies and accounts for every role; once only.

    Raises DemoOnly.
    """
    if not uow.settings.demo:
        raise DemoOnly()
    if uow.db.execute(sa.text("select exists (select 1 from deputy)")).scalar_one():
        return
    chance = random.Random(seed)
    table = read_table("demo_people")
    people = _Crowd(chance, table)
    for county, facts in table["counties"].items():
        _fill_county(uow, int(county) * 1_000_000, facts, people)
    _fill_up(uow, people)
    _double_seats(uow, chance)
    _open_accounts(uow)


class _Crowd:
    """Invents people, places and codes, one after the other, from one source of chance."""

    def __init__(self, chance: random.Random, table: Any) -> None:
        self.chance, self.hours, self.occupations = chance, table["hours"], table["occupations"]
        self._surnames, self._given = _pairs(table["surnames"]), _pairs(table["given"])
        self._known: set[str] = set()

    def person(self) -> Person:
        family, latin = self.chance.choice(self._surnames)
        given = self.chance.sample(self._given, self.chance.choice((1, 2, 2, 2)))
        name = family + "".join(zh for zh, _ in given)
        if name in self._known:
            return self.person()
        self._known.add(name)
        english = f"{latin} {''.join(en for _, en in given).capitalize()}"
        return Person(name, english, *self.chance.choice(self.occupations))

    def days(self) -> ContactDays:
        day = self.chance.choice((5, 10, 15, 20, 25))
        return ContactDays(f"每月{day}日上午 9:00–11:00", f"day {day} of each month, 9:00–11:00")

    def place(self, names: tuple[str, str], facts: Any) -> Place:
        near = [round(facts[key] + self.chance.uniform(-0.12, 0.12), 5) for key in ("lat", "lon")]
        phone = f"{facts['dial']}-000{self.chance.randrange(10_000):04d}"
        zh, en = names
        return Place(
            f"{zh}人大代表联络站", f"Deputies' Liaison Station of {en}", f"{zh}便民服务中心一楼", f"Service centre of {en}, ground floor",
            phone, *self.hours, *near,
        )


def _fill_county(uow: UnitOfWork, county: int, facts: Any, people: _Crowd) -> None:
    townships = [row for row in queries.areas_below(uow.db, county) if row.level == TOWNSHIP]
    _seat_above(uow, county, people)
    for township in townships:
        owner = _owner(uow, township.code)
        central = _open_stations(uow, owner, township, facts, people)
        _seat(uow, county, township, facts["county_seats"], central, people)
        if owner.kind == "presidium":
            _seat(uow, township.code, township, facts["township_seats"], central, people)


def _owner(uow: UnitOfWork, township: int) -> Row:
    return uow.db.execute(_OWNER, {"area": township}).one()


_OWNER = sa.text("select id, area, kind from organ where area = :area and kind in ('presidium', 'subdistrict_committee')")


def _open_stations(uow: UnitOfWork, owner: Row, township: Row, facts: Any, people: _Crowd) -> int:
    """A central station for the township and two more in its villages; gives back the central one."""
    central = _open(uow, owner, "central", township, (township.name_zh, township.name_en), facts, people)
    villages = [row for row in queries.areas_below(uow.db, township.code) if row.code != FENGXI]
    fixed = [row for row in queries.areas_below(uow.db, township.code) if row.code == FENGXI]
    chosen = (fixed + people.chance.sample(villages, min(2, len(villages))))[:2]
    for tier, village in zip(("point", "constituency"), chosen, strict=False):
        names = (township.name_zh + village.name_zh, f"{village.name_en}, {township.name_en}")
        _open(uow, owner, tier, village, names, facts, people)
    return central


def _open(
    uow: UnitOfWork, owner: Row, tier: str, area: Row, names: tuple[str, str], facts: Any, people: _Crowd
) -> int:
    station_id = stations.store_station(uow, owner=owner, tier=tier, place=people.place(names, facts), area=area.code)
    stations.store_code(uow, code=new_code(people.chance), station_id=station_id)
    # Stations were there before the people of the demonstration arrived.
    uow.db.execute(sa.text("update organ set opened_on = :on where id = :id"), {"id": station_id, "on": SINCE})
    return station_id


def _seat(uow: UnitOfWork, congress: int, township: Row, seats: int, station_id: int, people: _Crowd) -> None:
    for number in range(1, seats + 1):
        seat = _seat_of(uow, congress, f"{township.name_zh}第{number}选区", f"Constituency {number} of {township.name_en}")
        _bind(uow, people, seat, station_id)


def _seat_above(uow: UnitOfWork, county: int, people: _Crowd) -> None:
    """Deputies of the city's and the province's congress live here too; a higher congress elects nobody directly."""
    station_id = _open_county_station(uow, county, people)
    name = queries.area(uow.db, county)
    for congress, seats in ((county // 10**10 * 10**10, 2), (county // 10**8 * 10**8, 6)):
        for _ in range(seats):
            seat = _seat_of(uow, congress, f"{name.name_zh}人民代表大会", f"People's Congress of {name.name_en}")
            _bind(uow, people, seat, station_id)


def _open_county_station(uow: UnitOfWork, county: int, people: _Crowd) -> int:
    owner = queries.organ_by_code(uow.db, f"{county // 1_000_000}.standing_committee")
    area = queries.area(uow.db, county)
    facts = read_table("demo_people")["counties"][str(county // 1_000_000)]
    return _open(uow, owner, "central", area, (area.name_zh, area.name_en), facts, people)


def _seat_of(uow: UnitOfWork, congress: int, zh: str, en: str) -> tuple[int, Seat]:
    return queries.area(uow.db, congress).level, Seat(congress, 17, zh, en, SINCE)


def _bind(uow: UnitOfWork, people: _Crowd, seat: tuple[int, Seat], station_id: int) -> None:
    deputy_id = deputies.store_deputy(uow, person=people.person())
    mandate_id = deputies.store_mandate(uow, deputy_id=deputy_id, level=seat[0], seat=seat[1])
    deputies.store_binding(uow, mandate_id=mandate_id, station_id=station_id, days=people.days(), from_on=SINCE)
    stations.store_code(uow, code=new_code(people.chance), station_id=station_id, mandate_id=mandate_id)


def _fill_up(uow: UnitOfWork, people: _Crowd) -> None:
    missing = DEPUTIES - uow.db.execute(sa.text("select count(*) from deputy")).scalar_one()
    station = queries.organ_by_code(uow.db, "331004106.station.01")
    township = queries.area(uow.db, 331004106000)
    for number in range(7, 7 + missing):
        seat = _seat_of(uow, 331004000000, f"{township.name_zh}第{number}选区", f"Constituency {number} of {township.name_en}")
        _bind(uow, people, seat, station.id)


def _double_seats(uow: UnitOfWork, chance: random.Random) -> None:
    """Some deputies of a township sit in the county's congress as well."""
    rows = uow.db.execute(_TOWNSHIP_SEATS).all()
    for row in chance.sample(rows, DOUBLE_SEATS):
        seat = _seat_of(uow, row.area // 10**6 * 10**6, row.elected_by_zh, row.elected_by_en)
        deputies.store_mandate(uow, deputy_id=row.deputy_id, level=seat[0], seat=seat[1])


_TOWNSHIP_SEATS = sa.text("select deputy_id, area, elected_by_zh, elected_by_en from mandate where level = 5 order by id")


def _open_accounts(uow: UnitOfWork) -> None:
    with (DATA / "demo_accounts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    named = {(row["role"], row["organ"]) for row in rows}
    # One hash for all of them: the password is printed in the documentation anyway.
    secret = HASHER.hash(DEMO_PASSWORD)
    for row in rows:
        organ = queries.organ_by_code(uow.db, row["organ"])
        deputy = _nth_deputy(uow, organ.id, int(row["covers"])) if row["role"] == "deputy" else None
        account_id = identity.store_account(
            uow, login=row["login"], name=deputy.name_zh if deputy else row["name"], password_hash=secret,
            deputy_id=deputy.deputy_id if deputy else None,
        )
        _grant(uow, account_id, row["role"], organ, deputy.id if deputy else None)
        if row["covers"] == "rest":
            for other in _uncovered(uow, row["role"], organ, named):
                _grant(uow, account_id, row["role"], other)


def _nth_deputy(uow: UnitOfWork, station_id: int, number: int) -> Row:
    return queries.mandates_of_station(uow.db, station_id)[number - 1]


def _grant(uow: UnitOfWork, account_id: int, role: str, organ: Row, mandate_id: int | None = None) -> None:
    low, high = queries.area_range(organ.area)
    given = Given(role, organ.id, low, high, from_on=SINCE, mandate_id=mandate_id)
    identity.store_grant(uow, account_id=account_id, given=given)


def _uncovered(uow: UnitOfWork, role: str, organ: Row, named: Container[tuple[str, str]]) -> Iterator[Row]:
    """The other organs of the county with such a queue and nobody of their own in it."""
    low, high = queries.area_range(organ.area // 10**6 * 10**6)
    values = {"lo": low, "hi": high, "role": role, "is_unit": role in ("handler", "handler_chief")}
    for other in uow.db.execute(_QUEUES, values).all():
        if other.id != organ.id and (role, other.code) not in named:
            yield other


_QUEUES = sa.text("""
    select o.id, o.code, o.area from organ o left join handling_unit u on u.organ_id = o.id
    where o.area between :lo and :hi and o.level > 3 and o.code is not null
        and case when :is_unit then u.organ_id is not null else :role in (o.role, o.head_role) end
    order by o.id""")


def _pairs(text: str) -> list[tuple[str, str]]:
    """`王Wang 李Li` as pairs of a character and its reading."""
    return [(pair[0], pair[1:]) for pair in re.split(r"\s+", text.strip())]
