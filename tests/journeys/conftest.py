"""A walk through the two counties, and the four platforms behind a real door on this machine."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from werkzeug.serving import make_server

from app import jobs
from app.factory import create_app
from app.simulators.platforms import Delays, Platforms
from app.simulators.server import open_door
from tests.fakes import HandClock
from tests.journeys.walk import Walk
from tests.plugins_town import Town

#: so slow that nothing is said unless the story says so
NEVER = Delays(accepted=1e9, progress=1e9, done=1e9)


@pytest.fixture(autouse=True)
def fresh_breaker(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that failed in one story is not left alone in the next."""
    monkeypatch.setattr(jobs, "_broken", {})


@pytest.fixture
def walk(town: Town, clock: HandClock) -> Walk:
    """A story that begins on a Monday in March 2026, before the station opens."""
    clock.set(2026, 3, 2, 8, 30)
    return Walk(town, clock)


@pytest.fixture
def platforms(town: Town) -> Iterator[Platforms]:
    """The pretending platforms behind their own door; what they say comes in through ours."""
    house = make_server("127.0.0.1", 0, _in_turn(town))
    made = Platforms(f"http://127.0.0.1:{house.port}", town.wiring.settings.four_platforms_key)
    made.delays = NEVER
    door = open_door(made, "127.0.0.1", 0)
    servers = (house, door)
    threads = [threading.Thread(target=one.serve_forever, daemon=True) for one in servers]
    for thread in threads:
        thread.start()
    settings = replace(town.wiring.settings, four_platforms_url=f"http://127.0.0.1:{door.server_address[1]}")
    town.wiring = replace(town.wiring, settings=settings)
    town.app = create_app(settings, town.wiring)
    yield made
    for one in servers:
        one.shutdown()
        one.server_close()
    for thread in threads:
        thread.join()


def _in_turn(town: Town):
    """The application of the moment: the story waits while the platforms speak, so one connection is enough."""
    return lambda environ, start_response: town.app(environ, start_response)
