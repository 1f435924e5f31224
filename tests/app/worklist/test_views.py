"""The desk through HTTP, without scripts."""

import io
from datetime import timedelta

import pytest
from PIL import Image

from app import jobs
from app.enactment import operations as enactment

ACCEPTED = {"decision": "accept", "category": "facilities", "safety_flag": "false"}


@pytest.fixture
def clerk(town):
    """The clerk of the station in Sheyang."""
    return town.signed_in("sheyang.clerk")


@pytest.fixture
def receipt(town):
    """A report that waits for its first check."""
    return town.report()


@pytest.fixture
def at(town):
    """The case after some steps: `at(receipt, ("ut_intake", "sheyang.clerk", {...}), …)`."""

    def gone(receipt, *steps):
        for element, login, answers in steps:
            item = town.item(receipt.number, element)
            town.wiring.run(
                lambda uow, item=item, answers=answers: enactment.complete(uow, county=item.county, item_id=item.id, answers=answers) and None,
                actor=town.actor(login),
            )

    return gone


@pytest.fixture
def in_handling(town, receipt, at):
    """The number of a case that the transport department is handling."""
    unit = town.one("select id from organ where code = '330825.transport'")
    triaged = {"route": "immediate", "class": "ordinary", "channel": "unit", "unit": str(unit)}
    at(
        receipt, ("ut_intake", "sheyang.clerk", {**ACCEPTED, "safety_flag": False}), ("ut_triage", "sheyang.clerk", triaged),
        ("ut_confirm_route", "sheyang.head", {"decision": "agree"}), ("ut_unit_accept", "longyou.transport", {"decision": "accept"}),
    )
    return receipt.number


def photo():
    out = io.BytesIO()
    Image.new("RGB", (640, 480), (120, 160, 90)).save(out, "JPEG")
    return out.getvalue()


class TestDesk:
    def test_shows_only_what_is_theirs(self, town, clerk, receipt):
        elsewhere = town.report(station="330825001-01")

        page = clerk.get("/desk")

        assert receipt.number in page.text
        assert elsewhere.number not in page.text
        assert receipt.number not in town.signed_in("longyou.transport").get("/desk").text

    def test_is_closed_to_who_is_not_signed_in(self, town):
        assert town.visitor().get("/desk", 303).location.startswith("/sign-in")

    def test_is_closed_to_administrators(self, town):
        town.signed_in("auditor").get("/desk", 403)

    def test_shows_the_head_what_nobody_has_taken(self, town, clock, receipt):
        head = town.signed_in("sheyang.head")
        assert receipt.number not in head.get("/desk").text

        clock.now += timedelta(days=3)
        jobs.tell_holders(town.wiring)

        assert receipt.number in head.get("/desk").text

    def test_pages_by_key_in_the_order_of_the_limits(self, town, clerk):
        numbers = [town.report().number for _ in range(3)]

        first = clerk.get("/desk?size=2")
        second = clerk.get(next(href for href in first.links.values() if "after=" in href))

        assert [number in first.text for number in numbers] == [True, True, False]
        assert [number in second.text for number in numbers] == [False, False, True]

    def test_gives_the_rows_alone_to_the_refresh(self, clerk, receipt):
        answer = clerk.http.get("/desk", headers={**clerk.headers, "HX-Request": "true"})

        assert receipt.number in answer.text
        assert "<html" not in answer.text

    def test_knows_no_other_view(self, clerk):
        clerk.get("/desk?view=everything", 404)

    def test_tells_what_was_sent_back(self, town, clerk, receipt, at):
        at(receipt, ("ut_intake", "sheyang.clerk", {**ACCEPTED, "safety_flag": False}))
        page = clerk.get(town.address(receipt.number, "ut_triage"))

        clerk.submit(page, {"return_to": "ut_intake", "return_reason": "类别不对"}, 303, form=page.url + "/return")

        assert receipt.number in clerk.get("/desk?view=returned").text
        assert "类别不对" in clerk.get(town.address(receipt.number, "ut_intake")).text


class TestClaim:
    def test_moves_the_item_to_mine(self, town, clerk, receipt):
        page = clerk.get("/desk")

        clerk.submit(page, status=303, form=f"{town.address(receipt.number, 'ut_intake')}/claim")

        assert receipt.number in clerk.get("/desk?view=mine").text
        assert town.item(receipt.number, "ut_intake").assignee == town.account("sheyang.clerk")

    def test_answers_the_second_with_the_row_as_it_is(self, town, receipt):
        town.change("""insert into role_grant(account_id, role, organ_id, scope, lo, hi, from_on, granted_by, granted_at)
            select :second, role, organ_id, scope, lo, hi, from_on, granted_by, granted_at from role_grant where account_id = :first""",
                    first=town.account("sheyang.clerk"), second=town.account("longzhou.clerk"))
        first, second = town.signed_in("sheyang.clerk"), town.signed_in("longzhou.clerk")
        address = f"{town.address(receipt.number, 'ut_intake')}/claim"
        first.post(address, status=303)

        answer = second.http.post(address, data={"csrf_token": second.token()}, headers={**second.headers, "HX-Request": "true"})

        assert answer.status_code == 409
        assert "郑晓禾" in answer.text
        assert "<tr" in answer.text and "<html" not in answer.text

    def test_tells_who_has_it_to_a_browser_without_scripts(self, town, clerk, receipt):
        town.change("update work_item set status = 1, assignee = :other where instance_id = :case",
                    other=town.account("sheyang.head"), case=receipt.case_id)

        page = clerk.post(f"{town.address(receipt.number, 'ut_intake')}/claim", status=409)

        assert "祝明远" in page.text

    def test_can_be_taken_back(self, town, clerk, receipt):
        address = town.address(receipt.number, "ut_intake")
        clerk.post(f"{address}/claim", status=303)

        clerk.submit(clerk.get(address), status=303, form=f"{address}/release")

        assert town.item(receipt.number, "ut_intake").assignee is None

    def test_is_refused_to_strangers(self, town, receipt):
        town.signed_in("longyou.transport").post(f"{town.address(receipt.number, 'ut_intake')}/claim", status=403)


class TestItem:
    def test_shows_form_and_case_side_by_side(self, town, clerk, receipt):
        page = clerk.get(town.address(receipt.number, "ut_intake"))

        assert page.h1 == "受理审查"
        assert "村口的路灯坏了三盏" in page.text
        assert page.select("input[name=decision]")

    def test_begins_with_the_answers_the_process_proposes(self, town, clerk, receipt, at):
        at(receipt, ("ut_intake", "sheyang.clerk", {**ACCEPTED, "safety_flag": False}))

        page = clerk.get(town.address(receipt.number, "ut_triage"))

        proposed = [box.get("value") for box in page.select("input[name=route]") if box.get("checked") is not None]
        assert len(proposed) == 1

    def test_is_not_shown_to_strangers(self, town, receipt):
        town.signed_in("jinqing.clerk").get(town.address(receipt.number, "ut_intake"), 403)

    def test_is_read_only_for_who_may_see_the_case(self, town, receipt):
        page = town.signed_in("sheyang.office").get(town.address(receipt.number, "ut_intake"))

        assert not page.select("input[name=decision]")

    def test_that_does_not_exist_is_not_found(self, clerk):
        clerk.get("/desk/items/330825-999999", 404)

    def test_has_the_step_in_the_readers_language(self, town, receipt):
        page = town.signed_in("sheyang.clerk", "en").get(town.address(receipt.number, "ut_intake"))

        assert page.h1 == "Check the report"


class TestComplete:
    def test_leads_to_the_next_item_of_the_case(self, town, clerk, receipt):
        page = clerk.get(town.address(receipt.number, "ut_intake"))

        answer = clerk.submit(page, {**ACCEPTED, "households": "23"}, 303, form=page.url)

        assert answer.location == town.address(receipt.number, "ut_triage")
        assert town.case(receipt.number).households == 23

    def test_keeps_what_was_typed_when_something_is_wrong(self, town, clerk, receipt):
        page = clerk.get(town.address(receipt.number, "ut_intake"))

        again = clerk.submit(page, {"decision": "reject", "category": "road", "reason": "", "households": "7"}, 422, form=page.url)

        assert again.select("input[name=households]")[0].get("value") == "7"
        assert [box.get("value") for box in again.select("input[name=decision]") if box.get("checked") is not None] == ["reject"]
        assert "理由" in again.select("[data-summary]")[0].text_content()
        assert town.item(receipt.number, "ut_intake").status == 0

    def test_refuses_a_number_outside_its_bounds(self, town, clerk, receipt):
        page = clerk.get(town.address(receipt.number, "ut_intake"))

        clerk.submit(page, {**ACCEPTED, "households": "0"}, 422, form=page.url)

        assert town.case(receipt.number).status == "submitted"

    def test_refuses_foreign_fields(self, town, clerk, receipt):
        clerk.post(town.address(receipt.number, "ut_intake"), {**ACCEPTED, "case.status": "closed"}, 422)

        assert town.case(receipt.number).status == "submitted"

    def test_happens_once_whoever_presses_second(self, town, clerk, receipt):
        address = town.address(receipt.number, "ut_intake")
        clerk.post(address, ACCEPTED, 303)

        page = clerk.post(address, ACCEPTED, 409)

        assert "已" in page.select("[role=alert]")[0].text_content()
        assert town.one("select count(*) from work_item where instance_id = :id and element = 'ut_triage'", id=receipt.case_id) == 1

    def test_hears_the_same_answer_with_the_same_key(self, town, clerk, receipt):
        page = clerk.get(town.address(receipt.number, "ut_intake"))

        first, second = (clerk.submit(page, ACCEPTED, 303, form=page.url).location for _ in range(2))

        assert first == second

    def test_is_refused_to_strangers(self, town, receipt):
        town.signed_in("jinqing.clerk").post(town.address(receipt.number, "ut_intake"), ACCEPTED, 403)

    def test_leads_to_the_desk_when_others_go_on(self, town, receipt, at):
        at(receipt, ("ut_intake", "sheyang.clerk", {**ACCEPTED, "safety_flag": False}))
        clerk = town.signed_in("sheyang.clerk")
        page = clerk.get(town.address(receipt.number, "ut_triage"))

        answer = clerk.submit(page, {"route": "answer", "reason": "可以直接答复"}, 303, form=page.url)

        assert answer.location == f"/desk?done={receipt.number}"
        assert receipt.number in clerk.follow(answer).text


class TestPictures:
    def test_join_the_file_cleaned_and_for_staff_only(self, town, in_handling):
        handler = town.signed_in("longyou.transport")
        page = handler.get(town.address(in_handling, "ut_handle"))

        handler.submit(page, {"outcome": "solved", "progress": "已换灯", "evidence": (io.BytesIO(photo()), "修好了.jpg")}, 303, form=page.url)

        row = town.rows("select kind, audience, content, name from attachment where kind = 'evidence'")[0]
        assert (row.kind, row.audience, row.name) == ("evidence", "staff", "修好了.jpg")
        assert town.wiring.storage.get(row.content).startswith(b"\xff\xd8")

    def test_that_are_none_are_refused_at_their_field(self, town, in_handling):
        handler = town.signed_in("longyou.transport")
        page = handler.get(town.address(in_handling, "ut_handle"))

        again = handler.submit(page, {"outcome": "solved", "progress": "已换灯", "evidence": (io.BytesIO(b"%PDF-1.7 no"), "a.jpg")}, 422, form=page.url)

        assert "JPEG" in again.select("[data-summary]")[0].text_content()
        assert again.select("textarea[name=progress]")[0].text.strip() == "已换灯"
        assert town.one("select count(*) from attachment") == 0


class TestReturn:
    def test_asks_for_the_reason(self, town, clerk, receipt, at):
        at(receipt, ("ut_intake", "sheyang.clerk", {**ACCEPTED, "safety_flag": False}))
        address = town.address(receipt.number, "ut_triage")

        page = clerk.post(f"{address}/return", {"return_to": "ut_intake", "return_reason": " "}, 422)

        assert "缺少" in page.text
        assert town.address(receipt.number, "ut_triage") == address

    def test_is_refused_to_strangers(self, town, receipt):
        address = town.address(receipt.number, "ut_intake")

        town.signed_in("jinqing.clerk").post(f"{address}/return", {"return_to": "ut_intake", "return_reason": "x"}, 403)
