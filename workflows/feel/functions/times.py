"""Dates and times: parts by name, months between."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from workflows.feel.operators import equal, negate
from workflows.feel.registry import builtin
from workflows.feel.temporal import months_between, time_offset
from workflows.feel.values import Meter, YearMonthDuration

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January February March April May June July August September October November December".split()
)


@builtin("years and months duration(from: date|datetime, to: date|datetime)")
def _months_between(meter: Meter, start: date, end: date) -> YearMonthDuration:
    first, last = (date(day.year, day.month, day.day) for day in (start, end))
    months = months_between(first, last)
    if isinstance(start, datetime) and isinstance(end, datetime) and first.day == last.day and months:
        early, late = (start, end) if months > 0 else (end, start)
        if late.time() < early.time():
            months += -1 if months > 0 else 1
    return YearMonthDuration(months)


@builtin("abs(n: number|span|months)")
def _abs(meter: Meter, n: Any) -> Any:
    return negate(n) if n < type(n)(0) else n


@builtin("day of year(date: date|datetime)")
def _day_of_year(meter: Meter, day: date) -> Decimal:
    return Decimal(day.timetuple().tm_yday)


@builtin("day of week(date: date|datetime)")
def _day_of_week(meter: Meter, day: date) -> str:
    return _DAYS[day.weekday()]


@builtin("month of year(date: date|datetime)")
def _month_of_year(meter: Meter, day: date) -> str:
    return _MONTHS[day.month - 1]


@builtin("week of year(date: date|datetime)")
def _week_of_year(meter: Meter, day: date) -> Decimal:
    return Decimal(day.isocalendar().week)


@builtin("last day of month(date: date|datetime)")
def _last_day_of_month(meter: Meter, day: date) -> date:
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


@builtin("is(value1: any, value2: any)")
def _is(meter: Meter, left: Any, right: Any) -> bool | None:
    if type(left) is not type(right):
        return False
    if isinstance(left, (time, datetime)):
        return left.replace(tzinfo=None) == right.replace(tzinfo=None) and _zone_of(left) == _zone_of(right)
    return equal(left, right, meter)


def _zone_of(value: time | datetime) -> Any:
    return time_offset(value) if isinstance(value, (time, datetime)) else None
