"""Decision tables: which rows fit, and what the hit policy makes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from workflows.dmn.types import ANYTHING, Type
from workflows.dmn.values import Course, FiredRule
from workflows.errors import ExpressionFailed, NoRuleMatches, SeveralRulesMatch
from workflows.feel.conversion import to_json
from workflows.feel.expression import Expression
from workflows.feel.operators import ADD, equal, less
from workflows.feel.running import Root
from workflows.feel.values import number

HIT_POLICIES = ("UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER")
AGGREGATIONS = ("SUM", "MIN", "MAX", "COUNT")


@dataclass(frozen=True)
class Input:
    """A column that is asked."""

    #: what is shown for it: label, or the text of its expression
    label: str
    #: gives the value under test
    expression: Expression
    #: its declared type
    type: Type = ANYTHING
    #: the values it may have, as tests
    allowed: Expression | None = None


@dataclass(frozen=True)
class Output:
    """A column that answers."""

    #: name of the entry it fills; may be empty when it is the only one
    name: str
    #: its declared type
    type: Type = ANYTHING
    #: the values it may have, best first
    order: tuple[Expression, ...] = ()
    #: what it says when no row fits
    default: Expression | None = None


@dataclass(frozen=True)
class Rule:
    """A row."""

    #: id in the file
    id: str
    #: position, counted from 1
    index: int
    #: what the author wrote beside it
    annotation: str
    #: cells of the inputs, as texts compiled
    cells: tuple[Expression, ...]
    #: cells of the outputs
    answers: tuple[Expression, ...]
    #: (column, test) of the cells that test anything
    tests: tuple[tuple[int, Callable[[Any, Any], Any]], ...] = field(init=False)

    def __post_init__(self) -> None:
        tests = [(place, cell.holds) for place, cell in enumerate(self.cells) if cell.tree.tests]  # type: ignore[attr-defined]  # cells are unary tests
        object.__setattr__(self, "tests", tuple(tests))


@dataclass(frozen=True)
class Table:
    """A decision table, ready to be asked."""

    #: id in the file
    id: str
    #: one of HIT_POLICIES
    policy: str
    #: one of AGGREGATIONS, or empty
    aggregation: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]

    def run(self, scope: Mapping[str, Any], meter: Course) -> Any:
        """Return what the table says.

        Raises NoRuleMatches and SeveralRulesMatch when the meter is demanding; gives null otherwise.
        """
        values = [self._ask(column, scope, meter) for column in self.inputs]
        seen = dict(zip((column.label for column in self.inputs), values, strict=True))
        meter.seen.update(seen)
        for column, value in zip(self.inputs, values, strict=True):
            if column.allowed is not None and column.allowed.holds(value, Root(scope, meter, value)) is not True:
                refusal = ExpressionFailed("dmn.input_not_allowed", table=self.id, input=column.label, value=_shown(value))
                return self._refuse(refusal, meter)
        fitting = self._fitting([Root(scope, meter, value) for value in values], values)
        if not fitting:
            return self._nothing(scope, meter, seen)
        return self._decide(fitting, scope, meter, seen)

    def _ask(self, column: Input, scope: Mapping[str, Any], meter: Course) -> Any:
        return column.type.from_host(column.expression.evaluate_with(scope, meter))

    def _fitting(self, roots: Sequence[Root], values: Sequence[Any]) -> list[Rule]:
        first_only = self.policy == "FIRST"
        fitting: list[Rule] = []
        for rule in self.rules:
            for place, test in rule.tests:
                if test(values[place], roots[place]) is not True:
                    break
            else:
                fitting.append(rule)
                if first_only:
                    break
        return fitting

    def _refuse(self, refusal: ExpressionFailed, meter: Course) -> None:
        if meter.demanding:
            raise refusal
        meter.remark(refusal.id, 0, **refusal.facts)

    def _nothing(self, scope: Mapping[str, Any], meter: Course, seen: Mapping[str, Any]) -> Any:
        if any(column.default is not None for column in self.outputs):
            texts = [column.default for column in self.outputs]
            given = [None if text is None else text.evaluate_with(scope, meter) for text in texts]
            return self._joined(self._shaped(given, meter))
        if self.policy in ("COLLECT", "RULE ORDER", "OUTPUT ORDER"):
            return [] if not self.aggregation else number(0) if self.aggregation == "COUNT" else None
        return self._refuse(NoRuleMatches(table=self.id, inputs=_shown(dict(seen))), meter)

    def _decide(self, fitting: list[Rule], scope: Mapping[str, Any], meter: Course, seen: Mapping[str, Any]) -> Any:
        if self.policy == "UNIQUE" and len(fitting) > 1:
            return self._several(fitting, meter, seen)
        answers = [(rule, self._answer(rule, scope, meter)) for rule in fitting]
        if self.policy == "ANY" and any(equal(answers[0][1], other, meter) is not True for _, other in answers[1:]):
            return self._several(fitting, meter, seen)
        if self.policy in ("PRIORITY", "OUTPUT ORDER"):
            answers.sort(key=lambda answer: self._rank(answer[1], meter))
        if self.policy in ("ANY", "PRIORITY"):
            answers = answers[:1]
        for rule, outputs in answers:
            names = (column.name or "result" for column in self.outputs)
            said = dict(zip(names, outputs, strict=True))
            meter.fired.append(FiredRule(rule.id, rule.index, rule.annotation, seen, said, self.id))
        results = [self._joined(outputs) for _, outputs in answers]
        if self.policy not in ("COLLECT", "RULE ORDER", "OUTPUT ORDER"):
            return results[0]
        return self._aggregated(results) if self.aggregation else results

    def _several(self, fitting: list[Rule], meter: Course, seen: Mapping[str, Any]) -> Any:
        rules = [rule.id or str(rule.index) for rule in fitting]
        return self._refuse(SeveralRulesMatch(table=self.id, rules=rules, inputs=_shown(dict(seen))), meter)

    def _answer(self, rule: Rule, scope: Mapping[str, Any], meter: Course) -> list[Any]:
        return self._shaped([text.evaluate_with(scope, meter) for text in rule.answers], meter)

    def _shaped(self, values: list[Any], meter: Course) -> list[Any]:
        shaped = []
        for column, value in zip(self.outputs, values, strict=True):
            result, fits = column.type.shape(value, meter)
            if fits and column.order and value is not None and _place(column, result, meter) == len(column.order):
                result, fits = None, False
            if not fits:
                self._refuse(ExpressionFailed("dmn.output_type", table=self.id, output=column.name, value=_shown(value)), meter)
            shaped.append(result)
        return shaped

    def _joined(self, values: list[Any]) -> Any:
        if len(self.outputs) == 1:
            return values[0]
        return {column.name: value for column, value in zip(self.outputs, values, strict=True)}

    def _rank(self, values: list[Any], meter: Course) -> tuple[int, ...]:
        return tuple(_place(column, value, meter) for column, value in zip(self.outputs, values, strict=True))

    def _aggregated(self, results: list[Any]) -> Any:
        if self.aggregation == "COUNT":
            return number(len(results))
        return reduce(_AGGREGATE[self.aggregation], results)


def _place(column: Output, value: Any, meter: Course) -> int:
    """Return where a value stands among the allowed ones; behind all when it is none of them."""
    for place, test in enumerate(column.order):
        if test.holds(value, Root({}, meter, value)) is True:
            return place
    return len(column.order)


def _sum(total: Any, item: Any) -> Any:
    add = ADD.get((type(total), type(item)))
    return None if add is None or isinstance(total, str) else add(total, item)


def _least(best: Any, item: Any) -> Any:
    sooner = less(item, best)
    return None if sooner is None else item if sooner else best


def _greatest(best: Any, item: Any) -> Any:
    later = less(best, item)
    return None if later is None else item if later else best


_AGGREGATE: dict[str, Callable[[Any, Any], Any]] = {"SUM": _sum, "MIN": _least, "MAX": _greatest}


def _shown(value: Any) -> Any:
    """Return a value as plain JSON for an incident."""
    try:
        return to_json(value)
    except ExpressionFailed:
        return str(value)[:80]
