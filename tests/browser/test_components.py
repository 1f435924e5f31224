"""Every component in a real browser: accessible in both themes and widths, usable without scripts and without a network."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect

from app.web.assets import DIST
from tests.app.web.specimen import make_specimen
from tests.plugins_browser import ready, without_network

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (DIST / "manifest.json").exists(), reason="the bundles have not been built"),
]


@pytest.fixture(scope="module")
def specimen() -> Any:
    """The application of this module."""
    return make_specimen()


@pytest.fixture(scope="module")
def address(served: Callable[[Any], str], specimen: Any) -> str:
    """Where it answers."""
    return served(specimen)


def photo(size: tuple[int, int] = (3000, 2000)) -> dict[str, Any]:
    """A large photo as a phone would send it."""
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, "JPEG", quality=88)
    return {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


class TestLook:
    @pytest.mark.parametrize("path", ["/specimen?bad=1", "/s/HZ7K", "/receipt", "/drawing"])
    @pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
    @pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
    def test_is_accessible_and_fits(
        self, open_page: Callable, sound: Callable, shot: Callable, address: str, path: str, phone: bool, dark: bool
    ) -> None:
        page = ready(open_page(phone=phone, dark=dark), address + path)

        shot(page, f"{path.strip('/').split('?')[0].replace('/', '-')}-{'phone' if phone else 'desk'}-{'dark' if dark else 'light'}")
        sound(page)

    def test_follows_the_readers_choice_against_the_device(self, open_page: Callable, address: str) -> None:
        page = ready(open_page(dark=False), f"{address}/receipt?theme=dark")

        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 22, 32)"


class TestKeyboard:
    def test_walks_opens_and_explains(self, open_page: Callable, address: str) -> None:
        page = ready(open_page(), f"{address}/specimen")

        page.keyboard.press("j")
        page.keyboard.press("j")
        expect(page.locator("tr.is-here .number")).to_have_text("CI-330825-2021-000418")
        page.keyboard.press("k")
        page.keyboard.press("?")
        expect(page.locator("#help")).to_be_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("Enter")
        page.wait_for_url("**/specimen?id=0")

    def test_leaves_letters_to_those_who_type(self, open_page: Callable, address: str) -> None:
        page = ready(open_page(), f"{address}/specimen")

        page.keyboard.press("/")
        page.keyboard.type("jk?")

        expect(page.locator("#q")).to_have_value("jk?")
        assert page.locator("tr.is-here").count() == 0

    def test_single_keys_can_be_switched_off(self, open_page: Callable, address: str) -> None:
        page = ready(open_page(), f"{address}/specimen")

        page.keyboard.press("?")
        page.check("[data-keys-off]")
        page.keyboard.press("Escape")
        page.keyboard.press("j")

        assert page.locator("tr.is-here").count() == 0


class TestForms:
    def test_show_fields_with_the_answers_they_depend_on(self, open_page: Callable, address: str) -> None:
        page = ready(open_page(), f"{address}/specimen")

        expect(page.locator("#unit")).to_be_visible()
        page.check("input[name=route][value=answer]")
        expect(page.locator("#unit")).to_be_hidden()

    def test_work_without_scripts(self, open_page: Callable, address: str) -> None:
        page = open_page(scripts=False)
        page.goto(f"{address}/specimen")

        page.check("input[name=route][value=refer_out]")
        page.fill("#works\\.0\\.what", "填补")
        page.click("button[name=_more]")

        expect(page.locator("#works\\.1\\.what")).to_be_visible()
        expect(page.locator("input[name=route][value=refer_out]")).to_be_checked()


class TestDiagram:
    def test_shows_token_path_and_times(self, open_page: Callable, address: str) -> None:
        page = ready(open_page(), f"{address}/drawing")

        page.wait_for_selector("[data-bpmn][data-drawn]", state="attached")
        expect(page.locator('[data-element-id="ut_handle"].is-active')).to_have_count(1)
        expect(page.locator('[data-element-id="ut_triage"].is-visited')).to_have_count(1)
        expect(page.locator(".times")).to_have_text("×2")
        expect(page.locator(".bjs-powered-by")).to_be_visible()


class TestReport:
    def test_goes_through_three_screens_to_the_receipt(self, open_page: Callable, address: str, specimen: Any) -> None:
        page = ready(open_page(phone=True), f"{address}/s/A1")

        page.fill("#text", "桥面破损")
        page.get_by_role("button", name="下一步").click()
        page.fill("#place", "地圩村大桥")
        page.get_by_role("button", name="下一步").click()
        expect(page.locator("[data-review]")).to_contain_text("地圩村大桥")
        page.get_by_role("button", name="提交", exact=True).click()

        page.wait_for_url("**/receipt")
        sent = [each for many in specimen.extensions["received"].values() for each in many]
        assert any(each["answers"]["text"] == "桥面破损" for each in sent)

    def test_asks_for_what_is_missing_before_going_on(self, open_page: Callable, address: str) -> None:
        page = ready(open_page(phone=True), f"{address}/s/A2")

        page.get_by_role("button", name="下一步").click()

        expect(page.locator("#text")).to_be_visible()
        expect(page.locator("#place")).to_be_hidden()

    def test_shows_the_phone_numbers_when_there_is_danger(self, open_page: Callable, address: str) -> None:
        page = ready(open_page(phone=True), f"{address}/s/A3")

        expect(page.locator("[data-danger]")).to_be_hidden()
        page.fill("#text", "楼下着火了")
        expect(page.locator("[data-danger] a").first).to_be_visible()

    def test_survives_a_lost_network_and_is_sent_once(self, open_page: Callable, address: str, specimen: Any) -> None:
        page = ready(open_page(phone=True), f"{address}/s/B1")
        page.reload()
        ready(page)
        picture = photo()
        page.set_input_files("#photos", picture)
        expect(page.locator("[data-state]")).to_contain_text("1 张", timeout=20000)

        with without_network(page):
            page.fill("#text", "路灯不亮")
            page.get_by_role("button", name="下一步").click()
            page.get_by_role("button", name="下一步").click()
            page.get_by_role("button", name="提交", exact=True).click()
            expect(page.locator("[data-state]")).to_contain_text("没有网络")
            page.reload()
            ready(page)
            expect(page.locator("#text")).to_have_value("路灯不亮")

        page.wait_for_url("**/receipt", timeout=15000)
        sent = [each for many in specimen.extensions["received"].values() for each in many if each["answers"]["text"] == "路灯不亮"]
        assert len(sent) == 1
        assert sent[0]["sizes"][0] < len(picture["buffer"]) / 2

    def test_tells_refused_from_lost(self, open_page: Callable, address: str) -> None:
        page = ready(open_page(phone=True), f"{address}/s/B2")

        page.fill("#text", "请拒绝")
        page.get_by_role("button", name="下一步").click()
        page.get_by_role("button", name="下一步").click()
        page.get_by_role("button", name="提交", exact=True).click()

        expect(page.locator("[data-summary]")).to_contain_text("请写得具体一些")
        expect(page.locator("#text")).to_be_visible()
        expect(page.locator("#text")).to_have_value("请拒绝")

    def test_forgets_the_draft_when_told_to(self, open_page: Callable, address: str) -> None:
        page = ready(open_page(phone=True), f"{address}/s/B3")
        page.fill("#text", "不想说了")
        expect(page.locator("[data-forget]")).to_be_visible()
        page.reload()
        ready(page)
        expect(page.locator("#text")).to_have_value("不想说了")

        with page.expect_navigation():
            page.click("[data-forget]")

        ready(page)
        expect(page.locator("#text")).to_have_value("")

    def test_works_without_scripts(self, open_page: Callable, address: str) -> None:
        page = open_page(phone=True, scripts=False)
        page.goto(f"{address}/s/B4")

        page.fill("#text", "没有脚本也能反映")
        page.fill("#place", "村口")
        page.get_by_role("button", name="提交", exact=True).click()

        page.wait_for_url("**/receipt")
