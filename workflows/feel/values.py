"""The values of FEEL: which Python value stands for which kind, and how each is written as text.

Numbers are `Decimal` (34 digits, half even), dates and times those of `datetime`, days-and-time
durations `timedelta`; what Python lacks is defined here. Nothing here knows expressions.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

#: arithmetic of IEEE 754 decimal128, as the standard asks; trapped, so that an overflow is noticed
NUMBERS = decimal.Context(
    prec=34,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
#: no text longer than this is built
LONGEST_TEXT = 200_000


@dataclass(frozen=True, slots=True, order=True)
class YearMonthDuration:
    """A span counted in whole months."""

    #: years and months together, negative when it points back
    months: int


@dataclass(frozen=True, slots=True)
class Range:
    """An interval; an end of None is open towards infinity."""

    #: lower end
    start: Any
    #: upper end
    end: Any
    #: whether the lower end belongs to it
    start_included: bool = True
    #: whether the upper end belongs to it
    end_included: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function as a value: of the text itself, or one of the built-in ones."""

    #: names of the parameters, in order
    parameters: tuple[str, ...]
    #: called with the meter and the arguments in order
    call: Callable[[Meter, list[Any]], Any]
    #: declared types of the parameters (None: any), for `instance of` and checks
    types: tuple[Any, ...] = ()
    #: declared or unknown type of the result
    result: Any = None


class Meter(Protocol):
    """What an evaluation may still spend, and what it had to pass over as null."""

    def spend(self, amount: int) -> None:
        """Take fuel; raises FuelSpent when there is none left."""

    def remark(self, id: str, place: int, **facts: Any) -> None:
        """Keep the reason of a null for whoever asks why."""


class Remark(NamedTuple):
    """Why something became null, and where."""

    #: id of the sentence
    id: str
    #: offset in the text
    place: int
    #: what the sentence needs
    facts: Mapping[str, Any]


_KINDS: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    str: "string",
    Decimal: "number",
    date: "date",
    datetime: "date and time",
    time: "time",
    timedelta: "days and time duration",
    YearMonthDuration: "years and months duration",
    list: "list",
    dict: "context",
    Range: "range",
    Function: "function",
}
CANONICAL = frozenset(_KINDS)
SCALARS = CANONICAL - {list, dict, Range, Function}


def kind_of(value: Any) -> str:
    """Return the standard's name of the value's kind."""
    return _KINDS[type(value)]


def number(value: int | float | str | Decimal) -> Decimal:
    """Return the decimal number that a person would read in the value."""
    return NUMBERS.create_decimal(repr(value) if isinstance(value, float) else value)


def number_text(value: Decimal) -> str:
    """Write a number without exponent and without idle zeros."""
    if not value:
        return "0"
    plain = format(value, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def zone_text(offset: timedelta) -> str:
    """Write an offset as the standard does: Z, or sign, hours and minutes."""
    seconds = int(offset.total_seconds())
    if not seconds:
        return "Z"
    sign, seconds = ("-", -seconds) if seconds < 0 else ("+", seconds)
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    return f"{sign}{hours:02}:{minutes:02}" + (f":{rest:02}" if rest else "")


def time_text(value: time | datetime) -> str:
    """Write the clock part of a time or of a date and time, with its zone."""
    text = f"{value.hour:02}:{value.minute:02}:{value.second:02}"
    if value.microsecond:
        text += f".{value.microsecond:06}".rstrip("0")
    if isinstance(value.tzinfo, ZoneInfo):
        return f"{text}@{value.tzinfo.key}"
    offset = value.utcoffset()
    return text if offset is None else text + zone_text(offset)


def datetime_text(value: datetime) -> str:
    """Write a date and time as the standard does."""
    return f"{value.year:04}-{value.month:02}-{value.day:02}T{time_text(value)}"


def months_text(value: YearMonthDuration) -> str:
    """Write a years-and-months duration as the standard does."""
    years, months = divmod(abs(value.months), 12)
    shown = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
    return ("-" if value.months < 0 else "") + "P" + (shown or "0M")


def span_text(value: timedelta) -> str:
    """Write a days-and-time duration as the standard does."""
    micro = value // timedelta(microseconds=1)
    sign, micro = ("-", -micro) if micro < 0 else ("", micro)
    seconds, micro = divmod(micro, 1_000_000)
    days, seconds = divmod(seconds, 86_400)
    hours, seconds = divmod(seconds, 3_600)
    minutes, seconds = divmod(seconds, 60)
    parts = "".join(f"{amount}{unit}" for amount, unit in ((hours, "H"), (minutes, "M")) if amount)
    if seconds or micro:
        parts += f"{seconds}" + (f".{micro:06}".rstrip("0") if micro else "") + "S"
    shown = (f"{days}D" if days else "") + (f"T{parts}" if parts else "")
    return f"{sign}P{shown or 'T0S'}"


def quoted(text: str) -> str:
    """Write a text as it would stand in an expression."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def range_text(value: Range, inner: Callable[[Any], str]) -> str:
    """Write a range as it would stand in an expression."""
    if value.start is None and value.end is not None:
        return f"({'<=' if value.end_included else '<'}{inner(value.end)})"
    if value.end is None and value.start is not None:
        return f"({'>=' if value.start_included else '>'}{inner(value.start)})"
    opened, closed = "[" if value.start_included else "(", "]" if value.end_included else ")"
    return f"{opened}{inner(value.start)}..{inner(value.end)}{closed}"


_TEXTS: dict[type, Callable[[Any], str]] = {
    type(None): lambda value: "null",
    bool: lambda value: "true" if value else "false",
    str: lambda value: value,
    Decimal: number_text,
    date: lambda value: value.isoformat(),
    datetime: datetime_text,
    time: time_text,
    timedelta: span_text,
    YearMonthDuration: months_text,
    Function: lambda value: f"function({', '.join(value.parameters)})",
}


def text_of(value: Any, meter: Meter | None = None) -> str:
    """Write any value as text, as `string()` does; texts inside lists and contexts are quoted."""
    if meter is not None:
        meter.spend(1)
    write = _TEXTS.get(type(value))
    if write is not None:
        return write(value)

    def inner(item: Any) -> str:
        return quoted(item) if isinstance(item, str) else text_of(item, meter)

    if isinstance(value, list):
        return "[" + ", ".join(inner(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {inner(item)}" for key, item in value.items()) + "}"
    return range_text(value, inner)


def size_of(value: Any) -> int:
    """Return what handling this value once costs: its elements, or a share of its letters."""
    if isinstance(value, (list, dict)):
        return len(value)
    return len(value) >> 6 if isinstance(value, str) else 0
