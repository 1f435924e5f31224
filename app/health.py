"""Whether this process lives, and whether the house is in order: what a load balancer and an operator ask."""

from typing import Any

import sqlalchemy as sa
from flask import Flask, jsonify
from sqlalchemy.exc import SQLAlchemyError

from app import migrate
from app.errors import Unavailable
from app.identity import guard
from app.wiring import Reading, Wiring

#: Name under which the connections of the clock process are known to the database.
CLOCK_NAME = "luzhi-clock"
_CLOCKS = sa.text("select count(*) from pg_stat_activity where datname = current_database() and application_name = :name")


def install(app: Flask) -> None:
    """Add `/live` and `/ready`, open to everybody: they tell nothing about people or cases."""
    app.add_url_rule("/live", "live", guard.public(live))
    app.add_url_rule("/ready", "ready", guard.public(ready))


def live() -> Any:
    """The process answers."""
    return jsonify(live=True)


def ready() -> Any:
    """Database, schema, clock and calendar are in order; what is not, is named."""
    found = state(guard.wiring())
    return jsonify(found), 200 if all(found.values()) else 503


def state(wiring: Wiring) -> dict[str, bool]:
    """What is in order, by name."""
    try:
        with wiring.read() as reading:
            return {"database": True, "schema": migrate.current(reading.db) == migrate.head(), **_around(reading, wiring)}
    except (Unavailable, SQLAlchemyError):
        return {"database": False}


def _around(reading: Reading, wiring: Wiring) -> dict[str, bool]:
    clocks = reading.db.execute(_CLOCKS, {"name": CLOCK_NAME}).scalar_one()
    return {"clock": clocks > 0, "calendar": reading.now.year in wiring.calendar.years}
