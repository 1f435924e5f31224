"""From a tree to closures: each node becomes one function of a frame.

A closure reaches nothing but values, frames and the operators: no attribute of an object, no import,
no name of Python. What iterates or copies pays fuel.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workflows.feel import tree
from workflows.feel.comparing import COMPARISONS, compare, compare_to
from workflows.feel.iterating import compile_for, compile_quantified
from workflows.feel.kinds import coerce, conforms
from workflows.feel.operators import ARITHMETIC, due_of, less_or_equal, negate
from workflows.feel.reaching import ITEM, Scopes, filtered, member, resolve
from workflows.feel.registry import SIGNATURES, Signature, invoke
from workflows.feel.running import Frame
from workflows.feel.testing import compile_tests, reads_input
from workflows.feel.values import Function, Meter, Range, kind_of

Closure = Callable[[Any], Any]


def compile_node(node: tree.Node, scopes: Scopes) -> Closure:
    """Turn a node into a closure; `scopes` are the names that lie around it, innermost first."""
    return _COMPILERS[type(node)](node, scopes)


def _literal(node: tree.Literal, scopes: Scopes) -> Closure:
    value = node.value
    return lambda frame: value


def _name(node: tree.Name, scopes: Scopes) -> Closure:
    return resolve(node.name, (), scopes)


def _path(node: tree.Path, scopes: Scopes) -> Closure:
    steps = [node.name]
    source = node.source
    while isinstance(source, tree.Path):
        steps.insert(0, source.name)
        source = source.source
    if isinstance(source, tree.Name):
        return resolve(source.name, tuple(steps), scopes)
    read = compile_node(source, scopes)

    def path(frame: Any) -> Any:
        value = read(frame)
        for step in steps:
            value = member(value, step, frame.meter)
        return value

    return path


def _filter(node: tree.Filter, scopes: Scopes) -> Closure:
    source = compile_node(node.source, scopes)
    condition = compile_node(node.condition, (ITEM, *scopes))
    constant = isinstance(node.condition, tree.Literal)
    return lambda frame: filtered(source(frame), condition, constant, frame)


def _junction(node: tree.Junction, scopes: Scopes) -> Closure:
    parts = tuple(compile_node(part, scopes) for part in node.parts)
    decisive = node.operator == "or"

    def junction(frame: Any) -> bool | None:
        answer: bool | None = not decisive
        for part in parts:
            value = part(frame)
            if value is decisive:
                return decisive
            if value is not answer:
                answer = None
        return answer

    return junction


def _operation(node: tree.Operation, scopes: Scopes) -> Closure:
    left = compile_node(node.left, scopes)
    if node.operator in COMPARISONS and isinstance(node.right, tree.Literal):
        return compare_to(node.operator, left, node.right.value, node.place)
    right = compile_node(node.right, scopes)
    if node.operator in COMPARISONS:
        return compare(node.operator, left, right, node.place)
    table, place, operator = ARITHMETIC[node.operator], node.place, node.operator

    def operation(frame: Any) -> Any:
        a, b = left(frame), right(frame)
        calculate = table.get((type(a), type(b)))
        if calculate is None:
            a, b = due_of(a), due_of(b)
            calculate = table.get((type(a), type(b)))
        value = None if calculate is None else calculate(a, b)
        if value is None:
            frame.meter.remark("feel.no_result", place, operator=operator, left=kind_of(a), right=kind_of(b))
        elif type(value) is str:
            frame.meter.spend(len(value) >> 6)
        return value

    return operation


def _negation(node: tree.Negation, scopes: Scopes) -> Closure:
    operand = compile_node(node.operand, scopes)
    return lambda frame: negate(operand(frame))


def _between(node: tree.Between, scopes: Scopes) -> Closure:
    value, low, high = (compile_node(part, scopes) for part in (node.value, node.low, node.high))

    def between(frame: Any) -> bool | None:
        middle = due_of(value(frame))
        above, below = less_or_equal(due_of(low(frame)), middle), less_or_equal(middle, due_of(high(frame)))
        if above is False or below is False:
            return False
        return None if above is None or below is None else True

    return between


def _in(node: tree.In, scopes: Scopes) -> Closure:
    value = compile_node(node.value, scopes)
    if not reads_input(node.tests):
        test = compile_tests(node.tests, scopes, compile_node)
        return lambda frame: test(value(frame), frame)
    inner_test = compile_tests(node.tests, ({"?": None}, *scopes), compile_node)

    def contained(frame: Any) -> bool | None:
        tested = value(frame)
        return inner_test(tested, Frame({"?": tested}, frame, frame.meter))

    return contained


def _instance_of(node: tree.InstanceOf, scopes: Scopes) -> Closure:
    value, kind = compile_node(node.value, scopes), node.type
    return lambda frame: conforms(value(frame), kind)


def _if(node: tree.If, scopes: Scopes) -> Closure:
    condition, yes, no = (compile_node(part, scopes) for part in (node.condition, node.yes, node.no))
    return lambda frame: yes(frame) if condition(frame) is True else no(frame)


def _span(node: tree.Span, scopes: Scopes) -> Closure:
    start = compile_node(node.start, scopes) if node.start else None
    end = compile_node(node.end, scopes) if node.end else None
    start_included, end_included = node.start_included, node.end_included

    def span(frame: Any) -> Range | None:
        first, last = start and start(frame), end and end(frame)
        both = start is not None and end is not None
        if both and first is not None and last is not None and less_or_equal(first, last) is None:
            frame.meter.remark("feel.range_of_kinds", node.place, start=kind_of(first), end=kind_of(last))
            return None
        if (start and first is None) or (end and last is None):
            return None
        return Range(first, last, start_included, end_included)

    return span


def _items(node: tree.Items, scopes: Scopes) -> Closure:
    items = tuple(compile_node(item, scopes) for item in node.items)
    return lambda frame: [item(frame) for item in items]


def _entries(node: tree.Entries, scopes: Scopes) -> Closure:
    known: dict[str, None] = {}
    inner = (known, *scopes)
    entries = []
    for key, value in node.entries:
        entries.append((key, compile_node(value, inner)))
        known = {**known, key: None}
        inner = (known, *scopes)

    def context(frame: Any) -> dict[str, Any]:
        built: dict[str, Any] = {}
        scope = Frame(built, frame, frame.meter)
        for key, value in entries:
            built[key] = value(scope)
        return dict(built)

    return context


def make_function(node: tree.Lambda, body: Closure, frame: Any) -> Function:
    """Return the function value of a text, with the frame it was made in."""
    depth = tree.depth_of(node.body) + 2
    names, types = node.parameters, node.types

    def call(meter: Meter, arguments: list[Any]) -> Any:
        if len(arguments) != len(names):
            meter.remark("feel.wrong_arguments", node.place, function="", kinds=[kind_of(a) for a in arguments])
            return None
        values = {}
        for name, kind, argument in zip(names, types, arguments, strict=True):
            values[name], fitting = (argument, True) if kind is None else coerce(argument, kind)
            if not fitting:
                meter.remark("feel.wrong_arguments", node.place, function="", kinds=[kind_of(a) for a in arguments])
                return None
        frame.meter.enter(depth)
        result = body(Frame(values, frame, frame.meter))
        frame.meter.leave(depth)
        return result

    return Function(names, call, types)


def _lambda(node: tree.Lambda, scopes: Scopes) -> Closure:
    body = compile_node(node.body, (dict.fromkeys(node.parameters), *scopes))
    return lambda frame: make_function(node, body, frame)


def _call(node: tree.Call, scopes: Scopes) -> Closure:
    arguments = tuple(compile_node(argument, scopes) for argument in node.arguments)
    name = node.function.name if isinstance(node.function, tree.Name) else ""
    local = any(name in scope for scope in scopes if scope is not ITEM)
    if name in SIGNATURES and not local:
        return _builtin_call(node, SIGNATURES[name], arguments)
    function, names, place = compile_node(node.function, scopes), node.names, node.place

    def call(frame: Any) -> Any:
        target = function(frame)
        values = [argument(frame) for argument in arguments]
        if type(target) is not Function:
            frame.meter.remark("feel.no_function", place, name=name)
            return None
        if names:
            if sorted(names) != sorted(target.parameters):
                frame.meter.remark("feel.wrong_names", place, function=name, names=list(names))
                return None
            values = [values[names.index(parameter)] for parameter in target.parameters]
        return target.call(frame.meter, values)

    return call


def _builtin_call(node: tree.Call, signatures: list[Signature], arguments: tuple[Closure, ...]) -> Closure:
    place = node.place
    if not node.names:
        fitting = [signature for signature in signatures if signature.takes(len(arguments))]
        return lambda frame: invoke(fitting, [argument(frame) for argument in arguments], frame.meter, place)
    ordered = [(signature, order) for signature in signatures if (order := signature.order(node.names)) is not None]

    def call(frame: Any) -> Any:
        values = [argument(frame) for argument in arguments]
        for signature, order in ordered:
            while order and order[-1] < 0:
                order = order[:-1]
            picked = [None if position < 0 else values[position] for position in order]
            if signature.fit(picked) is not None:
                return invoke([signature], picked, frame.meter, place)
        frame.meter.remark("feel.wrong_names", place, function=signatures[0].function, names=list(node.names))
        return None

    return call


_COMPILERS: dict[type[tree.Node], Callable[[Any, Scopes], Closure]] = {
    tree.Literal: _literal,
    tree.Name: _name,
    tree.Path: _path,
    tree.Filter: _filter,
    tree.Junction: _junction,
    tree.Operation: _operation,
    tree.Negation: _negation,
    tree.Between: _between,
    tree.In: _in,
    tree.InstanceOf: _instance_of,
    tree.If: _if,
    tree.Span: _span,
    tree.Items: _items,
    tree.Entries: _entries,
    tree.Lambda: _lambda,
    tree.Call: _call,
    tree.For: lambda node, scopes: compile_for(node, scopes, compile_node),
    tree.Quantified: lambda node, scopes: compile_quantified(node, scopes, compile_node),
}

