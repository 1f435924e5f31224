"""The page of the demonstration: anybody's shoes, the phone, the clock, the switches."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.cases.operations import Contact
from app.factory import create_app
from tests.pages import PageClient


@pytest.fixture
def newcomer(town):
    """Somebody who has just started the system."""
    return town.visitor()


class TestDemo:
    def test_offers_every_account_and_codes_to_scan(self, town, newcomer):
        page = newcomer.get("/demo")

        assert "郑晓禾" in page.text
        assert len(page.select("form[action=/demo/sign-in]")) == town.one("select count(*) from account where closed_at is null")
        assert any(href.startswith("/s/") for href in page.links.values())

    def test_is_there_in_english(self, town):
        assert "Station clerk" in town.visitor("en").get("/demo").text

    def test_is_not_there_without_the_setting(self, town):
        sober = replace(town.wiring, settings=replace(town.wiring.settings, demo=False))

        PageClient(create_app(sober.settings, sober)).get("/demo", 404)

    def test_answers_only_from_this_machine(self, newcomer):
        newcomer.get("/demo", 404, environ_base={"REMOTE_ADDR": "203.0.113.9"})


class TestSignIn:
    def test_is_one_click(self, town, newcomer):
        newcomer.post("/demo/sign-in", {"account": str(town.account("sheyang.clerk"))}, 303)

        assert "郑晓禾" in newcomer.get("/desk").response.text

    def test_changes_the_person(self, town, newcomer):
        for login in ("sheyang.clerk", "sheyang.head"):
            newcomer.post("/demo/sign-in", {"account": str(town.account(login))}, 303)

        assert "祝明远" in newcomer.get("/desk").response.text

    @pytest.mark.parametrize(("account", "status"), [("", 422), ("x", 422), ("999999", 404)])
    def test_knows_nobody_else(self, newcomer, account, status):
        newcomer.post("/demo/sign-in", {"account": account}, status)


class TestPhone:
    def test_shows_what_was_sent(self, town, newcomer):
        town.change("insert into sms_message(message_id, phone, body, case_no, sent_at) values ('m1', '13812345678', '您的反映已受理', 'n', now())")

        page = newcomer.get("/demo/phone")

        assert "您的反映已受理" in page.text
        assert "您的反映已受理" not in newcomer.get("/demo/phone?phone=13900000000").text

    def test_says_that_nothing_came_yet(self, newcomer):
        assert newcomer.get("/demo/phone").h1


class TestClock:
    @pytest.mark.parametrize(("given", "at_least"), [({"hours": "4"}, timedelta(hours=4)), ({"working_days": "3"}, timedelta(days=2))])
    def test_runs_ahead(self, town, newcomer, given, at_least):
        newcomer.post("/demo/clock", given, 303)

        assert town.one("select shift from clock_offset") >= at_least

    @pytest.mark.parametrize("given", [{}, {"hours": "-1"}, {"hours": "9999"}, {"working_days": "-2"}, {"working_days": "400"}])
    def test_goes_forward_only_and_not_too_far(self, town, newcomer, given):
        newcomer.post("/demo/clock", given, 422)

        assert town.rows("select 1 from clock_offset") == []


class TestSimulators:
    def test_says_that_they_do_not_run(self, newcomer):
        newcomer.post("/demo/simulators", {"mode": "down"}, 503)

    def test_knows_no_other_switch(self, newcomer):
        newcomer.post("/demo/simulators", {"mode": "on fire"}, 422)
