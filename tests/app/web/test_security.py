"""Headers, the nonce and the forgery guard."""

import re

import pytest
from flask import Flask

from tests.pages import PageClient


class TestHeaders:
    def test_forbid_whatever_is_not_ours(self, reader: PageClient) -> None:
        headers = reader.get("/receipt").response.headers

        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"

    def test_allow_styles_only_where_a_diagram_is_drawn(self, reader: PageClient) -> None:
        drawing = reader.get("/drawing").response.headers["Content-Security-Policy"]

        assert "style-src 'self' 'unsafe-inline'" in drawing
        assert "'unsafe" not in re.search(r"script-src [^;]*", drawing)[0]

    def test_give_each_answer_its_own_nonce(self, reader: PageClient) -> None:
        nonces = {re.search(r"nonce-([^']+)", reader.get("/receipt").response.headers["Content-Security-Policy"])[1] for _ in range(3)}

        assert len(nonces) == 3


class TestForgeryGuard:
    def test_lets_a_form_of_ours_through(self, reader: PageClient) -> None:
        page = reader.get("/s/HZ7K")

        sent = reader.submit(page, {"text": "路灯不亮"}, status=303)

        assert sent.location == "/receipt"

    @pytest.mark.parametrize("token", ["", "abc", "abc.def", "äöü.äöü"])
    def test_refuses_a_form_without_a_true_token(self, reader: PageClient, token: str) -> None:
        reader.get("/s/HZ7K")

        refused = reader.post("/s/HZ7K", {"csrf_token": token, "text": "x"}, status=403)

        assert "失效" in refused.h1

    def test_refuses_the_token_of_another_browser(self, specimen: Flask) -> None:
        theirs = PageClient(specimen).token()
        ours = PageClient(specimen)
        ours.get("/s/HZ7K")

        ours.post("/s/HZ7K", {"csrf_token": theirs, "text": "x"}, status=403)

    @pytest.mark.parametrize("site", ["cross-site", "same-site"])
    def test_refuses_what_the_browser_says_comes_from_elsewhere(self, reader: PageClient, site: str) -> None:
        token = reader.token()

        answer = reader.http.post("/s/HZ7K", data={"csrf_token": token}, headers={"Sec-Fetch-Site": site})

        assert answer.status_code == 403

    def test_salts_the_token_anew(self, reader: PageClient) -> None:
        assert reader.token() != reader.token()
