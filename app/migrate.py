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
from sqlalchemy.pool import NullPool

FOLDER = Path(__file__).resolve().parent.parent / "migrations"
TRIES = 10
OLDEST_SERVER = 15
#: A migration that waits for a lock stops everybody behind it, so it waits briefly and comes again.
LIMITS = "-c lock_timeout=2s -c statement_timeout=30s -c timezone=UTC"
#: Two processes that start together bring the schema forward one after the other.
ADVISORY_LOCK = 7_330_825


class NewerDatabase(Exception):
    """The database was already changed by a newer release of this software."""


class OlderServer(Exception):
    """The database server is too old."""


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

    Raises NewerDatabase, OlderServer.
    """
    own = sa.create_engine(engine.url, poolclass=NullPool, connect_args={"options": LIMITS})
    with own.connect() as lock:
        lock = lock.execution_options(isolation_level="AUTOCOMMIT")
        _refuse_old_server(lock)
        lock.execute(sa.text("select pg_advisory_lock(:lock)"), {"lock": ADVISORY_LOCK})
        _refuse_newer(lock)
        _upgrade_patiently(own, to)


def _config(db: Connection | None = None) -> Config:
    config = Config(FOLDER / "alembic.ini")
    config.attributes["connection"] = db
    return config


def _refuse_old_server(db: Connection) -> None:
    version = int(db.execute(sa.text("show server_version_num")).scalar_one()) // 10_000
    if version < OLDEST_SERVER:
        raise OlderServer(f"The database server is PostgreSQL {version}; {OLDEST_SERVER} or later is needed.")


def _refuse_newer(db: Connection) -> None:
    found = current(db)
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found and found not in known:
        raise NewerDatabase(f"The database stands at {found}, which this release does not know. Use the newer release.")


def _upgrade_patiently(engine: Engine, to: str) -> None:
    for attempt in range(1, TRIES + 1):
        try:
            with engine.connect() as db:
                command.upgrade(_config(db), to)
            return
        except OperationalError as error:
            if attempt == TRIES or not isinstance(error.orig, psycopg.errors.LockNotAvailable):
                raise
            time.sleep(attempt)
