"""The reader's language and theme: chosen by address, remembered in a cookie, guessed from the browser."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Flask, Response, current_app, g, has_request_context, redirect, request
from flask_babel import Babel

from app.web import catalogues

LANGUAGES = ("zh", "en")
THEMES = ("light", "dark", "auto")
SIZES = ("large", "normal")
CHOICES = {"lang": LANGUAGES, "theme": THEMES, "size": SIZES}
TAGS = {"zh": "zh-CN", "en": "en"}
YEAR = 365 * 86400


def current() -> str:
    """`zh` or `en`: the address first, then the cookie, then the browser; Chinese when in doubt."""
    if not has_request_context():
        return "zh"
    if "lang" not in g:
        asked = request.args.get("lang") or request.cookies.get("lang")
        g.lang = asked if asked in LANGUAGES else request.accept_languages.best_match(LANGUAGES, "zh")
    return g.lang


def tag() -> str:
    """The language as HTML wants it: without the region Chromium may choose Japanese glyphs."""
    return TAGS[current()]


def theme() -> str | None:
    """`light` or `dark` where the reader chose; None follows the device."""
    chosen = request.cookies.get("theme") if has_request_context() else None
    return chosen if chosen in ("light", "dark") else None


def text_size() -> str | None:
    """`large` where the reader wants larger letters."""
    chosen = request.cookies.get("size") if has_request_context() else None
    return "large" if chosen == "large" else None


def words(text: object, lang: str | None = None) -> str:
    """The reader's side of a `{zh, en}` pair; the other side where one is missing."""
    if isinstance(text, dict):
        pair = {key: value for key, value in text.items() if value}
        return str(pair.get(lang or current()) or pair.get("zh") or pair.get("en") or "")
    return "" if text is None else str(text)


def here(**changes: str) -> str:
    """This page's address with some of its query replaced; for switches, sorting and paging."""
    query = {**request.args.to_dict(flat=False), **{key: [value] for key, value in changes.items()}}
    return f"{_path()}?{urlencode(query, doseq=True)}"


def install(app: Flask) -> None:
    """Load all catalogues and give templates the language, the theme and the switches."""
    catalogues.compile_all()
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "zh")
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Asia/Shanghai")
    domains = catalogues.domains() or ["messages"]
    app.config["BABEL_DOMAIN"] = ";".join(domains)
    # Flask-Babel pairs domains with folders one by one.
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join([str(catalogues.FOLDER)] * len(domains))
    Babel(app, locale_selector=current)
    app.before_request(_remember)
    app.jinja_env.globals.update(lang=current, lang_tag=tag, theme=theme, text_size=text_size, here=here)
    app.jinja_env.filters["words"] = words


def _path() -> str:
    # A path that begins with two slashes would be read as another host.
    return "/" + request.path.lstrip("/")


def _remember() -> Response | None:
    chosen = {name: request.args[name] for name, known in CHOICES.items() if request.args.get(name) in known}
    if not chosen or request.method != "GET":
        return None
    left = {key: value for key, value in request.args.to_dict(flat=False).items() if key not in CHOICES}
    answer = redirect(_path() + (f"?{urlencode(left, doseq=True)}" if left else ""), 303)
    for name, value in chosen.items():
        secure = bool(current_app.config.get("SECURE_COOKIES"))
        answer.set_cookie(name, value, max_age=YEAR, secure=secure, httponly=True, samesite="Lax")
    return answer
