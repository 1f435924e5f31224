"""Story 1: the bridge of Fengxi, from the scanned code to three stars, with the dates of the worked example."""

import pytest

PLAN = [
    ("M1", "村民代表会议表决", "330825209.government", "2021-08-06", (8, 5)),
    ("M2", "乡镇审核", "330825209.government", "2021-08-12", (8, 11)),
    ("M3", "县级审批与合同", "330825.transport", "2021-08-20", (8, 18)),
    ("M4", "开工", "330825209.government", "2021-08-25", (8, 19)),
    ("M5", "桥墩与桥面完工", "330825209.government", "2021-10-22", (10, 18)),
]
PHONE = "19900000417"


@pytest.fixture
def bridge(walk, town, clock):
    """The report of 20 July 2021; the counter of the county stands at 416."""
    town.change("insert into counter(county, kind, year, last) values (330825, 'CI', 2021, 416)")
    clock.set(2021, 7, 20, 15, 30)
    return walk.report("七月的大雨冲坏了桥墩，二十多户人家过不了河", place="凤溪村村口的桥", phone=PHONE)


def accepted(walk, bridge):
    """21 July: the clerk takes it up, with its danger."""
    walk.go(7, 21, 10, year=2021)
    walk.do(bridge.number, "sheyang.clerk", "ut_intake", decision="accept", category="road", safety_flag="true", households="20")


def ordered(walk, town, bridge):
    """22 to 30 July: supervision is chosen, approved, planned and ordered; gives back its number."""
    walk.do(bridge.number, "sheyang.clerk", "ut_interim_safety", measure="拉警戒线，派人值守")
    walk.go(7, 22, 9)
    walk.do(bridge.number, "sheyang.clerk", "ut_triage", route="supervise", reason="二十多户出行，汛期危险")
    walk.do(bridge.number, "sheyang.head", "ut_confirm_route", decision="agree")
    number = walk.linked(bridge.number)
    walk.go(7, 23, 9)
    walk.do(number, "sheyang.office", "ut_study", seriousness="grave", facts="现场查看，桥墩断裂", proposed="special_supervision")
    walk.do(number, "sheyang.presidium", "ut_approve_form", form="special_supervision")
    deputies = town.rows("""select s.mandate_id from deputy_station s join station t on t.organ_id = s.station_id
        join mandate m on m.id = s.mandate_id join account a on a.deputy_id = m.deputy_id
        where t.code = '330825209-01' order by a.login limit 5""")
    walk.do(number, "sheyang.office", "ut_set_group", persons=[str(row.mandate_id) for row in deputies])
    walk.go(7, 29, 14)
    walk.do(
        number, "sheyang.office", "ut_consult_meeting", attendance="交通、水利、农业、财政，乡政府，三位村民", plan="一事一议重建",
        funding="yishi_yiyi", lead=walk.organ("330825209.government"), co=[walk.organ("330825.water")],
        milestones=[{"no": no, "name": name, "unit": walk.organ(unit), "due": due} for no, name, unit, due, _done in PLAN],
    )
    walk.go(7, 30, 9)
    walk.do(number, "sheyang.presidium", "ut_issue_order", decision="issue", text="十月底前通车")
    return number


def built(walk, number):
    """5 August to 19 October: the milestones, the field check, the opening, the judgement."""
    holders = {"330825209.government": "sheyang.works", "330825.transport": "longyou.transport"}
    for _no, name, unit, _due, day in PLAN:
        walk.go(*day, 16)
        walk.do(number, holders[unit], "ut_milestone", done_on=f"2021-{day[0]:02d}-{day[1]:02d}", report=f"{name}，已完成")
    walk.do(number, "sheyang.deputy1", "ut_field_check", present="五位代表", finding="as_ordered", report="桥面平整，护栏齐全")
    walk.go(10, 19, 10)
    walk.do(number, "sheyang.works", "ut_milestone_last", done_on="2021-10-19", report="恢复通车")
    walk.do(number, "sheyang.deputy2", "ut_judge", result="satisfied", outcome="solved")


def closed(walk, bridge):
    """20 October: the clerk closes."""
    walk.go(10, 20, 10)
    walk.do(
        bridge.number, "sheyang.clerk", "ut_close_check", decision="close", finding="on_site", outcome="solved",
        reason="桥已重建，十月通车", publish="true", public_title="凤溪村桥已重建", public_text="桥于十月恢复通车。",
    )


class TestBridge:
    def test_is_taken_up_with_its_danger(self, walk, town, bridge):
        assert bridge.number == "330825-CI-2021-000417"
        assert (walk.open(bridge.number), walk.last_day(bridge.number, "ut_intake")) == ({"ut_intake": "station_clerk"}, "2021-07-21")

        accepted(walk, bridge)

        case = town.case(bridge.number)
        assert (case.status, case.category, case.safety_flag, case.households, case.priority) == ("accepted", "road", True, 20, 2)
        assert set(walk.open(bridge.number)) == {"ut_triage", "ut_interim_safety"}
        assert walk.last_day(bridge.number, "ut_triage") == "2021-07-23"
        assert "已受理" in walk.letters()[-1]
        assert "受理" in bridge.page().text

    def test_is_supervised_repaired_and_rated(self, walk, town, bridge):
        accepted(walk, bridge)
        number = ordered(walk, town, bridge)
        assert number == "330825-SV-2021-000001"
        assert (town.case(bridge.number).status, town.case(bridge.number).supervised) == ("under_supervision", True)
        assert town.one("select count(*) from assignment") == 0
        assert (town.case(number).status, walk.open(number)) == ("ordered", {"ut_milestone": "handler"})
        order = town.rows("select (due_at at time zone 'Asia/Shanghai')::text as due, funding from supervision_order")[0]
        assert (order.due, order.funding) == ("2021-10-29 00:00:00", "yishi_yiyi")

        built(walk, number)
        done = [row.done for row in town.rows(
            "select (done_at at time zone 'Asia/Shanghai')::date::text as done from supervision_milestone order by id")]
        assert done == [f"2021-{month:02d}-{day:02d}" for *_plan, (month, day) in PLAN]
        assert (town.case(number).status, town.case(number).outcome) == ("done", "solved")
        assert walk.open(bridge.number) == {"ut_close_check": "station_clerk"}
        assert town.case(bridge.number).status == "closing"

        closed(walk, bridge)
        case = town.case(bridge.number)
        assert (case.status, case.outcome, case.supervised, case.closed_at.date().isoformat()) == ("closed", "solved", False, "2021-10-20")

        walk.go(10, 21, 19)
        walk.answer_by_phone(PHONE, stars="3", solved="solved")
        case = town.case(bridge.number)
        assert (case.status, case.verdict, walk.open(bridge.number)) == ("rated", "solved", {})
        self.is_public(town, bridge)
        self.counts_for_the_five_deputies(town, bridge)

    def is_public(self, town, bridge):
        """Everybody may read how it went, and nobody reads who reported it."""
        page = town.visitor().get(f"/public/{bridge.number}")
        assert page.h1 == "凤溪村桥已重建"
        assert "已办结" in page.text and "已评价" in page.text
        assert PHONE not in page.text

    def counts_for_the_five_deputies(self, town, bridge):
        """Each score points to an act on this case."""
        rows = town.rows("""select e.code, count(distinct e.mandate_id) as deputies from duty_event e
            join case_file c on c.county = e.county and c.id = e.case_id where c.number = :number group by 1 order by 1""", number=bridge.number)
        assert [tuple(row) for row in rows] == [("REL", 5), ("SUP", 5)]

    def test_is_looked_at_again_after_one_star(self, walk, town, bridge):
        accepted(walk, bridge)
        built(walk, ordered(walk, town, bridge))
        closed(walk, bridge)
        walk.go(10, 21, 19)

        walk.answer_by_phone(PHONE, stars="1", solved="not")

        assert walk.open(bridge.number) == {"ut_review_rating": "station_head"}
        assert town.case(bridge.number).status == "rehandling"
