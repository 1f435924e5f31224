"""The demonstration's two counties with their people and processes, for tests of pages and whole ways.

Made once per run, copied per worker; what a test does in it is taken back at its end.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import URL, Engine, Row

from app.cases import operations as cases
from app.cases.operations import Receipt, Report
from app.db import make_engine
from app.definitions import operations as definitions
from app.directory import operations as directory
from app.directory import queries as places
from app.factory import create_app
from app.identity import queries as identity
from app.uow import IMPORTER, Actor, visitor
from app.wiring import Wiring
from tests.clusters import Cluster, HeldConnection
from tests.fakes import HandClock
from tests.pages import PageClient
from tests.wirings import HeldWiring, engine_over, parts

BPMN = Path(__file__).resolve().parents[1] / "bpmn"
STATION = "330825209-01"
TEXT = "村口的路灯坏了三盏，晚上老人出门看不见路"


@dataclass
class Town:
    """Two counties: `clerk = town.signed_in("sheyang.clerk")`, `town.report()`, `town.rows("select …")`."""

    wiring: HeldWiring
    app: Flask

    def rows(self, statement: str, **values: Any) -> Sequence[Row[Any]]:
        """What a statement finds."""
        with self.wiring.read() as house:
            return house.db.execute(sa.text(statement), values).all()

    def one(self, statement: str, **values: Any) -> Any:
        """The only value a statement finds."""
        return self.rows(statement, **values)[0][0]

    def change(self, statement: str, **values: Any) -> None:
        """Change rows as nobody else may."""
        self.wiring.run(lambda uow: uow.db.execute(sa.text(statement), values).rowcount, actor=IMPORTER)

    def account(self, login: str) -> int:
        """The id of an account."""
        return self.one("select id from account where login = :login", login=login)

    def actor(self, login: str) -> Actor:
        """An account with its roles, as operations know it."""
        with self.wiring.read() as house:
            return identity.actor(house.db, self.account(login))

    def visitor(self, lang: str = "zh") -> PageClient:
        """Somebody without an account."""
        return PageClient(self.app, lang)

    def signed_in(self, login: str, lang: str = "zh") -> PageClient:
        """The person with this account, in front of a browser, signed in."""
        client = self.visitor(lang)
        client.post("/demo/sign-in", {"account": str(self.account(login))}, 303)
        return client

    def report(self, station: str = STATION, **more: Any) -> Receipt:
        """A citizen's report at a station."""
        with self.wiring.read() as house:
            found = places.station_by_code(house.db, station)
        told = Report(**{"station_id": found.id, "text": TEXT, "place": "村口", **more})
        return self.wiring.run(lambda uow: cases.file_issue(uow, report=told), actor=visitor(found.county))

    def case(self, number: str) -> Row[Any]:
        """The file with this number."""
        return self.rows("select * from case_file where number = :number", number=number)[0]

    def item(self, number: str, element: str) -> Row[Any]:
        """The open item of a case that waits at an element."""
        return self.rows(
            "select w.* from work_item w join case_file c on c.county = w.county and c.id = w.instance_id "
            "where c.number = :number and w.element = :element and w.status < 2", number=number, element=element,
        )[0]

    def address(self, number: str, element: str) -> str:
        """Where staff open that item."""
        found = self.item(number, element)
        return f"/desk/items/{found.county}-{found.id}"


def _fill(wiring: Wiring) -> Callable[[URL], None]:
    def fill(url: URL) -> None:
        engine = make_engine(url, name="town")
        house = replace(wiring, database=engine)
        house.run(directory.load_reference, actor=IMPORTER)
        house.run(lambda uow: directory.load_demo_people(uow, 1), actor=IMPORTER)
        house.run(lambda uow: definitions.sync(uow, BPMN), actor=IMPORTER)
        engine.dispose()

    return fill


@pytest.fixture(scope="session")
def town_template(cluster: Cluster, session_wiring: Wiring) -> str:
    """The name of the filled template."""
    return cluster.filled("luzhi_town", _fill(session_wiring))


@pytest.fixture(scope="session")
def town_connection(cluster: Cluster, town_template: str) -> Iterator[HeldConnection]:
    """The one connection of this worker's tests in the two counties."""
    with cluster.copy(town_template) as url:
        held = HeldConnection.open(url)
        yield held
        held.close()


@pytest.fixture(scope="session")
def town_engine(town_connection: HeldConnection) -> Engine:
    """SQLAlchemy over that connection."""
    return engine_over(town_connection)


@pytest.fixture
def town(session_wiring: Wiring, town_connection: HeldConnection, town_engine: Engine, clock: HandClock) -> Iterator[Town]:
    """The two counties; the clock stands on a working day."""
    town_connection.hold()
    wiring = HeldWiring(**parts(session_wiring, town_engine), clock=clock, held=town_connection)
    yield Town(wiring, create_app(wiring.settings, wiring))
    town_connection.let_go()
