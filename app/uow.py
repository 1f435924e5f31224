"""The unit of work: who acts, when, with what; and the only commit in the code base.

Opened by `app.wiring` alone. Its connection reads without a transaction until something is about
to be written, so a command that only asks the engine costs two round trips: one read, one write.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from app.config import Settings
from app.db import NOW_SQL, begin, json_text
from app.storage import Storage
from app.system import Systems
from workflows import Calendar, Engine

#: Account ids below this one belong to nobody who signs in.
FIRST_ACCOUNT = 100


@dataclass(frozen=True)
class Grant:
    """A role held in an organ, with the range of area codes copied when it was granted."""

    role: str
    organ: int
    scope: str = ""
    lo: int = 0
    hi: int = 0


@dataclass(frozen=True)
class Actor:
    """Who acts: a person signed in, a visitor, or one of our own clocks and systems."""

    #: "person", "visitor" or "system".
    kind: str
    #: Account id; below 100: 1 visitor, 2 clock, 3 importer, 10 and above the outside systems.
    id: int
    name: str = ""
    grants: tuple[Grant, ...] = ()
    #: Six digits: where the actor's keys are stored when no case says otherwise.
    county: int = 0
    #: The party of a case a visitor stands for.
    party: int | None = None
    #: The mandates a deputy holds in person.
    mandates: tuple[int, ...] = ()


CLOCK = Actor(kind="system", id=2, name="clock")
IMPORTER = Actor(kind="system", id=3, name="importer")


def visitor(county: int, party: int | None = None) -> Actor:
    """Somebody without an account, in the county of the station whose code was scanned."""
    return Actor(kind="visitor", id=1, name="visitor", county=county, party=party)


@dataclass(frozen=True)
class Letter:
    """An outbox row in the making: what shall leave, or travel to another case, after the commit."""

    topic: str
    county: int
    instance_id: int | None
    payload: Mapping[str, Any]


class LastWrite(Protocol):
    """The write that ends a command: its own rows, the letters, and, if there is a key, key and answer."""

    def __call__(self, db: Connection, *, key: UUID | None, answer: Any, letters: Sequence[Letter]) -> None: ...


@dataclass
class UnitOfWork:
    """One command's view of the world. Everything below a view or a job receives it and nothing else."""

    connection: Connection
    actor: Actor
    settings: Settings
    #: The engine; only enactment asks it.
    engine: Engine
    storage: Storage
    systems: Systems
    key: UUID | None = None
    county: int = 0
    time: datetime | None = None
    #: Answers of the forms of this command by form name; local operations read free text here.
    current_answers: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    #: A case started in this unit of work stays invisible to the clock until it is let go (seeding).
    held: bool = False
    letters: list[Letter] = field(default_factory=list)
    last_write: LastWrite | None = None

    @property
    def db(self) -> Connection:
        """The connection. A write that was put off happens first, so that its rows can be read."""
        self.flush()
        return self.connection

    @property
    def now(self) -> datetime:
        """Business time: one instant per unit of work, read when first needed."""
        if self.time is None:
            self.time = self.connection.execute(sa.text(f"select {NOW_SQL}")).scalar_one()
        return self.time

    @property
    def calendar(self) -> Calendar:
        """The announced working days."""
        return self.engine.calendar

    def set_now(self, now: datetime) -> datetime:
        """Take the time a first statement has read along; the time once known stays."""
        self.time = self.time or now
        return self.time

    def finish_with(self, write: LastWrite) -> None:
        """Put a write off to the end, where it can store the key and the answer in the same statement.

        It happens earlier, and without the key, as soon as anything else asks for `db`.
        """
        self.flush()
        self.last_write = write

    def flush(self) -> None:
        """Carry the write out that was put off, inside the transaction."""
        if self.last_write is not None:
            begin(self.connection)
            self._write(key=None, answer=None)

    def outbox(self, topic: str, county: int, instance_id: int | None, payload: Mapping[str, Any]) -> None:
        """Note what shall leave the house, or reach another case, once this is committed."""
        self.letters.append(Letter(topic, county, instance_id, payload))

    def begin(self) -> None:
        """Begin the transaction before calling a function of the database that writes or locks."""
        begin(self.connection)

    def end(self, answer: Any) -> None:
        """End the unit of work: last write, letters, key with its answer, all or nothing."""
        if self.last_write is not None:
            self._write(key=self.key, answer=answer)
        elif self.letters or self.key:
            begin(self.connection)
            post(self.connection, self._take_letters(), self.time)
            if self.key:
                store_key(self.connection, self.key, self.county, self.actor, answer)
        self.connection.commit()

    def _write(self, *, key: UUID | None, answer: Any) -> None:
        write, self.last_write = self.last_write, None
        write(self.connection, key=key, answer=answer, letters=self._take_letters())

    def _take_letters(self) -> list[Letter]:
        taken, self.letters = self.letters, []
        return taken


_POST = sa.text(
    "insert into outbox(county, instance_id, topic, payload, next_try) "
    "values (:county, :instance, :topic, cast(:payload as jsonb), coalesce(cast(:at as timestamptz), now()))"
)
_KEY = sa.text(
    "insert into command(county, key, actor, at, answer) "
    "values (:county, :key, :actor, clock_timestamp(), cast(:answer as jsonb))"
)


def post(db: Connection, letters: Sequence[Letter], at: datetime | None) -> None:
    """Put the letters into the outbox; they leave at business time, or at once where it was never asked."""
    if letters:
        db.execute(_POST, [
            {"county": one.county, "instance": one.instance_id, "topic": one.topic, "payload": json_text(one.payload), "at": at}
            for one in letters
        ])


def store_key(db: Connection, key: UUID, county: int, actor: Actor, answer: Any) -> None:
    """Keep the answer under the key, so that a repeat hears the same. A key used before is refused by the table."""
    db.execute(_KEY, {"county": county, "key": key, "actor": actor.id, "answer": json_text(answer)})


Command = Callable[[UnitOfWork], Any]
