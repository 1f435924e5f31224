"""The only reading of the system clock in the code base.

Business time is not read here: a unit of work takes it from the database. What uses true
time (sessions, throttles, signatures, log lines) asks this module.
"""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """This will tell the true time as an aware instant in UTC."""
    return datetime.now(UTC)


def ticks() -> float:
    """This will tell seconds on a clock that only runs forward, for measuring how long something took."""
    return time.monotonic()
