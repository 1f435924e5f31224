"""`for`, `some` and `every`: iteration over lists and ranges, paid for step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from workflows.feel import tree
from workflows.feel.running import Frame
from workflows.feel.values import Range

Closure = Callable[[Any], Any]
Compile = Callable[[tree.Node, Any], Closure]


def _numbers(first: Decimal, last: Decimal) -> Iterator[Any] | None:
    if first != first.to_integral_value() or last != last.to_integral_value():
        return None
    step = 1 if first <= last else -1
    return (Decimal(number) for number in range(int(first), int(last) + step, step))


def _days(first: date, last: date) -> Iterator[Any]:
    count, step = abs((last - first).days), 1 if first <= last else -1
    return (first + timedelta(days=step * number) for number in range(count + 1))


def _steps(span: Range) -> Iterator[Any] | None:
    """Return what lies in a range one after another; a range that runs backwards counts down."""
    first, last = span.start, span.end
    steps = None
    if type(first) is Decimal and type(last) is Decimal:
        steps = _numbers(first, last)
    elif type(first) is date and type(last) is date:
        steps = _days(first, last)
    if steps is None or (span.start_included and span.end_included):
        return steps
    left_out = {end for end, included in ((first, span.start_included), (last, span.end_included)) if not included}
    return (step for step in steps if step not in left_out)


def values_of(value: Any) -> Iterator[Any] | None:
    """Return what an iteration over the value visits; None when it cannot be iterated."""
    if type(value) is list:
        return iter(value)
    if type(value) is Range:
        return _steps(value)
    return None if value is None else iter([value])


def _ends(node: tree.Span, scopes: Any, compile_node: Compile) -> Closure:
    """`a..b` of an iteration may run backwards, which a range as a value may not."""
    start, end = compile_node(node.start, scopes), compile_node(node.end, scopes)  # type: ignore[arg-type]  # both given
    return lambda frame: Range(start(frame), end(frame), node.start_included, node.end_included)


class Iteration:
    """The domains of an iteration, the last one running fastest."""

    def __init__(self, domains: tuple[tree.Domain, ...], scopes: Any, compile_node: Compile) -> None:
        self.domains: list[tuple[str, Closure]] = []
        for domain in domains:
            values = domain.values
            bounded = isinstance(values, tree.Span) and values.start is not None and values.end is not None
            read = _ends(values, scopes, compile_node) if bounded else compile_node(values, scopes)  # type: ignore[arg-type]  # told by `bounded`
            self.domains.append((domain.name, read))
            scopes = ({domain.name: None}, *scopes)
        self.scopes = scopes

    def frames(self, frame: Any, level: int = 0) -> Iterator[Any]:
        """Yield a frame for each combination; None once when something cannot be iterated."""
        if level == len(self.domains):
            yield frame
            return
        name, read = self.domains[level]
        values = values_of(read(frame))
        if values is None:
            yield None
            return
        for value in values:
            frame.meter.spend(2)
            yield from self.frames(Frame({name: value}, frame, frame.meter), level + 1)


def compile_for(node: tree.For, scopes: Any, compile_node: Compile) -> Closure:
    """Return the closure of a `for`; `partial` names the results so far."""
    iteration = Iteration(node.domains, ({"partial": None}, *scopes), compile_node)
    result = compile_node(node.result, iteration.scopes)
    uses_partial = _mentions(node.result, "partial")

    def loop(frame: Any) -> list[Any] | None:
        results: list[Any] = []
        outer = Frame({"partial": results}, frame, frame.meter)
        for inner in iteration.frames(outer):
            if inner is None:
                frame.meter.remark("feel.not_iterable", node.place)
                return None
            if uses_partial:
                frame.meter.spend(len(results))
                outer.names = {"partial": list(results)}
            results.append(result(inner))
        return results

    return loop


def _mentions(node: tree.Node, name: str) -> bool:
    if isinstance(node, tree.Name) and node.name == name:
        return True
    return any(_mentions(below, name) for below in tree.inner(node))


def compile_quantified(node: tree.Quantified, scopes: Any, compile_node: Compile) -> Closure:
    """Return the closure of `some` or `every`."""
    iteration = Iteration(node.domains, scopes, compile_node)
    condition = compile_node(node.condition, iteration.scopes)
    decisive = not node.every

    def quantified(frame: Any) -> bool | None:
        answer: bool | None = not decisive
        for inner in iteration.frames(frame):
            value = None if inner is None else condition(inner)
            if value is decisive:
                return decisive
            if value is not answer:
                answer = None
        return answer

    return quantified
