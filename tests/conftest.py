"""What every test may ask for: a database, the wiring, a clock set by hand, a unit of work.

Rows come from the rooms' own factories; pages and people from the plugins beside this file.
"""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import URL, Connection, Engine

from app.config import Settings
from app.db import LAZY, make_engine
from app.uow import CLOCK, UnitOfWork
from app.wiring import Wiring, build
from tests.clusters import Cluster, HeldConnection, new_folder
from tests.fakes import HandClock
from tests.wirings import HandWiring, HeldWiring, engine_over, parts

pytest_plugins = [f"tests.{path.stem}" for path in sorted(Path(__file__).parent.glob("plugins_*.py"))]

CLUSTER = pytest.StashKey[Cluster]()
FOLDER = "luzhi_cluster_folder"


def pytest_configure(config: pytest.Config) -> None:
    """With several workers the server is started once, before them."""
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        config.stash[CLUSTER] = Cluster(new_folder())
        config.stash[CLUSTER].start()


def pytest_configure_node(node: Any) -> None:
    """Tell each worker where the server lies."""
    node.workerinput[FOLDER] = str(node.config.stash[CLUSTER].folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server that was started before the workers."""
    if CLUSTER in config.stash:
        config.stash[CLUSTER].stop()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where a build says that it is one, a skipped test is a failed one: nothing may quietly stop being tested."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped") if reporter else None
    if skipped and os.environ.get("CI") and session.exitstatus == pytest.ExitCode.OK:
        reporter.write_line(f"{len(skipped)} skipped tests count as failed here.")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """The database server of this run."""
    shared = getattr(request.config, "workerinput", {}).get(FOLDER)
    cluster = Cluster(Path(shared) if shared else new_folder())
    if shared:
        yield cluster
        return
    cluster.start()
    yield cluster
    cluster.stop()


@pytest.fixture(scope="session")
def held_connection(cluster: Cluster) -> Iterator[HeldConnection]:
    """The one connection of the rolled-back tests of this worker, to its own database."""
    with cluster.copy() as url:
        held = HeldConnection.open(url)
        yield held
        held.close()


@pytest.fixture(scope="session")
def held_engine(held_connection: HeldConnection) -> Engine:
    """SQLAlchemy over the held connection."""
    return engine_over(held_connection)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of the tests: development values, the demonstration on."""
    return Settings(
        demo=True, data_dir=tmp_path_factory.mktemp("data"), base_url="http://luzhi.test",
        # Nothing listens there: a test that needs the platforms brings its own.
        four_platforms_url="http://127.0.0.1:9",
    )


@pytest.fixture(scope="session")
def session_wiring(settings: Settings) -> Wiring:
    """Engine, calendar and systems, made once; its own database is never asked."""
    return build(settings)


@pytest.fixture
def clock() -> HandClock:
    """A clock that stands on a working day and moves only when told to."""
    return HandClock()


@pytest.fixture
def wiring(
    session_wiring: Wiring, held_connection: HeldConnection, held_engine: Engine, clock: HandClock
) -> Iterator[HeldWiring]:
    """The wiring over a transaction that the end of the test takes back."""
    held_connection.hold()
    yield HeldWiring(**parts(session_wiring, held_engine), clock=clock, held=held_connection)
    held_connection.let_go()


@pytest.fixture
def uow(wiring: HeldWiring, clock: HandClock) -> Iterator[UnitOfWork]:
    """An open unit of work; actor and time may be set on it, nothing of it survives the test."""
    with wiring.connect() as db:
        yield wiring.unit(db.execution_options(**{LAZY: True}), CLOCK, now=clock())


@pytest.fixture
def db(uow: UnitOfWork) -> Connection:
    """The connection of the open unit of work."""
    return uow.db


@pytest.fixture
def fresh_database(cluster: Cluster) -> Iterator[URL]:
    """A database of the test's own, for where several connections meet; commits are real."""
    with cluster.copy() as url:
        yield url


@pytest.fixture
def fresh_wiring(session_wiring: Wiring, fresh_database: URL, clock: HandClock) -> Iterator[HandWiring]:
    """The wiring over a database of the test's own."""
    engine = make_engine(fresh_database, name="test")
    yield HandWiring(**parts(session_wiring, engine), clock=clock)
    engine.dispose()


@pytest.fixture(scope="session", autouse=True)
def closed_network() -> Iterator[None]:
    """Tests talk to nobody but this machine."""
    patch = pytest.MonkeyPatch()
    original: Callable[..., None] = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address[0]}")
        original(self, address)

    patch.setattr(socket.socket, "connect", connect)
    yield
    patch.undo()
