"""How built-in functions are declared, and how arguments find the one they fit.

A function is declared by its signature as the standard prints it; several signatures may share
a name and are tried in the order they were declared.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from workflows.errors import ExpressionFailed
from workflows.feel.values import Function, Meter, Range, YearMonthDuration, kind_of, size_of

_KINDS: dict[str, frozenset[type]] = {
    "number": frozenset({Decimal}),
    "string": frozenset({str}),
    "boolean": frozenset({bool}),
    "null": frozenset({type(None)}),
    "date": frozenset({date}),
    "datetime": frozenset({datetime}),
    "time": frozenset({time}),
    "span": frozenset({timedelta}),
    "months": frozenset({YearMonthDuration}),
    "range": frozenset({Range}),
    "list": frozenset({list}),
    "context": frozenset({dict}),
    "function": frozenset({Function}),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a signature."""

    #: name as the standard has it
    name: str
    #: accepted classes; None accepts everything
    kinds: frozenset[type] | None
    #: whether it may be left out
    optional: bool = False
    #: whether it takes all arguments from here on
    many: bool = False

    def accept(self, value: Any) -> tuple[Any, bool]:
        """Return the value as this parameter wants it, and whether it fits."""
        kinds = self.kinds
        if kinds is None or type(value) in kinds:
            return value, True
        if type(value) is list and len(value) == 1 and type(value[0]) in kinds:
            return value[0], True
        if list in kinds and value is not None:
            return [value], True
        return None, False


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a built-in function."""

    #: name of the function
    function: str
    #: parameters in order
    parameters: tuple[Parameter, ...]
    #: what computes it: (meter, *values) -> value
    compute: Callable[..., Any]

    def takes(self, count: int) -> bool:
        """Tell whether so many arguments by position fit."""
        least = sum(not (parameter.optional or parameter.many) for parameter in self.parameters)
        many = bool(self.parameters) and self.parameters[-1].many
        return least <= count and (many or count <= len(self.parameters))

    def order(self, names: Sequence[str]) -> list[int] | None:
        """Return for each parameter the position of the argument that names it (-1: left out)."""
        wanted = [parameter.name for parameter in self.parameters]
        if not set(names) <= set(wanted) or len(set(names)) != len(names):
            return None
        places = [list(names).index(name) if name in names else -1 for name in wanted]
        missing = [p for p, place in zip(self.parameters, places, strict=True) if place < 0 and not p.optional]
        return None if missing else places

    def fit(self, arguments: list[Any]) -> list[Any] | None:
        """Return the arguments as the parameters want them, or None when one does not fit."""
        fitted = []
        last = len(self.parameters) - 1
        for position, argument in enumerate(arguments):
            parameter = self.parameters[min(position, last)]
            value, accepted = parameter.accept(argument)
            if not accepted:
                return None
            fitted.append(value)
        return fitted


SIGNATURES: dict[str, list[Signature]] = {}


def _parameter(text: str) -> Parameter:
    name, _, kinds = (part.strip() for part in text.partition(":"))
    optional, many = kinds.endswith("?"), name.endswith("...")
    kinds = kinds.rstrip("?")
    accepted = None if kinds == "any" else frozenset().union(*(_KINDS[kind] for kind in kinds.split("|")))
    return Parameter(name.removesuffix("..."), accepted, optional, many)


def builtin(*declarations: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a built-in function under one or more signatures: `name(parameter: kind|kind?, …)`."""

    def declare(compute: Callable[..., Any]) -> Callable[..., Any]:
        for declaration in declarations:
            name, _, rest = declaration.partition("(")
            parts = [part for part in rest.rstrip(")").split(",") if part.strip()]
            signature = Signature(name, tuple(_parameter(part) for part in parts), compute)
            SIGNATURES.setdefault(name, []).append(signature)
        return compute

    return declare


def invoke(signatures: Sequence[Signature], arguments: list[Any], meter: Meter, place: int) -> Any:
    """Call the first signature the arguments fit; null, with a remark, when they fit none."""
    meter.spend(1 + sum(size_of(argument) for argument in arguments))
    for signature in signatures:
        fitted = signature.fit(arguments)
        if fitted is not None:
            try:
                return signature.compute(meter, *fitted)
            except (ValueError, OverflowError, decimal.DecimalException):
                break
    name = signatures[0].function if signatures else ""
    meter.remark("feel.wrong_arguments", place, function=name, kinds=[kind_of(item) for item in arguments])
    return None


def function_value(name: str) -> Function:
    """Return a built-in function as a value, to be handed to `sort` and the like."""
    signatures = SIGNATURES[name]

    def call(meter: Meter, arguments: list[Any]) -> Any:
        fitting = [signature for signature in signatures if signature.takes(len(arguments))]
        return invoke(fitting, arguments, meter, 0)

    return Function(tuple(parameter.name for parameter in signatures[0].parameters), call)


def absent(name: str) -> ExpressionFailed:
    """Return the refusal for a host function that the host did not lend."""
    return ExpressionFailed("feel.no_host_function", function=name)
