"""The citizen's pages in a real browser: on a phone, at a desk, in the dark, with and without scripts."""

from collections.abc import Callable
from typing import Any

import pytest

from app.factory import create_app
from app.uow import CLOCK
from tests.plugins_browser import ready
from tests.plugins_cases import Place, make_place

pytestmark = pytest.mark.browser
TEXT = "凤溪村口的石桥被洪水冲断，二十多户出不了门，孩子上学要绕三公里。请尽快来看看！"


@pytest.fixture
def station(fresh_wiring: Any) -> Place:
    """A station whose code is on a sheet."""
    return fresh_wiring.run(lambda uow: make_place(uow.db), actor=CLOCK)


@pytest.fixture
def address(fresh_wiring: Any, served: Callable) -> str:
    """Where the pages are."""
    return served(create_app(fresh_wiring.settings, fresh_wiring))


def file_plainly(page: Any, url: str) -> tuple[str, str]:
    page.goto(url)
    page.fill("#text", TEXT)
    page.fill("#place", "凤溪村口石桥")
    page.fill("#phone", "13812345678")
    page.click("button:has-text('提交')")
    page.wait_for_url("**/receipt")
    return page.inner_text(".receipt-number"), page.inner_text(".secret")


class TestWithoutScripts:
    def test_a_report_is_sent_and_tracked(self, open_page, address, station, shot):
        page = open_page(phone=True, scripts=False)

        number, code = file_plainly(page, f"{address}/s/{station.station_code}")
        shot(page, "receipt-phone-plain")
        page.goto(f"{address}/t")
        page.fill("#number", number)
        page.fill("#code", code)
        page.click("button:has-text('查询')")

        assert "收到反映" in page.inner_text("main")


class TestLook:
    @pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
    @pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
    def test_every_page_is_sound(self, open_page, address, station, sound, shot, phone, dark):
        page = open_page(phone=phone, dark=dark)
        name = f"{'phone' if phone else 'desk'}-{'dark' if dark else 'light'}"

        for path in ("start", "t", f"s/{station.station_code}"):
            ready(page, f"{address}/{path}")
            shot(page, f"citizen-{path.split('/')[0]}-{name}")
            sound(page)
        self.through_the_steps(page)
        ready(page)
        shot(page, f"citizen-receipt-{name}")
        sound(page)
        page.click("text=查看进度")
        ready(page)
        shot(page, f"citizen-status-{name}")
        sound(page)

    def through_the_steps(self, page: Any) -> None:
        page.fill("#text", TEXT)
        page.click("[data-next]:visible")
        page.fill("#place", "凤溪村口石桥")
        page.click("[data-next]:visible")
        page.fill("#phone", "13812345678")
        page.click("button:has-text('提交'):visible")
        page.wait_for_url("**/receipt")


class TestWeight:
    def test_the_scanned_page_weighs_little_and_asks_nobody_else(self, open_page, address, station):
        page = open_page(phone=True)
        seen: list[Any] = []
        page.on("requestfinished", lambda request: seen.append(request))

        ready(page, f"{address}/s/{station.station_code}")

        sizes = [request.sizes() for request in seen]
        total = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)
        assert all(request.url.startswith(address) or request.url.startswith("data:") for request in seen)
        assert total <= 40 * 1024, [(request.url, size) for request, size in zip(seen, sizes, strict=True)]
