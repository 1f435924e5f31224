"""What may stand first in a FEEL expression, and what may follow it directly: path, filter, call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import DecimalException

from workflows.feel import tree
from workflows.feel.kinds import ANY, SPACED, Kind, is_known
from workflows.feel.scanner import Scanner, normal_name
from workflows.feel.temporal import read_temporal
from workflows.feel.values import number

#: deepest tree that is compiled, and longest chain of operators or steps
DEEPEST = 100
_PARAMETER = re.compile(r"[^\W\d][\w\s'.+*/\-]{0,200}?(?=\s*:)")
_ITERATED = re.compile(r"[^\W\d][\w\s'.+*/\-]{0,200}?(?=\s+in\b)")
_KEY = re.compile(r"[^\s:,{}\"\[\]()][^:,{}\"\[\]()]{0,200}?(?=\s*:)")
_DECLARED = re.compile(r"[^\W\d][\w\s'.+*/\-]{0,200}?(?=\s*[:,)])")
_SPACED_TYPE = re.compile("|".join(name.replace(" ", r"\s+") for name in SPACED))
_AFTER_RANGE = (",", ")", "]", "}")
_WORDS_AFTER_RANGE = ("and", "or", "then", "else", "return", "satisfies")


class Primary:
    """The lower half of the parser."""

    scan: Scanner
    types: Mapping[str, Kind]
    #: whether the upper end of a range is being read
    closing_range = False

    def expression(self) -> tree.Node:
        """Read one expression; the upper half knows how."""
        raise NotImplementedError

    def operand(self) -> tree.Node:
        """Read an expression without comparison; the upper half knows how."""
        raise NotImplementedError

    def postfix(self) -> tree.Node:
        """Read a primary and whatever paths, filters and calls follow it."""
        scan = self.scan
        node = self._primary()
        for _ in range(DEEPEST):
            place = scan.place
            if scan.sees(".") and not scan.sees("..") and scan.take("."):
                node = tree.Path(place, node, scan.member())
            elif scan.sees("["):
                condition = self._filter()
                if condition is None:
                    return node
                node = tree.Filter(place, node, condition)
            elif scan.take("("):
                node = self._call(node)
            else:
                return node
        scan.fail("feel.too_deep", node.place, deepest=DEEPEST)

    def _filter(self) -> tree.Node | None:
        """Read `[condition]`; None when the bracket belongs to an open range, as in `[1..5[`."""
        scan = self.scan
        start = scan.place
        scan.need("[")
        if self.closing_range and self._range_is_over():
            scan.place = start
            return None
        before, self.closing_range = self.closing_range, False
        condition = self.expression()
        self.closing_range = before
        scan.need("]")
        return condition

    def _range_is_over(self) -> bool:
        scan = self.scan
        if scan.at_end() or any(scan.sees(symbol) for symbol in _AFTER_RANGE):
            return True
        return any(scan.sees_word(word) for word in _WORDS_AFTER_RANGE)

    def _call(self, function: tree.Node) -> tree.Node:
        scan = self.scan
        arguments: list[tree.Node] = []
        names: list[str] = []
        while not scan.take(")"):
            if arguments:
                scan.need(",")
            if not arguments or names:
                found = scan.match(_PARAMETER)
                if found:
                    names.append(normal_name(found[0]))
                    scan.need(":")
                elif names:
                    scan.unexpected()
            arguments.append(self.expression())
        return tree.Call(function.place, function, tuple(arguments), tuple(names))

    def _primary(self) -> tree.Node:
        scan = self.scan
        place = scan.place
        digits = scan.number()
        if digits is not None:
            return self._number(place, digits)
        text = scan.string()
        if text is not None:
            return tree.Literal(place, text)
        for symbol, read in _BRACKETS.items():
            if scan.take(symbol):
                return read(self, place)
        for word, read in _WORDS.items():
            if scan.take_word(word):
                return read(self, place)
        name = scan.name()
        if name is None:
            scan.unexpected()
        return tree.Name(place, name)

    def _number(self, place: int, digits: str) -> tree.Node:
        try:
            return tree.Literal(place, number(digits))
        except DecimalException:
            self.scan.fail("feel.number_too_large", place)

    def _at(self, place: int) -> tree.Node:
        text = self.scan.string()
        value = read_temporal(text) if text is not None else None
        if value is None:
            self.scan.fail("feel.bad_at", place, found=text or "")
        return tree.Literal(place, value)

    def _question(self, place: int) -> tree.Node:
        return tree.Name(place, "?")

    def _parenthesis(self, place: int) -> tree.Node:
        scan = self.scan
        for operator in ("<=", ">=", "<", ">", "="):
            if scan.take(operator):
                end = self.operand()
                scan.need(")")
                if operator == "=":
                    return tree.Span(place, end, end, True, True)
                if operator[0] == "<":
                    return tree.Span(place, None, end, False, operator == "<=")
                return tree.Span(place, end, None, operator == ">=", False)
        first = self.expression()
        if scan.take(".."):
            return self.range_from(place, first, start_included=False)
        scan.need(")")
        return first

    def _open_bracket(self, place: int) -> tree.Node:
        scan = self.scan
        items: list[tree.Node] = []
        while not scan.take("]"):
            if items:
                scan.need(",")
            items.append(self.expression())
            if len(items) == 1 and scan.take(".."):
                return self.range_from(place, items[0], start_included=True)
        return tree.Items(place, tuple(items))

    def _reversed_bracket(self, place: int) -> tree.Node:
        first = self.expression()
        self.scan.need("..")
        return self.range_from(place, first, start_included=False)

    def range_from(self, place: int, start: tree.Node, start_included: bool) -> tree.Node:
        """Read the upper end of a range, after its two dots."""
        scan = self.scan
        before, self.closing_range = self.closing_range, True
        end = self.expression()
        self.closing_range = before
        if scan.take("]"):
            return tree.Span(place, start, end, start_included, True)
        if not scan.take(")"):
            scan.need("[")
        return tree.Span(place, start, end, start_included, False)

    def _context(self, place: int) -> tree.Node:
        scan = self.scan
        entries: list[tuple[str, tree.Node]] = []
        while not scan.take("}"):
            if entries:
                scan.need(",")
            key = scan.string()
            if key is None:
                found = scan.match(_KEY)
                if not found:
                    scan.unexpected()
                key = normal_name(found[0])
            scan.know(key)
            scan.need(":")
            entries.append((key, self.expression()))
        keys = [key for key, _ in entries]
        twice = next((key for key in keys if keys.count(key) > 1), None) if len(set(keys)) < len(keys) else None
        if twice is not None:
            scan.fail("feel.key_twice", place, key=twice)
        return tree.Entries(place, tuple(entries))

    def _constant(self, place: int) -> tree.Node:
        first = self.scan.text[place]
        return tree.Literal(place, {"t": True, "f": False, "n": None}[first])

    def _if(self, place: int) -> tree.Node:
        condition = self.expression()
        self.scan.need_word("then")
        yes = self.expression()
        self.scan.need_word("else")
        return tree.If(place, condition, yes, self.expression())

    def _domains(self) -> tuple[tree.Domain, ...]:
        scan = self.scan
        found: list[tree.Domain] = []
        while not found or scan.take(","):
            place = scan.place
            name = scan.match(_ITERATED)
            if not name:
                scan.unexpected()
            scan.know(normal_name(name[0]))
            scan.need_word("in")
            values = self.expression()
            if scan.take(".."):
                values = tree.Span(place, values, self.expression(), True, True)
            found.append(tree.Domain(place, normal_name(name[0]), values))
        return tuple(found)

    def _for(self, place: int) -> tree.Node:
        domains = self._domains()
        self.scan.need_word("return")
        return tree.For(place, domains, self.expression())

    def _some(self, place: int) -> tree.Node:
        domains = self._domains()
        self.scan.need_word("satisfies")
        return tree.Quantified(place, False, domains, self.expression())

    def _every(self, place: int) -> tree.Node:
        domains = self._domains()
        self.scan.need_word("satisfies")
        return tree.Quantified(place, True, domains, self.expression())

    def _function(self, place: int) -> tree.Node:
        scan = self.scan
        scan.need("(")
        names: list[str] = []
        kinds: list[Kind | None] = []
        while not scan.take(")"):
            if names:
                scan.need(",")
            found = scan.match(_DECLARED)
            if not found:
                scan.unexpected()
            names.append(normal_name(found[0]))
            scan.know(names[-1])
            kinds.append(self.kind() if scan.take(":") else None)
        if scan.take_word("external"):
            scan.fail("feel.external", place)
        return tree.Lambda(place, tuple(names), tuple(kinds), self.expression())

    def kind(self) -> Kind:
        """Read a type."""
        scan = self.scan
        place = scan.place
        spaced = scan.match(_SPACED_TYPE)
        if spaced:
            return Kind(normal_name(spaced[0]))
        if scan.take_word("function"):
            return self._function_kind()
        name = scan.name() or ("Null" if scan.take_word("null") else "")
        if name in ("list", "range") and scan.take("<"):
            element = self.kind()
            scan.need(">")
            return Kind(name, element=element)
        if name == "context" and scan.take("<"):
            return self._context_kind()
        while name and scan.take("."):
            name += "." + scan.member()
        if name in self.types:
            return self.types[name]
        if not is_known(name):
            scan.fail("feel.unknown_type", place, name=name)
        return ANY if name == "Any" else Kind(name)

    def _context_kind(self) -> Kind:
        scan = self.scan
        entries: list[tuple[str, Kind]] = []
        while not scan.take(">"):
            if entries:
                scan.need(",")
            found = scan.match(_PARAMETER)
            if not found:
                scan.unexpected()
            scan.need(":")
            entries.append((normal_name(found[0]), self.kind()))
        return Kind("context", entries=tuple(entries))

    def _function_kind(self) -> Kind:
        scan = self.scan
        if not scan.take("<"):
            return Kind("function")
        parameters: list[tuple[str, Kind]] = []
        while not scan.take(">"):
            if parameters:
                scan.need(",")
            parameters.append(("", self.kind()))
        scan.need("->")
        return Kind("function", entries=tuple(parameters), result=self.kind())


_BRACKETS = {
    "@": Primary._at,
    "?": Primary._question,
    "(": Primary._parenthesis,
    "[": Primary._open_bracket,
    "]": Primary._reversed_bracket,
    "{": Primary._context,
}
_WORDS = {
    "if": Primary._if,
    "for": Primary._for,
    "some": Primary._some,
    "every": Primary._every,
    "function": Primary._function,
    "true": Primary._constant,
    "false": Primary._constant,
    "null": Primary._constant,
}
