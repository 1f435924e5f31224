"""The simple half of a form's conditions, as data that a browser can follow.

`route = "answer"`, `route in ("a", "b")`, joined by and, or and brackets. Whatever is more than that
gives None: the field is then always shown, and the server decides in any case.
"""

from __future__ import annotations

import re

Condition = list[object]

TOKEN = re.compile(
    r'\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<number>-?\d+(?:\.\d+)?)|(?P<sign>!=|=|[()\[\],])|(?P<word>[A-Za-z_]\w*))'
)


class _TooHard(Exception):
    pass


def simple(source: str | None) -> Condition | None:
    """The condition as nested lists, or None where a browser could not follow it."""
    if not source:
        return None
    try:
        reader = _Reader(_tokens(source))
        found = reader.alternatives()
        return found if reader.is_done() else None
    except _TooHard:
        return None


def _tokens(source: str) -> list[tuple[str, str]]:
    found, at, text = [], 0, source.strip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match:
            raise _TooHard
        found.append((match.lastgroup or "", match.group(match.lastgroup or 0)))
        at = match.end()
    return found


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.at = 0

    def is_done(self) -> bool:
        return self.at == len(self.tokens)

    def alternatives(self) -> Condition:
        return self._joined("or", lambda: self._joined("and", self._single))

    def _joined(self, word: str, part) -> Condition:
        parts = [part()]
        while self._peek() == ("word", word):
            self.at += 1
            parts.append(part())
        return parts[0] if len(parts) == 1 else [word, *parts]

    def _single(self) -> Condition:
        kind, text = self._next()
        if (kind, text) == ("sign", "("):
            inner = self.alternatives()
            self._expect(")")
            return inner
        if kind != "word" or text in {"true", "false", "null", "not"}:
            raise _TooHard
        sign, word = self._next()
        if (sign, word) == ("word", "in"):
            return ["in", text, self._list()]
        if sign != "sign" or word not in {"=", "!="}:
            raise _TooHard
        return [word, text, self._literal()]

    def _list(self) -> list[str]:
        closing = {"(": ")", "[": "]"}.get(self._next()[1])
        if closing is None:
            raise _TooHard
        values = [self._literal()]
        while self._peek() == ("sign", ","):
            self.at += 1
            values.append(self._literal())
        self._expect(closing)
        return values

    def _literal(self) -> str:
        kind, text = self._next()
        if kind == "text":
            return text[1:-1].replace('\\"', '"')
        if kind == "number" or text in {"true", "false"}:
            return text
        raise _TooHard

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("", "")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        self.at += 1
        if token == ("", ""):
            raise _TooHard
        return token

    def _expect(self, sign: str) -> None:
        if self._next() != ("sign", sign):
            raise _TooHard
