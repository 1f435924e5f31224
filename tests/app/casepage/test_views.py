"""The page of a case through HTTP: who sees it, what it tells, what may be done from it."""

from datetime import timedelta

import pytest

from app.cases.operations import Contact
from app.enactment import operations as enactment

PHONE, NAME = "13812345678", "王小明"
ACCEPTED = {"decision": "accept", "category": "facilities", "safety_flag": False}


@pytest.fixture
def receipt(town):
    """A report with a contact."""
    return town.report(contact=Contact(name=NAME, phone=PHONE))


@pytest.fixture
def clerk(town):
    """The clerk of the station in Sheyang."""
    return town.signed_in("sheyang.clerk")


@pytest.fixture
def do(town):
    """Complete an item as somebody: `do(receipt, "ut_intake", "sheyang.clerk", decision="accept")`."""

    def done(receipt, element, login, **answers):
        item = town.item(receipt.number, element)
        town.wiring.run(
            lambda uow: enactment.complete(uow, county=item.county, item_id=item.id, answers=answers) and None, actor=town.actor(login)
        )

    return done


@pytest.fixture
def in_handling(town, receipt, do):
    """A case that the transport department is handling."""
    unit = town.one("select id from organ where code = '330825.transport'")
    do(receipt, "ut_intake", "sheyang.clerk", **ACCEPTED)
    do(receipt, "ut_triage", "sheyang.clerk", route="immediate", channel="unit", unit=str(unit), **{"class": "ordinary"})
    do(receipt, "ut_confirm_route", "sheyang.head", decision="agree")
    do(receipt, "ut_unit_accept", "longyou.transport", decision="accept")
    return receipt


class TestCases:
    def test_lists_what_the_reader_may_see(self, town, receipt):
        elsewhere = town.report(station="331004106-01")

        page = town.signed_in("longyou.office").get("/cases")

        assert receipt.number in page.text
        assert elsewhere.number not in page.text

    @pytest.mark.parametrize("asked", ["路灯", "q=%E8%B7%AF%E7%81%AF", "status=submitted"])
    def test_finds_by_text_and_status(self, town, clerk, receipt, asked):
        query = asked if "=" in asked else f"q={asked}"

        assert receipt.number in clerk.get(f"/cases?{query}").text
        assert receipt.number not in clerk.get("/cases?q=自来水").text
        assert receipt.number not in clerk.get("/cases?status=closed").text

    def test_finds_by_number(self, clerk, receipt, town):
        other = town.report()

        page = clerk.get(f"/cases?q={receipt.number}")

        assert receipt.number in page.text
        assert other.number not in page.text

    def test_pages_by_key(self, town, clerk):
        numbers = [town.report().number for _ in range(3)]

        first = clerk.get("/cases?size=2")
        second = clerk.get(next(href for href in first.links.values() if "after=" in href))

        assert [number in first.text for number in numbers] == [False, True, True]
        assert [number in second.text for number in numbers] == [True, False, False]

    @pytest.mark.parametrize("query", ["q=%25%27%22", "after=xx", "status=%00", "size=-1", "kind=nothing"])
    def test_survives_nonsense(self, clerk, receipt, query):
        clerk.get(f"/cases?{query}")


class TestCase:
    def test_says_who_has_it_what_comes_next_and_until_when(self, clerk, receipt):
        page = clerk.get(f"/cases/{receipt.number}")

        said = page.select(".sentence")[0].text_content()
        assert "社阳乡人大代表联络站" in said
        assert "受理审查" in said

    def test_masks_the_contact(self, town, clerk, receipt):
        page = clerk.get(f"/cases/{receipt.number}")

        assert town.one("select phone_mask from party where id = :id and county = 330825", id=receipt.party_id) in page.text
        assert PHONE not in page.response.text and NAME not in page.response.text

    @pytest.mark.parametrize(("login", "status"), [
        ("sheyang.office", 200), ("longyou.office", 200), ("sheyang.deputy1", 200), ("longyou.transport", 403),
        ("longzhou.clerk", 403), ("jinqing.clerk", 403), ("longyou.supervisor", 403), ("auditor", 403), ("system", 403),
    ])
    def test_is_for_those_who_may_see_it(self, town, receipt, login, status):
        town.signed_in(login).get(f"/cases/{receipt.number}", status)

    def test_opens_to_a_unit_that_was_given_work(self, town, in_handling):
        town.signed_in("longyou.transport").get(f"/cases/{in_handling.number}")
        town.signed_in("longyou.water").get(f"/cases/{in_handling.number}", 403)

    @pytest.mark.parametrize("number", ["330825-CI-2026-999999", "x", "330825-CI-2026-%00", "9" * 200])
    def test_that_does_not_exist_is_not_found(self, clerk, number):
        clerk.get(f"/cases/{number}", 404)

    def test_leads_to_the_readers_own_item(self, town, clerk, receipt):
        assert town.address(receipt.number, "ut_intake") in clerk.get(f"/cases/{receipt.number}").links.values()

    def test_says_when_nothing_is_left_to_do(self, town, clerk, receipt, do):
        do(receipt, "ut_intake", "sheyang.clerk", decision="accept", category="other", safety_flag=False)
        do(receipt, "ut_triage", "sheyang.clerk", route="reference", reason="仅供参考")
        do(receipt, "ut_confirm_route", "sheyang.head", decision="agree")

        assert "没有" in clerk.get(f"/cases/{receipt.number}").select(".sentence")[0].text_content()


class TestNote:
    def test_is_read_by_colleagues_only(self, town, clerk, receipt):
        page = clerk.get(f"/cases/{receipt.number}")

        clerk.submit(page, {"text": "已电话联系村委会"}, 303, form=f"/cases/{receipt.number}/notes")

        assert "已电话联系村委会" in clerk.get(f"/cases/{receipt.number}").text
        assert town.rows("select audience from note where kind = 'note'") == [("staff",)]

    def test_needs_words(self, clerk, receipt):
        page = clerk.post(f"/cases/{receipt.number}/notes", {"text": "  "}, 422)

        assert "请先填写备注内容" in page.text

    def test_is_refused_to_strangers(self, town, receipt):
        town.signed_in("jinqing.clerk").post(f"/cases/{receipt.number}/notes", {"text": "x"}, 403)


class TestUncover:
    def test_shows_the_contact_once_and_keeps_who_looked(self, town, clerk, receipt):
        page = clerk.post(f"/cases/{receipt.number}/contacts/{receipt.party_id}", {"reason": "约时间看现场"}, 200)

        assert PHONE in page.text and NAME in page.text
        assert PHONE not in clerk.get(f"/cases/{receipt.number}").text
        entry = town.rows("select act, actor_id, facts from access_entry where act = 'contact_unmasked'")[0]
        assert entry.actor_id == town.account("sheyang.clerk")
        assert "约时间看现场" in str(entry.facts) and PHONE not in str(entry.facts)

    def test_asks_why(self, town, clerk, receipt):
        page = clerk.post(f"/cases/{receipt.number}/contacts/{receipt.party_id}", {"reason": ""}, 422)

        assert PHONE not in page.text
        assert town.rows("select 1 from access_entry where act = 'contact_unmasked'") == []

    @pytest.mark.parametrize("login", ["longyou.transport", "sheyang.deputy1", "longyou.supervisor"])
    def test_is_for_the_offices_that_have_the_case(self, town, in_handling, login):
        town.signed_in(login).post(f"/cases/{in_handling.number}/contacts/{in_handling.party_id}", {"reason": "想知道"}, 403)


class TestDiagram:
    def test_shows_where_the_case_is(self, clerk, receipt):
        page = clerk.get(f"/cases/{receipt.number}/diagram/citizen_issue")

        drawn = page.select("[data-bpmn]")[0]
        assert "ut_intake" in drawn.get("data-active")
        assert "受理审查" in page.text

    def test_answers_the_drawing_of_the_version_that_runs(self, clerk, receipt):
        answer = clerk.http.get(f"/cases/{receipt.number}/diagram/citizen_issue.bpmn")

        assert answer.mimetype == "application/xml"
        assert b'id="ut_intake"' in answer.data

    @pytest.mark.parametrize("process", ["nothing", "nothing.bpmn"])
    def test_knows_no_other_process(self, clerk, receipt, process):
        clerk.get(f"/cases/{receipt.number}/diagram/{process}", 404)

    def test_is_refused_to_strangers(self, town, receipt):
        stranger = town.signed_in("jinqing.clerk")

        stranger.get(f"/cases/{receipt.number}/diagram/citizen_issue", 403)
        stranger.get(f"/cases/{receipt.number}/diagram/citizen_issue.bpmn", 403)

    def test_shows_the_called_process(self, town, in_handling):
        page = town.signed_in("longyou.transport").get(f"/cases/{in_handling.number}/diagram/immediate_handling")

        assert "ut_handle" in page.select("[data-bpmn]")[0].get("data-active")


class TestAudit:
    def test_tells_every_step_with_who_did_it(self, town, in_handling):
        page = town.signed_in("sheyang.head").get(f"/cases/{in_handling.number}/audit")

        assert "郑晓禾" in page.text and "ut_triage" in page.text

    @pytest.mark.parametrize("login", ["sheyang.clerk", "longyou.transport"])
    def test_is_not_for_everybody(self, town, in_handling, login):
        town.signed_in(login).get(f"/cases/{in_handling.number}/audit", 403)


class TestAct:
    def test_is_offered_to_those_the_process_names(self, town, in_handling):
        address = f"/cases/{in_handling.number}/acts/msg_ask_extension"

        assert address in town.signed_in("longyou.transport").get(f"/cases/{in_handling.number}").links.values()
        assert address not in town.signed_in("sheyang.clerk").get(f"/cases/{in_handling.number}").links.values()

    def test_begins_what_needs_no_item(self, town, in_handling):
        handler = town.signed_in("longyou.transport")
        page = handler.get(f"/cases/{in_handling.number}/acts/msg_ask_extension")
        latest = page.select("input[name=until]")[0].get("max")

        handler.submit(page, {"until": latest, "reason": "需要采购灯杆"}, 303)

        assert town.item(in_handling.number, "ut_approve_extension")

    def test_keeps_what_was_typed_when_something_is_wrong(self, town, in_handling, clock):
        handler = town.signed_in("longyou.transport")
        page = handler.get(f"/cases/{in_handling.number}/acts/msg_ask_extension")
        far = (clock.now + timedelta(days=900)).date().isoformat()

        again = handler.submit(page, {"until": far, "reason": "需要采购灯杆"}, 422)

        assert again.select("textarea[name=reason]")[0].text.strip() == "需要采购灯杆"
        assert again.select("[data-summary]")

    def test_is_refused_to_others(self, town, clerk, in_handling):
        clerk.post(f"/cases/{in_handling.number}/acts/msg_ask_extension", {"until": "2026-12-30", "reason": "x"}, 403)

    def test_that_nothing_waits_for_is_a_conflict(self, clerk, receipt):
        clerk.get(f"/cases/{receipt.number}/acts/msg_ask_extension", 409)


class TestFile:
    def test_is_for_those_who_see_the_case(self, town, clerk, receipt):
        town.wiring.storage.kept["abc"] = b"\xff\xd8picture"
        town.change("""insert into attachment(county, case_id, kind, audience, content, name, type, size, actor_id, at)
            values (330825, :id, 'photo', 'reporter', 'abc', '灯.jpg', 'image/jpeg', 9, 1, now())""", id=receipt.case_id)
        number = town.one("select id from attachment where content = 'abc'")

        answer = clerk.http.get(f"/files/330825-{number}")

        assert answer.data == b"\xff\xd8picture"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        town.signed_in("jinqing.clerk").get(f"/files/330825-{number}", 403)
        clerk.get("/files/330825-999999", 404)
