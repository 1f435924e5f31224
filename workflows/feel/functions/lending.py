"""Functions that call what the host lends: the present, limits, thresholds, working days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from workflows.errors import ExpressionFailed
from workflows.feel.host import SHANGHAI
from workflows.feel.operators import due_of
from workflows.feel.registry import absent, builtin
from workflows.feel.running import inward
from workflows.feel.temporal import read_datetime

_MOST_DAYS = 4000


def _lent(meter: Any, name: str) -> Any:
    function = getattr(meter.functions, name)
    if function is None:
        raise absent(name)
    return function


def moment_of(value: Any) -> datetime:
    """Read the start of a limit: an instant, its ISO text, a deadline context, or a day in Shanghai.

    Raises ExpressionFailed for anything else, null included: a limit that starts nowhere is a mistake.
    """
    value = due_of(value)
    moment = read_datetime(value) if isinstance(value, str) else value
    if type(moment) is date:
        moment = datetime.combine(moment, time(0))
    if not isinstance(moment, datetime):
        raise ExpressionFailed("feel.no_start", found=str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def day_of(value: Any) -> date:
    """Return the day in Shanghai on which something lies. Raises ExpressionFailed."""
    return value if type(value) is date else moment_of(value).astimezone(SHANGHAI).date()


@builtin("now()")
def _now(meter: Any) -> datetime:
    moment = meter.functions.now()
    if moment is None:
        raise absent("now")
    return moment


@builtin("today()")
def _today(meter: Any) -> date:
    day = meter.functions.today()
    if day is None:
        raise absent("today")
    return day


def _last_moment(value: Any) -> datetime | None:
    """Return the end of the last day of a limit that ends at midnight; the next limit counts from that day."""
    due = due_of(value)
    if due is value:
        return None
    moment = moment_of(due).astimezone(SHANGHAI)
    return moment - timedelta(seconds=1) if moment.time() == time(0) else None


@builtin("deadline(key: string, start: any, area: any?)")
def _deadline(meter: Any, key: str, start: Any, area: Any = None) -> Any:
    count = _lent(meter, "deadline")
    moment = moment_of(start)
    facts = count(key, _last_moment(start) or moment, area)
    if facts.get("unit") == "h":
        facts = count(key, moment, area)
    built = inward(facts, meter)
    return {**built, **{part: moment_of(built[part]) for part in ("due", "start") if part in built}}


@builtin("end_of_day(date: any)")
def _end_of_day(meter: Any, day: Any) -> datetime:
    following = day_of(day) + timedelta(days=1)
    return datetime.combine(following, time(0), tzinfo=SHANGHAI).astimezone(UTC)


@builtin("threshold(key: string, area: any?)")
def _threshold(meter: Any, key: str, area: Any = None) -> Any:
    return inward(_lent(meter, "threshold")(key, area), meter)


@builtin("is_working_day(date: any)")
def _is_working_day(meter: Any, day: Any) -> bool:
    return bool(_lent(meter, "is_working_day")(day_of(day)))


@builtin("add_working_days(date: any, n: number)")
def _add_working_days(meter: Any, day: Any, n: Decimal) -> date:
    if abs(n) > _MOST_DAYS or n != n.to_integral_value():
        raise ExpressionFailed("feel.too_many_days", most=_MOST_DAYS)
    meter.spend(int(abs(n)))
    return _lent(meter, "add_working_days")(day_of(day), int(n))


@builtin("working_days(from: any, to: any)")
def _working_days(meter: Any, start: Any, end: Any) -> Decimal:
    first, last = day_of(start), day_of(end)
    if abs((last - first).days) > _MOST_DAYS * 2:
        raise ExpressionFailed("feel.too_many_days", most=_MOST_DAYS * 2)
    meter.spend(abs((last - first).days))
    return Decimal(_lent(meter, "working_days")(first, last))
