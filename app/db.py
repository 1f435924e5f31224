"""The database: naming of constraints, column types, and how connections are made.

Queries and operations receive a connection; nothing here opens a transaction.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
import psycopg
import sqlalchemy as sa
from psycopg.types.datetime import DatetimeDumper, TimestamptzLoader
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

#: Business time inside a statement: database time, moved by the one row the demonstration may write.
NOW_SQL = "(clock_timestamp() + coalesce((select shift from clock_offset), interval '0'))"

#: Connections that belong to a unit of work begin a transaction only before their first write.
LAZY = "begins_before_writing"
READ_ONLY = "reads_only"

_LOCKING = re.compile(r"\bfor\s+(no\s+key\s+update|update|share|key\s+share)\b|\bset_config\s*\(", re.IGNORECASE)


class Base(DeclarativeBase):
    """The tables of all rooms; each room's models inherit from it."""

    metadata = sa.MetaData(naming_convention=NAMING)


metadata = Base.metadata


class UtcDateTime(TypeDecorator):
    """An instant: aware, UTC inside; a naive value is refused."""

    impl = sa.TIMESTAMP(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC) if isinstance(value, datetime) and value.year < 9999 else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.astimezone(UTC) if isinstance(value, datetime) and value.year < 9999 else value


def json_text(value: Any) -> str:
    """JSON for a jsonb column; instants as ISO text."""
    return orjson.dumps(value, default=plain_number, option=orjson.OPT_NON_STR_KEYS).decode()


def plain_number(value: Any) -> int | float:
    """What a person typed as a number, as JSON knows numbers; for values JSON cannot say itself."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(type(value).__name__)


Json = JSONB(none_as_null=True)

#: An undated item is due for ever later: `'infinity'` in the database.
FOREVER = datetime.max.replace(tzinfo=UTC)


class _ForeverLoader(TimestamptzLoader):
    def load(self, data: Any) -> datetime:
        return FOREVER if bytes(data) == b"infinity" else super().load(data)


class _ForeverDumper(DatetimeDumper):
    def dump(self, obj: datetime) -> Any:
        return b"infinity" if obj == FOREVER else super().dump(obj)


class WriteWhileReading(RuntimeError):
    """A connection opened for reading was asked to write: an error of the code, not of a person."""


def make_engine(
    url: str | URL, *, name: str, pool_size: int = 10, statement_seconds: int = 5, prepare: int | None = 5
) -> Engine:
    """The pool of one process, with every time limit set from the first connection on."""
    options = (
        f"-c statement_timeout={statement_seconds}s -c lock_timeout=3s "
        "-c idle_in_transaction_session_timeout=15s -c timezone=UTC -c jit=off"
    )
    engine = sa.create_engine(
        make_url(url), pool_size=pool_size, max_overflow=pool_size, pool_timeout=5, pool_recycle=1800,
        pool_pre_ping=True, pool_use_lifo=True, json_serializer=json_text, json_deserializer=orjson.loads,
        connect_args={
            "connect_timeout": 3, "application_name": name, "prepare_threshold": prepare, "keepalives_idle": 5,
            "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 10000, "options": options,
        },
    )
    return know_the_house(engine)


def know_the_house(engine: Engine) -> Engine:
    """Teach an engine what our connections can: times without end, and a transaction before the first write."""
    event.listen(engine, "connect", _know_forever)
    event.listen(engine, "before_cursor_execute", _begin_before_writing)
    return engine


def begin(db: Connection) -> None:
    """Begin the transaction of a lazy connection now; without effect if it has begun."""
    raw = db.connection.driver_connection
    if raw.autocommit and db.get_execution_options().get(LAZY):
        raw.autocommit = False


def has_begun(db: Connection) -> bool:
    """Whether something was (or may have been) written on a lazy connection."""
    return not db.connection.driver_connection.autocommit


def only_reads(statement: str) -> bool:
    """Whether a statement is a plain select that takes no lock. A function it calls is trusted not to write."""
    return statement.lstrip(" \n\t(")[:6].lower() == "select" and not _LOCKING.search(statement)


def _know_forever(raw: psycopg.Connection, record: Any) -> None:
    raw.adapters.register_loader("timestamptz", _ForeverLoader)
    raw.adapters.register_dumper(datetime, _ForeverDumper)


def _begin_before_writing(
    db: Connection, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool
) -> None:
    options = db.get_execution_options()
    if (LAZY not in options and READ_ONLY not in options) or only_reads(statement):
        return
    if options.get(READ_ONLY):
        raise WriteWhileReading(statement[:200])
    begin(db)


#: Keys of commands with their answers; refusals are kept too. Removed after seven days.
command = sa.Table(
    "command",
    metadata,
    sa.Column("county", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("key", sa.Uuid, primary_key=True),
    sa.Column("actor", sa.Integer, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False, index=True),
    sa.Column("answer", Json),
)

#: At most one row: how far the demonstration's clock stands ahead.
clock_offset = sa.Table(
    "clock_offset",
    metadata,
    sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("shift", sa.Interval, nullable=False),
    sa.CheckConstraint("id = 1", name="single"),
)

#: Counts of tries per window; see `app.throttle`.
throttle = sa.Table(
    "throttle",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("subject", sa.LargeBinary, primary_key=True),
    sa.Column("began", UtcDateTime, primary_key=True, index=True),
    sa.Column("tries", sa.Integer, nullable=False),
)
