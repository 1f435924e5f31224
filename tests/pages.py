"""The page client: every page any test fetches is inspected before the test sees it.

It speaks HTTP as a browser without scripts would: it follows links, fills forms, keeps cookies.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask
from lxml import etree, html
from werkzeug.test import TestResponse

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
RAW = re.compile(r"Traceback \(most recent|\bNone\b|<class '|object at 0x|jinja2\.|sqlalchemy\.|\{\{|\{%|psycopg\.")
#: Errors of the lenient parser that are none in HTML 5: elements libxml2 has never heard of.
UNKNOWN_TAG = re.compile(r"Tag \w[\w-]* invalid")
LABELLED = ("input", "select", "textarea")
UNLABELLED_TYPES = {"hidden", "submit", "button", "image", "reset"}


class PageFault(AssertionError):
    """A page breaks a rule that holds for every page."""


@dataclass(frozen=True)
class Page:
    """One answer; for HTML its parsed tree."""

    response: TestResponse
    url: str
    tree: Any = None

    @property
    def status(self) -> int:
        """The number of the answer."""
        return self.response.status_code

    @property
    def location(self) -> str:
        """Where a redirect leads, as a path."""
        parts = urlsplit(self.response.headers.get("Location", ""))
        return parts.path + (f"?{parts.query}" if parts.query else "")

    @property
    def text(self) -> str:
        """What a reader sees in the main part, with single blanks."""
        main = self.select("main") or [self.tree]
        return " ".join(main[0].text_content().split())

    @property
    def h1(self) -> str:
        """The heading."""
        return " ".join(self.select("h1")[0].text_content().split())

    @property
    def json(self) -> Any:
        """The body of a JSON answer."""
        return self.response.get_json()

    @property
    def links(self) -> dict[str, str]:
        """Address of each link, by its words."""
        return {" ".join(a.text_content().split()): a.get("href") for a in self.tree.iter("a") if a.get("href")}

    @property
    def forms(self) -> list[Any]:
        """The forms of the main part, in their order."""
        return self.select("main form")

    def select(self, css: str) -> list[Any]:
        """Elements by a small CSS: tag, .class, #id, [attribute], [attribute=value], descendants by a blank."""
        return self.tree.xpath("//" + "//".join(_step(part) for part in css.split()))


class PageClient:
    """A reader without scripts. Redirects are not followed unless asked; every page is inspected."""

    def __init__(self, app: Flask, lang: str = "zh") -> None:
        self.app = app
        self.http = app.test_client()
        self.headers = {"Accept-Language": {"zh": "zh-CN,zh;q=0.9", "en": "en"}[lang], "Accept": "text/html"}

    def get(self, url: str, status: int = 200, **more: Any) -> Page:
        """Fetch a page that must answer with this status."""
        return self._inspected(self.http.get(url, headers=self.headers, **more), url, status)

    def post(self, url: str, data: Mapping[str, Any] | None = None, status: int = 302, **more: Any) -> Page:
        """Post as the form of some page would: token and key are taken from a fresh one."""
        fields = {"csrf_token": self.token(), **(data or {})}
        return self._inspected(self.http.post(url, data=fields, headers=self.headers, **more), url, status)

    def submit(
        self, page: Page, data: Mapping[str, Any] | None = None, status: int = 302, form: int | str = 0, button: str = ""
    ) -> Page:
        """Fill a form of a page and send it; `form` counts from 0, or is its action.

        A name that the form does not have fails the test: a person could not fill it either.
        """
        chosen = page.forms[form] if isinstance(form, int) else _by_action(page, form)
        fields = _defaults(chosen, button)
        foreign = set(data or {}) - _names(chosen)
        if foreign:
            raise PageFault(f"{page.url}: the form has no field {sorted(foreign)}, only {sorted(_names(chosen))}")
        fields.update(data or {})
        url = urljoin(page.url, chosen.get("action") or page.url)
        if chosen.get("method", "get").lower() == "get":
            return self.get(url, status, query_string=fields)
        sent = self.http.post(url, data=fields, headers=self.headers, content_type=_encoding(chosen))
        return self._inspected(sent, url, status)

    def follow(self, page: Page, status: int = 200) -> Page:
        """Go where a redirect leads."""
        return self.get(page.location, status)

    def token(self) -> str:
        """A forgery token that fits this client's cookies."""
        page = self.get("/t")
        return page.select("input[name=csrf_token]")[0].get("value")

    def _inspected(self, response: TestResponse, url: str, status: int) -> Page:
        # A large upload lies in a temporary file which the test client leaves open.
        response.request.environ["wsgi.input"].close()
        if response.status_code != status:
            said = re.sub(r"<[^>]+>|\s+", " ", response.get_data(as_text=True))[:600] if response.is_json or "html" in (response.mimetype or "") else ""
            where = response.headers.get("Location", "")
            raise PageFault(f"{url}: answered {response.status_code} {where}, expected {status}: {said}")
        if response.mimetype != "text/html" or status in range(300, 400):
            return Page(response, url)
        markup = response.get_data(as_text=True)
        page = Page(response, url, _parsed(markup, url))
        inspect_page(page, markup)
        return page


def inspect_page(page: Page, markup: str) -> None:
    """Every rule that holds for every page, in one place.

    Raises PageFault with all that is wrong.
    """
    is_fragment = not re.match(r"\s*<!doctype html>", markup, re.I)
    found = [*_duplicate_ids(page), *_labels(page), *_forms(page), *_inline(page), *_raw(page)]
    if not is_fragment:
        found += [*_frame(page), *_policy(page)]
    if found:
        raise PageFault(f"{page.url}: " + "; ".join(found))


def _frame(page: Page) -> Iterable[str]:
    title = page.select("title")
    if not title or not title[0].text_content().split("·")[0].strip():
        yield "no title"
    if page.tree.get("lang") not in ("zh-CN", "en"):
        yield "no lang"
    heads = page.select("h1")
    if len(heads) != 1 or not heads[0].text_content().strip():
        yield f"{len(heads)} h1"
    if len(page.select("main")) != 1:
        yield "not exactly one main"


def _policy(page: Page) -> Iterable[str]:
    policy = page.response.headers.get("Content-Security-Policy", "")
    nonce = re.search(r"'nonce-([^']+)'", policy)
    script = re.search(r"script-src ([^;]*)", policy)
    if not nonce or not script or "unsafe" in script[1]:
        yield "no strict script policy"
        return
    for element in page.tree.iter("script"):
        if element.get("nonce") != nonce[1]:
            yield f"script without the nonce: {element.get('src')}"
        if element.text and element.text.strip():
            yield "inline script"


def _duplicate_ids(page: Page) -> Iterable[str]:
    seen: set[str] = set()
    for element in page.tree.iter():
        name = element.get("id") if isinstance(element.tag, str) else None
        if name is not None and (name in seen or not name):
            yield f"duplicate or empty id {name!r}"
        seen.add(name or "")


def _labels(page: Page) -> Iterable[str]:
    labelled = {label.get("for") for label in page.tree.iter("label")}
    for element in page.tree.iter(*LABELLED):
        if element.get("type", "text") in UNLABELLED_TYPES:
            continue
        inside = any(parent.tag == "label" for parent in element.iterancestors())
        if not (element.get("id") in labelled or inside or element.get("aria-label") or element.get("aria-labelledby")):
            yield f"no label for {element.get('name')!r}"
        if element.get("placeholder") and not (element.get("id") in labelled or element.get("aria-label")):
            yield f"placeholder as label on {element.get('name')!r}"
    for image in page.tree.iter("img"):
        if image.get("alt") is None:
            yield f"no alt for {image.get('src')}"
    for button in page.tree.iter("button"):
        if not (button.text_content().strip() or button.get("aria-label")):
            yield "a button without words"


def _forms(page: Page) -> Iterable[str]:
    for form in page.tree.iter("form"):
        method = form.get("method", "get").lower()
        if method == "dialog":
            continue
        if not form.get("action"):
            yield "form without action"
        elif urlsplit(form.get("action")).netloc:
            yield "form to another host"
        if method == "post" and not form.xpath('.//input[@name="csrf_token"]/@value'):
            yield f"form without token: {form.get('action')}"
        if form.xpath('.//input[@type="file"]') and form.get("enctype") != "multipart/form-data":
            yield "files in a form without enctype"


def _inline(page: Page) -> Iterable[str]:
    draws = bool(page.select("[data-bpmn]"))
    for element in page.tree.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag == "style" or (element.get("style") is not None and not draws):
            yield f"inline style on {element.tag}"
        bad = [name for name in element.attrib if name.lower().startswith("on")]
        if bad or (element.get("href") or "").strip().lower().startswith("javascript:"):
            yield f"inline script on {element.tag}: {bad}"
        for name in ("src", "href"):
            if element.tag in ("script", "link", "img") and urlsplit(element.get(name) or "").netloc:
                yield f"other host: {element.get(name)}"


def _raw(page: Page) -> Iterable[str]:
    for element in page.tree.iter():
        if not isinstance(element.tag, str) or element.tag in ("script", "textarea", "code", "pre"):
            continue
        for text in (element.text, *(child.tail for child in element)):
            match = RAW.search(text or "")
            if match:
                yield f"raw text {match[0]!r} in <{element.tag}>: {text.strip()[:80]!r}"


def _parsed(markup: str, url: str) -> Any:
    parser = html.HTMLParser(recover=True, encoding="utf-8")
    tree = html.document_fromstring(markup.encode(), parser=parser)
    wrong = [f"line {e.line}: {e.message}" for e in parser.error_log if not UNKNOWN_TAG.search(e.message)]
    wrong += _unbalanced(markup)
    if wrong:
        raise PageFault(f"{url}: not well formed: " + "; ".join(wrong[:5]))
    return tree


def _unbalanced(markup: str) -> list[str]:
    """Tags opened and never closed; libxml2 forgives too many of them."""
    stack: list[str] = []
    stripped = re.sub(r"<!--.*?-->|<!doctype[^>]*>|(<(script|style|textarea)\b[^>]*>).*?(</\2>)", r"\1\3", markup, flags=re.S | re.I)
    for closing, name, rest in re.findall(r"<(/?)([a-zA-Z][\w-]*)((?:\"[^\"]*\"|'[^']*'|[^'\">])*)>", stripped):
        name = name.lower()
        if name in VOID or rest.endswith("/"):
            continue
        if not closing:
            stack.append(name)
        elif not stack or stack.pop() != name:
            return [f"</{name}> closes nothing, inside {stack[-3:]}"]
    return [f"never closed: {stack}"] if stack else []


def _by_action(page: Page, action: str) -> Any:
    found = [form for form in page.tree.iter("form") if form.get("action", "").split("?")[0] == action]
    found.sort(key=lambda form: form.get("method", "get").lower() != "post")
    if not found:
        raise PageFault(f"{page.url}: no form posts to {action}, only {[f.get('action') for f in page.tree.iter('form')]}")
    return found[0]


def _names(form: Any) -> set[str]:
    return {element.get("name") for element in form.iter("input", "select", "textarea", "button") if element.get("name")}


def _defaults(form: Any, button: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for element in form.iter("input", "select", "textarea", "button"):
        name, kind = element.get("name"), element.get("type", "")
        if not name or kind == "file" or element.get("disabled") is not None:
            continue
        if element.tag == "button":
            if button and button in (element.get("value"), " ".join(element.text_content().split())):
                values[name] = element.get("value", "")
        elif kind in ("radio", "checkbox"):
            if element.get("checked") is not None:
                values.setdefault(name, []).append(element.get("value", "on"))
        elif element.tag == "select":
            chosen = element.xpath(".//option[@selected]") or element.xpath("(.//option)[1]")
            values[name] = chosen[0].get("value", chosen[0].text_content()) if chosen else ""
        elif element.tag == "textarea":
            values[name] = (element.text or "").lstrip("\n")
        else:
            values[name] = element.get("value", "")
    return values


def _encoding(form: Any) -> str:
    return form.get("enctype") or "application/x-www-form-urlencoded"


def _step(part: str) -> str:
    tag = re.match(r"[a-zA-Z][\w-]*", part)
    path = tag[0] if tag else "*"
    for kind, name, value in re.findall(r"([.#\[])([\w-]+)(?:=\"?([^\]\"]*)\"?)?", part):
        if kind == ".":
            path += f'[contains(concat(" ", normalize-space(@class), " "), " {name} ")]'
        elif kind == "#":
            path += f'[@id="{name}"]'
        else:
            path += f'[@{name}="{value}"]' if f"{name}=" in part else f"[@{name}]"
    return path


def as_text(element: Any) -> str:
    """An element as markup, for messages of failed tests."""
    return etree.tostring(element, encoding="unicode")
