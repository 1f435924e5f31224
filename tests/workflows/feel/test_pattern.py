"""Regular expressions of XPath: what they find, what is none, and that they always come to an end."""

import pytest

from workflows.errors import FuelSpent
from workflows.feel.host import STANDARD
from workflows.feel.pattern import Pattern
from workflows.feel.running import Fuel


def meter():
    return Fuel(100_000, STANDARD)


FOUND = [
    ("fo*b", "foobar", "foob"),
    ("a|b|c", "xbx", "b"),
    ("(?:ab)+", "xababx", "abab"),
    ("a{2}", "aaa", "aa"),
    ("a{2,}", "aaaa", "aaaa"),
    ("a{1,2}", "aaa", "aa"),
    ("a{0}b", "ab", "b"),
    ("a+?", "aaa", "a"),
    ("a??b", "ab", "ab"),
    ("a{1,3}?b", "aab", "aab"),
    ("^b", "ab", None),
    ("b$", "ab", "b"),
    ("a.c", "a\nc", None),
    ("[a-c]+", "xabcx", "abc"),
    ("[^a-c]+", "abxy", "xy"),
    ("[a-z-[aeiou]]+", "aebcd", "bcd"),
    ("[a\\-z]+", "x-a", "-a"),
    ("[a-]+", "x-a", "-a"),
    ("[\\d\\s]+", "a1 2", "1 2"),
    ("\\w+", "  ab_1 ", "ab"),
    ("\\W", "ab c", " "),
    ("\\D", "12a", "a"),
    ("\\S+", "  ab ", "ab"),
    ("\\i\\c*", "1ab-2", "ab-2"),
    ("\\I", "a1", "1"),
    ("\\p{Lu}", "abC", "C"),
    ("\\P{L}", "ab1", "1"),
    ("\\p{IsCJKUnifiedIdeographs}+", "ab履职", "履职"),
    ("(a)(b)?\\2c", "ac", "ac"),
    ("(a+)b\\1", "aabaa", "aabaa"),
    ("\\t\\n\\r", "\t\n\r", "\t\n\r"),
    ("\\.\\$", "a.$", ".$"),
    ("(a*)*b", "aaab", "aaab"),
    ("x*", "y", ""),
]


@pytest.mark.parametrize(("pattern", "text", "expected"), FOUND)
def test_finds(pattern, text, expected):
    match = Pattern.read(pattern).search(text, 0, meter())

    assert (None if match is None else text[match.start : match.end]) == expected


@pytest.mark.parametrize(
    ("pattern", "flags", "text", "holds"),
    [
        ("abc", "i", "xABC", True),
        ("[a-c]", "i", "B", True),
        ("[b]", "i", "B", True),
        ("a.c", "s", "a\nc", True),
        ("^b$", "m", "a\nb\nc", True),
        ("^b$", "", "a\nb\nc", False),
        ("a b", "x", "ab", True),
        ("a.b(", "q", "xa.b(", True),
        ("A.", "qi", "a.", True),
        ("a.b", "q", "axb", False),
    ],
)
def test_flags(pattern, flags, text, holds):
    assert (Pattern.read(pattern, flags).search(text, 0, meter()) is not None) is holds


@pytest.mark.parametrize(
    "pattern",
    [
        "(", ")", "a)", "(?:a", "[", "[]", "[a", "[z-a]", "[a-\\d]", "[[a]]", "[a-[b]", "[a-[b]x]", "*a", "a**", "a{2,1}",
        "a{x}", "a{1", "{1}", "\\", "\\q", "\\p{Xx}", "\\p{IsNowhere}", "\\1", "(\\1)", "(((a{1,99}){1,99}){1,99}",
        "a{99999}", "[" + "a-[" * 12, "(" * 50 + "a" + ")" * 50, "a" * 3000, "(a{50}){50}",
    ],
)  # fmt: skip
def test_refuses_what_is_no_pattern(pattern):
    with pytest.raises(ValueError, match=".+"):
        Pattern.read(pattern)


def test_refuses_unknown_flags():
    with pytest.raises(ValueError, match="no pattern"):
        Pattern.read("a", "z")


@pytest.mark.parametrize(("pattern", "text"), [("(a+)+b", "a" * 2000), ("(a|aa)+$b", "a" * 4000), ("(.*)*x", "a" * 3000)])
def test_exponential_searches_grow_only_with_the_text(pattern, text):
    assert Pattern.read(pattern).search(text, 0, Fuel(10**6, STANDARD)) is None


def test_searches_that_refer_back_are_cut_off():
    with pytest.raises(FuelSpent):
        Pattern.read("(a*)*\\1b").search("a" * 60, 0, Fuel(10**9, STANDARD))


def test_fits_the_whole_text_only():
    pattern = Pattern.read("[0-9]{3}")

    assert pattern.fits("123", meter())
    assert not pattern.fits("1234", meter())
    assert not pattern.fits("a123", meter())


@pytest.mark.parametrize(
    ("pattern", "replacement", "text", "expected"),
    [
        ("(a)(b)", "$2$1", "xab", "xba"),
        ("(a)|b", "[$1]", "ab", "[a][]"),
        ("b", "$0$0", "abc", "abbc"),
        ("(a)", "$12", "a", "a2"),
        ("a", "$5", "a", ""),
        ("a", "\\\\", "a", "\\"),
    ],
)
def test_replaces_with_groups(pattern, replacement, text, expected):
    assert Pattern.read(pattern).replace(text, replacement, meter()) == expected


def test_a_literal_replacement_stays_literal():
    assert Pattern.read("a", "q").replace("a", "$1", meter()) == "$1"


def test_names_a_tenth_group_when_there_is_one():
    pattern = Pattern.read("(a)" * 12)

    assert pattern.replace("a" * 12, "$12-$13", meter()) == "a-a3"
