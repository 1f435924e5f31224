"""Boxed expressions: what stands in a decision beside tables, each as something that runs over a scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from workflows.dmn.types import ANYTHING, Type
from workflows.dmn.values import Course
from workflows.feel.expression import Expression
from workflows.feel.iterating import values_of
from workflows.feel.reaching import item_at
from workflows.feel.values import Function, kind_of

_BODY_DEPTH = 30


class Boxed(Protocol):
    """Anything that can be run over a scope."""

    def run(self, scope: Mapping[str, Any], meter: Course) -> Any:
        """Return the value."""


@dataclass(frozen=True)
class Literal:
    """A FEEL text."""

    text: Expression

    def run(self, scope: Mapping[str, Any], meter: Course) -> Any:
        return self.text.evaluate_with(scope, meter)


@dataclass(frozen=True)
class Nothing:
    """A box that is empty, or could not be read by a lenient reader."""

    def run(self, scope: Mapping[str, Any], meter: Course) -> Any:
        return None


@dataclass(frozen=True)
class Entry:
    """A named box with a declared type."""

    name: str
    type: Type
    box: Boxed


@dataclass(frozen=True)
class Context:
    """Named boxes, each seeing those before it; a last one without name is the result."""

    entries: tuple[Entry, ...]

    def run(self, scope: Mapping[str, Any], meter: Course) -> Any:
        inner = dict(scope)
        built: dict[str, Any] = {}
        for entry in self.entries:
            value = shaped(entry.type, entry.box.run(inner, meter), entry.name, meter)
            if not entry.name:
                return value
            inner[entry.name] = built[entry.name] = value
        return built


@dataclass(frozen=True)
class Invocation:
    """A call of a function or business knowledge model with named arguments."""

    function: Boxed
    bindings: tuple[Entry, ...]

    def run(self, scope: Mapping[str, Any], meter: Course) -> Any:
        function = self.function.run(scope, meter)
        given = {binding.name: binding.box.run(scope, meter) for binding in self.bindings}
        if not isinstance(function, Function) or set(given) - set(function.parameters):
            meter.remark("dmn.no_function", 0, names=sorted(given))
            return None
        return function.call(meter, [given.get(name) for name in function.parameters])


@dataclass(frozen=True)
class Items:
    """A list of boxes."""

    boxes: tuple[Boxed, ...]

    def run(self, scope: Mapping[str, Any], meter: Course) -> Any:
        return [box.run(scope, meter) for box in self.boxes]


@dataclass(frozen=True)
class Relation:
    """Rows of boxes under named columns: a list of contexts."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Boxed, ...], ...]

    def run(self, scope: Mapping[str, Any], meter: Course) -> Any:
        return [
            {name: box.run(scope, meter) for name, box in zip(self.columns, row, strict=True)} for row in self.rows
        ]


@dataclass(frozen=True)
class FunctionBox:
    """A function: parameters with types, and a body that sees the scope it was made in."""

    parameters: tuple[Entry, ...]
    body: Boxed
    result: Type = ANYTHING

    def run(self, scope: Mapping[str, Any], meter: Course) -> Function:
        names = tuple(parameter.name for parameter in self.parameters)
        kinds = tuple(parameter.type.kind for parameter in self.parameters)
        return Function(names, lambda caller, arguments: self.call(scope, caller, arguments), kinds, self.result.kind)

    def call(self, scope: Mapping[str, Any], meter: Any, arguments: Sequence[Any]) -> Any:
        """Run the body with arguments in order; null when they do not fit the parameters."""
        if len(arguments) != len(self.parameters):
            meter.remark("feel.wrong_arguments", 0, function="", kinds=[kind_of(value) for value in arguments])
            return None
        inner = dict(scope)
        for parameter, argument in zip(self.parameters, arguments, strict=True):
            value, fits = parameter.type.shape(argument, meter)
            if not fits:
                meter.remark("dmn.argument_type", 0, name=parameter.name, kind=kind_of(argument))
                return None
            inner[parameter.name] = value
        meter.enter(_BODY_DEPTH)
        result = shaped(self.result, self.body.run(inner, meter), "", meter)
        meter.leave(_BODY_DEPTH)
        return result


@dataclass(frozen=True)
class Conditional:
    """If, then, else as boxes."""

    condition: Boxed
    yes: Boxed
    no: Boxed

    def run(self, scope: Mapping[str, Any], meter: Course) -> Any:
        return (self.yes if self.condition.run(scope, meter) is True else self.no).run(scope, meter)


@dataclass(frozen=True)
class FilterBox:
    """The items of a list for which a box holds, or the item at a position."""

    source: Boxed
    condition: Boxed

    def run(self, scope: Mapping[str, Any], meter: Course) -> Any:
        source = self.source.run(scope, meter)
        items = source if isinstance(source, list) else [] if source is None else [source]
        kept = []
        for item in items:
            meter.spend(1)
            inner = {**scope, **(item if isinstance(item, dict) else {}), "item": item}
            answer = self.condition.run(inner, meter)
            if kind_of(answer) == "number":
                return item_at(items, answer)
            if answer is True:
                kept.append(item)
        return kept


@dataclass(frozen=True)
class Iterated:
    """`for`, `some` or `every` as boxes, over one variable."""

    word: str
    name: str
    source: Boxed
    body: Boxed

    def run(self, scope: Mapping[str, Any], meter: Course) -> Any:
        values = values_of(self.source.run(scope, meter))
        if values is None:
            meter.remark("feel.not_iterable", 0)
            return None
        results: list[Any] = []
        for value in values:
            meter.spend(1)
            results.append(self.body.run({**scope, self.name: value, "partial": list(results)}, meter))
        return results if self.word == "for" else _verdict(self.word, results)


def _verdict(word: str, results: list[Any]) -> bool | None:
    decisive = word == "some"
    if decisive in [result for result in results if isinstance(result, bool)]:
        return decisive
    return not decisive if all(isinstance(result, bool) for result in results) else None


def shaped(type: Type, value: Any, name: str, meter: Course) -> Any:
    """Bring a value into the declared type; null, with a remark, where it does not fit."""
    result, fits = type.shape(value, meter)
    if not fits:
        meter.remark("dmn.value_type", 0, name=name, kind=kind_of(value), type=type.kind.name)
    return result
