"""The functions of FEEL that depend on what the host gives: the present moment, limits, thresholds, working days.

FEEL itself reads no clock and no table; whoever evaluates hands them in as `Functions`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Functions:
    """What the host lends to an evaluation; what is absent fails by name when it is called."""

    #: the present moment, aware
    moment: datetime | None = None
    #: (rule key, start, area or None) -> deadline context {due, start, rule, …}
    deadline: Callable[[str, datetime, Any], dict[str, Any]] | None = None
    #: (key, area or None) -> number or text
    threshold: Callable[[str, Any], Any] | None = None
    #: (date) -> whether it is a working day
    is_working_day: Callable[[date], bool] | None = None
    #: (date, n) -> the n-th working day after it
    add_working_days: Callable[[date, int], date] | None = None
    #: (from, to) -> working days after `from`, up to and with `to`
    working_days: Callable[[date, date], int] | None = None
    #: refuse to compare a time with a text or with another kind of time, instead of giving null
    strict: bool = True

    def now(self) -> datetime | None:
        """Return the present moment, in UTC."""
        return None if self.moment is None else self.moment.astimezone(UTC)

    def today(self) -> date | None:
        """Return the day it is in Shanghai."""
        return None if self.moment is None else self.moment.astimezone(SHANGHAI).date()


#: no host at all: nulls exactly as the standard has them
STANDARD = Functions(strict=False)
