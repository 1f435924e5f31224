"""What the station asks, and what the reporter answers."""

import pytest

QUESTION = "路灯在哪条路上？请写明杆号。"
ANSWER = "在凤溪路，杆号是 17 到 19。"


@pytest.fixture
def asked(town):
    """A report the clerk has a question about; gives its receipt and a browser that knows it."""
    receipt = town.report()
    clerk = town.signed_in("sheyang.clerk")
    clerk.post(town.address(receipt.number, "ut_intake"), {"decision": "supplement", "question": QUESTION}, 303)
    reporter = town.visitor()
    reporter.post("/t", {"number": receipt.number, "code": receipt.tracking_code}, 303)
    return receipt, reporter


@pytest.fixture
def item_page(town, asked):
    """The page on which the reporter answers."""
    receipt, reporter = asked
    return reporter.get(f"/t/{receipt.number}/items/{town.item(receipt.number, 'ut_supplement').id}")


class TestQuestion:
    def test_stands_above_the_form(self, item_page):
        assert QUESTION in item_page.text

    def test_stands_in_the_reporters_timeline_but_not_in_public(self, town, asked):
        receipt, reporter = asked

        assert QUESTION in reporter.get(f"/t/{receipt.number}").text
        town.change("update case_file set published_at = now(), public_title = '路灯' where number = :number", number=receipt.number)
        assert QUESTION not in town.visitor().get(f"/public/{receipt.number}").text

    def test_leads_from_the_status_page_to_the_form(self, town, asked, item_page):
        receipt, reporter = asked

        assert item_page.url in reporter.get(f"/t/{receipt.number}").links.values()


class TestAnswer:
    def test_reaches_who_asked(self, town, asked, item_page):
        receipt, reporter = asked

        reporter.submit(item_page, {"text": ANSWER}, 303)

        assert ANSWER in town.signed_in("sheyang.clerk").get(town.address(receipt.number, "ut_intake")).text
        assert ANSWER in reporter.get(f"/t/{receipt.number}").text

    def test_is_taken_once(self, asked, item_page):
        _receipt, reporter = asked
        reporter.submit(item_page, {"text": ANSWER}, 303)

        reporter.get(item_page.url, 404)

    def test_without_words_is_asked_again(self, asked, item_page):
        _receipt, reporter = asked

        page = reporter.submit(item_page, {"text": " "}, 422)

        assert QUESTION in page.text


class TestActs:
    def test_are_offered_while_the_process_waits_for_them(self, asked):
        receipt, reporter = asked

        assert f"/t/{receipt.number}/acts/msg_withdraw" in reporter.get(f"/t/{receipt.number}").links.values()

    def test_take_the_report_back(self, town, asked):
        receipt, reporter = asked
        page = reporter.get(f"/t/{receipt.number}/acts/msg_withdraw")

        reporter.submit(page, {}, 303)

        assert town.case(receipt.number).status == "withdrawn"
        assert f"/t/{receipt.number}/acts/msg_withdraw" not in reporter.get(f"/t/{receipt.number}").links.values()
