"""Figures of lists of numbers: sum, mean, median and their kin; least and greatest of anything ordered."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from workflows.feel.operators import ADD, DIVIDE, less
from workflows.feel.registry import builtin
from workflows.feel.values import NUMBERS, Meter


def _numbers(items: list[Any]) -> list[Decimal]:
    if not all(type(item) is Decimal for item in items):
        raise ValueError("not only numbers")
    return items


def _for_list_and_arguments(name: str) -> Callable[[Callable[[Meter, list[Any]], Any]], Any]:
    """Declare a figure both for one list and for the items as arguments."""

    def declare(compute: Callable[[Meter, list[Any]], Any]) -> Any:
        builtin(f"{name}(list: list)")(compute)
        builtin(f"{name}(n...: any)")(lambda meter, *items: compute(meter, list(items)))
        return compute

    return declare


def _extreme(is_better: Callable[[Any, Any], bool | None]) -> Callable[[Meter, list[Any]], Any]:
    def find(meter: Meter, items: list[Any]) -> Any:
        best = items[0] if items else None
        for item in items[1:]:
            answer = is_better(item, best)
            if answer is None:
                raise ValueError("not comparable")
            best = item if answer else best
        return best

    return find


_for_list_and_arguments("min")(_extreme(less))
_for_list_and_arguments("max")(_extreme(lambda item, best: less(best, item)))


@_for_list_and_arguments("sum")
def _sum(meter: Meter, items: list[Any]) -> Any:
    if not items:
        return None
    total = items[0]
    for item in items[1:]:
        total = ADD[type(total), type(item)](total, item) if (type(total), type(item)) in _ADDED else None
    return total if (type(total), type(total)) in _ADDED else None


_ADDED = frozenset(pair for pair in ADD if pair[0] is pair[1] and pair[0] is not str)


@_for_list_and_arguments("mean")
def _mean(meter: Meter, items: list[Any]) -> Any:
    total = _sum(meter, items)
    return None if total is None else DIVIDE[type(total), Decimal](total, Decimal(len(items)))


@_for_list_and_arguments("product")
def _product(meter: Meter, items: list[Any]) -> Decimal | None:
    result = Decimal(1)
    for item in _numbers(items):
        result = NUMBERS.multiply(result, item)
    return result if items else None


@_for_list_and_arguments("median")
def _median(meter: Meter, items: list[Any]) -> Decimal | None:
    if not items:
        return None
    ordered = sorted(_numbers(items))
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return NUMBERS.divide(NUMBERS.add(ordered[middle - 1], ordered[middle]), Decimal(2))


@_for_list_and_arguments("stddev")
def _stddev(meter: Meter, items: list[Any]) -> Decimal | None:
    if len(_numbers(items)) < 2:
        return None
    mean = _mean(meter, items)
    squares = (NUMBERS.power(NUMBERS.subtract(item, mean), Decimal(2)) for item in items)
    total = Decimal(0)
    for square in squares:
        total = NUMBERS.add(total, square)
    return NUMBERS.sqrt(NUMBERS.divide(total, Decimal(len(items) - 1)))


@_for_list_and_arguments("mode")
def _mode(meter: Meter, items: list[Any]) -> list[Decimal]:
    counts: dict[Decimal, int] = {}
    for item in _numbers(items):
        counts[item] = counts.get(item, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(item for item, count in counts.items() if count == most)
