"""Variables are plain JSON outside and typed values inside: both ways, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from workflows.feel.temporal import read_date, read_datetime, read_duration, read_time
from workflows.feel.values import YearMonthDuration, text_of
from workflows.manifest import ProcessManifest
from workflows.model import Plane

Typer = Callable[[Any], Any]
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)\Z", re.ASCII)


def to_json(value: Any) -> Any:
    """Return a value of FEEL, a form or a performer as plain JSON; instants as ISO texts with their zone."""
    kind = type(value)
    if value is None or kind in (str, bool, int, float):
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    if isinstance(value, (timedelta, YearMonthDuration)):
        return text_of(value)
    return str(value)


def guess(value: Any) -> Any:
    """Type what nobody declared: texts written by `to_json` for instants become instants again."""
    kind = type(value)
    if kind is str:
        return read_datetime(value) if len(value) >= 20 and _INSTANT.match(value) else value
    if kind is dict:
        return {key: guess(item) for key, item in value.items()}
    return [guess(item) for item in value] if kind is list else value


def _reading(read: Callable[[str], Any]) -> Typer:
    def typed(value: Any) -> Any:
        return (read(value) or value) if type(value) is str else guess(value)

    return typed


_TYPES: dict[str, Typer] = {
    "text": lambda value: value, "string": lambda value: value, "number": lambda value: value,
    "boolean": lambda value: value, "yes_no": lambda value: value,
    "date": _reading(read_date), "datetime": _reading(read_datetime), "instant": _reading(read_datetime),
    "time": _reading(read_time), "duration": _reading(read_duration),
}


def typers(manifest: ProcessManifest, plane: Plane) -> dict[str, Typer]:
    """Return how each variable of a process becomes typed again: by its form, by its declared type."""
    found: dict[str, Typer] = {}
    forms = manifest.forms
    for node in plane.every_node():
        if node.form in forms and node.into:
            found[node.into] = _form(forms[node.form])
    if manifest.start_form in forms:
        found[manifest.start_form] = _form(forms[manifest.start_form])
    for name, facts in manifest.variables.items():
        if facts.type in _TYPES:
            found[name] = _TYPES[facts.type]
    return found


def _form(form: Any) -> Typer:
    def typed(value: Any) -> Any:
        return form.typed(value) if isinstance(value, Mapping) else value

    return typed
