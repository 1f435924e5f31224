"""A real browser for those tests that need one: Debian's Chromium, axe, a phone, pictures to look at."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

ROOT = Path(__file__).resolve().parents[1]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1366, "height": 900}}
PATIENCE = 10_000  # milliseconds
READER = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "reduced_motion": "reduce", "bypass_csp": False}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
#: Controls a finger must hit; links inside a sentence are excepted by the rule (WCAG 2.5.8).
TARGETS = """() => [...document.querySelectorAll('button, .btn, select, textarea, summary, input:not([type=hidden]):not([type=checkbox]):not([type=radio]):not([type=file]), .choice, .file-pick')]
  .filter((e) => e.offsetParent && !e.closest('[hidden], dialog') && !e.closest('.djs-container'))
  .map((e) => [e, e.getBoundingClientRect()]).filter(([, r]) => r.height > 0 && (r.height < 43.5 || r.width < 43.5))
  .map(([e, r]) => `${e.outerHTML.slice(0, 90)} ${Math.round(r.width)}x${Math.round(r.height)}`)"""


def chromium() -> str | None:
    """Where the browser is, if there is one."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="session")
def chrome() -> Iterator[Browser]:
    """The browser, started once; without one the test is skipped, which the build treats as a failure."""
    found = chromium()
    if not found:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def served() -> Iterator[Callable[[Flask], str]]:
    """Serve an application on a free port of this machine; gives its address."""
    servers: dict[int, Any] = {}

    def serve(app: Flask) -> str:
        if id(app) not in servers:
            server = make_server("127.0.0.1", 0, app, threaded=True)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            servers[id(app)] = server
        return f"http://127.0.0.1:{servers[id(app)].port}"

    yield serve
    for server in servers.values():
        server.shutdown()
        server.server_close()


@pytest.fixture
def watched() -> Iterator[Callable[[Any], None]]:
    """Listen to a page: errors of its scripts and refusals of the policy fail the test at its end."""
    seen: list[str] = []

    def watch(page: Any) -> None:
        page.on("pageerror", lambda error: seen.append(f"{page.url}: {error}"))
        page.on("console", lambda said: seen.append(f"{page.url}: {said.text}") if _is_bad(said) else None)

    yield watch
    assert seen == []


@pytest.fixture
def open_page(chrome: Browser, watched: Callable[[Any], None]) -> Iterator[Callable[..., Any]]:
    """A fresh page: `open_page(phone=True, dark=True, scripts=False)`; closed at the end of the test."""
    contexts: list[Any] = []

    def opened(phone: bool = False, dark: bool = False, scripts: bool = True, **more: Any) -> Any:
        look = {**(PHONE if phone else DESK), "color_scheme": "dark" if dark else "light", "java_script_enabled": scripts}
        context = chrome.new_context(**{**READER, **look, **more})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        watched(page)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def axe() -> Callable[[Any], list[Any]]:
    """What axe objects to on a page, WCAG 2.0 to 2.2, A and AA."""
    source = AXE.read_text("utf-8")

    def findings(page: Any) -> list[Any]:
        page.evaluate(source)
        report = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        return [(v["id"], v["help"], [(n["target"], n["any"][0]["message"] if n["any"] else "") for n in v["nodes"]][:6]) for v in report["violations"]]

    return findings


@pytest.fixture(scope="session")
def sound(axe: Callable[[Any], list[Any]]) -> Callable[[Any], None]:
    """Assert of a page: axe finds nothing, nothing scrolls sideways, targets are large enough."""

    def check(page: Any) -> None:
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), "scrolls sideways"
        assert page.evaluate(TARGETS) == []

    return check


@pytest.fixture(scope="session")
def shot(request: pytest.FixtureRequest) -> Callable[[Any, str], Path]:
    """Keep a picture of a page where somebody may look at it: build/pages/<name>.png."""
    folder = ROOT / "build" / "pages"
    folder.mkdir(parents=True, exist_ok=True)

    def take(page: Any, name: str) -> Path:
        path = folder / f"{name}.png"
        page.screenshot(path=path, full_page=True, animations="disabled", caret="hide")
        return path

    return take


@contextmanager
def without_network(page: Any) -> Iterator[None]:
    """The page's browser loses its network for a while."""
    page.context.set_offline(True)
    try:
        yield
    finally:
        page.context.set_offline(False)


def ready(page: Any, url: str = "") -> Any:
    """Open an address and wait until the page's scripts have run.

    wait_for_function would need 'unsafe-eval' in the policy, hence a mark in the document.
    """
    if url:
        page.goto(url)
    page.wait_for_selector("html[data-ready]", state="attached")
    return page


def _is_bad(said: Any) -> bool:
    return said.type == "error" and ("Content Security" in said.text or "Uncaught" in said.text)
