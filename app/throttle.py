"""How often somebody may try something: two neighbouring windows per subject, kept in the database.

The count of the last window fades out while the present one fills, so a burst at the border of two
windows does not pass. Subjects (addresses, sign-in names) are stored as hashes only.
"""

import hashlib
import hmac
import math
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from app.errors import Throttled


@dataclass(frozen=True)
class Limit:
    """At most so many tries of one thing by one subject within so many seconds."""

    name: str
    most: int
    seconds: int


_HIT = sa.text("""
    insert into throttle(name, subject, began, tries)
    values (:name, :subject, to_timestamp(floor(extract(epoch from clock_timestamp()) / :seconds) * :seconds), 1)
    on conflict (name, subject, began) do update set tries = throttle.tries + 1
    returning tries, extract(epoch from clock_timestamp() - began)::float8 as elapsed,
        (select p.tries from throttle p where p.name = :name and p.subject = :subject
            and p.began = to_timestamp((floor(extract(epoch from clock_timestamp()) / :seconds) - 1) * :seconds)) as before
""")
_FORGET = sa.text("delete from throttle where name = :name and subject = :subject")
_SWEEP = sa.text("delete from throttle where began < clock_timestamp() - interval '2 days'")


class Throttle:
    """Counts tries in true time, outside every unit of work: a refused command still counts."""

    def __init__(self, engine: Engine, secret: str) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._secret = secret.encode()

    def spend(self, limit: Limit, subject: str) -> None:
        """Count one try.

        Raises Throttled with the seconds to wait.
        """
        wait = self.wait_after(limit, subject)
        if wait:
            raise Throttled(seconds=wait)

    def wait_after(self, limit: Limit, subject: str) -> int:
        """Count one try and tell how many seconds to wait; 0 when it is allowed."""
        values = {"name": limit.name, "subject": self._hash(subject), "seconds": limit.seconds}
        with self._engine.connect() as db:
            row = db.execute(_HIT, values).one()
        remaining = 1 - row.elapsed / limit.seconds
        if row.tries + (row.before or 0) * remaining <= limit.most:
            return 0
        return max(1, math.ceil(limit.seconds * max(remaining, 0.02)))

    def forget(self, limit: Limit, subject: str) -> None:
        """Start counting afresh, for example after a successful sign-in."""
        with self._engine.connect() as db:
            db.execute(_FORGET, {"name": limit.name, "subject": self._hash(subject)})

    def sweep(self) -> int:
        """Remove counts of windows long gone and tell how many."""
        with self._engine.connect() as db:
            return db.execute(_SWEEP).rowcount

    def _hash(self, subject: str) -> bytes:
        return hmac.new(self._secret, subject.encode(), hashlib.sha256).digest()[:16]
