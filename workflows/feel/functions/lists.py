"""Lists: members, order, parts, putting together."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from workflows.feel.operators import equal
from workflows.feel.registry import builtin
from workflows.feel.values import Function, Meter


def _place(items: list[Any], position: Decimal, beyond: int = 0) -> int:
    """Return the index of a position counted from 1, or from the end if negative. Raises ValueError."""
    if position != position.to_integral_value() or not 1 <= abs(position) <= len(items) + beyond:
        raise ValueError(position)
    return int(position) - 1 if position > 0 else len(items) + int(position)


def _same(left: Any, right: Any, meter: Meter) -> bool:
    return equal(left, right, meter) is True


def _known(item: Any, items: list[Any], meter: Meter) -> bool:
    meter.spend(len(items))
    return any(_same(item, known, meter) for known in items)


@builtin("list contains(list: list, element: any)")
def _list_contains(meter: Meter, items: list[Any], element: Any) -> bool:
    return _known(element, items, meter)


@builtin("count(list: list)")
def _count(meter: Meter, items: list[Any]) -> Decimal:
    return Decimal(len(items))


@builtin("sublist(list: list, start position: number, length: number?)")
def _sublist(meter: Meter, items: list[Any], start: Decimal, length: Decimal | None = None) -> list[Any] | None:
    first = _place(items, start)
    if length is None:
        return items[first:]
    if length < 0 or length != length.to_integral_value() or first + length > len(items):
        return None
    return items[first : first + int(length)]


@builtin("append(list: list|null, item...: any)")
def _append(meter: Meter, items: list[Any] | None, *added: Any) -> list[Any]:
    return ([None] if items is None else items) + list(added)


@builtin("concatenate(list...: list)")
def _concatenate(meter: Meter, *lists: list[Any]) -> list[Any]:
    meter.spend(sum(len(items) for items in lists))
    return [item for items in lists for item in items]


@builtin("insert before(list: list, position: number, newItem: any)")
def _insert_before(meter: Meter, items: list[Any], position: Decimal, item: Any) -> list[Any]:
    place = _place(items, position)
    return [*items[:place], item, *items[place:]]


@builtin("remove(list: list, position: number)")
def _remove(meter: Meter, items: list[Any], position: Decimal) -> list[Any]:
    place = _place(items, position)
    return items[:place] + items[place + 1 :]


@builtin("list replace(list: list, position: number, newItem: any)")
def _list_replace(meter: Meter, items: list[Any], position: Decimal, item: Any) -> list[Any]:
    place = _place(items, position)
    return [*items[:place], item, *items[place + 1 :]]


@builtin("list replace(list: list, match: function, newItem: any)")
def _list_replace_matching(meter: Meter, items: list[Any], match: Function, item: Any) -> list[Any] | None:
    answers = [match.call(meter, [old, item]) for old in items]
    if not all(type(answer) is bool for answer in answers):
        return None
    return [item if answer else old for old, answer in zip(items, answers, strict=True)]


@builtin("reverse(list: list)")
def _reverse(meter: Meter, items: list[Any]) -> list[Any]:
    return items[::-1]


@builtin("index of(list: list, match: any)")
def _index_of(meter: Meter, items: list[Any], match: Any) -> list[Any]:
    meter.spend(len(items))
    return [Decimal(place) for place, item in enumerate(items, 1) if _same(item, match, meter)]


def _distinct(items: list[Any], meter: Meter) -> list[Any]:
    kept: list[Any] = []
    for item in items:
        if not _known(item, kept, meter):
            kept.append(item)
    return kept


@builtin("union(list...: list)")
def _union(meter: Meter, *lists: list[Any]) -> list[Any]:
    return _distinct(_concatenate(meter, *lists), meter)


@builtin("distinct values(list: list)")
def _distinct_values(meter: Meter, items: list[Any]) -> list[Any]:
    return _distinct(items, meter)


@builtin("duplicate values(list: list)")
def _duplicate_values(meter: Meter, items: list[Any]) -> list[Any]:
    return [item for item in _distinct(items, meter) if len(_index_of(meter, items, item)) > 1]


@builtin("flatten(list: list)")
def _flatten(meter: Meter, items: list[Any]) -> list[Any]:
    flat: list[Any] = []
    stack = [iter(items)]
    while stack:
        for item in stack[-1]:
            meter.spend(1)
            if type(item) is list:
                stack.append(iter(item))
                break
            flat.append(item)
        else:
            stack.pop()
    return flat


def _in_order(meter: Meter, items: list[Any], precedes: Function) -> list[Any]:
    failed = False

    def order(left: Any, right: Any) -> int:
        nonlocal failed
        answer = precedes.call(meter, [left, right])
        failed = failed or type(answer) is not bool
        if answer is True:
            return -1
        return 1 if precedes.call(meter, [right, left]) is True else 0

    ordered = sorted(items, key=cmp_to_key(order))
    if failed:
        raise ValueError("precedes gave no answer")
    return ordered


@builtin("sort(list: list, precedes: function)")
def _sort(meter: Meter, items: list[Any], precedes: Function) -> list[Any]:
    return _in_order(meter, items, precedes)


@builtin("sort(list: list)")
def _sort_plainly(meter: Meter, items: list[Any]) -> list[Any]:
    if len({type(item) for item in items}) > 1:
        raise ValueError("items of several kinds")
    meter.spend(len(items) * 4)
    try:
        return sorted(items)
    except TypeError as unordered:
        raise ValueError("items without order") from unordered


def _all_of(decisive: bool) -> Callable[..., bool | None]:
    def decide(meter: Meter, items: list[Any]) -> bool | None:
        if any(item is decisive for item in items):
            return decisive
        return not decisive if all(type(item) is bool for item in items) else None

    return decide


_all = builtin("all(list: list)")(_all_of(False))
_any = builtin("any(list: list)")(_all_of(True))


@builtin("all(list...: any)")
def _all_listed(meter: Meter, *items: Any) -> bool | None:
    return _all(meter, list(items))


@builtin("any(list...: any)")
def _any_listed(meter: Meter, *items: Any) -> bool | None:
    return _any(meter, list(items))
