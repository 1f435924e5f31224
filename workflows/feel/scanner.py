"""Reading a FEEL text from left to right: blanks and comments, names with spaces, literals.

FEEL cannot be cut into tokens beforehand, because what a name is depends on which names are known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn

from workflows.errors import FeelInvalid

_BLANK = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_SIMPLE = re.compile("(?:[^\\W\\d]|[\U00010000-\U000effff])(?:[\\w']|[\U00010000-\U000effff])*")
_NUMBER = re.compile(r"(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|(.))", re.DOTALL)
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_PIECE = re.compile("(?:[\\w']|[\U00010000-\U000effff])+|[^\\s\\w]")
#: most names of several words that one text may bring up
MOST_NAMES = 100
_PLAIN = {"n": "\n", "r": "\r", "t": "\t"}
KEYWORDS = frozenset(
    "if then else for in return some every satisfies and or between instance of function true false null external".split()
)


def line_and_column(text: str, place: int) -> tuple[int, int]:
    """Return where an offset lies, counted from 1."""
    before = text[:place]
    return before.count("\n") + 1, place - (before.rfind("\n") + 1) + 1


def _spelled(name: str) -> str | None:
    """Return a pattern for how a name of several pieces may be written, or None for a plain one."""
    pieces = _PIECE.findall(name)
    if not pieces or (len(pieces) == 1 and _SIMPLE.fullmatch(name)):
        return None
    pattern = re.escape(pieces[0])
    for before, piece in zip(pieces, pieces[1:], strict=False):
        both_words = before[-1].isalnum() and piece[0].isalnum()
        pattern += (r"\s+" if both_words else r"\s*") + re.escape(piece)
    return pattern + (r"(?![\w'])" if pieces[-1][-1].isalnum() else "")


@dataclass(frozen=True)
class SpacedNames:
    """Names of several words, as one pattern that finds the longest of them."""

    #: name without blanks -> name
    names: Mapping[str, str]
    #: finds any of them, the longest first; None when there are none
    pattern: re.Pattern[str] | None

    @classmethod
    @lru_cache(maxsize=512)
    def of(cls, names: tuple[str, ...]) -> SpacedNames:
        """Return those of the names that need it."""
        spelled = {name: pattern for name in names if (pattern := _spelled(name)) is not None}
        longest_first = sorted(spelled, key=lambda name: (-len(name), name))
        pattern = re.compile("|".join(spelled[name] for name in longest_first)) if spelled else None
        return cls({"".join(name.split()): name for name in spelled}, pattern)

    def find(self, text: str, place: int) -> tuple[str, int] | None:
        """Return the name that stands at a place, and where it ends."""
        found = self.pattern.match(text, place) if self.pattern else None
        return (self.names["".join(found[0].split())], found.end()) if found else None


def normal_name(text: str) -> str:
    """Return a name with each run of blanks made one."""
    return " ".join(text.split())


class Scanner:
    """A place in a text, and the names known so far."""

    def __init__(self, text: str, names: tuple[str, ...]) -> None:
        self.text = text
        self.place = 0
        self._given = SpacedNames.of(names)
        self._met: tuple[str, ...] = ()
        self.skip()

    def know(self, name: str) -> None:
        """Remember a name of several words, so that it is read as one from here on."""
        if name in self._met or _spelled(name) is None:
            return
        if len(self._met) >= MOST_NAMES:
            self.fail("feel.too_many_names", most=MOST_NAMES)
        self._met = (*self._met, name)

    def fail(self, id: str, place: int | None = None, **facts: object) -> NoReturn:
        """Refuse the text, with line and column."""
        line, column = line_and_column(self.text, self.place if place is None else place)
        raise FeelInvalid(id, line=line, column=column, **facts)

    def unexpected(self) -> NoReturn:
        """Refuse whatever stands here."""
        found = self.text[self.place : self.place + 12].split("\n")[0]
        if not found:
            self.fail("feel.ends_early")
        self.fail("feel.unexpected", found=found)

    def skip(self) -> None:
        """Pass blanks and comments."""
        found = _BLANK.match(self.text, self.place)
        if found:
            self.place = found.end()

    def at_end(self) -> bool:
        """Tell whether everything has been read."""
        return self.place >= len(self.text)

    def sees(self, symbol: str) -> bool:
        """Tell whether the symbol stands here."""
        return self.text.startswith(symbol, self.place)

    def take(self, symbol: str) -> bool:
        """Pass the symbol if it stands here."""
        if not self.sees(symbol):
            return False
        self.place += len(symbol)
        self.skip()
        return True

    def need(self, symbol: str) -> None:
        """Pass the symbol, or refuse the text."""
        if not self.take(symbol):
            if self.at_end():
                self.fail("feel.ends_early")
            self.fail("feel.expected", expected=symbol, found=self.text[self.place : self.place + 12])

    def sees_word(self, word: str) -> bool:
        """Tell whether the word, as a whole, stands here."""
        found = _SIMPLE.match(self.text, self.place)
        return found is not None and found[0] == word and self._spaced() is None

    def take_word(self, word: str) -> bool:
        """Pass the word if it stands here."""
        return self.sees_word(word) and self.take(word)

    def need_word(self, word: str) -> None:
        """Pass the word, or refuse the text."""
        if not self.take_word(word):
            self.need(word + " ")

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Pass what the pattern matches here."""
        found = pattern.match(self.text, self.place)
        if found:
            self.place = found.end()
            self.skip()
        return found

    def _spaced(self) -> tuple[str, int] | None:
        """Return the longest known name of several words that stands here, and where it ends."""
        given = self._given.find(self.text, self.place)
        met = SpacedNames.of(self._met).find(self.text, self.place) if self._met else None
        return max((one for one in (given, met) if one), key=lambda one: one[1], default=None)

    def name(self) -> str | None:
        """Pass a name: the longest known one, else one word that is no keyword."""
        spaced = self._spaced()
        if spaced is not None:
            return self._pass(spaced)
        found = _SIMPLE.match(self.text, self.place)
        if not found or found[0] in KEYWORDS:
            return None
        self.match(_SIMPLE)
        return found[0]

    def _pass(self, spaced: tuple[str, int]) -> str:
        name, self.place = spaced
        self.skip()
        return name

    def member(self) -> str:
        """Pass the name after a dot; keywords are allowed there."""
        spaced = self._spaced()
        if spaced is not None:
            return self._pass(spaced)
        found = self.match(_SIMPLE)
        if not found:
            self.unexpected()
        return found[0]

    def number(self) -> str | None:
        """Pass a number and return its digits."""
        found = self.match(_NUMBER)
        return found[0] if found else None

    def string(self) -> str | None:
        """Pass a text in quotes and return what it means."""
        if not self.sees('"'):
            return None
        start = self.place
        found = self.match(_STRING)
        if not found:
            self.fail("feel.open_text", start)
        return _SURROGATES.sub(
            lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"),
            _ESCAPE.sub(lambda escape: self._unescape(escape, start), found[1]),
        )

    def _unescape(self, escape: re.Match[str], start: int) -> str:
        code = escape[1] or escape[2]
        if not code:
            return _PLAIN.get(escape[3], escape[3] if escape[3] in "\"'\\" else escape[0])
        if int(code, 16) > 0x10FFFF:
            self.fail("feel.bad_escape", start, found=escape[0])
        return chr(int(code, 16))
