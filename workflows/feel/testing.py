"""Unary tests: does a value satisfy the cell of a table, or what stands right of `in`?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workflows.feel import tree
from workflows.feel.comparing import compared
from workflows.feel.operators import contained
from workflows.feel.values import Range

Closure = Callable[[Any], Any]
Test = Callable[[Any, Any], bool | None]


def reads_input(node: tree.Node) -> bool:
    """Tell whether `?` stands anywhere in the node."""
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, tree.Name) and current.name == "?":
            return True
        stack.extend(tree.inner(current))
    return False


def _constant(node: tree.Literal) -> Test:
    wanted = node.value
    kind = type(wanted)
    if kind is str or wanted is None or kind is bool:

        def same(value: Any, frame: Any) -> bool | None:
            return value == wanted if type(value) is kind else contained(value, wanted, frame.meter)

        return same
    return lambda value, frame: contained(value, wanted, frame.meter)


def _comparison(node: tree.Comparison, read: Closure) -> Test:
    operator, place = node.operator, node.place
    return lambda value, frame: compared(operator, value, read(frame), frame.meter, place)


def _one(node: tree.Node, compile_node: Callable[[tree.Node], Closure]) -> Test:
    if isinstance(node, tree.Literal):
        return _constant(node)
    if isinstance(node, tree.Comparison):
        return _comparison(node, compile_node(node.operand))
    read = compile_node(node)
    if reads_input(node):

        def asked(value: Any, frame: Any) -> bool | None:
            answer = read(frame)
            return answer if type(answer) is bool or answer is None else contained(value, answer, frame.meter)

        return asked
    if isinstance(node, tree.Span):

        def inside(value: Any, frame: Any) -> bool | None:
            span = read(frame)
            return None if type(span) is not Range else contained(value, span, frame.meter)

        return inside
    return lambda value, frame: contained(value, read(frame), frame.meter)


def compile_tests(node: tree.Tests, scopes: Any, compile_node: Callable[[tree.Node, Any], Closure]) -> Test:
    """Return a function of value and frame that tells whether one of the tests holds."""
    if not node.tests:
        return lambda value, frame: True
    tests = tuple(_one(test, lambda inner: compile_node(inner, scopes)) for test in node.tests)
    if len(tests) == 1 and not node.negated:
        return tests[0]

    def any_of(value: Any, frame: Any) -> bool | None:
        answer: bool | None = False
        for test in tests:
            result = test(value, frame)
            if result is True:
                return True
            if result is None:
                answer = None
        return answer

    if not node.negated:
        return any_of

    def none_of(value: Any, frame: Any) -> bool | None:
        answer = any_of(value, frame)
        return None if answer is None else not answer

    return none_of
