"""The schema: where it stands, and bringing it forward. What the tables are for stands in the rooms' models."""

import time
from pathlib import Path

import psycopg.errors
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError

FOLDER = Path(__file__).resolve().parent.parent / "migrations"
TRIES = 10
#: Two processes that start together bring the schema forward one after the other.
ADVISORY_LOCK = 7_330_825


class NewerDatabase(Exception):
    """The database was already changed by a newer release of this software."""


def sql(name: str) -> str:
    """The text of a function or view that a migration creates, from `migrations/sql/`."""
    return (FOLDER / "sql" / name).read_text(encoding="utf-8")


def head() -> str:
    """The name of the newest migration; there is exactly one."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def current(db: Connection) -> str | None:
    """The migration the database stands at; None when it is empty."""
    return MigrationContext.configure(db).get_current_revision()


def upgrade(engine: Engine, to: str = "head") -> None:
    """This will bring the database forward, waiting briefly for others and trying again.

    Raises NewerDatabase.
    """
    with engine.connect() as db:
        db.execute(sa.text("select pg_advisory_lock(:lock)"), {"lock": ADVISORY_LOCK})
        db.commit()
        try:
            _refuse_newer(db)
            _upgrade_patiently(db, to)
        finally:
            db.rollback()
            db.execute(sa.text("select pg_advisory_unlock(:lock)"), {"lock": ADVISORY_LOCK})
            db.commit()
            db.invalidate()  # the time limits of migrations must not reach the pool


def _config(db: Connection | None = None) -> Config:
    config = Config(FOLDER / "alembic.ini")
    config.attributes["connection"] = db
    return config


def _refuse_newer(db: Connection) -> None:
    found = current(db)
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    db.rollback()
    if found and found not in known:
        raise NewerDatabase(f"The database stands at {found}, which this release does not know. Use the newer release.")


def _upgrade_patiently(db: Connection, to: str) -> None:
    for attempt in range(1, TRIES + 1):
        try:
            command.upgrade(_config(db), to)
            return
        except OperationalError as error:
            db.rollback()
            if attempt == TRIES or not isinstance(error.orig, psycopg.errors.LockNotAvailable):
                raise
            time.sleep(attempt)
