"""From a FEEL text to its tree: the grammar of DMN 1.5, chapter 10.3.1.

Precedence climbing over a scanner; what may stand first in an expression lies in `primary.py`.
Refuses texts that are too long or nested too deeply, so that compiling and evaluating stay bounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from workflows.feel import tree
from workflows.feel.kinds import Kind
from workflows.feel.primary import DEEPEST, Primary
from workflows.feel.scanner import Scanner

#: longest text that is read
LONGEST = 20_000
#: how deep brackets may stand in each other while reading
NESTING = 50

_SYMBOLS: dict[int, tuple[str, ...]] = {
    3: ("<=", ">=", "!=", "=", "<", ">"),
    4: ("+", "-"),
    5: ("*", "/"),
    6: ("**",),
}
_N = TypeVar("_N", bound=tree.Node)
_JUNCTIONS = {1: "or", 2: "and"}
_TESTING = ("<=", ">=", "!=", "=", "<", ">")


class Parser(Primary):
    """Reads one text; `names` are the names of several words it may meet, `types` the named types."""

    def __init__(self, text: str, names: tuple[str, ...] = (), types: Mapping[str, Kind] | None = None) -> None:
        self.scan = Scanner(text, names)
        self.types = types or {}
        self._nesting = 0
        if len(text) > LONGEST:
            self.scan.fail("feel.too_long", 0, longest=LONGEST)

    def whole_expression(self) -> tree.Node:
        """Read the text as one expression."""
        return self._finished(self.expression())

    def whole_tests(self) -> tree.Tests:
        """Read the text as unary tests: `-`, `not(…)`, or tests with commas between."""
        scan = self.scan
        start = scan.place
        if scan.at_end() or (scan.take("-") and scan.at_end()):
            return tree.Tests(start, ())
        scan.place = start
        if scan.take_word("not") and scan.take("("):
            tests = self.tests(start, negated=True)
            if scan.take(")") and scan.at_end():
                return self._finished(tests)
            scan.place = start
        return self._finished(self.tests(start))

    def _finished(self, node: _N) -> _N:
        if not self.scan.at_end():
            self.scan.unexpected()
        if tree.depth_of(node) > DEEPEST:
            self.scan.fail("feel.too_deep", node.place, deepest=DEEPEST)
        return node

    def expression(self) -> tree.Node:
        """Read one expression."""
        self._nesting += 1
        if self._nesting > NESTING:
            self.scan.fail("feel.too_deep", deepest=NESTING)
        node = self._binary(1)
        self._nesting -= 1
        return node

    def operand(self) -> tree.Node:
        """Read an expression without comparison, `and`, `or`: the end of a range, the bound of a test."""
        return self._binary(4)

    def _binary(self, level: int) -> tree.Node:
        if level in _JUNCTIONS:
            return self._junction(level)
        if level == 3:
            return self._comparison()
        if level == 7:
            return self._unary()
        left = self._binary(level + 1)
        for _ in range(DEEPEST):
            operator = self._operator(level)
            if operator is None:
                return left
            left = tree.Operation(left.place, operator, left, self._binary(level + 1))
        self.scan.fail("feel.too_deep", left.place, deepest=DEEPEST)

    def _operator(self, level: int) -> str | None:
        if level == 5 and self.scan.sees("**"):
            return None
        return next((symbol for symbol in _SYMBOLS[level] if self.scan.take(symbol)), None)

    def _junction(self, level: int) -> tree.Node:
        first = self._binary(level + 1)
        parts = [first]
        while self.scan.take_word(_JUNCTIONS[level]):
            parts.append(self._binary(level + 1))
        return first if len(parts) == 1 else tree.Junction(first.place, _JUNCTIONS[level], tuple(parts))

    def _comparison(self) -> tree.Node:
        scan = self.scan
        left = self._binary(4)
        for _ in range(DEEPEST):
            if operator := self._operator(3):
                left = tree.Operation(left.place, operator, left, self._binary(4))
            elif scan.take_word("between"):
                low = self._binary(4)
                scan.need_word("and")
                left = tree.Between(left.place, left, low, self._binary(4))
            elif scan.take_word("in"):
                left = tree.In(left.place, left, self._in_tests())
            else:
                return left
        scan.fail("feel.too_deep", left.place, deepest=DEEPEST)

    def _in_tests(self) -> tree.Tests:
        """Read what follows `in`: one test, or several in parentheses."""
        scan = self.scan
        start = scan.place
        if not scan.take("("):
            return tree.Tests(start, (self._test(operand_only=True),))
        first = self._test()
        if scan.take(".."):
            return tree.Tests(start, (self.range_from(start, first, start_included=False),))
        tests = [first]
        while scan.take(","):
            tests.append(self._test())
        scan.need(")")
        return tree.Tests(start, tuple(tests))

    def tests(self, place: int, negated: bool = False) -> tree.Tests:
        """Read tests with commas between."""
        found = [self._test()]
        while self.scan.take(","):
            found.append(self._test())
        return tree.Tests(place, tuple(found), negated)

    def _test(self, operand_only: bool = False) -> tree.Node:
        place = self.scan.place
        operator = next((symbol for symbol in _TESTING if self.scan.take(symbol)), None)
        if operator is None:
            return self.operand() if operand_only else self.expression()
        return tree.Comparison(place, operator, self.operand())

    def _unary(self) -> tree.Node:
        scan = self.scan
        place, signs = scan.place, 0
        while scan.take("-"):
            signs += 1
        node = self.postfix()
        if signs > DEEPEST:
            scan.fail("feel.too_deep", place, deepest=DEEPEST)
        for _ in range(signs):
            node = tree.Negation(place, node)
        if scan.sees_word("instance"):
            scan.take_word("instance")
            scan.need_word("of")
            node = tree.InstanceOf(node.place, node, self.kind())
        return node
