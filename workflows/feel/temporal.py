"""Dates, times and durations: read from text, take apart, add months.

Years are 1 to 9999 and fractions of a second stop at the microsecond, as in Python's `datetime`.
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from workflows.feel.values import YearMonthDuration

_DATE = r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"
_ZONE = r"(?P<zone>Z|[+-]\d{2}:\d{2}(?::\d{2})?|@[A-Za-z0-9_+\-/]{1,64})?"
_CLOCK = r"(?P<hour>\d{2}):(?P<minute>\d{2}):(?P<second>\d{2})(?P<fraction>\.\d{1,32})?" + _ZONE
_DATE_ONLY = re.compile(_DATE + r"\Z", re.ASCII)
_TIME_ONLY = re.compile("T?" + _CLOCK + r"\Z", re.ASCII)
_DATE_TIME = re.compile(_DATE + "T" + _CLOCK + r"\Z", re.ASCII)
_MONTHS = re.compile(r"(?P<sign>-)?P(?:(?P<years>\d{1,9})Y)?(?:(?P<months>\d{1,10})M)?\Z", re.ASCII)
_SPAN = re.compile(
    r"(?P<sign>-)?P(?:(?P<days>\d{1,9})D)?"
    r"(?P<clock>T(?:(?P<hours>\d{1,10})H)?(?:(?P<minutes>\d{1,11})M)?(?:(?P<seconds>\d{1,12})(?P<fraction>\.\d{0,32})?S)?)?\Z",
    re.ASCII,
)
#: the furthest offset the standard (and XML Schema) knows
_FURTHEST = timedelta(hours=14)


def zone_of(text: str | None) -> tzinfo | None:
    """Read a zone: Z, an offset, or @ and the name of a place. Raises ValueError."""
    if not text:
        return None
    if text == "Z":
        return UTC
    if text.startswith("@"):
        try:
            return ZoneInfo(text[1:])
        except (ZoneInfoNotFoundError, OSError) as missing:
            raise ValueError(text) from missing
    parts = [int(part) for part in text[1:].split(":")] + [0]
    if parts[1] > 59 or parts[2] > 59:
        raise ValueError(text)
    return offset_zone(timedelta(hours=parts[0], minutes=parts[1], seconds=parts[2]) * (-1 if text[0] == "-" else 1))


def offset_zone(offset: timedelta) -> timezone:
    """Return the zone of a fixed offset of at most 14 hours. Raises ValueError."""
    if abs(offset) > _FURTHEST:
        raise ValueError(offset)
    return timezone(offset)


def _clock(found: re.Match[str]) -> tuple[time, int]:
    """Return the time of day and the days it runs over (24:00:00 is the next midnight)."""
    hour, minute, second = (int(found[name]) for name in ("hour", "minute", "second"))
    micro = int(((found["fraction"] or ".")[1:7]).ljust(6, "0"))
    zone = zone_of(found["zone"])
    if hour == 24 and not (minute or second or micro):
        return time(0, tzinfo=zone), 1
    return time(hour, minute, second, micro, tzinfo=zone), 0


def read_date(text: str) -> date | None:
    """Read a date; None when the text is not one."""
    found = _DATE_ONLY.match(text)
    if not found:
        return None
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None


def read_time(text: str) -> time | None:
    """Read a time of day; None when the text is not one."""
    found = _TIME_ONLY.match(text)
    if not found:
        return None
    try:
        return _clock(found)[0]
    except ValueError:
        return None


def read_datetime(text: str) -> datetime | None:
    """Read a date and time (or a date, taken at its first moment); None when the text is neither."""
    found = _DATE_TIME.match(text)
    if not found:
        day = read_date(text)
        return None if day is None else datetime.combine(day, time(0))
    try:
        clock, over = _clock(found)
        day = date(int(found["year"]), int(found["month"]), int(found["day"])) + timedelta(days=over)
    except (ValueError, OverflowError):
        return None
    return datetime.combine(day, clock)


def read_duration(text: str) -> timedelta | YearMonthDuration | None:
    """Read either kind of duration; None when the text is neither."""
    found = _MONTHS.match(text)
    if found and (found["years"] or found["months"]):
        total = int(found["years"] or 0) * 12 + int(found["months"] or 0)
        return YearMonthDuration(-total if found["sign"] else total)
    found = _SPAN.match(text)
    if not found or found["clock"] == "T" or not any(found[part] for part in ("days", "hours", "minutes", "seconds")):
        return None
    micro = int(((found["fraction"] or ".")[1:7]).ljust(6, "0"))
    amounts = {part: int(found[part] or 0) for part in ("days", "hours", "minutes", "seconds")}
    try:
        span = timedelta(microseconds=micro, **amounts)
    except OverflowError:
        return None
    return -span if found["sign"] else span


def read_temporal(text: str) -> Any:
    """Read whatever an at-literal may hold; None when it is nothing of the kind."""
    for read in (read_date, read_time, read_datetime, read_duration):
        value = read(text)
        if value is not None:
            return value
    return None


def month_length(year: int, month: int) -> int:
    """Return how many days the month has."""
    return calendar.monthrange(year, month)[1]


def add_months(day: date, months: int) -> date:
    """Move a date (or date and time) by whole months, clamped to the month's last day. Raises ValueError."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise ValueError(year)
    return day.replace(year=year, month=month + 1, day=min(day.day, month_length(year, month + 1)))


def months_between(start: date, end: date) -> int:
    """Count the whole months from one date to another; negative when it lies before."""
    if end < start:
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - 1 if end.day < start.day else months


def time_span(value: time) -> timedelta:
    """Return how long after midnight (UTC, if the time has a zone) a time of day lies."""
    span = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond)
    offset = time_offset(value)
    return span if offset is None else span - offset


def time_offset(value: time | datetime) -> timedelta | None:
    """Return the offset of a time; a named zone without a day is read on 1 January 1970."""
    offset = value.utcoffset()
    if offset is None and value.tzinfo is not None:
        return value.tzinfo.utcoffset(datetime(1970, 1, 1))
    return offset
