"""What a load balancer hears."""

from dataclasses import replace

import pytest

from app import health
from app.db import make_engine
from app.factory import create_app


@pytest.fixture
def client(wiring):
    return create_app(wiring.settings, wiring).test_client()


class TestLive:
    def test_answers_while_the_process_runs(self, client):
        assert client.get("/live").json == {"live": True}


class TestReady:
    def test_names_what_is_missing(self, client):
        answer = client.get("/ready")

        assert answer.status_code == 503
        assert answer.json == {"database": True, "schema": True, "clock": False, "calendar": True}

    def test_is_content_when_a_clock_runs(self, fresh_wiring, fresh_database):
        clock = make_engine(fresh_database, name=health.CLOCK_NAME)
        with clock.connect():
            state = health.state(fresh_wiring)
        clock.dispose()

        assert state == {"database": True, "schema": True, "clock": True, "calendar": True}

    def test_says_when_the_database_is_away(self, wiring):
        nowhere = make_engine("postgresql://app@/app?host=/nonexistent", name="test")

        assert health.state(replace(wiring, database=nowhere, held=_Nobody())) == {"database": False}


class _Nobody:
    """Where no connection is held, nothing is to be ended."""

    def commit(self) -> None:
        return None
