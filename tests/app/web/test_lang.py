"""Language and theme: chosen, remembered, guessed."""

import pytest
from flask import Flask

from app.web import lang
from tests.pages import PageClient


class TestLanguage:
    def test_is_chinese_when_in_doubt(self, specimen: Flask) -> None:
        answer = specimen.test_client().get("/receipt", headers={"Accept-Language": "fr"})

        assert 'lang="zh-CN"' in answer.get_data(as_text=True)

    def test_follows_the_browser(self, english_reader: PageClient) -> None:
        page = english_reader.get("/receipt")

        assert page.tree.get("lang") == "en"
        assert "Track a report" in page.links

    def test_is_remembered_once_chosen(self, reader: PageClient) -> None:
        chosen = reader.get("/receipt?lang=en&x=1", status=303)

        assert chosen.location == "/receipt?x=1"
        assert reader.follow(chosen).tree.get("lang") == "en"

    @pytest.mark.parametrize("address", ["/receipt?lang=xx", "/receipt?theme=pink"])
    def test_ignores_what_does_not_exist(self, reader: PageClient, address: str) -> None:
        assert reader.get(address).tree.get("lang") == "zh-CN"

    def test_never_leads_to_another_host(self, specimen: Flask) -> None:
        answer = specimen.test_client().get("//evil.example/?theme=dark", base_url="http://localhost")

        assert not answer.headers.get("Location", "").startswith("//")


class TestTheme:
    def test_follows_the_device_until_chosen(self, reader: PageClient) -> None:
        assert reader.get("/receipt").tree.get("data-bs-theme") is None

    def test_is_set_by_the_server_once_chosen(self, reader: PageClient) -> None:
        page = reader.follow(reader.get("/receipt?theme=dark", status=303))

        assert page.tree.get("data-bs-theme") == "dark"

    def test_letters_grow_for_those_who_ask(self, reader: PageClient) -> None:
        page = reader.follow(reader.get("/receipt?size=large", status=303))

        assert page.tree.get("data-size") == "large"


class TestWords:
    @pytest.mark.parametrize(
        ("text", "said"),
        [({"zh": "站", "en": "station"}, "station"), ({"zh": "站"}, "站"), ({"zh": "站", "en": ""}, "站"), ("plain", "plain"), (None, ""), ({}, "")],
    )
    def test_take_the_readers_side_or_the_other(self, text: object, said: str) -> None:
        assert lang.words(text, "en") == said
