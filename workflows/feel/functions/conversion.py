"""Making one kind of value out of another: number, string, dates, times, durations."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from workflows.feel.registry import builtin
from workflows.feel.temporal import offset_zone, read_date, read_datetime, read_duration, read_time, zone_of
from workflows.feel.values import LONGEST_TEXT, Meter, YearMonthDuration, number, text_of

_NUMBER = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\Z", re.ASCII)
_GROUPED = re.compile(r"-?\d{1,3}(?:\x00\d{3})*(?:\.\d+)?\Z|-?\d*(?:\.\d+)?\Z", re.ASCII)


@builtin("number(from: string)")
def _number(meter: Meter, text: str) -> Decimal | None:
    return number(text) if _NUMBER.match(text) and len(text) < 10_000 else None


@builtin("number(from: string, grouping separator: string|null, decimal separator: string|null?)")
def _grouped_number(meter: Meter, text: str, grouping: str | None, point: str | None = None) -> Decimal | None:
    if grouping not in (None, " ", ",", ".") or point not in (None, ",", ".") or (point is not None and point == grouping):
        return None
    if grouping is not None:
        text = text.replace(grouping, "")
    if point == ",":
        if "." in text:
            return None
        text = text.replace(",", ".")
    return _number(meter, text)


@builtin("number(from: number)")
def _same_number(meter: Meter, value: Decimal) -> Decimal:
    return value


@builtin("string(from: any)")
def _string(meter: Any, value: Any) -> str | None:
    if value is None:
        return None
    text = text_of(value, meter)
    if len(text) > LONGEST_TEXT:
        raise ValueError("text too long")
    return text


@builtin("date(from: string)")
def _date_from_text(meter: Meter, text: str) -> date | None:
    return read_date(text)


@builtin("date(from: date)")
def _date_from_date(meter: Meter, value: date) -> date:
    return value


@builtin("date(from: datetime)")
def _date_from_moment(meter: Meter, value: datetime) -> date:
    return value.date()


@builtin("date(year: number, month: number, day: number)")
def _date_from_parts(meter: Meter, year: Decimal, month: Decimal, day: Decimal) -> date | None:
    if any(part != part.to_integral_value() for part in (year, month, day)):
        return None
    return date(int(year), int(month), int(day))


@builtin("date and time(from: string)")
def _moment_from_text(meter: Meter, text: str) -> datetime | None:
    return read_datetime(text)


@builtin("date and time(from: datetime)")
def _moment_from_moment(meter: Meter, value: datetime) -> datetime:
    return value


@builtin("date and time(from: date)")
def _moment_from_date(meter: Meter, value: date) -> datetime:
    return datetime(value.year, value.month, value.day)


@builtin("date and time(date: date|datetime, time: time)")
def _moment_from_both(meter: Meter, day: date, clock: time) -> datetime:
    return datetime.combine(date(day.year, day.month, day.day), clock)


@builtin("date and time(date: date|datetime, timezone: string)")
def _moment_in_zone(meter: Meter, day: date, zone: str) -> datetime:
    moment = day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)
    place = zone_of(zone if zone[:1] in ("Z", "+", "-", "@") else f"@{zone}")
    return moment.replace(tzinfo=place) if moment.tzinfo is None else moment.astimezone(place)


@builtin("time(from: string)")
def _time_from_text(meter: Meter, text: str) -> time | None:
    return read_time(text)


@builtin("time(from: time)")
def _time_from_time(meter: Meter, value: time) -> time:
    return value


@builtin("time(from: datetime)")
def _time_from_moment(meter: Meter, value: datetime) -> time:
    return value.timetz()


@builtin("time(from: date)")
def _time_from_date(meter: Meter, value: date) -> time:
    return zone_midnight()


def zone_midnight() -> time:
    """Return midnight UTC, which the standard takes for the time of a day."""
    return time(0, tzinfo=zone_of("Z"))


@builtin("time(hour: number, minute: number, second: number, offset: span|null?)")
def _time_from_parts(
    meter: Meter, hour: Decimal, minute: Decimal, second: Decimal, offset: timedelta | None = None
) -> time | None:
    if hour != hour.to_integral_value() or minute != minute.to_integral_value() or second < 0:
        return None
    micro = int(second % 1 * 1_000_000)
    zone = None if offset is None else zone_of("Z") if not offset else offset_zone(offset)
    return time(int(hour), int(minute), int(second), micro, tzinfo=zone)


@builtin("duration(from: string)")
def _duration_from_text(meter: Meter, text: str) -> timedelta | YearMonthDuration | None:
    return read_duration(text)


@builtin("duration(from: span|months)")
def _same_duration(meter: Meter, value: Any) -> Any:
    return value
