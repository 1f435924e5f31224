"""The diagrams of the library on the real operations: what one room writes is what the next step reads."""

from datetime import date, timedelta

import httpx
import pytest

from app import jobs
from app.cases import operations as cases
from app.cases.operations import Receipt
from app.enactment import operations as enactment
from app.uow import Actor, visitor

PLATFORMS = Actor(kind="system", id=10, name="four_platforms")
ACCEPTED = {"decision": "accept", "category": "facilities", "safety_flag": False}


class Story:
    """One case and those it brings along, played by whoever holds the open items."""

    def __init__(self, town, clock, **report):
        self.town, self.clock = town, clock
        clock.set(2026, 3, 2, 10)
        self.receipt: Receipt = town.report(**report)

    def supervision(self):
        """The number of the supervision that was opened for the case."""
        return self.town.one("select number from case_file where kind = 'supervision' order by id desc limit 1")

    def do(self, element, answers=None, number=None, who=None):
        """Complete the open item at an element."""
        item = self.town.item(number or self.receipt.number, element)
        actor = visitor(item.county, item.party_id) if who is None else self.town.actor(who)
        self.town.wiring.run(
            lambda uow: enactment.complete(uow, county=item.county, item_id=item.id, answers=answers or {}), actor=actor
        )
        self.settle()

    def begin(self, message, answers, who=None, number=None):
        """Begin something that no open item asks for."""
        case = self.town.case(number or self.receipt.number)
        actor = visitor(case.county, case.reporter_id) if who is None else self.town.actor(who)
        self.town.wiring.run(
            lambda uow: enactment.act(uow, county=case.county, id=case.id, message=message, answers=answers), actor=actor
        )
        self.settle()

    def hear(self, name, **payload):
        """Let the platforms say something about the first assignment; tells whether the case took it."""
        case = self.town.case(self.receipt.number)
        keys = (case.number, f"{case.number}/1")
        letter = {"county": case.county, "id": case.id, "message": name, "keys": keys, "payload": payload}
        taken = self.town.wiring.run(lambda uow: cases.receive(uow, letter), actor=PLATFORMS)
        self.settle()
        return taken

    def settle(self):
        """Let the clock's process do what is waiting, until nothing is left."""
        while jobs.perform_outbox(self.town.wiring, self.clock()):
            pass

    def fire(self, **span):
        """Move the clock and let what is due happen."""
        self.clock.forward(**span)
        jobs.fire_due_timers(self.town.wiring, self.clock())
        self.settle()

    def open(self, number=None):
        """The elements at which a case waits, with the queue's role."""
        return dict(self.town.rows(
            "select w.element, w.role from work_item w join case_file c on c.county = w.county and c.id = w.instance_id "
            "where c.number = :number and w.status < 2", number=number or self.receipt.number,
        ))

    def status(self, number=None):
        return self.town.case(number or self.receipt.number).status


@pytest.fixture
def organ(town):
    return lambda code: town.one("select id from organ where code = :code", code=code)


class TestBridge:
    def test_is_repaired_under_supervision(self, town, clock, organ):
        bridge = Story(town, clock, text="桥面晃动，货车经过时很危险", category="road", households=20)
        accepted = {"decision": "accept", "category": "road", "safety_flag": True, "households": 20}
        bridge.do("ut_intake", accepted, who="sheyang.clerk")
        bridge.do("ut_interim_safety", {"measure": "设警戒线"}, who="sheyang.clerk")
        bridge.do("ut_triage", {"route": "supervise", "reason": "二十户以上"}, who="sheyang.clerk")
        bridge.do("ut_confirm_route", {"decision": "agree"}, who="sheyang.head")
        number = bridge.supervision()
        assert bridge.status() == "under_supervision" and bridge.open(number) == {"ut_study": "township_office"}

        works, transport = organ("330825209.government"), organ("330825.transport")
        deputies = [row.mandate_id for row in town.rows(
            "select s.mandate_id from deputy_station s join station t on t.organ_id = s.station_id "
            "where t.code = '330825209-01' limit 5"
        )]
        studied = {"seriousness": "serious", "facts": "三件反映", "proposed": "special_supervision"}
        bridge.do("ut_study", studied, number, "sheyang.office")
        bridge.do("ut_approve_form", {"form": "special_supervision"}, number, "sheyang.presidium")
        bridge.do("ut_set_group", {"persons": deputies}, number, "sheyang.office")
        milestones = [
            {"no": "M1", "name": "设计", "unit": works, "due": date(2026, 3, 20)},
            {"no": "M2", "name": "施工", "unit": transport, "due": date(2026, 5, 18)},
        ]
        bridge.do("ut_consult_meeting", {
            "attendance": "部门和群众", "plan": "换桥面", "funding": "yishi_yiyi", "lead": works, "co": [transport],
            "milestones": milestones,
        }, number, "sheyang.office")
        bridge.do("ut_issue_order", {"decision": "issue", "text": "雨季前完成"}, number, "sheyang.presidium")
        for who in ("sheyang.works", "longyou.transport"):
            bridge.do("ut_milestone", {"done_on": date(2026, 3, 2), "report": "完成"}, number, who)
        assert bridge.open(number) == {"ut_field_check": "group_member"}

        found = {"present": "全体", "finding": "as_ordered", "report": "合格"}
        bridge.do("ut_field_check", found, number, "sheyang.deputy1")
        bridge.do("ut_milestone_last", {"done_on": date(2026, 3, 2), "report": "通车"}, number, "sheyang.works")
        bridge.do("ut_judge", {"result": "satisfied", "outcome": "solved"}, number, "sheyang.deputy1")
        assert (bridge.status(number), bridge.status()) == ("done", "closing")
        assert bridge.open() == {"ut_close_check": "station_clerk"}

        clock.forward(days=1)
        bridge.do("ut_close_check", {
            "decision": "close", "finding": "on_site", "outcome": "solved", "reason": "已通车", "publish": True,
            "public_title": "桥面已更换", "public_text": "桥面已更换并通车。",
        }, who="sheyang.clerk")
        assert (bridge.status(), bridge.open()) == ("closed", {"ut_rate": None})

        bridge.do("ut_rate", {"stars": 3, "solved": "solved"})
        case = town.case(bridge.receipt.number)
        assert (case.status, case.outcome, case.verdict, case.supervised) == ("rated", "solved", "solved", False)
        assert bridge.open() == {}


def handled_at_once(town, clock, unit):
    """A street lamp, triaged to a unit."""
    story = Story(town, clock, category="facilities")
    story.do("ut_intake", ACCEPTED, who="sheyang.clerk")
    triage = {"route": "immediate", "class": "ordinary", "channel": "unit", "unit": unit}
    story.do("ut_triage", triage, who="sheyang.clerk")
    story.do("ut_confirm_route", {"decision": "agree"}, who="sheyang.head")
    return story


class TestHandledAtOnce:
    def test_is_disputed_twice_and_then_bound(self, town, clock, organ):
        lamp = handled_at_once(town, clock, organ("330825.transport"))
        disputed = {"decision": "dispute", "ground": "other_unit", "reason": "不归我们"}
        lamp.do("ut_unit_accept", disputed, who="longyou.transport")
        assert lamp.status() == "disputed"
        ruled = {"ruling": "reassign", "unit": organ("330825.water"), "reason": "归水利"}
        lamp.do("ut_rule_dispute", ruled, who="sheyang.office")
        lamp.do("ut_unit_accept", disputed, who="longyou.water")
        lamp.do("ut_rule_dispute", ruled | {"unit": organ("330825.urban_management")}, who="sheyang.office")

        assert (lamp.open(), lamp.status()) == ({"ut_handle": "handler"}, "in_handling")
        rows = town.rows("select no, unit from assignment where no like :no || '/%' order by no", no=lamp.receipt.number)
        assert [row.no.rpartition("/")[2] for row in rows] == ["1", "2", "3"]

    def test_is_answered_after_it_was_sent_back(self, town, clock, organ):
        lamp = handled_at_once(town, clock, organ("330825.transport"))
        lamp.do("ut_unit_accept", {"decision": "accept"}, who="longyou.transport")
        lamp.do("ut_handle", {"outcome": "partly", "progress": "修好两盏"}, who="longyou.transport")
        lamp.do("ut_reply", {"decision": "back", "reason": "还差一盏"}, who="longyou.transport.chief")
        assert lamp.open() == {"ut_handle": "handler"}
        lamp.do("ut_handle", {"outcome": "solved", "progress": "全部修好"}, who="longyou.transport")
        lamp.do("ut_reply", {
            "decision": "sign", "outcome": "solved", "class": "A", "text": "已修好",
            "signature": {"name": "程远道", "confirmed": True},
        }, who="longyou.transport.chief")

        assert (lamp.open(), lamp.status()) == ({"ut_close_check": "station_clerk"}, "closing")
        assert town.case(lamp.receipt.number).outcome == "solved"

    def test_is_given_more_time_once(self, town, clock, organ):
        lamp = handled_at_once(town, clock, organ("330825.transport"))
        lamp.do("ut_unit_accept", {"decision": "accept"}, who="longyou.transport")
        before = town.item(lamp.receipt.number, "ut_handle").due_at
        asked = {"until": before.date() + timedelta(days=20), "reason": "等配件"}
        lamp.begin("msg_ask_extension", asked, who="longyou.transport")
        lamp.do("ut_approve_extension", {"decision": "yes"}, who="sheyang.office")

        item, case = town.item(lamp.receipt.number, "ut_handle"), town.case(lamp.receipt.number)
        assert item.due_at - before == timedelta(days=20) and item.due_facts["rule"] == "issue.extension"
        assert (case.extended, case.due_at) == (True, item.due_at)

    def test_is_taken_back_when_late_and_supervised_when_later(self, town, clock, organ):
        lamp = handled_at_once(town, clock, organ("330825.transport"))
        lamp.do("ut_unit_accept", {"decision": "accept"}, who="longyou.transport")
        due = town.item(lamp.receipt.number, "ut_handle").due_at
        lamp.fire(days=(due - clock()).days + 7)
        assert lamp.open() == {"ut_handle": "handler", "ut_rule_overdue": "deputy_office"}
        lamp.do("ut_rule_overdue", {"decision": "urge", "reason": "限期"}, who="longyou.office")
        lamp.fire(days=14)

        assert town.case(lamp.receipt.number).supervised
        assert lamp.open(lamp.supervision()) == {"ut_study": "township_office"}

    def test_is_withdrawn_with_consent(self, town, clock, organ):
        lamp = handled_at_once(town, clock, organ("330825.transport"))
        lamp.begin("msg_withdraw", {"reason": "已经修好"})
        assert set(lamp.open()) == {"ut_unit_accept", "ut_consent_withdrawal"}
        lamp.do("ut_consent_withdrawal", {"decision": "yes"}, who="sheyang.clerk")

        case = town.case(lamp.receipt.number)
        assert (lamp.open(), case.status, case.assigned) == ({}, "withdrawn", False)


class TestMerged:
    def test_waits_for_its_main_case_and_is_rated_by_its_own_reporter(self, town, clock, organ):
        main = Story(town, clock, category="facilities")
        second = Story(town, clock, category="facilities")
        merged = {"decision": "merge", "main_case": main.receipt.number, "reason": "同一盏灯"}
        second.do("ut_intake", merged, who="sheyang.clerk")
        assert (second.open(), second.status()) == ({}, "merged")

        main.do("ut_intake", ACCEPTED, who="sheyang.clerk")
        main.do("ut_triage", {"route": "answer", "reason": "已在修"}, who="sheyang.clerk")
        main.do("ut_confirm_route", {"decision": "agree"}, who="sheyang.head")
        main.do("ut_answer", {"outcome": "solved", "text": "已修好"}, who="sheyang.clerk")

        assert (main.status(), second.status()) == ("closed", "closed")
        assert [town.case(one.receipt.number).outcome for one in (main, second)] == ["solved", "solved"]
        assert second.open() == {"ut_rate": None}


class TestUnhappy:
    def test_is_handled_again_and_then_supervised(self, town, clock, organ):
        lamp = handled_at_once(town, clock, organ("330825.transport"))
        for verdict in ({"stars": 1, "solved": "partly"}, {"stars": 2, "solved": "not"}):
            lamp.do("ut_unit_accept", {"decision": "accept"}, who="longyou.transport")
            lamp.do("ut_handle", {"outcome": "partly", "progress": "修好两盏"}, who="longyou.transport")
            lamp.do("ut_reply", {
                "decision": "sign", "outcome": "partly", "class": "B", "text": "修好两盏",
                "signature": {"name": "程远道", "confirmed": True},
            }, who="longyou.transport.chief")
            lamp.do("ut_close_check", {
                "decision": "close", "finding": "by_phone", "outcome": "partly", "reason": "还差一盏", "publish": False,
            }, who="sheyang.clerk")
            lamp.do("ut_rate", verdict)
            if "ut_review_rating" in lamp.open():
                lamp.do("ut_review_rating", {"decision": "rehandle"}, who="sheyang.head")

        assert lamp.status() == "under_supervision" and town.case(lamp.receipt.number).supervised
        number, dropped = lamp.supervision(), {"seriousness": "limited", "facts": "差一盏", "proposed": "drop"}
        lamp.do("ut_study", dropped, number, "sheyang.office")
        lamp.do("ut_approve_form", {"form": "drop", "reason": "已派人修"}, number, "sheyang.presidium")
        assert lamp.status(number) == "dropped"
        assert lamp.open() == {"ut_triage": "station_clerk"} and not town.case(lamp.receipt.number).supervised


class TestMoved:
    def test_goes_to_another_station_of_the_county(self, town, clock, organ):
        lamp = Story(town, clock, category="facilities")
        to = town.one("select organ_id from station where code = '330825001-01'")
        transfer = {"decision": "transfer", "to_station": to, "other_county": False, "reason": "在那边"}
        lamp.do("ut_intake", transfer, who="sheyang.clerk")
        lamp.do("ut_accept_transfer", {"decision": "take"}, who="longzhou.clerk")

        item = town.item(lamp.receipt.number, "ut_intake")
        assert (item.org, item.role, town.case(lamp.receipt.number).station_id) == (to, "station_clerk", to)

    def test_goes_to_another_county_and_waits_as_a_child(self, town, clock, organ):
        lamp = Story(town, clock, category="facilities")
        to = town.one("select organ_id from station where code = '331004106-01'")
        transfer = {"decision": "transfer", "to_station": to, "other_county": True, "reason": "在路桥"}
        lamp.do("ut_intake", transfer, who="sheyang.clerk")

        assert (lamp.open(), lamp.status()) == ({}, "merged")
        there = town.one("select number from case_file where county = 331004 order by id desc limit 1")
        assert lamp.open(there) == {"ut_intake": "station_clerk"}
        lamp.do("ut_intake", ACCEPTED, there, "jinqing.clerk")
        lamp.do("ut_triage", {"route": "answer", "reason": "已在修"}, there, "jinqing.clerk")
        lamp.do("ut_confirm_route", {"decision": "agree"}, there, "jinqing.head")
        lamp.do("ut_answer", {"outcome": "solved", "text": "已修好"}, there, "jinqing.clerk")
        assert lamp.open() == {"ut_rate": None}

    def test_goes_up_to_the_county(self, town, clock, organ):
        lamp = Story(town, clock, category="facilities")
        lamp.do("ut_intake", ACCEPTED, who="sheyang.clerk")
        lamp.do("ut_triage", {"route": "escalate", "reason": "涉及多乡"}, who="sheyang.clerk")
        lamp.do("ut_confirm_route", {"decision": "agree"}, who="sheyang.head")

        item = town.item(lamp.receipt.number, "ut_triage")
        assert (item.role, item.org) == ("deputy_office", organ("330825.standing_committee"))
        lamp.do("ut_triage", {"route": "escalate", "reason": "涉及多县"}, who="longyou.office")
        lamp.do("ut_confirm_route", {"decision": "agree"}, who="longyou.chairs")
        assert town.item(lamp.receipt.number, "ut_triage").org == organ("330800.standing_committee")


def supervised(town, clock, organ, milestones):
    """A bridge whose supervision has been ordered."""
    bridge = Story(town, clock, category="road", households=20)
    bridge.do("ut_intake", ACCEPTED | {"category": "road"}, who="sheyang.clerk")
    bridge.do("ut_triage", {"route": "supervise", "reason": "二十户以上"}, who="sheyang.clerk")
    bridge.do("ut_confirm_route", {"decision": "agree"}, who="sheyang.head")
    number = bridge.supervision()
    studied = {"seriousness": "serious", "facts": "三件", "proposed": "special_supervision"}
    bridge.do("ut_study", studied, number, "sheyang.office")
    bridge.do("ut_approve_form", {"form": "special_supervision"}, number, "sheyang.presidium")
    persons = [town.one("select mandate_id from deputy_station limit 1")]
    bridge.do("ut_set_group", {"persons": persons}, number, "sheyang.office")
    bridge.do("ut_consult_meeting", {
        "attendance": "部门", "plan": "换桥面", "funding": "village", "lead": organ("330825.transport"),
        "milestones": milestones,
    }, number, "sheyang.office")
    bridge.do("ut_issue_order", {"decision": "issue", "text": "雨季前完成"}, number, "sheyang.presidium")
    return bridge, number


class TestSupervised:
    def test_changes_its_plan(self, town, clock, organ):
        unit = organ("330825.transport")
        first = {"no": "M1", "name": "设计", "unit": unit, "due": date(2026, 3, 20)}
        second = {"no": "M2", "name": "施工", "unit": unit, "due": date(2026, 4, 20)}
        bridge, number = supervised(town, clock, organ, [first, second])
        bridge.do("ut_milestone", {"done_on": date(2026, 3, 2), "report": "完成"}, number, "longyou.transport")
        changed = {"milestones": [second | {"due": date(2026, 5, 20)}], "reason": "等材料"}
        bridge.begin("msg_plan_change", changed, "longyou.transport", number)
        bridge.do("ut_approve_change", {"decision": "yes"}, number, "sheyang.presidium")

        assert town.item(number, "ut_milestone").due_at.date() == date(2026, 5, 20)
        bridge.do("ut_milestone", {"done_on": date(2026, 3, 2), "report": "完成"}, number, "longyou.transport")
        assert bridge.open(number) == {"ut_field_check": "group_member"}

    def test_is_raised_when_the_group_is_unsatisfied_three_times(self, town, clock, organ):
        plan = [{"no": "M1", "name": "施工", "unit": organ("330825.transport"), "due": date(2026, 3, 20)}]
        bridge, number = supervised(town, clock, organ, plan)
        bridge.do("ut_milestone", {"done_on": date(2026, 3, 2), "report": "完成"}, number, "longyou.transport")
        for order in range(3):
            if order:
                bridge.do("ut_issue_order", {"decision": "issue", "text": "再办"}, number, "sheyang.presidium")
            found = {"present": "全体", "finding": "defects", "report": "不平"}
            bridge.do("ut_field_check", found, number, "sheyang.deputy1")
            judged = {"result": "unsatisfied", "outcome": "partly", "reason": "不平"}
            bridge.do("ut_judge", judged, number, "sheyang.deputy1")

        above = town.one("select number from case_file where kind = 'supervision' and number <> :number", number=number)
        assert bridge.status(number) == "raised" and bridge.open(above) == {"ut_study": "deputy_office"}
        assert bridge.status() == "under_supervision"
        studied = {"seriousness": "limited", "facts": "不平", "proposed": "to_reference"}
        bridge.do("ut_study", studied, above, "longyou.office")
        bridge.do("ut_approve_form", {"form": "to_reference"}, above, "longyou.chairs")
        assert bridge.open() == {"ut_triage": "station_clerk"}


class TestPlatforms:
    @pytest.fixture(autouse=True)
    def platforms(self, monkeypatch):
        """What the platforms answer to a call; silence to begin with."""
        answers = []

        def post(url, **named):
            if not answers:
                raise httpx.ConnectError("nobody answers")
            return httpx.Response(200, json=answers[0], request=httpx.Request("POST", url))

        monkeypatch.setattr(httpx, "post", post)
        # a system that failed here is not left alone in the next test
        monkeypatch.setattr(jobs, "_broken", {})
        return answers

    def given_to_the_platforms(self, town, clock):
        lamp = Story(town, clock, category="facilities")
        lamp.do("ut_intake", ACCEPTED, who="sheyang.clerk")
        lamp.do("ut_triage", {"route": "immediate", "class": "immediate", "channel": "platform"}, who="sheyang.clerk")
        lamp.do("ut_confirm_route", {"decision": "agree"}, who="sheyang.head")
        assert lamp.status() == "assigned"
        return lamp

    def test_take_the_matter_and_tell_its_result(self, town, clock, organ, platforms):
        platforms.append({"fp_event_id": "FP-1"})
        lamp = self.given_to_the_platforms(town, clock)
        assert lamp.open() == {}

        lamp.hear("msg_fp_accepted", unit=organ("330825.transport"))
        assert (lamp.open(), lamp.status()) == ({"ut_handle": "handler"}, "in_handling")
        lamp.hear("msg_fp_progress", ref="M-1")
        lamp.hear("msg_fp_done", ref="M-2", outcome="partly")

        item = town.item(lamp.receipt.number, "ut_reply")
        assert (item.role, item.org) == ("handler_chief", organ("330825.transport"))

    def test_refuse_the_matter(self, town, clock, organ, platforms):
        platforms.append({"fp_event_id": "FP-1"})
        lamp = self.given_to_the_platforms(town, clock)
        lamp.hear("msg_fp_rejected", reason="不属受理范围")

        assert lamp.open() == {"ut_manual_assign": "township_office"}

    def test_are_silent_and_the_office_names_a_unit(self, town, clock, organ):
        lamp = self.given_to_the_platforms(town, clock)
        assert lamp.open() == {"svc_push_fp": None}

        lamp.fire(days=2)
        assert lamp.open() == {"svc_recall_fp": None, "ut_manual_assign": "township_office"}
        lamp.do("ut_manual_assign", {"unit": organ("330825.transport")}, who="sheyang.office")

        assert lamp.open() == {"svc_recall_fp": None, "ut_unit_accept": "handler"}
        numbers = [row.no.rpartition("/")[2] for row in town.rows("select no from assignment order by no")]
        assert numbers == ["1", "2"]
        unsent = town.rows("select topic from outbox where topic like 'four_platforms.%' and done_at is null")
        assert [row.topic for row in unsent] == ["four_platforms.recall"]
        assert not lamp.hear("msg_fp_accepted", unit=organ("330825.transport"))
