"""Each word of `expect` holds when it should and fails when it should."""

from datetime import UTC, date, datetime

import pytest

from tests.workflows import folders
from tests.workflows.engine import drawing as d
from tests.workflows.rehearsal.test_rehearsal import one
from workflows import parse, rehearse

MANIFEST = folders.ROLES + """
[roles.citizen]
visitor = "case.reporter"
[variables]
rounds = { type = "number", initial = "0" }
since = { type = "datetime" }
[status]
ut_two = "second"
[milestones]
ms_told = { zh = "已告知", en = "told" }
[case]
outcome = "ask.decision"
[escalations.esc_late]
to = { role = "station_head", organ = "case.station" }
words = { zh = "迟", en = "late" }
"""
BODY = (
    d.start() + folders.task("ut_one", set__rounds="rounds + 1", set__since="now()") + d.node("ms_told", "intermediateThrowEvent")
    + d.node("esc", "intermediateThrowEvent", d.event("escalation", "esc_late"))
    + folders.task("ut_two", due='deadline("triage.decide", now())')
    + d.node("tm_two", "boundaryEvent", d.event("timer", text="PT2H"), attachedToRef="ut_two", cancelActivity="false")
    + d.user("ut_thanks", lane="citizen") + d.end() + d.chain("start ut_one ms_told esc ut_two end; tm_two ut_thanks end")
)
#: word of `expect` -> what holds after `ut_one`, what does not, and the failure
WORDS = {
    "open": ("ut_two", "ut_one", "not_open"),
    "open_for": ({"ut_two": "station_clerk"}, {"ut_two": "presidium"}, "other_role"),
    "closed": (["ut_one"], ["ut_two"], "still_open"),
    "nothing_open": (False, True, "still_open"),
    "milestone": ("ms_told", "ms_shown", "no_milestone"),
    "escalated": (["esc_late"], ["esc_early"], "not_escalated"),
    "status": ("second", "first", "other_status"),
    "variables": ({"rounds": 1, "ask.decision": "yes"}, {"rounds": 2}, "other_value"),
    "variables_null": ({"none": "= null"}, {"rounds": "= null"}, "other_value"),
    "variables_instant": ({"since": datetime(2026, 3, 2, 2, 0, tzinfo=UTC)}, {"since": datetime(2026, 3, 3)}, "other_value"),
    "case": ({"outcome": "yes"}, {"outcome": "no"}, "other_value"),
    "due": ({"ut_two": date(2026, 3, 4)}, {"ut_two": date(2026, 3, 5)}, "other_due"),
    "due_instant": ({"tm_two": datetime(2026, 3, 2, 12, 0)}, {"tm_two": datetime(2026, 3, 2, 13, 0)}, "other_due"),
    "timers": ("tm_two", ["tm_three"], "no_timer"),
    "ended": (False, "end", "not_ended"),
    "running": (True, False, "not_running"),
}


def played(*steps, **top):
    return rehearse(parse(folders.bundle(BODY, MANIFEST, escalations="esc_late")), {"step": list(steps), **top}, folders.CALENDAR)


@pytest.mark.parametrize("word", sorted(WORDS))
def test_holds(word):
    assert [str(failure) for failure in played(one(expect={_plain(word): WORDS[word][0]})).failures] == []


@pytest.mark.parametrize("word", sorted(WORDS))
def test_fails(word):
    rehearsal = played(one(expect={_plain(word): WORDS[word][1]}))

    assert [failure.id for failure in rehearsal.failures] == [f"rehearsal.{WORDS[word][2]}"]


def _plain(word):
    return word if word == "nothing_open" else word.partition("_")[0]


def test_an_escalation_goes_to_whom_the_manifest_says():
    assert played(one(expect={"escalated": "esc_late", "to": "station_head"})).passed
    assert [failure.id for failure in played(one(expect={"escalated": "esc_late", "to": "presidium"})).failures] == [
        "rehearsal.escalated_elsewhere"]
    assert [failure.id for failure in played(one(expect={"to": "presidium"})).failures] == ["rehearsal.to_alone"]


def test_a_visitor_is_the_citizen():
    assert played(one(), {"hours_pass": 3, "expect": {"open": {"ut_thanks": "citizen"}}}).passed


def test_an_uncaught_unaddressed_escalation_goes_to_nobody():
    manifest = MANIFEST[:MANIFEST.index("[escalations")]
    definition = parse(folders.bundle(BODY, manifest, escalations="esc_late"))

    assert rehearse(definition, {"step": [one(expect={"escalated": "esc_late", "to": "nobody"})]}, folders.CALENDAR).passed


def test_what_should_be_refused_and_is_not_fails():
    assert [failure.id for failure in played(one(expect={"refused": "engine.no_receiver"})).failures] == ["rehearsal.not_refused"]
