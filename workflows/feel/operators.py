"""Comparison and arithmetic of FEEL, with null wherever the standard gives null.

Every function takes canonical values (`values.py`) and a meter; None means null.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from workflows.feel.temporal import add_months, time_span
from workflows.feel.values import LONGEST_TEXT, NUMBERS, Meter, Range, YearMonthDuration

_ORDERED = frozenset({str, Decimal, date, timedelta, YearMonthDuration})


def due_of(value: Any) -> Any:
    """Return the instant of a deadline context, or the value itself."""
    if type(value) is dict and "due" in value and "rule" in value:
        return value["due"]
    return value


def _comparable(left: Any, right: Any) -> tuple[Any, Any] | None:
    """Return two values Python can order, or None when FEEL cannot."""
    kind = type(left)
    if kind is not type(right):
        return None
    if kind in _ORDERED:
        return left, right
    if kind is datetime:
        return (left, right) if (left.tzinfo is None) is (right.tzinfo is None) else None
    if kind is time and (left.tzinfo is None) is (right.tzinfo is None):
        return time_span(left), time_span(right)
    return None


def equal(left: Any, right: Any, meter: Meter) -> bool | None:
    """Compare two values; null when their kinds cannot be compared."""
    if left is None or right is None:
        return left is right
    kind = type(left)
    if kind is not type(right):
        return None
    if kind is list:
        return _equal_lists(left, right, meter)
    if kind is dict:
        return _equal_contexts(left, right, meter)
    if kind is Range:
        return _equal_ranges(left, right, meter)
    if kind in (datetime, time):
        pair = _comparable(left, right)
        return None if pair is None else pair[0] == pair[1]
    return bool(left == right)


def _equal_lists(left: list[Any], right: list[Any], meter: Meter) -> bool | None:
    if len(left) != len(right):
        return False
    meter.spend(len(left) + 1)
    return _all_equal((equal(a, b, meter) for a, b in zip(left, right, strict=True)))


def _equal_contexts(left: dict[str, Any], right: dict[str, Any], meter: Meter) -> bool | None:
    if left.keys() != right.keys():
        return False
    meter.spend(len(left) + 1)
    return _all_equal((equal(value, right[key], meter) for key, value in left.items()))


def _all_equal(results: Any) -> bool | None:
    answer: bool | None = True
    for result in results:
        if result is False:
            return False
        if result is None:
            answer = None
    return answer


def _equal_ranges(left: Range, right: Range, meter: Meter) -> bool | None:
    if (left.start_included, left.end_included) != (right.start_included, right.end_included):
        return False
    return _all_equal((equal(left.start, right.start, meter), equal(left.end, right.end, meter)))


def less(left: Any, right: Any) -> bool | None:
    """Tell whether left comes before right; null when they have no order."""
    pair = _comparable(left, right)
    return None if pair is None else bool(pair[0] < pair[1])


def less_or_equal(left: Any, right: Any) -> bool | None:
    """Tell whether left comes before right or is equal; null when they have no order."""
    pair = _comparable(left, right)
    return None if pair is None else bool(pair[0] <= pair[1])


def within(value: Any, span: Range) -> bool | None:
    """Tell whether a value lies in a range."""
    above = below = True
    if span.start is not None:
        above = less_or_equal(span.start, value) if span.start_included else less(span.start, value)
    if span.end is not None:
        below = less_or_equal(value, span.end) if span.end_included else less(value, span.end)
    if above is False or below is False:
        return False
    return None if above is None or below is None else True


def contained(left: Any, right: Any, meter: Meter) -> bool | None:
    """Tell whether a value satisfies what stands right of `in`: a range, a list, or an equal value."""
    if type(right) is Range:
        if type(left) is Range:
            return equal(left, right, meter)
        return within(left, right)
    if type(right) is list:
        if type(left) is list and equal(left, right, meter):
            return True
        meter.spend(len(right))
        return any(contained(left, item, meter) is True for item in right)
    return equal(left, right, meter)


def _numbers(operation: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Decimal, Decimal], Decimal | None]:
    def calculate(left: Decimal, right: Decimal) -> Decimal | None:
        try:
            return operation(left, right)
        except decimal.DecimalException:
            return None

    return calculate


_plus, _minus, _times, _over, _power = (
    _numbers(operation)
    for operation in (NUMBERS.add, NUMBERS.subtract, NUMBERS.multiply, NUMBERS.divide, NUMBERS.power)
)


def scaled(span: timedelta, factor: Decimal) -> timedelta | None:
    """Multiply a days-and-time duration."""
    try:
        return timedelta(microseconds=int(NUMBERS.multiply(Decimal(span // timedelta(microseconds=1)), factor)))
    except (OverflowError, decimal.DecimalException):
        return None


def _months(count: Decimal | None) -> YearMonthDuration | None:
    return None if count is None or abs(count) > 10**12 else YearMonthDuration(int(count))


def _moved(moment: datetime, span: timedelta) -> datetime | None:
    """Move a moment; where a place's clock is put forward or back, real hours count."""
    try:
        if isinstance(moment.tzinfo, ZoneInfo):
            return (moment.astimezone(UTC) + span).astimezone(moment.tzinfo)
        return moment + span
    except OverflowError:
        return None


def _moved_day(day: date, span: timedelta) -> date | None:
    """A day plus hours is the day on which that moment lies."""
    try:
        return (datetime(day.year, day.month, day.day) + span).date()
    except OverflowError:
        return None


def _moved_months(day: date, span: YearMonthDuration) -> date | None:
    try:
        return add_months(day, span.months)
    except ValueError:
        return None


def _moved_clock(clock: time, span: timedelta) -> time:
    midday = datetime(2000, 1, 1, clock.hour, clock.minute, clock.second, clock.microsecond)
    moved = midday + timedelta(seconds=span.seconds, microseconds=span.microseconds)
    return moved.time().replace(tzinfo=clock.tzinfo)


def _between(left: Any, right: Any) -> timedelta | None:
    """Subtract two points in time."""
    left, right = (
        datetime(end.year, end.month, end.day) if type(end) is date else end for end in (left, right)
    )
    if (left.tzinfo is None) is not (right.tzinfo is None):
        return None
    if left.tzinfo is not None:
        left, right = left.astimezone(UTC), right.astimezone(UTC)
    return left - right


def _between_clocks(left: time, right: time) -> timedelta | None:
    pair = _comparable(left, right)
    return None if pair is None else pair[0] - pair[1]


def _joined(left: str, right: str) -> str | None:
    return left + right if len(left) + len(right) <= LONGEST_TEXT else None


def _span_sum(sign: int) -> Callable[[timedelta, timedelta], timedelta | None]:
    def add(left: timedelta, right: timedelta) -> timedelta | None:
        try:
            return left + sign * right
        except OverflowError:
            return None

    return add


_Y, _D = YearMonthDuration, timedelta
_MICRO = timedelta(microseconds=1)

ADD: dict[tuple[type, type], Callable[[Any, Any], Any]] = {
    (Decimal, Decimal): _plus,
    (str, str): _joined,
    (_D, _D): _span_sum(1),
    (_Y, _Y): lambda a, b: _Y(a.months + b.months),
    (date, _D): _moved_day,
    (_D, date): lambda a, b: _moved_day(b, a),
    (datetime, _D): _moved,
    (_D, datetime): lambda a, b: _moved(b, a),
    (time, _D): _moved_clock,
    (_D, time): lambda a, b: _moved_clock(b, a),
    (date, _Y): _moved_months,
    (_Y, date): lambda a, b: _moved_months(b, a),
    (datetime, _Y): _moved_months,
    (_Y, datetime): lambda a, b: _moved_months(b, a),
}
SUBTRACT: dict[tuple[type, type], Callable[[Any, Any], Any]] = {
    (Decimal, Decimal): _minus,
    (_D, _D): _span_sum(-1),
    (_Y, _Y): lambda a, b: _Y(a.months - b.months),
    (date, date): _between,
    (datetime, datetime): _between,
    (date, datetime): _between,
    (datetime, date): _between,
    (time, time): _between_clocks,
    (date, _D): lambda a, b: _moved_day(a, -b),
    (datetime, _D): lambda a, b: _moved(a, -b),
    (time, _D): lambda a, b: _moved_clock(a, -b),
    (date, _Y): lambda a, b: _moved_months(a, _Y(-b.months)),
    (datetime, _Y): lambda a, b: _moved_months(a, _Y(-b.months)),
}
MULTIPLY: dict[tuple[type, type], Callable[[Any, Any], Any]] = {
    (Decimal, Decimal): _times,
    (_D, Decimal): scaled,
    (Decimal, _D): lambda a, b: scaled(b, a),
    (_Y, Decimal): lambda a, b: _months(_times(Decimal(a.months), b)),
    (Decimal, _Y): lambda a, b: _months(_times(Decimal(b.months), a)),
}
DIVIDE: dict[tuple[type, type], Callable[[Any, Any], Any]] = {
    (Decimal, Decimal): _over,
    (_D, Decimal): lambda a, b: scaled(a, NUMBERS.divide(Decimal(1), b)) if b else None,
    (_D, _D): lambda a, b: _over(Decimal(a // _MICRO), Decimal(b // _MICRO)) if b else None,
    (_Y, Decimal): lambda a, b: _months(_over(Decimal(a.months), b)),
    (_Y, _Y): lambda a, b: _over(Decimal(a.months), Decimal(b.months)),
}
POWER: dict[tuple[type, type], Callable[[Any, Any], Any]] = {(Decimal, Decimal): _power}
ARITHMETIC = {"+": ADD, "-": SUBTRACT, "*": MULTIPLY, "/": DIVIDE, "**": POWER}


def negate(value: Any) -> Any:
    """Turn a number or duration around."""
    if type(value) is Decimal:
        return NUMBERS.minus(value)
    if type(value) is timedelta:
        return -value
    return YearMonthDuration(-value.months) if type(value) is YearMonthDuration else None
