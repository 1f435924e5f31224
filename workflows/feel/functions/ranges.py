"""Relations between points and ranges (Allen's interval algebra, as table 78 of the standard has them)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from workflows.feel.operators import equal, less, within
from workflows.feel.registry import builtin
from workflows.feel.scanner import Scanner
from workflows.feel.temporal import read_temporal
from workflows.feel.values import Meter, Range, YearMonthDuration, number

_POINT = "number|string|date|datetime|time|span|months"
_NUMBER_LIKE = (date, datetime, time, timedelta, YearMonthDuration)


def _must(answer: bool | None) -> bool:
    """Return a known answer. Raises ValueError when the kinds cannot be compared."""
    if answer is None:
        raise ValueError("not comparable")
    return answer


def _lt(left: Any, right: Any) -> bool:
    return _must(less(left, right))


def _eq(left: Any, right: Any, meter: Meter) -> bool:
    return _must(equal(left, right, meter))


def _relation(name: str, *shapes: str) -> Callable[[Callable[[Meter, Any, Any], bool]], Any]:
    """Declare a relation for the shapes it is defined for: p a point, r a range."""

    def declare(compute: Callable[[Meter, Any, Any], bool]) -> Any:
        for shape in shapes:
            names = [f"{'point' if one == 'p' else 'range'}" for one in shape]
            names = [f"{one}{place}" if names[0] == names[1] else one for place, one in enumerate(names, 1)]
            kinds = [_POINT if one == "p" else "range" for one in shape]
            builtin(f"{name}({names[0]}: {kinds[0]}, {names[1]}: {kinds[1]})")(compute)
        return compute

    return declare


def _wrap(value: Any) -> Range:
    return value if isinstance(value, Range) else Range(value, value)


@_relation("before", "pp", "pr", "rp", "rr")
def _before(meter: Meter, left: Any, right: Any) -> bool:
    first, second = _wrap(left), _wrap(right)
    if _lt(first.end, second.start):
        return True
    open_between = not (first.end_included and second.start_included)
    return open_between and _eq(first.end, second.start, meter)


@_relation("after", "pp", "pr", "rp", "rr")
def _after(meter: Meter, left: Any, right: Any) -> bool:
    return _before(meter, right, left)


@_relation("meets", "rr")
def _meets(meter: Meter, left: Range, right: Range) -> bool:
    return left.end_included and right.start_included and _eq(left.end, right.start, meter)


@_relation("met by", "rr")
def _met_by(meter: Meter, left: Range, right: Range) -> bool:
    return _meets(meter, right, left)


@_relation("overlaps", "rr")
def _overlaps(meter: Meter, left: Range, right: Range) -> bool:
    return not _before(meter, left, right) and not _before(meter, right, left)


def _starts_sooner(meter: Meter, left: Range, right: Range) -> bool:
    if _lt(left.start, right.start):
        return True
    return left.start_included and not right.start_included and _eq(left.start, right.start, meter)


def _ends_later(meter: Meter, left: Range, right: Range) -> bool:
    if _lt(right.end, left.end):
        return True
    return left.end_included and not right.end_included and _eq(left.end, right.end, meter)


@_relation("overlaps before", "rr")
def _overlaps_before(meter: Meter, left: Range, right: Range) -> bool:
    return _starts_sooner(meter, left, right) and _overlaps(meter, left, right) and not _ends_later(meter, left, right)


@_relation("overlaps after", "rr")
def _overlaps_after(meter: Meter, left: Range, right: Range) -> bool:
    return _overlaps_before(meter, right, left)


@_relation("finishes", "pr", "rr")
def _finishes(meter: Meter, left: Any, right: Range) -> bool:
    first = _wrap(left)
    same_end = first.end_included is right.end_included and _eq(first.end, right.end, meter)
    return same_end and not _starts_sooner(meter, first, right)


@_relation("finished by", "rp", "rr")
def _finished_by(meter: Meter, left: Range, right: Any) -> bool:
    return _finishes(meter, right, left)


@_relation("includes", "rp", "rr")
def _includes(meter: Meter, left: Range, right: Any) -> bool:
    if not isinstance(right, Range):
        return _must(within(right, left))
    return not _starts_sooner(meter, right, left) and not _ends_later(meter, right, left)


@_relation("during", "pr", "rr")
def _during(meter: Meter, left: Any, right: Range) -> bool:
    return _includes(meter, right, left)


@_relation("starts", "pr", "rr")
def _starts(meter: Meter, left: Any, right: Range) -> bool:
    first = _wrap(left)
    same_start = first.start_included is right.start_included and _eq(first.start, right.start, meter)
    return same_start and not _ends_later(meter, first, right)


@_relation("started by", "rp", "rr")
def _started_by(meter: Meter, left: Range, right: Any) -> bool:
    return _starts(meter, right, left)


@_relation("coincides", "pp", "rr")
def _coincides(meter: Meter, left: Any, right: Any) -> bool:
    return _eq(left, right, meter)


def _endpoint(scan: Scanner) -> Any:
    """Read one end of a range from text: a literal, or nothing. Raises ValueError."""
    if scan.sees("..") or scan.sees("]") or scan.sees(")") or scan.sees("["):
        return None
    sign = -1 if scan.take("-") else 1
    digits = scan.number()
    if digits is not None:
        return number(digits) * sign
    called = next((name for name in ("date and time", "date", "time", "duration") if scan.take(name)), None)
    if called:
        scan.need("(")
    scan.take("@")
    text = scan.string()
    value = text if text is None or (called is None and "@" not in scan.text) else read_temporal(text)
    if called:
        scan.need(")")
    if value is None:
        raise ValueError("no literal")
    return value


@builtin("range(from: string)")
def _range(meter: Meter, text: str) -> Range | None:
    scan = Scanner(text, ())
    opened = next((symbol for symbol in "[(]" if scan.take(symbol)), None)
    if opened is None:
        raise ValueError("no range")
    start = _endpoint(scan)
    if not scan.take(".."):
        raise ValueError("no range")
    end = _endpoint(scan)
    closed = next((symbol for symbol in "])[" if scan.take(symbol)), None)
    if closed is None or not scan.at_end() or (start is None and end is None):
        raise ValueError("no range")
    if (start is None and opened == "[") or (end is None and closed == "]"):
        raise ValueError("an open end cannot belong to it")
    if start is not None and end is not None and (type(start) is not type(end) or _lt(end, start)):
        raise ValueError("ends do not fit")
    return Range(start, end, opened == "[", closed == "]")
