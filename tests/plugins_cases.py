"""Places and case files for tests: a station in a township of a county, and files at it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from app.cases import operations as cases

JULY = datetime(2021, 7, 20, 7, 30, tzinfo=UTC)
TEXT = "凤溪村口的石桥被洪水冲断，二十多户出不了门。请尽快来看看！"
_next = count(1)


@dataclass(frozen=True)
class Place:
    """The organs of one township, by what they are."""

    county: int
    area: int
    #: organ ids
    congress: int
    township: int
    station: int
    unit: int
    station_code: str
    #: three deputies at the station
    mandates: tuple[int, ...]


def _area(db: Connection, code: int, level: int, name: str, parent: int | None) -> None:
    db.execute(sa.text("""
        insert into area(code, level, name_zh, name_en, parent) values (:code, :level, :name, :name, :parent)
        on conflict do nothing"""), {"code": code, "level": level, "name": name, "parent": parent})


def _organ(db: Connection, area: int, kind: str, level: int, name: str, superior: int | None, role: str, head: str) -> int:
    return db.execute(sa.text("""
        insert into organ(code, area, kind, level, name_zh, name_en, short_zh, superior_id, role, head_role, opened_on)
        values (:code, :area, :kind, :level, :name, :name, :name, :superior, :role, :head, '2021-01-01') returning id"""), {
        "code": f"test.{next(_next)}", "area": area, "kind": kind, "level": level, "name": name, "superior": superior,
        "role": role, "head": head,
    }).scalar_one()


def make_place(db: Connection, area: int = 330825209000) -> Place:
    """A township with its congress office, a station with three deputies, and a unit of the county."""
    county = area // 10**6
    _area(db, 330000000000, 2, "浙江省", None)
    _area(db, county // 100 * 10**8, 3, "市", 330000000000)
    _area(db, county * 10**6, 4, "县", county // 100 * 10**8)
    _area(db, area, 5, "乡", county * 10**6)
    congress = _organ(db, county * 10**6, "standing_committee", 4, "县人大常委会", None, "deputy_office", "chairs_meeting")
    township = _organ(db, area, "presidium", 5, "乡人大主席团", congress, "township_office", "presidium")
    station = _organ(db, area, "station", 6, "凤溪联络站", township, "station_clerk", "station_head")
    unit = _organ(db, county * 10**6, "department", 4, "县交通运输局", None, "handler", "handler_chief")
    code = f"T{station}"
    db.execute(sa.text("""
        insert into station(organ_id, code, tier, address_zh, address_en, phone, hours_zh, hours_en)
        values (:id, :code, 'central', '凤溪村1号', '1 Fengxi', '0570-7000000', '周一至周五', 'Mon to Fri')"""),
        {"id": station, "code": code})
    return Place(county, area, congress, township, station, unit, code, tuple(_mandate(db, area, station) for _ in range(3)))


def _mandate(db: Connection, area: int, station: int) -> int:
    n = next(_next)
    deputy = db.execute(sa.text("""
        insert into deputy(name_zh, name_en, occupation_zh, occupation_en) values (:zh, :en, '村医', 'doctor') returning id"""),
        {"zh": f"代表{n}", "en": f"Deputy {n}"}).scalar_one()
    mandate = db.execute(sa.text("""
        insert into mandate(deputy_id, area, level, term, elected_by_zh, elected_by_en, from_on)
        values (:deputy, :area, 5, 18, '第一选区', 'First', '2021-01-01') returning id"""), {"deputy": deputy, "area": area}).scalar_one()
    db.execute(sa.text("""
        insert into deputy_station(mandate_id, station_id, from_on, contact_days_zh, contact_days_en)
        values (:mandate, :station, '2021-01-01', '每月15日', 'The 15th')"""), {"mandate": mandate, "station": station})
    return mandate


def make_case(db: Connection, place: Place, **changes: Any) -> tuple[int, int]:
    """A file without a running process; gives back county and id."""
    values: dict[str, Any] = {
        "county": place.county, "number": f"{place.county}-CI-2021-{next(_next):06d}", "kind": "citizen_issue", "title": "石桥冲断",
        "area": place.area, "level": 5, "station_id": place.station, "township_id": place.township, "owner_id": place.township,
        "channel": "scan", "recorded_at": JULY, "status": "submitted", **changes,
    }
    body, where = values.pop("body", TEXT), values.pop("place", "凤溪村口")
    names = ", ".join(values)
    case_id = db.execute(
        sa.text(f"insert into case_file({names}) values ({', '.join(':' + name for name in values)}) returning id"), values
    ).scalar_one()
    db.execute(sa.text("""
        insert into case_text(county, case_id, title, body, place, created_at) values (:county, :id, :title, :body, :place, :at)"""),
        {"county": values["county"], "id": case_id, "title": values["title"], "body": body, "place": where, "at": values["recorded_at"]})
    return values["county"], case_id


@pytest.fixture
def place(uow: Any) -> Place:
    """A township with a station and a unit."""
    return make_place(uow.db)


@pytest.fixture
def other_place(uow: Any) -> Place:
    """A township of another county."""
    return make_place(uow.db, 331004001000)


@pytest.fixture
def case(uow: Any, place: Place) -> Callable[..., Any]:
    """Make a file at the station: `case(status="closed")`; gives back its row."""

    def made(**changes: Any) -> Any:
        county, case_id = make_case(uow.db, changes.pop("at", place), **changes)
        return uow.db.execute(
            sa.text("select * from case_file where county = :county and id = :id"), {"county": county, "id": case_id}
        ).one()

    return made


@pytest.fixture
def report(place: Place) -> Callable[..., cases.Report]:
    """A report told at the station."""

    def told(**changes: Any) -> cases.Report:
        return cases.Report(**{"station_id": place.station, "text": TEXT, "place": "凤溪村口", **changes})

    return told
