"""Static checks of decision tables: gaps, overlaps, rows that are never used, cells of the wrong kind.

Each column is cut into as few sample values as tell all its cells apart; a row is then the set of samples
that fit, column by column. Cells that read other data are left out of the reckoning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from workflows.dmn.model import DecisionModel
from workflows.dmn.reach import tables
from workflows.dmn.table import Rule, Table
from workflows.dmn.values import Course
from workflows.errors import ExpressionFailed, Finding
from workflows.feel import tree
from workflows.feel.compiler import compile_node
from workflows.feel.conversion import to_json
from workflows.feel.expression import Expression
from workflows.feel.host import STANDARD
from workflows.feel.running import Root
from workflows.feel.testing import reads_input
from workflows.feel.values import kind_of

_MOST_STEPS = 20_000
_LARGEST = 100_000
_OTHER = "\u2026"
_STEPS: dict[type, Any] = {date: timedelta(days=1), datetime: timedelta(seconds=1)}


def _meter() -> Course:
    return Course(10_000, STANDARD, demanding=False)


def _constants(node: tree.Node) -> list[Any] | None:
    """Return the values a cell compares with, or None when it depends on anything but its column."""
    if isinstance(node, tree.Tests):
        found: list[Any] = []
        for test in node.tests:
            inner = _constants(test)
            if inner is None:
                return None
            found += inner
        return found
    if isinstance(node, tree.Comparison):
        return _constants(node.operand)
    if isinstance(node, tree.Span):
        ends = [_constants(end) for end in (node.start, node.end) if end is not None]
        return None if None in ends else [value for end in ends for value in end or ()]
    if reads_input(node) or _reads_data(node):
        return None
    try:
        value = compile_node(node, ())(Root({}, _meter()))
    except ExpressionFailed:
        return None
    return value if isinstance(value, list) else [value]


def _reads_data(node: tree.Node) -> bool:
    names = [one for one in _every(node) if isinstance(one, tree.Name)]
    called = {id(one.function) for one in _every(node) if isinstance(one, tree.Call)}
    return any(id(name) not in called for name in names)


def _every(node: tree.Node) -> list[tree.Node]:
    return [node, *(below for one in tree.inner(node) for below in _every(one))]


def _between(values: list[Any]) -> list[Any]:
    """Return the values with one below, one above and one in every space between."""
    ordered = sorted(set(values))
    if isinstance(ordered[0], Decimal):
        middles = [(a + b) / 2 for a, b in zip(ordered, ordered[1:], strict=False)]
        return sorted([ordered[0] - 1, *ordered, *middles, ordered[-1] + 1])
    step = _STEPS[type(ordered[0])]
    near = {value + sign * step for value in ordered for sign in (-1, 0, 1)}
    return sorted(near)


def _samples(cells: Sequence[Expression], allowed: Expression | None, boolean: bool) -> list[Any] | None:
    """Return sample values of a column, or None when its cells cannot be told apart."""
    found: list[Any] = []
    has_null = False
    for cell in (*cells, *([allowed] if allowed else [])):
        constants = _constants(cell.tree)
        if constants is None:
            continue
        has_null = has_null or None in constants
        found += [value for value in constants if value is not None]
    kinds = {type(value) for value in found}
    if boolean or kinds == {bool}:
        return [True, False]
    if len(kinds) > 1:
        return None
    if not kinds or kinds == {str}:
        samples: list[Any] = [*dict.fromkeys(found), _OTHER]
    elif kinds <= {Decimal, date, datetime}:
        samples = _between(found)
    else:
        return None
    if has_null:
        samples = [*samples, None]
    if allowed is not None:
        samples = [value for value in samples if allowed.holds(value, Root({}, _meter(), value)) is True]
    return samples


@dataclass(frozen=True)
class _Row:
    """A rule as the sets of samples that fit, column by column."""

    rule: Rule
    fits: tuple[frozenset[int], ...]

    def covers(self, other: _Row) -> bool:
        return all(mine >= theirs for mine, theirs in zip(self.fits, other.fits, strict=True))

    def common(self, other: _Row) -> tuple[int, ...] | None:
        """Return a place of samples that both rows fit."""
        shared = [mine & theirs for mine, theirs in zip(self.fits, other.fits, strict=True)]
        return tuple(min(one) for one in shared) if all(shared) else None


class _Reckoning:
    """One table, cut into samples."""

    def __init__(self, table: Table, source: str) -> None:
        self.table = table
        self.source = source
        self.columns: list[list[Any]] = []
        for place, column in enumerate(table.inputs):
            cells = [rule.cells[place] for rule in table.rules]
            boolean = column.type.kind.name == "boolean"
            self.columns.append(_samples(cells, column.allowed or column.type.allowed, boolean) or [])
        rows = [self._row(rule) for rule in table.rules]
        self.whole = None not in rows and all(self.columns)
        self.rows = [row for row in rows if row is not None]
        self.steps = 0

    def _row(self, rule: Rule) -> _Row | None:
        fits = []
        for cell, samples in zip(rule.cells, self.columns, strict=True):
            if not samples or _constants(cell.tree) is None:
                return None
            held = (place for place, value in enumerate(samples) if cell.holds(value, Root({}, _meter(), value)) is True)
            fits.append(frozenset(held))
        return _Row(rule, tuple(fits))

    def words(self, places: Sequence[int]) -> dict[str, Any]:
        """Return the inputs at a place of samples, by label."""
        pairs = zip(self.table.inputs, self.columns, places, strict=False)
        return {column.label: to_json(samples[place]) for column, samples, place in pairs}

    def finding(self, id: str, element: str, **facts: Any) -> Finding:
        return Finding(id, element or self.table.id, facts, self.source, "warning")

    def overlaps(self) -> list[Finding]:
        """Rows of a UNIQUE table that fit the same inputs."""
        found = []
        for place, row in enumerate(self.rows if self.table.policy == "UNIQUE" else []):
            for other in self.rows[place + 1 :]:
                common = row.common(other)
                if common is not None:
                    rules = [row.rule.index, other.rule.index]
                    found.append(self.finding("dmn.overlap", other.rule.id, rules=rules, inputs=self.words(common)))
        return found[:20]

    def unreachable(self) -> list[Finding]:
        """Rows that an earlier row always forestalls, or that fit nothing."""
        found = []
        for place, row in enumerate(self.rows):
            earlier = self.rows[:place] if self.table.policy == "FIRST" else []
            by = next((one.rule.index for one in earlier if one.covers(row)), None)
            if by is not None:
                found.append(self.finding("dmn.unreachable", row.rule.id, rule=row.rule.index, by=by))
            elif not all(row.fits):
                found.append(self.finding("dmn.never", row.rule.id, rule=row.rule.index))
        return found

    def gaps(self) -> list[Finding]:
        """One example of inputs that no row fits, where all inputs can be counted up."""
        without_answer = self.table.policy not in ("COLLECT", "RULE ORDER", "OUTPUT ORDER")
        has_default = any(column.default is not None for column in self.table.outputs)
        if not self.whole or has_default or not without_answer:
            return []
        hole = self._hole(self.rows, 0)
        return [] if hole is None else [self.finding("dmn.gap", "", inputs=self.words(hole))]

    def _hole(self, rows: list[_Row], column: int) -> tuple[int, ...] | None:
        self.steps += 1
        if not rows:
            return (0,) * (len(self.columns) - column)
        if column == len(self.columns) or self.steps > _MOST_STEPS:
            return None
        seen: set[tuple[int, ...]] = set()
        for place in range(len(self.columns[column])):
            if self._is_open(column, place):
                continue
            fitting = [row for row in rows if place in row.fits[column]]
            key = tuple(row.rule.index for row in fitting)
            if key in seen:
                continue
            seen.add(key)
            hole = self._hole(fitting, column + 1)
            if hole is not None:
                return (place, *hole)
        return None

    def _is_open(self, column: int, place: int) -> bool:
        """Text without a list of allowed values cannot be counted up; only the values written down are asked."""
        return self.columns[column][place] is _OTHER and len(self.columns[column]) > 1


def _kinds(table: Table, source: str) -> list[Finding]:
    """Answers that are not of their column's type."""
    found = []
    for rule in table.rules:
        for column, answer in zip(table.outputs, rule.answers, strict=True):
            constants = _constants(answer.tree)
            if constants is None or len(constants) != 1 or constants[0] is None:
                continue
            if not column.type.shape(constants[0], _meter())[1]:
                facts = {"kind": kind_of(constants[0]), "type": column.type.kind.name}
                found.append(Finding("dmn.value_kind", rule.id, facts, source, "error"))
    return found


def _size(table: Table) -> int:
    """Return about how many cells would be held against how many samples."""
    return len(table.rules) ** 2 * max(1, len(table.inputs))


def check(model: DecisionModel) -> list[Finding]:
    """Return what is wrong or unwise in the tables of a file, in their order."""
    found: list[Finding] = []
    for identity in model.decisions:
        for table in tables(model.node(identity).box):
            found += _kinds(table, model.source)
            if _size(table) > _LARGEST:
                found.append(Finding("dmn.unchecked", table.id, {"rules": len(table.rules)}, model.source, "warning"))
                continue
            reckoning = _Reckoning(table, model.source)
            found += reckoning.unreachable() + reckoning.overlaps() + reckoning.gaps()
    return found
