"""Contexts: reading, putting, merging; and the logical `not`."""

from __future__ import annotations

from typing import Any

from workflows.feel.registry import builtin
from workflows.feel.values import Meter


@builtin("not(negand: boolean|null)")
def _not(meter: Meter, negand: bool | None) -> bool | None:
    return None if negand is None else not negand


@builtin("get value(m: context, key: string)")
def _get_value(meter: Meter, m: dict[str, Any], key: str) -> Any:
    return m.get(key)


@builtin("get entries(m: context)")
def _get_entries(meter: Meter, m: dict[str, Any]) -> list[Any]:
    return [{"key": key, "value": value} for key, value in m.items()]


@builtin("context(entries: list)")
def _context(meter: Meter, entries: list[Any]) -> dict[str, Any]:
    built: dict[str, Any] = {}
    for entry in entries:
        if type(entry) is not dict or "value" not in entry or type(entry.get("key")) is not str or entry["key"] in built:
            raise ValueError("not an entry")
        built[entry["key"]] = entry["value"]
    return built


@builtin("context put(context: context, key: string, value: any)")
def _context_put(meter: Meter, context: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    return {**context, key: value}


@builtin("context put(context: context, keys: list, value: any)")
def _context_put_deep(meter: Meter, context: dict[str, Any], keys: list[Any], value: Any) -> dict[str, Any]:
    if not keys or not all(type(key) is str for key in keys):
        raise ValueError("not a path")
    meter.spend(len(context))
    first, rest = keys[0], keys[1:]
    if not rest:
        return {**context, first: value}
    below = context.get(first)
    if type(below) is not dict:
        raise ValueError("no context there")
    return {**context, first: _context_put_deep(meter, below, rest, value)}


@builtin("context merge(contexts: list)")
def _context_merge(meter: Meter, contexts: list[Any]) -> dict[str, Any]:
    if not all(type(context) is dict for context in contexts):
        raise ValueError("not only contexts")
    meter.spend(sum(len(context) for context in contexts))
    return {key: value for context in contexts for key, value in context.items()}


@builtin("get or else(value: any, default: any)")
def _get_or_else(meter: Meter, value: Any, default: Any) -> Any:
    return default if value is None else value


@builtin("is defined(value: any)")
def _is_defined(meter: Meter, value: Any) -> bool:
    return value is not None
