"""Every id that the engine raises has its sentence in both languages."""

import re
import string
from pathlib import Path

import pytest

from workflows.words import LANGUAGES, catalogue, sentence

OURS = ("feel", "dmn", "form", "xml", "calendar", "bundle", "manifest", "definition", "rehearsal", "act")
_RAISED = re.compile(rf'"((?:{"|".join(OURS)})\.[a-z0-9_]+)"')


def raised():
    sources = [*Path("workflows").glob("*.py"), *Path("workflows/feel").rglob("*.py"), *Path("workflows/dmn").rglob("*.py"),
               *Path("workflows/rehearsal").rglob("*.py")]
    found = {id for path in sources for id in _RAISED.findall(path.read_text(encoding="utf-8"))}
    return sorted(found | {"form.not_a_organ", "form.not_a_person"})


def facts_in(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_id_has_a_sentence(lang):
    assert [id for id in raised() if id not in catalogue(lang)] == []


def test_no_sentence_of_ours_is_idle():
    assert [id for id in catalogue("zh") if id.split(".")[0] in OURS and id not in raised()] == []


def test_both_languages_say_the_same_things():
    chinese, english = catalogue("zh"), catalogue("en")

    assert set(chinese) == set(english)
    assert [id for id in chinese if facts_in(chinese[id]) != facts_in(english[id])] == []


def test_facts_are_put_in():
    assert sentence("form.too_long", {"max": 3, "length": 4}, "en") == "At most 3 letters; there are 4."
    assert "a, b" in sentence("dmn.several_rules", {"rules": ["a", "b"], "inputs": {"x": 1}, "table": "t"}, "zh")


def test_a_missing_fact_is_shown_as_missing():
    assert sentence("form.too_large", {}, "en") == "Not more than –."


def test_an_unknown_id_is_shown_as_it_is():
    assert sentence("nothing.of_the_kind", {}) == "nothing.of_the_kind"


def test_an_unknown_language_hears_chinese():
    assert sentence("form.required", {}, "fr") == catalogue("zh")["form.required"]
