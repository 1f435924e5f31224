"""Regular expressions of XPath, run in bounded time.

Python's own engine can be sent into exponential search and cannot be interrupted; this one remembers
where it has failed, so its work grows with pattern times text, and every step is paid for.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from workflows.feel.pattern_letters import Letters, bracket, escape, exactly

#: most instructions a pattern may become, and longest pattern read
LONGEST = 2000
#: most steps one call may take
MOST_STEPS = 250_000
_DEEPEST = 40

# the instructions: what stands at index 0
_LETTER, _SPLIT, _JUMP, _SAVE, _BACK, _START, _END, _DONE = range(8)
Code = list[tuple[Any, ...]]


class Match(NamedTuple):
    """Where a pattern was found."""

    #: offsets of the whole
    start: int
    end: int
    #: offsets of start and end of each group, -1 where it took no part
    saved: tuple[int, ...]


class _Reader:
    """Turns the text of a pattern into instructions. Raises ValueError for what is no pattern."""

    def __init__(self, text: str, flags: str) -> None:
        if len(text) > LONGEST or not set(flags) <= set("smixq"):
            raise ValueError("no pattern")
        self.text, self.place, self.flags = text, 0, flags
        self.groups = 0
        self.closed: set[int] = set()
        self.refers = False
        self.depth = 0
        if "x" in flags and "q" not in flags:
            self.text = "".join(text.split())

    def read(self) -> Code:
        if "q" in self.flags:
            return [(_LETTER, exactly(letter, "i" in self.flags)) for letter in self.text]
        code = self._choice()
        if self.place < len(self.text):
            raise ValueError("unbalanced")
        return code

    def _peek(self) -> str:
        return self.text[self.place : self.place + 1]

    def _take(self, symbol: str) -> bool:
        if not self.text.startswith(symbol, self.place):
            return False
        self.place += len(symbol)
        return True

    def _choice(self) -> Code:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ValueError("nested too deeply")
        code = self._sequence()
        while self._take("|"):
            other = self._sequence()
            code = [(_SPLIT, 1, len(code) + 2), *code, (_JUMP, len(other) + 1), *other]
        self.depth -= 1
        return code

    def _sequence(self) -> Code:
        code: Code = []
        while self._peek() not in ("", "|", ")"):
            code += self._piece()
            if len(code) > LONGEST:
                raise ValueError("too long")
        return code

    def _piece(self) -> Code:
        atom = self._atom()
        least, most = self._quantity()
        if (least, most) == (1, 1):
            return atom
        greedy = not self._take("?")
        return self._repeat(atom, least, most, greedy)

    def _repeat(self, atom: Code, least: int, most: int | None, greedy: bool) -> Code:
        if len(atom) * max(least, most or 0) > LONGEST:
            raise ValueError("too long")
        size = len(atom)

        def split(far: int) -> tuple[Any, ...]:
            return (_SPLIT, 1, far) if greedy else (_SPLIT, far, 1)

        code = atom * least
        if most is None:
            return [*code, split(size + 2), *atom, (_JUMP, -size - 1)]
        optional = most - least
        for number in range(optional):
            code = [*code, split((size + 1) * (optional - number)), *atom]
        return code

    def _quantity(self) -> tuple[int, int | None]:
        for symbol, bounds in (("?", (0, 1)), ("*", (0, None)), ("+", (1, None))):
            if self._take(symbol):
                return bounds
        if not self._take("{"):
            return 1, 1
        inside, found, rest = self.text[self.place :].partition("}")
        least, comma, most = inside.partition(",")
        if not found or not least.isdigit() or not (most.isdigit() or not most) or len(inside) > 9:
            raise ValueError("no quantity")
        self.place = len(self.text) - len(rest)
        upper = int(most) if most else None if comma else int(least)
        if upper is not None and upper < int(least):
            raise ValueError("quantity runs backwards")
        return int(least), upper

    def _atom(self) -> Code:
        letter = self._peek()
        self.place += 1
        if letter == "(":
            return self._group()
        if letter == "[":
            letters, self.place = bracket(self.text, self.place, "i" in self.flags)
            return [(_LETTER, letters)]
        if letter == ".":
            return [(_LETTER, (lambda one: True) if "s" in self.flags else (lambda one: one not in "\n\r"))]
        if letter in "^$":
            return [(_START if letter == "^" else _END,)]
        if letter == "\\":
            return self._escaped()
        if letter in "?*+{}])":
            raise ValueError("nothing to repeat")
        return [(_LETTER, exactly(letter, "i" in self.flags))]

    def _escaped(self) -> Code:
        if self._peek().isdigit():
            number = int(self._peek())
            self.place += 1
            if number not in self.closed:
                raise ValueError("no such group")
            self.refers = True
            return [(_BACK, number)]
        found, self.place = escape(self.text, self.place)
        letters: Letters = exactly(found, "i" in self.flags) if isinstance(found, str) else found
        return [(_LETTER, letters)]

    def _group(self) -> Code:
        capturing = not self._take("?:")
        number = 0
        if capturing:
            self.groups += 1
            number = self.groups
        inside = self._choice()
        if not self._take(")"):
            raise ValueError("group without end")
        if not capturing:
            return inside
        self.closed.add(number)
        return [(_SAVE, number * 2), *inside, (_SAVE, number * 2 + 1)]


class Pattern:
    """A pattern ready to search with."""

    def __init__(self, text: str, flags: str) -> None:
        reader = _Reader(text, flags)
        self._code = [*reader.read(), (_DONE,)]
        self._slots = (reader.groups + 1) * 2
        self._remembers = not reader.refers
        self._lines = "m" in flags
        self.groups = reader.groups
        self._literal = "q" in flags

    @staticmethod
    @lru_cache(maxsize=512)
    def read(text: str, flags: str = "") -> Pattern:
        """Return the pattern of a text. Raises ValueError for what is no pattern."""
        return Pattern(text, flags)

    def search(self, text: str, start: int, meter: Any, whole: bool = False) -> Match | None:
        """Find the first place, from `start` on, where the pattern holds (there only, and to the end, if whole)."""
        failed: set[int] = set()
        steps = [MOST_STEPS]
        for first in range(start, start + 1 if whole else len(text) + 1):
            found = self._run(text, first, failed, steps, meter, whole)
            if found is not None:
                return found
        return None

    def fits(self, text: str, meter: Any) -> bool:
        """Tell whether the whole text is what the pattern describes."""
        return self.search(text, 0, meter, whole=True) is not None

    def _run(self, text: str, first: int, failed: set[int], steps: list[int], meter: Any, whole: bool) -> Match | None:
        code, width = self._code, len(text) + 1
        todo: list[tuple[int, int, tuple[int, ...]]] = [(0, first, (-1,) * self._slots)]
        taken = 0
        while todo:
            at, place, saved = todo.pop()
            while True:
                taken += 1
                if taken & 255 == 0:
                    self._pay(256, steps, meter)
                if self._remembers:
                    key = at * width + place
                    if key in failed:
                        break
                    failed.add(key)
                step = code[at]
                kind = step[0]
                if kind == _LETTER:
                    if place >= len(text) or not step[1](text[place]):
                        break
                    at, place = at + 1, place + 1
                elif kind == _SPLIT:
                    todo.append((at + step[2], place, saved))
                    at += step[1]
                elif kind == _JUMP:
                    at += step[1]
                elif kind == _DONE:
                    if whole and place < len(text):
                        break
                    self._pay(taken & 255, steps, meter)
                    return Match(first, place, saved)
                else:
                    moved = self._rare(step, text, place, saved)
                    if moved is None:
                        break
                    place, saved = moved
                    at += 1
        self._pay(taken & 255, steps, meter)
        return None

    def _pay(self, taken: int, steps: list[int], meter: Any) -> None:
        steps[0] -= taken
        meter.spend(taken >> 4 if steps[0] >= 0 else 1 << 40)

    def _rare(
        self, step: tuple[Any, ...], text: str, place: int, saved: tuple[int, ...]
    ) -> tuple[int, tuple[int, ...]] | None:
        """Do a step that moves by no letter: remember, refer back, look at the edges."""
        kind = step[0]
        if kind == _SAVE:
            return place, (*saved[: step[1]], place, *saved[step[1] + 1 :])
        if kind == _BACK:
            start, end = saved[step[1] * 2], saved[step[1] * 2 + 1]
            wanted = text[start:end] if end >= 0 else ""
            return (place + len(wanted), saved) if text.startswith(wanted, place) else None
        if kind == _START:
            at_edge = place == 0 or (self._lines and text[place - 1] == "\n")
        else:
            at_edge = place == len(text) or (self._lines and text[place] == "\n")
        return (place, saved) if at_edge else None

    def _all(self, text: str, meter: Any) -> list[Match]:
        """Return every match. Raises ValueError when the pattern matches nothing at all."""
        if self.fits("", meter):
            raise ValueError("matches the empty text")
        found: list[Match] = []
        place = 0
        while (match := self.search(text, place, meter)) is not None:
            found.append(match)
            place = match.end
        return found

    def split(self, text: str, meter: Any) -> list[str]:
        """Return the parts between the matches."""
        edges = [0]
        for match in self._all(text, meter):
            edges += [match.start, match.end]
        edges.append(len(text))
        return [text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]

    def replace(self, text: str, replacement: str, meter: Any) -> str:
        """Put the replacement, with `$1` for the first group, in place of every match."""
        parts: list[str] = []
        place = 0
        pieces = [replacement] if self._literal else self._pieces(replacement)
        for match in self._all(text, meter):
            parts.append(text[place : match.start])
            for piece in pieces:
                parts.append(piece if isinstance(piece, str) else self._group_of(match, piece, text))
            meter.spend(len(pieces))
            place = match.end
        return "".join([*parts, text[place:]])

    def _group_of(self, match: Match, number: int, text: str) -> str:
        if number == 0:
            return text[match.start : match.end]
        start, end = match.saved[number * 2 : number * 2 + 2]
        return text[start:end] if end >= 0 else ""

    def _pieces(self, replacement: str) -> list[str | int]:
        pieces: list[str | int] = []
        place = 0
        while place < len(replacement):
            letter, following = replacement[place], replacement[place + 1 : place + 2]
            if letter == "\\":
                if following not in ("\\", "$"):
                    raise ValueError("unknown escape")
                pieces.append(following)
                place += 2
            elif letter == "$":
                number, place = self._reference(replacement, place + 1)
                if number <= self.groups:
                    pieces.append(number)
            else:
                pieces.append(letter)
                place += 1
        return pieces

    def _reference(self, replacement: str, place: int) -> tuple[int, int]:
        """Read a group's number: as many digits as name a group, at least one."""
        if not replacement[place : place + 1].isdigit():
            raise ValueError("no group")
        number = int(replacement[place])
        place += 1
        while replacement[place : place + 1].isdigit() and number * 10 + int(replacement[place]) <= self.groups:
            number = number * 10 + int(replacement[place])
            place += 1
        return number, place
