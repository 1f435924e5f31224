"""Types of FEEL: how they are written, which value conforms, and how a value is brought into shape."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from workflows.feel.values import Function, Range, YearMonthDuration

_CLASSES: dict[str, tuple[type, ...]] = {
    "number": (Decimal,),
    "string": (str,),
    "boolean": (bool,),
    "date": (date,),
    "time": (time,),
    "date and time": (datetime,),
    "dateTime": (datetime,),
    "days and time duration": (timedelta,),
    "dayTimeDuration": (timedelta,),
    "years and months duration": (YearMonthDuration,),
    "yearMonthDuration": (YearMonthDuration,),
    "duration": (timedelta, YearMonthDuration),
    "list": (list,),
    "context": (dict,),
    "range": (Range,),
    "function": (Function,),
}
#: names of types that consist of several words
SPACED = ("date and time", "days and time duration", "years and months duration")


@dataclass(frozen=True, slots=True)
class Kind:
    """A type: a name, and what it says about what lies inside."""

    #: one of the standard's names, `Any` or `Null`
    name: str
    #: type of the elements of a list or range
    element: Kind | None = None
    #: names and types of a context's entries, or types of a function's parameters (name empty)
    entries: tuple[tuple[str, Kind], ...] = ()
    #: type of a function's result
    result: Kind | None = None


ANY = Kind("Any")


def is_known(name: str) -> bool:
    """Tell whether the standard knows a type of this name."""
    return name in _CLASSES or name in ("Any", "Null")


def _function_conforms(value: Function, kind: Kind) -> bool:
    if not kind.entries and kind.result is None:
        return True
    if len(value.parameters) != len(kind.entries):
        return False
    declared = value.types or (None,) * len(value.parameters)
    return all(
        given is None or wanted == given or given == ANY
        for given, (_, wanted) in zip(declared, kind.entries, strict=True)
    )


def conforms(value: Any, kind: Kind) -> bool:
    """Tell whether the value is an instance of the type; null is one of `Any` and `Null` only."""
    if kind.name == "Any":
        return True
    if value is None:
        return kind.name == "Null"
    if type(value) not in _CLASSES.get(kind.name, ()):
        return False
    if isinstance(value, Function):
        return _function_conforms(value, kind)
    if isinstance(value, dict):
        return all(key in value and fits(value[key], inner) for key, inner in kind.entries)
    if kind.element is None:
        return True
    inside = value if isinstance(value, list) else [end for end in (value.start, value.end) if end is not None]
    return all(fits(item, kind.element) for item in inside)


def fits(value: Any, kind: Kind) -> bool:
    """Tell whether a place of this type may hold the value; null fits everywhere."""
    return value is None or conforms(value, kind)


def coerce(value: Any, kind: Kind) -> tuple[Any, bool]:
    """Bring a value into the shape of a type as the standard allows; (null, False) where it cannot."""
    if fits(value, kind):
        return value, True
    if isinstance(value, list) and len(value) == 1 and fits(value[0], kind):
        return value[0], True
    if kind.name == "list" and fits(value, kind.element or ANY):
        return [value], True
    if kind.name in ("date and time", "dateTime") and type(value) is date:
        return datetime(value.year, value.month, value.day), True
    return None, False
