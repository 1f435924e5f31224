"""Everything made once per process, and the way commands run: `build(settings)`, `run`, `read`.

The only loop that tries a command again stands here. A command is a function of its unit of work
without other effects, so calling it again is always safe.
"""

import logging
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg.errors
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, TimeoutError

from app.config import Settings
from app.db import LAZY, NOW_SQL, READ_ONLY, make_engine
from app.errors import AppError, Busy, Conflict, Forbidden, Invalid, KeyOfAnother, StaleVersion
from app.storage import FolderStorage, Storage
from app.system import Systems, load
from app.throttle import Throttle
from app.uow import Actor, Command, UnitOfWork
from workflows import Calendar
from workflows import Engine as WorkflowEngine

log = logging.getLogger(__name__)

TRIES = 5
CALENDARS = Path(__file__).resolve().parent.parent / "bpmn" / "calendars"
_AGAIN = (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected)
_LATER = (
    psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled, psycopg.errors.IdleInTransactionSessionTimeout,
    psycopg.errors.TooManyConnections, psycopg.errors.DiskFull, psycopg.errors.AdminShutdown,
    psycopg.errors.CannotConnectNow, psycopg.errors.ReadOnlySqlTransaction,
)
_KEPT = (Conflict, Forbidden, Invalid)
_STORED = sa.text("select actor, answer from command where county = :county and key = :key")


class KeyUsed(Exception):
    """The key of this command is already in the database; its answer is to be read."""


@dataclass
class Reading:
    """What a page may see: a connection that refuses to write, and business time."""

    db: Connection
    settings: Settings
    storage: Storage
    time: datetime | None = None

    @property
    def now(self) -> datetime:
        """Business time, the same during one reading."""
        if self.time is None:
            self.time = self.db.execute(sa.text(f"select {NOW_SQL}")).scalar_one()
        return self.time


@dataclass(frozen=True)
class Wiring:
    """What one process needs, made once. Views reach it through the guard, jobs hold it."""

    settings: Settings
    database: Engine
    calendar: Calendar
    workflow_engine: WorkflowEngine
    storage: Storage
    systems: Systems
    limits: Throttle

    def run(
        self, command: Command, *, actor: Actor, key: UUID | None = None, county: int | None = None,
        now: datetime | None = None, name: str | None = None,
    ) -> Any:
        """Carry a command out in its own unit of work and give back its answer.

        A repeated key hears the first answer again, a "no" included. A command that met somebody
        else's change is called again, at most five times; so is one with a key whose connection broke.
        """
        place = county if county is not None else actor.county
        label = name or getattr(command, "__qualname__", "command")
        for attempt in range(1, TRIES + 1):
            try:
                return self._once(command, actor, key, place, now)
            except KeyUsed:
                return self._stored(key, place, actor)
            except StaleVersion:
                if attempt == TRIES:
                    raise
            except AppError as refusal:
                if refusal.aftermath is not None:
                    self.run(refusal.aftermath, actor=actor, county=place, now=now, name=f"aftermath of {label}")
                return self._refuse(refusal, key, place, actor)
            except (DBAPIError, TimeoutError) as error:
                if attempt == TRIES or not _may_repeat(error, key):
                    _translate(error)
                    raise
            log.info("command %s is tried again after try %d", label, attempt)
            time.sleep(random.uniform(0, 0.01 * 2**attempt))
        raise AssertionError("unreachable")

    @contextmanager
    def read(self, now: datetime | None = None) -> Iterator[Reading]:
        """Look without changing anything, each statement on the newest state."""
        try:
            with self.connect() as db:
                yield Reading(db.execution_options(**{READ_ONLY: True}), self.settings, self.storage, now)
        except (DBAPIError, TimeoutError) as error:
            _translate(error)
            raise

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A connection that begins no transaction by itself."""
        with self.database.connect() as db:
            yield db.execution_options(isolation_level="AUTOCOMMIT")

    def unit(
        self, db: Connection, actor: Actor, key: UUID | None = None, county: int = 0, now: datetime | None = None
    ) -> UnitOfWork:
        """A unit of work on this connection; whoever asks ends it."""
        return UnitOfWork(
            connection=db, actor=actor, settings=self.settings, engine=self.workflow_engine,
            storage=self.storage, systems=self.systems, key=key, county=county, time=now,
        )

    def close(self) -> None:
        """Close every connection."""
        self.database.dispose()

    def _once(
        self, command: Command, actor: Actor, key: UUID | None, county: int, now: datetime | None
    ) -> Any:
        with self.connect() as db:
            uow = self.unit(db.execution_options(**{LAZY: True}), actor, key, county, now)
            try:
                answer = command(uow)
                uow.end(answer)
            except IntegrityError as error:
                db.rollback()
                if key and _constraint(error) == "pk_command":
                    raise KeyUsed() from error
                raise
            except BaseException:
                db.rollback()
                raise
            return answer

    def _refuse(self, refusal: AppError, key: UUID | None, county: int, actor: Actor) -> Any:
        """Keep the refusal under the key, or hear what this key was told before."""
        if key is None:
            raise refusal
        if not isinstance(refusal, _KEPT):
            return self._stored(key, county, actor, otherwise=refusal)
        words = {"refused": refusal.key, "facts": dict(refusal.facts)}
        try:
            self._once(lambda uow: words, actor, key, county, None)
        except KeyUsed:
            return self._stored(key, county, actor, otherwise=refusal)
        raise refusal

    def _stored(self, key: UUID, county: int, actor: Actor, otherwise: AppError | None = None) -> Any:
        with self.connect() as db:
            row = db.execute(_STORED, {"county": county, "key": key}).one_or_none()
        if row is None:
            raise otherwise or StaleVersion()
        if row.actor != actor.id:
            raise KeyOfAnother()
        if isinstance(row.answer, dict) and "refused" in row.answer:
            raise AppError.named(row.answer["refused"])(**row.answer["facts"])
        return row.answer


def build(settings: Settings, *, storage: Storage | None = None, systems: Systems | None = None, name: str = "luzhi") -> Wiring:
    """This will make everything one process needs; nothing is made twice, nothing is looked up later."""
    database = make_engine(settings.database, name=name, pool_size=max(5, settings.web_threads))
    calendar = Calendar.read(CALENDARS)
    return Wiring(
        settings=settings,
        database=database,
        calendar=calendar,
        workflow_engine=WorkflowEngine(calendar),
        storage=storage or FolderStorage(settings.data_dir / "attachments"),
        systems=systems if systems is not None else load(settings.systems),
        limits=Throttle(database, settings.secret_key),
    )


def _constraint(error: DBAPIError) -> str | None:
    diagnosis = getattr(error.orig, "diag", None)
    return diagnosis.constraint_name if diagnosis else None


def _may_repeat(error: DBAPIError | TimeoutError, key: UUID | None) -> bool:
    """A clash is always tried again; a broken connection only with a key, for the commit may have happened."""
    origin = getattr(error, "orig", None)
    return isinstance(origin, _AGAIN) or bool(key and getattr(error, "connection_invalidated", False))


def _translate(error: DBAPIError | TimeoutError) -> None:
    """Turn what only says "not now" into the refusal people understand."""
    origin = getattr(error, "orig", None)
    if isinstance(origin, _AGAIN):
        raise StaleVersion() from error
    cut = getattr(error, "connection_invalidated", False)
    unreachable = isinstance(origin, psycopg.OperationalError) and origin.sqlstate is None
    if isinstance(error, TimeoutError) or isinstance(origin, _LATER) or cut or unreachable:
        raise Busy() from error
