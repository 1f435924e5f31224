"""The wiring under a clock set by hand, and over one connection that the end of the test rolls back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import StaticPool

from app.db import json_text, know_the_house
from app.throttle import Throttle
from app.wiring import Reading, Wiring
from tests.clusters import HeldConnection
from tests.fakes import HandClock, MemoryStorage


@dataclass(frozen=True)
class HandWiring(Wiring):
    """The wiring under a clock set by hand; `now` may still be given."""

    clock: HandClock = field(default_factory=HandClock)

    def run(self, command: Any, *, now: datetime | None = None, **named: Any) -> Any:
        return super().run(command, now=now or self.clock(), **named)

    @contextmanager
    def read(self, now: datetime | None = None) -> Iterator[Reading]:
        with super().read(now or self.clock()) as reading:
            yield reading


@dataclass(frozen=True)
class HeldWiring(HandWiring):
    """All connections are one, inside a transaction that the end of the test rolls back."""

    held: HeldConnection = field(kw_only=True)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        self.held.commit()
        with super().connect() as db:
            yield db


def engine_over(held: HeldConnection) -> Engine:
    """SQLAlchemy over one held connection."""
    engine = know_the_house(sa.create_engine(
        "postgresql+psycopg://", creator=lambda: held, poolclass=StaticPool,
        json_serializer=json_text, json_deserializer=orjson.loads,
    ))
    held.hold()
    with engine.connect() as db:
        db.execute(sa.text("select 1"))
    held.let_go()
    return engine


def parts(wiring: Wiring, engine: Engine) -> dict[str, Any]:
    """What such a wiring is made of: everything of the real one but database, storage and counters."""
    made = replace(
        wiring, database=engine, storage=MemoryStorage(), limits=Throttle(engine, wiring.settings.secret_key)
    )
    return {name: getattr(made, name) for name in Wiring.__dataclass_fields__}
