"""Closures for the comparison operators: a short way for values of one kind, a careful way for the rest."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from workflows.errors import ExpressionFailed
from workflows.feel.operators import due_of, equal, less, less_or_equal
from workflows.feel.values import YearMonthDuration, kind_of

Closure = Callable[[Any], Any]

_EQUAL_FAST = frozenset({str, Decimal, bool, date, timedelta, YearMonthDuration, type(None)})
_ORDER_FAST = frozenset({str, Decimal, date, timedelta, YearMonthDuration})
_POINTS = frozenset({date, datetime, time})


def _not_equal(left: Any, right: Any, meter: Any) -> bool | None:
    answer = equal(left, right, meter)
    return None if answer is None else not answer


COMPARISONS: dict[str, tuple[Callable[[Any, Any], Any], frozenset[type], Callable[[Any, Any, Any], Any]]] = {
    "=": (operator.eq, _EQUAL_FAST, equal),
    "!=": (operator.ne, _EQUAL_FAST, _not_equal),
    "<": (operator.lt, _ORDER_FAST, lambda a, b, meter: less(a, b)),
    "<=": (operator.le, _ORDER_FAST, lambda a, b, meter: less_or_equal(a, b)),
    ">": (operator.gt, _ORDER_FAST, lambda a, b, meter: less(b, a)),
    ">=": (operator.ge, _ORDER_FAST, lambda a, b, meter: less_or_equal(b, a)),
}


def _refuse_mixed(left: Any, right: Any, meter: Any) -> None:
    """A time beside a text, or a day beside a moment, is a mistake of the author and no answer."""
    kinds = {type(left), type(right)}
    if meter.functions.strict and kinds & _POINTS:
        if len(kinds) > 1 or (left.tzinfo is None) is not (right.tzinfo is None):
            raise ExpressionFailed("feel.mixed_kinds", left=kind_of(left), right=kind_of(right))


def compared(symbol: str, left: Any, right: Any, meter: Any, place: int) -> Any:
    """Compare two values by an operator; null, with a remark, when they cannot be compared."""
    left, right = due_of(left), due_of(right)
    answer = COMPARISONS[symbol][2](left, right, meter)
    if answer is None and left is not None and right is not None:
        _refuse_mixed(left, right, meter)
        meter.remark("feel.not_comparable", place, operator=symbol, left=kind_of(left), right=kind_of(right))
    return answer


def compare_to(symbol: str, left: Closure, constant: Any, place: int) -> Closure:
    """Return the closure of `left symbol constant`, the commonest condition of all."""
    fast, kinds, _ = COMPARISONS[symbol]
    kind = type(constant) if type(constant) in kinds else None

    def comparison(frame: Any) -> Any:
        a = left(frame)
        return fast(a, constant) if type(a) is kind else compared(symbol, a, constant, frame.meter, place)

    return comparison


def compare(symbol: str, left: Closure, right: Closure, place: int) -> Closure:
    """Return the closure of `left symbol right`."""
    fast, kinds, _ = COMPARISONS[symbol]

    def comparison(frame: Any) -> Any:
        a, b = left(frame), right(frame)
        kind = type(a)
        if kind is type(b) and kind in kinds:
            return fast(a, b)
        return compared(symbol, a, b, frame.meter, place)

    return comparison
