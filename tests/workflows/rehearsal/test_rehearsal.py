"""Scenarios: what can be played, what can be expected, and how a failure reads."""

from tests.workflows import folders
from tests.workflows.engine import drawing as d
from workflows import parse, rehearse

WAY = "start ut_one gw_one ut_two end"
BODY = (
    d.start() + folders.task("ut_one", due='now() + duration("P1D")') + d.node("gw_one", "exclusiveGateway", default="f_gw_one_ut_two")
    + folders.task("ut_two") + d.end() + d.chain(WAY)
)


def played(*steps, body=BODY, manifest=folders.ROLES, **top):
    return rehearse(parse(folders.bundle(body, manifest)), {"step": list(steps), **top}, folders.CALENDAR)


def said(rehearsal):
    return [str(failure) for failure in rehearsal.failures]


def one(**more):
    return {"complete": "ut_one", "by": "station_clerk", "answers": {"decision": "yes"}, **more}


def test_a_story_that_goes_as_written_passes_and_tells_what_it_visited():
    rehearsal = played(one(expect={"open": {"ut_two": "station_clerk"}, "closed": "ut_one"}),
                       {"complete": "ut_two", "by": "station_clerk", "answers": {"decision": "no"}, "expect": {"ended": "end"}})

    assert said(rehearsal) == []
    assert {("p", "ut_one"), ("p", "gw_one"), ("p", "end")} <= rehearsal.elements_visited


def test_a_failed_expectation_names_step_and_what_is_open():
    rehearsal = played(one(expect={"open": ["ut_three"]}))

    assert said(rehearsal) == ["Step 1: “ut_three” should be open, but open are: ut_two (station_clerk)."]
    assert rehearsal.failures[0].says("zh").startswith("第1步")


def test_a_step_that_cannot_be_played_ends_the_story():
    rehearsal = played({"complete": "ut_two", "by": "station_clerk", "answers": {"decision": "yes"}}, one())

    assert [failure.id for failure in rehearsal.failures] == ["rehearsal.not_open"]


def test_another_person_may_not_complete():
    assert [failure.id for failure in played(one(by="presidium")).failures] == ["rehearsal.other_person"]


def test_answers_are_checked_by_the_form():
    assert [failure.id for failure in played(one(answers={"decision": "perhaps"})).failures] == ["rehearsal.form"]


def test_a_word_nobody_knows_is_a_failure():
    assert [failure.id for failure in played(one(expect={"opne": []})).failures] == ["rehearsal.unknown_key"]
    assert [failure.id for failure in played({"by": "nobody"}).failures][0] == "rehearsal.no_doing"
