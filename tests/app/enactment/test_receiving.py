"""Acts that no open item asks for, and messages nobody waits for."""

import pytest

from app.enactment import operations as enactment
from app.errors import Invalid
from app.web.errors import sentence
from tests.app.enactment.test_stories import ACCEPTED, Story
from workflows import Message


@pytest.fixture
def lamp(town, clock):
    """A street lamp that the traffic office has accepted to mend."""
    unit = town.one("select id from organ where code = '330825.transport'")
    story = Story(town, clock, category="facilities")
    story.do("ut_intake", ACCEPTED, who="sheyang.clerk")
    triage = {"route": "immediate", "class": "ordinary", "channel": "unit", "unit": unit}
    story.do("ut_triage", triage, who="sheyang.clerk")
    story.do("ut_confirm_route", {"decision": "agree"}, who="sheyang.head")
    story.do("ut_unit_accept", {"decision": "accept"}, who="longyou.transport")
    return story


class TestAct:
    def test_refuses_in_the_words_of_the_process_what_its_condition_does_not_allow(self, lamp, town, clock):
        asked = {"until": "2026-06-01", "reason": "等配件"}
        clock.set(2026, 12, 1)

        with pytest.raises(enactment.ActRefused) as refusal:
            lamp.begin("msg_ask_extension", asked, who="longyou.transport")

        assert sentence(refusal.value) == "只能在期限届满前申请，且只能延期一次。"
        assert set(lamp.open()) == {"ut_handle"}

    def test_refuses_answers_its_form_does_not_take(self, lamp):
        with pytest.raises(Invalid) as refusal:
            lamp.begin("msg_ask_extension", {"until": "soon"}, who="longyou.transport")

        assert set(refusal.value.errors) == {"until", "reason"}

    def test_refuses_what_the_case_does_not_wait_for(self, lamp):
        with pytest.raises(enactment.NotExpected):
            lamp.begin("msg_appeal", {"reason": "不服"})


class TestDeliver:
    def test_refuses_a_message_nobody_waits_for(self, lamp, town):
        case = town.case(lamp.receipt.number)
        stray = Message("msg_supervision_done", (case.number, f"{case.number}/L9"), {"result": "done"})

        with pytest.raises(enactment.NotExpected):
            town.wiring.run(
                lambda uow: enactment.deliver(uow, county=case.county, id=case.id, message=stray), actor=town.actor("sheyang.clerk")
            )

        assert set(lamp.open()) == {"ut_handle"}
