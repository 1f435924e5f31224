"""The door of FEEL: compile a text once, evaluate it often, know what it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any

from workflows.errors import ExpressionFailed, FeelInvalid
from workflows.feel import functions, tree
from workflows.feel.compiler import compile_node
from workflows.feel.host import STANDARD, Functions
from workflows.feel.kinds import Kind
from workflows.feel.parser import Parser
from workflows.feel.primary import DEEPEST
from workflows.feel.reading import paths_read
from workflows.feel.registry import SIGNATURES
from workflows.feel.running import DEEPEST_VALUE, Fuel, Root, inward
from workflows.feel.scanner import line_and_column
from workflows.feel.testing import compile_tests
from workflows.feel.values import SCALARS, Remark

_MEMBER_NAMES = ("time offset", "start included", "end included", "date and time")
_BUILTIN_NAMES = tuple(name for name in (*SIGNATURES, *_MEMBER_NAMES) if " " in name)
_NO_TYPES: Mapping[str, Kind] = MappingProxyType({})
FUEL = 100_000


@dataclass(frozen=True, eq=False)
class Dialect:
    """Names of several words and named types that texts of one model may use."""

    #: all names that may occur, also simple ones
    names: tuple[str, ...] = ()
    #: item definitions by name
    types: Mapping[str, Kind] = field(default_factory=lambda: _NO_TYPES)


PLAIN = Dialect()


@dataclass(frozen=True)
class Outcome:
    """A value, and why something on the way to it became null."""

    #: the value
    value: Any
    #: reasons with line and column, as facts
    remarks: tuple[Mapping[str, Any], ...]


class Expression:
    """A compiled text. Safe to share between threads; holds no data."""

    def __init__(self, text: str, kind: str, dialect: Dialect) -> None:
        self.text = text
        self.kind = kind
        parser = Parser(text, (*_BUILTIN_NAMES, *dialect.names), dialect.types)
        self.tree: tree.Node = parser.whole_tests() if kind == "unary" else parser.whole_expression()
        if isinstance(self.tree, tree.Tests):
            #: for tables: (value, root) -> whether the tests hold
            self.holds = compile_tests(self.tree, (), compile_node)
            self.run = lambda root: self.holds(root.input, root)
        else:
            self.run = compile_node(self.tree, ())

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    @cached_property
    def paths(self) -> frozenset[str]:
        """The dotted paths it reads from its scope, such as `case.owner`."""
        return paths_read(self.tree)

    @cached_property
    def names(self) -> frozenset[str]:
        """The variables it reads from its scope."""
        return frozenset(path.split(".", 1)[0] for path in self.paths)

    def evaluate(self, scope: Mapping[str, Any], functions: Functions | None = None, fuel: int = FUEL) -> Any:
        """Return the value of the text over the data.

        Raises ExpressionFailed where there can be no answer, FuelSpent when it takes too much.
        Other mistakes give null, as the standard has it; `trace` tells why.
        """
        return self.evaluate_with(scope, Fuel(fuel, functions or STANDARD))

    def evaluate_with(self, scope: Mapping[str, Any], meter: Fuel, input: Any = None) -> Any:
        """Evaluate with fuel shared between several texts."""
        try:
            if "?" in scope:
                input = inward(scope["?"], meter)
            value = self.run(Root(scope, meter, input))
            if type(value) not in SCALARS:
                _check_size(value, meter)
            return value
        except ExpressionFailed as failed:
            raise self._placed(failed)
        except RecursionError:
            raise self._placed(ExpressionFailed("feel.calls_too_deep"))

    def trace(self, scope: Mapping[str, Any], functions: Functions | None = None, fuel: int = FUEL) -> Outcome:
        """Return the value together with the reasons of its nulls."""
        meter = Fuel(fuel, functions or STANDARD)
        value = self.evaluate_with(scope, meter)
        return Outcome(value, tuple(self.describe(remark) for remark in meter.remarks))

    def describe(self, remark: Remark) -> dict[str, Any]:
        """Return a remark as facts, with its line and column."""
        line, column = line_and_column(self.text, remark.place)
        return {"id": remark.id, "line": line, "column": column, **remark.facts}

    def _placed(self, failed: ExpressionFailed) -> ExpressionFailed:
        failed.facts.setdefault("text", self.text[:200])
        if not failed.line:
            failed.line, failed.column = line_and_column(self.text, self.tree.place)
            failed.facts.update(line=failed.line, column=failed.column)
        return failed


def _check_size(value: Any, meter: Fuel) -> None:
    """Pay for the whole answer, so that one built of shared parts cannot unfold into a flood."""
    stack = [(value, 0)]
    while stack:
        current, depth = stack.pop()
        inner = list(current.values()) if type(current) is dict else current if type(current) is list else ()
        meter.spend(len(inner))
        if depth > DEEPEST_VALUE:
            raise ExpressionFailed("feel.value_too_deep")
        stack.extend((item, depth + 1) for item in inner if type(item) is dict or type(item) is list)


@lru_cache(maxsize=4096)
def _compiled(text: str, kind: str, dialect: Dialect) -> Expression:
    try:
        return Expression(text, kind, dialect)
    except RecursionError:
        raise FeelInvalid("feel.too_deep", deepest=DEEPEST)


def compile(text: str, *, kind: str = "expression", dialect: Dialect = PLAIN, names: tuple[str, ...] = ()) -> Expression:
    """Compile a text (a leading `=` is dropped); the same text is compiled once.

    `kind` is `expression`, or `unary` for the cell of a table. Raises FeelInvalid with line and column.
    """
    if not isinstance(text, str):
        raise FeelInvalid("feel.no_text", kind=type(text).__name__)
    stripped = text.lstrip()
    if kind == "expression" and stripped.startswith("="):
        text = stripped[1:]
    if names:
        dialect = _dialect(names)
    return _compiled(text, kind, dialect)


@lru_cache(maxsize=256)
def _dialect(names: tuple[str, ...]) -> Dialect:
    return Dialect(names)


assert functions.lists  # the import above is what declares the built-in functions
