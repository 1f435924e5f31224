"""When something is due: what a timer or a `due` gives, as an instant with its reasons."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from workflows.engine.variables import to_json
from workflows.errors import ExpressionFailed
from workflows.feel.host import SHANGHAI
from workflows.feel.temporal import add_months, read_temporal
from workflows.feel.values import YearMonthDuration

#: a timer that fires more often would keep the clock busy with nothing else
SHORTEST_PERIOD = timedelta(seconds=60)
_CYCLE = re.compile(r"R(?P<count>\d{0,6})/((?P<start>[^P/][^/]*)/)?(?P<period>P[^/]+)\Z", re.ASCII)
ENDLESS = -1


@dataclass(frozen=True, slots=True)
class Due:
    """An instant, where its limit began, and the rule behind it."""

    at: datetime
    start: datetime | None = None
    facts: Mapping[str, Any] | None = None

    @property
    def firm(self) -> bool:
        """Whether the law sets the limit: such a limit never pauses."""
        return self.facts is not None and self.facts.get("statutory") is True


def due_of(value: Any, since: datetime, *, end_of_day: bool) -> Due | None:
    """Turn what an expression gave into an instant; null stays nothing.

    A duration counts from ``since``; a day means its first instant, or the end of it (the next midnight).
    """
    if value is None:
        return None
    if type(value) is str:
        value = _text(value)
    if isinstance(value, Mapping):
        return _deadline(value)
    if isinstance(value, (timedelta, YearMonthDuration)):
        return Due(later(since, value))
    if isinstance(value, datetime):
        return Due(_aware(value))
    if isinstance(value, date):
        day = value + timedelta(days=1) if end_of_day else value
        return Due(datetime.combine(day, time(), SHANGHAI))
    raise ExpressionFailed("timer.no_time", value=str(value)[:80])


def later(since: datetime, span: timedelta | YearMonthDuration) -> datetime:
    """The instant a duration after another; months are those of the calendar in Shanghai."""
    if isinstance(span, timedelta):
        return since + span
    there = since.astimezone(SHANGHAI)
    return datetime.combine(add_months(there.date(), span.months), there.timetz())


def cycle(text: str, since: datetime) -> tuple[datetime, int]:
    """Read `R3/PT1H` or `R/2026-01-01T00:00:00Z/P1D`: the first firing, and how often it fires (-1: for ever)."""
    found = _CYCLE.match(text if text.startswith("R") else f"R/{text}")
    if not found:
        raise ExpressionFailed("timer.no_time", value=text[:80])
    count = int(found["count"]) if found["count"] else ENDLESS
    first = _aware(_text(found["start"])) if found["start"] else later(since, period(text))
    return first, count


def period(text: str) -> timedelta | YearMonthDuration:
    """The period of a cycle; raises `ExpressionFailed` when it is shorter than a minute."""
    span = read_temporal(text.rpartition("/")[2])
    short = span < SHORTEST_PERIOD if isinstance(span, timedelta) else not isinstance(span, YearMonthDuration) or span.months < 1
    if short:
        raise ExpressionFailed("timer.period_short", value=text[:80])
    return span


def _text(text: str) -> Any:
    value = read_temporal(text.strip())
    if value is None:
        raise ExpressionFailed("timer.no_time", value=text[:80])
    return value


def _aware(value: Any) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ExpressionFailed("timer.zone_missing", value=str(value)[:80])
    return value


def _deadline(value: Mapping[str, Any]) -> Due | None:
    """A context of `deadline()`; also one that was stored as a variable and read back."""
    due, start = value.get("due"), value.get("start")
    if due is None:
        return None
    if isinstance(due, str):
        due = _text(due)
    if isinstance(start, str):
        start = _text(start)
    facts = {key: to_json(item) for key, item in value.items() if key not in ("due", "start")}
    return Due(_aware(due), start if isinstance(start, datetime) else None, facts or None)
