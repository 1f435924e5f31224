"""Refusals: one table, in the reader's language, with a number to tell us."""

import logging

import pytest

from tests.pages import PageClient


class TestRefusals:
    @pytest.mark.parametrize(("address", "status"), [("/fail/missing", 404), ("/fail/stale", 409), ("/fail/away", 503), ("/nowhere", 404)])
    def test_get_a_page_with_advice_and_a_number(self, reader: PageClient, address: str, status: int) -> None:
        page = reader.get(address, status)

        assert page.response.headers["X-Request-Id"] in page.text
        assert not any(letter.isascii() and letter.isalpha() for letter in page.h1)

    def test_speak_english_to_english_readers(self, english_reader: PageClient) -> None:
        assert english_reader.get("/fail/stale", 409).h1 == "Somebody was faster"

    def test_speak_json_to_machines(self, reader: PageClient) -> None:
        answer = reader.http.get("/fail/missing", headers={"Accept": "application/json"})

        assert answer.status_code == 404
        assert answer.get_json()["error"] == "not_found"

    def test_the_unforeseen_is_one_page_and_a_line_in_the_log(self, reader: PageClient, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.ERROR, "app.web"):
            page = reader.get("/fail/other", 500)

        assert "ZeroDivisionError" not in page.text
        assert page.response.headers["X-Request-Id"] in caplog.text

    def test_a_method_that_is_not_served_is_no_error_of_ours(self, reader: PageClient) -> None:
        reader.post("/receipt", {}, status=405)
