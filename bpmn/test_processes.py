"""Every process of the library: clean, rehearsed, every element visited, every word in both languages."""

import tomllib
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from app.config import Settings
from app.identity import policy
from app.system import load
from workflows import Bundle, Calendar, OperationFacts, inspect, parse, rehearse, sentence

LIBRARY = Path(__file__).parent
KEYS = sorted(path.parent.name for path in LIBRARY.glob("*/process.toml"))
CALENDAR = Calendar.read(LIBRARY / "calendars")
#: kinds of elements that people read about
NAMED = {"user", "service", "rule", "call", "receive", "sub"}
#: advice that the library does not follow: the clock reminds of every limit, drawn or not
KNOWN = {"lint.limit_silent"}


@cache
def bundle(key):
    return Bundle.read(LIBRARY / key, LIBRARY)


@cache
def definition(key):
    return parse(bundle(key))


@cache
def operations():
    return {
        name: OperationFacts(
            arguments=frozenset(one.schema), answers=frozenset(one.answers), local=one.local,
            required=frozenset(argument for argument, kind in one.schema.items() if not kind.endswith("?")),
        )
        for name, one in load(Settings().systems).operations.items()
    }


@cache
def rehearsals(key):
    stories = {name: tomllib.loads(text.decode()) for name, text in bundle(key).scenarios().items()}
    return {name: rehearse(definition(key), story, CALENDAR) for name, story in stories.items()}


def test_the_library_has_processes():
    assert {"citizen_issue", "immediate_handling"} <= set(KEYS)


@pytest.mark.parametrize("key", KEYS)
class TestProcess:
    def test_has_nothing_to_complain_about(self, key):
        found = inspect(bundle(key), roles=policy.ROLES, operations=operations())

        assert [(one.source, one.element, sentence(one.id, one.facts, "en")) for one in found if one.id not in KNOWN] == []

    def test_has_at_least_two_scenarios(self, key):
        stories = [tomllib.loads(text.decode()) for text in bundle(key).scenarios().values()]

        assert len(stories) >= 2
        assert all(story.get("title") for story in stories)

    def test_does_what_its_scenarios_say(self, key):
        failures = {name: [str(one) for one in played.failures] for name, played in rehearsals(key).items() if not played.passed}

        assert failures == {}

    def test_has_no_element_that_no_scenario_visits(self, key):
        visited = {element for played in rehearsals(key).values() for process, element in played.elements_visited if process == key}

        assert sorted(set(definition(key).processes[key].elements) - visited) == []

    def test_names_every_step_in_both_languages(self, key):
        steps = [one for one in definition(key).processes[key].elements.values() if one.kind in NAMED]

        assert [one.id for one in steps if not (one.name.get("zh") and one.name.get("en"))] == []

    def test_survives_packing(self, key):
        again = Bundle.unpack(bundle(key).pack())

        assert again.checksum == bundle(key).checksum
        assert parse(again).processes.keys() == definition(key).processes.keys()

    def test_has_no_row_of_a_table_that_no_scenario_needs(self, key):
        fired = {rule for played in rehearsals(key).values() for _, rule in played.rules_fired}
        tables = [etree.fromstring(text) for name, text in bundle(key).of(key).items() if name.endswith(".dmn")]
        rows = {rule.get("id") for table in tables for rule in table.iter("{*}rule")}

        assert sorted(rows - fired) == []
