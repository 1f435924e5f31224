"""Reaching values: names through scopes, members of contexts and times, items of lists by filters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from workflows.feel.registry import SIGNATURES, function_value
from workflows.feel.running import Frame, inward
from workflows.feel.temporal import time_offset
from workflows.feel.values import SCALARS, Range, YearMonthDuration

Closure = Callable[[Any], Any]
#: stands among scopes for the item under a filter, whose names are known only when it runs
ITEM = None
Scopes = tuple[Mapping[str, None] | None, ...]
_DAY, _HOUR, _MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def _date_members(value: date) -> dict[str, Callable[[], Any]]:
    return {
        "year": lambda: Decimal(value.year),
        "month": lambda: Decimal(value.month),
        "day": lambda: Decimal(value.day),
        "weekday": lambda: Decimal(value.isoweekday()),
    }


def _time_members(value: time | datetime) -> dict[str, Callable[[], Any]]:
    return {
        "hour": lambda: Decimal(value.hour),
        "minute": lambda: Decimal(value.minute),
        "second": lambda: Decimal(value.second) + Decimal(value.microsecond).scaleb(-6),
        "time offset": lambda: time_offset(value),
        "timezone": lambda: value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None,
    }


def _months_members(value: YearMonthDuration) -> dict[str, Callable[[], Any]]:
    sign = -1 if value.months < 0 else 1
    return {
        "years": lambda: Decimal(sign * (abs(value.months) // 12)),
        "months": lambda: Decimal(sign * (abs(value.months) % 12)),
    }


def _span_members(value: timedelta) -> dict[str, Callable[[], Any]]:
    sign, size = (-1, -value) if value < timedelta(0) else (1, value)
    seconds = Decimal(size % _MINUTE // timedelta(microseconds=1)).scaleb(-6)
    return {
        "days": lambda: Decimal(sign * (size // _DAY)),
        "hours": lambda: Decimal(sign * (size % _DAY // _HOUR)),
        "minutes": lambda: Decimal(sign * (size % _HOUR // _MINUTE)),
        "seconds": lambda: sign * seconds,
    }


def _range_members(value: Range) -> dict[str, Callable[[], Any]]:
    return {
        "start": lambda: value.start,
        "end": lambda: value.end,
        "start included": lambda: value.start_included,
        "end included": lambda: value.end_included,
    }


_MEMBERS: dict[type, Callable[[Any], dict[str, Callable[[], Any]]]] = {
    date: _date_members,
    time: _time_members,
    datetime: lambda value: {**_date_members(value), **_time_members(value)},
    timedelta: _span_members,
    YearMonthDuration: _months_members,
    Range: _range_members,
}


def member(value: Any, name: str, meter: Any) -> Any:
    """Return what `value.name` means; null when there is nothing of that name."""
    if type(value) is dict:
        return value.get(name)
    if type(value) is list:
        meter.spend(len(value))
        return [member(item, name, meter) for item in value]
    members = _MEMBERS.get(type(value))
    read = members(value).get(name) if members else None
    return None if read is None else read()


def filtered(source: Any, condition: Closure, constant: bool, frame: Any) -> Any:
    """Return the item at a position, or the items for which the condition holds."""
    items = source if type(source) is list else [] if source is None else [source]
    meter = frame.meter
    if constant or not items:
        wanted = condition(frame) if constant else None
        if type(wanted) is Decimal:
            return item_at(items, wanted)
        return items if wanted is True else []
    kept: list[Any] = []
    meter.spend(len(items))
    for item in items:
        meter.spend(1)
        answer = condition(Frame(item, frame, meter))
        if type(answer) is Decimal:
            return item_at(items, answer)
        if answer is True:
            kept.append(item)
    return kept


def item_at(items: list[Any], position: Decimal) -> Any:
    """Return the item at a position counted from 1, or from the end if negative; null beyond."""
    if position != position.to_integral_value() or not 1 <= abs(position) <= len(items):
        return None
    return items[int(position) - 1 if position > 0 else int(position)]


def resolve(name: str, steps: tuple[str, ...], scopes: Scopes) -> Closure:
    """Return a closure that finds a name, innermost scope first, and then walks the steps of a path."""
    if not scopes:
        return _global(name, steps) if name != "?" else _walking(lambda root: root.input, steps)
    first, rest = scopes[0], scopes[1:]
    if first is not ITEM and name in first:
        return _walking(lambda frame: frame.names[name], steps)
    outer = resolve(name, steps, rest)
    if first is not ITEM or name == "?":
        return lambda frame: outer(frame.parent)

    def of_item(frame: Any) -> Any:
        item = frame.names
        if type(item) is dict and name in item:
            return _walk(item[name], steps, frame.meter)
        if name == "item":
            return _walk(item, steps, frame.meter)
        found = _MEMBERS[type(item)](item).get(name) if type(item) in _MEMBERS else None
        return outer(frame.parent) if found is None else _walk(found(), steps, frame.meter)

    return of_item


def _walk(value: Any, steps: tuple[str, ...], meter: Any) -> Any:
    for step in steps:
        value = member(value, step, meter)
    return value


def _walking(read: Closure, steps: tuple[str, ...]) -> Closure:
    return read if not steps else lambda frame: _walk(read(frame), steps, frame.meter)


def _global(name: str, steps: tuple[str, ...]) -> Closure:
    if not steps:
        fallback = function_value(name) if name in SIGNATURES else None

        def read(root: Any) -> Any:
            value = root.scope.get(name, fallback)
            kind = type(value)
            if kind in SCALARS:
                return value
            return Decimal(value) if kind is int else inward(value, root.meter)

        return read

    def reach(root: Any) -> Any:
        value = root.scope.get(name)
        for position, step in enumerate(steps):
            if type(value) is dict or isinstance(value, Mapping):
                value = value.get(step)
            elif value is not None:
                return _walk(inward(value, root.meter), steps[position:], root.meter)
        kind = type(value)
        if kind in SCALARS:
            return value
        return Decimal(value) if kind is int else inward(value, root.meter)

    return reach
