"""What an evaluation carries: its fuel, its host functions, its scopes; and how host data enter it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from workflows.errors import ExpressionFailed, FuelSpent
from workflows.feel.host import Functions
from workflows.feel.values import CANONICAL, SCALARS, Remark, number

#: how much nesting of running function bodies is allowed, counted in nodes
DEEPEST_CALLS = 300
#: how deep lists and contexts may lie in each other
DEEPEST_VALUE = 60
_MOST_REMARKS = 20


class Fuel:
    """What may still be spent; shared by everything one decision or condition evaluates."""

    __slots__ = ("left", "depth", "functions", "remarks")

    def __init__(self, amount: int, functions: Functions) -> None:
        self.left = amount
        self.depth = 0
        self.functions = functions
        self.remarks: Sequence[Remark] = ()

    def spend(self, amount: int) -> None:
        """Take fuel; raises FuelSpent when there is none left."""
        self.left -= amount
        if self.left < 0:
            raise FuelSpent()

    def remark(self, id: str, place: int, **facts: Any) -> None:
        """Keep the reason of a null for whoever asks why."""
        if len(self.remarks) < _MOST_REMARKS:
            self.remarks = [*self.remarks, Remark(id, place, facts)]

    def enter(self, nodes: int) -> None:
        """Begin a function body of this depth; raises ExpressionFailed when bodies nest too deeply."""
        self.spend(1)
        self.depth += nodes
        if self.depth > DEEPEST_CALLS:
            raise ExpressionFailed("feel.calls_too_deep")

    def leave(self, nodes: int) -> None:
        """End a function body."""
        self.depth -= nodes


class Root:
    """The outermost scope: the data of the host, and the input under test."""

    __slots__ = ("scope", "input", "meter")

    def __init__(self, scope: Mapping[str, Any], meter: Fuel, input: Any = None) -> None:
        self.scope = scope
        self.meter = meter
        self.input = input


class Frame:
    """An inner scope: the names of a `for`, a function, a context, or the item under a filter."""

    __slots__ = ("names", "parent", "meter")

    def __init__(self, names: Any, parent: Frame | Root, meter: Fuel) -> None:
        self.names = names
        self.parent = parent
        self.meter = meter


def inward(value: Any, meter: Fuel, depth: int = 0) -> Any:
    """Turn host data into values of FEEL; whole contexts and lists are copied and paid for.

    Raises ExpressionFailed for an object that FEEL has no kind for.
    """
    kind = type(value)
    if kind in SCALARS:
        return value
    if kind is int or kind is float:
        return _number(value)
    if depth > DEEPEST_VALUE:
        raise ExpressionFailed("feel.value_too_deep")
    if isinstance(value, Mapping):
        meter.spend(len(value))
        return {str(key): inward(item, meter, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        meter.spend(len(value))
        return [inward(item, meter, depth + 1) for item in value]
    if kind in CANONICAL:
        return value
    return _kin(value)


def _number(value: int | float) -> Decimal:
    if type(value) is int:
        return Decimal(value)
    result = number(value)
    if not result.is_finite():
        raise ExpressionFailed("feel.foreign_value", kind=str(value))
    return result


def _kin(value: Any) -> Any:
    """Accept subclasses of the plain kinds, such as texts marked safe or frozen moments in tests."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return _number(int(value))
    if isinstance(value, datetime):
        return datetime.combine(value.date(), value.timetz())
    if isinstance(value, (Decimal, time)):
        return value
    raise ExpressionFailed("feel.foreign_value", kind=type(value).__name__)
