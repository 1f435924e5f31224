"""Item definitions: named types, their parts, and the values they allow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflows.errors import ExpressionFailed
from workflows.feel.conversion import typed
from workflows.feel.expression import Expression
from workflows.feel.kinds import ANY, Kind, coerce
from workflows.feel.running import Fuel, Root

#: type names as files of version 1.1 and of the editor write them
_NAMES = {
    "string": "string",
    "number": "number",
    "integer": "number",
    "long": "number",
    "double": "number",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "dateTime": "date and time",
    "date and time": "date and time",
    "dayTimeDuration": "days and time duration",
    "days and time duration": "days and time duration",
    "yearMonthDuration": "years and months duration",
    "years and months duration": "years and months duration",
    "context": "context",
    "list": "list",
    "Any": "Any",
    "any": "Any",
}
_FROM_TEXT = {
    "date": "date",
    "date and time": "datetime",
    "time": "time",
    "days and time duration": "duration",
    "years and months duration": "duration",
}


@dataclass(frozen=True)
class Type:
    """A type as a file knows it."""

    #: its shape
    kind: Kind = ANY
    #: tests a value (or each element of a list) must pass
    allowed: Expression | None = None
    #: types of the entries of a context
    parts: Mapping[str, Type] | None = None
    #: type of the elements of a list
    element: Type | None = None

    def admits(self, value: Any, meter: Fuel) -> bool:
        """Tell whether every value that has a list of allowed values is one of them."""
        if value is None:
            return True
        if self.element is not None and isinstance(value, list):
            meter.spend(len(value))
            return all(self.element.admits(item, meter) for item in value) and self._allows(value, meter)
        if self.parts and isinstance(value, dict):
            return all(part.admits(value.get(name), meter) for name, part in self.parts.items())
        return self._allows(value, meter)

    def _allows(self, value: Any, meter: Fuel) -> bool:
        return self.allowed is None or self.allowed.holds(value, Root({}, meter, value)) is True

    def shape(self, value: Any, meter: Fuel) -> tuple[Any, bool]:
        """Bring a value into the shape of the type; (null, False) where it cannot be."""
        shaped, fits = coerce(value, self.kind)
        if fits and not self.admits(shaped, meter):
            return None, False
        return shaped, fits

    def from_host(self, value: Any) -> Any:
        """Give a text from stored JSON the kind the type wants, where it wants a time or a duration."""
        wanted = _FROM_TEXT.get(self.kind.name)
        if isinstance(value, str) and wanted:
            try:
                return typed(value, wanted)
            except ExpressionFailed:
                return value
        if self.parts and isinstance(value, dict):
            return {key: self.parts[key].from_host(item) if key in self.parts else item for key, item in value.items()}
        if self.element is not None and isinstance(value, list):
            return [self.element.from_host(item) for item in value]
        return value


ANYTHING = Type()


def local_name(reference: str) -> str:
    """Return a type reference without the prefix older files write."""
    prefix, colon, rest = reference.strip().partition(":")
    return rest if colon and " " not in prefix else reference.strip()


def simple(reference: str) -> Type | None:
    """Return the type of one of the standard's names, or None."""
    name = _NAMES.get(local_name(reference))
    if name is None:
        return None
    return ANYTHING if name == "Any" else Type(Kind(name))
