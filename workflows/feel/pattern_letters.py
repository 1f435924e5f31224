"""Letters in patterns: escapes, classes, Unicode properties, as XPath's regular expressions have them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

Letters = Callable[[str], bool]

_SPACE = " \t\n\r"
_CATEGORY = re.compile(r"\{(L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|Z[slp]?|S[mcko]?|C[cfon]?|Is[A-Za-z0-9\-]+)\}")
_BLOCKS = {
    "BasicLatin": (0x0000, 0x007F),
    "Latin-1Supplement": (0x0080, 0x00FF),
    "LatinExtended-A": (0x0100, 0x017F),
    "GreekandCoptic": (0x0370, 0x03FF),
    "Cyrillic": (0x0400, 0x04FF),
    "Hebrew": (0x0590, 0x05FF),
    "Arabic": (0x0600, 0x06FF),
    "CJKSymbolsandPunctuation": (0x3000, 0x303F),
    "Hiragana": (0x3040, 0x309F),
    "Katakana": (0x30A0, 0x30FF),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "HangulSyllables": (0xAC00, 0xD7AF),
}


def _is_word(letter: str) -> bool:
    return unicodedata.category(letter)[0] not in "PZC"


def _is_name_start(letter: str) -> bool:
    return letter in "_:" or letter.isalpha()


_CLASSES: dict[str, Letters] = {
    "s": lambda letter: letter in _SPACE,
    "d": lambda letter: unicodedata.category(letter) == "Nd",
    "w": _is_word,
    "i": _is_name_start,
    "c": lambda letter: _is_name_start(letter) or letter in "-.·" or unicodedata.category(letter)[0] in "NM",
}
_PLAIN = {"n": "\n", "r": "\r", "t": "\t"}
_ESCAPABLE = frozenset("\\|.-^?*+{}()[]$/ ")


def without(letters: Letters) -> Letters:
    """Return the class of all other letters."""
    return lambda letter: not letters(letter)


def exactly(wanted: str, fold: bool) -> Letters:
    """Return the class of one letter, in both cases if folded."""
    if fold:
        lower, upper = wanted.lower(), wanted.upper()
        return lambda letter: letter == wanted or letter.lower() == lower or letter.upper() == upper
    return lambda letter: letter == wanted


def between(first: str, last: str, fold: bool) -> Letters:
    """Return the class of the letters from one to another. Raises ValueError when they run backwards."""
    if last < first:
        raise ValueError("range runs backwards")
    if fold:
        return lambda letter: any(first <= form <= last for form in (letter, letter.lower(), letter.upper()))
    return lambda letter: first <= letter <= last


def _property(text: str, place: int) -> tuple[Letters, int]:
    found = _CATEGORY.match(text, place)
    if not found:
        raise ValueError("unknown property")
    name = found[1]
    if name.startswith("Is"):
        if name[2:] not in _BLOCKS:
            raise ValueError("unknown block")
        first, last = _BLOCKS[name[2:]]
        return (lambda letter: first <= ord(letter) <= last), found.end()
    return (lambda letter: unicodedata.category(letter).startswith(name)), found.end()


def escape(text: str, place: int) -> tuple[Letters | str, int]:
    """Read what follows a backslash: a class, or one letter. Raises ValueError."""
    letter = text[place : place + 1]
    if letter in ("p", "P"):
        letters, end = _property(text, place + 1)
        return (letters if letter == "p" else without(letters)), end
    if letter.lower() in _CLASSES and letter:
        letters = _CLASSES[letter.lower()]
        return (letters if letter.islower() else without(letters)), place + 1
    if letter in _PLAIN:
        return _PLAIN[letter], place + 1
    if letter not in _ESCAPABLE or not letter:
        raise ValueError("unknown escape")
    return letter, place + 1


def _class_item(text: str, place: int) -> tuple[Letters | str, int]:
    if text[place] == "\\":
        return escape(text, place + 1)
    if text[place] == "[":
        raise ValueError("bracket inside a class")
    return text[place], place + 1


def bracket(text: str, place: int, fold: bool, depth: int = 0) -> tuple[Letters, int]:
    """Read a class after its opening bracket. Raises ValueError."""
    if depth > 8:
        raise ValueError("classes nest too deeply")
    negated = text[place : place + 1] == "^"
    place += negated
    start = place
    kinds: list[Letters] = []
    minus: Letters | None = None
    while text[place : place + 1] != "]" or place == start:
        if place >= len(text):
            raise ValueError("class without end")
        if text.startswith("-[", place) and kinds:
            minus, place = bracket(text, place + 2, fold, depth + 1)
            break
        item, place = _class_item(text, place)
        if not isinstance(item, str):
            kinds.append(item)
        elif text[place : place + 1] == "-" and text[place + 1 : place + 2] not in ("]", "[", ""):
            last, place = _class_item(text, place + 1)
            if not isinstance(last, str):
                raise ValueError("range without end")
            kinds.append(between(item, last, fold))
        else:
            kinds.append(exactly(item, fold))
    if text[place : place + 1] != "]":
        raise ValueError("class without end")
    wanted = tuple(kinds)

    def letters(letter: str) -> bool:
        inside = any(kind(letter) for kind in wanted) is not negated
        return inside and not (minus is not None and minus(letter))

    return letters, place + 1
