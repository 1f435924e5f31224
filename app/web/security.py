"""Headers, nonce and forgery guard of every answer. Who is asking is the guard's matter, not ours.

The forgery guard is a signed double submit: a cookie only we can read holds a random word, each
form carries a salted signature of it. It needs no session, so a citizen without an account has it
too, and a page kept offline stays sendable as long as its cookie lives.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from hashlib import sha256
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request

from app.errors import Forbidden

View = TypeVar("View", bound=Callable[..., Any])

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FOREIGN = frozenset({"cross-site", "same-site"})
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(self), payment=(), usb=()",
}


class FormExpired(Forbidden):
    """This form is no longer valid. Go back, reload the page and send it again."""


def nonce() -> str:
    """The word that marks this answer's scripts as ours."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return g.nonce


def allow_inline_styles() -> None:
    """Let this one answer carry style attributes: only pages that draw a diagram may ask."""
    g.inline_styles = True


def without_csrf(view: View) -> View:
    """Take a view out of the forgery guard: doors where machines sign their requests."""
    view.without_csrf = True  # type: ignore[attr-defined]  # a mark on the function, read below
    return view


def csrf_token() -> str:
    """A form's signature; salted anew each time, so that compressed pages do not leak it."""
    salt = secrets.token_urlsafe(9)
    return f"{salt}.{_signature(_secret(), salt)}"


def fresh_key() -> str:
    """A key for one form: a second sending with it changes nothing a second time."""
    return secrets.token_hex(16)


def rotate_csrf() -> None:
    """Make all forms shown so far worthless; called where a person signs in or out."""
    g.csrf_secret = g.csrf_fresh = secrets.token_urlsafe(24)


def install(app: Flask) -> None:
    """Guard every request of the application and dress every answer."""
    app.before_request(_refuse_forgery)
    app.after_request(_dress)
    app.jinja_env.globals.update(
        nonce=nonce, csrf_token=csrf_token, fresh_key=fresh_key, allow_inline_styles=allow_inline_styles
    )


def _cookie_name() -> str:
    return "__Host-csrf" if current_app.config.get("SECURE_COOKIES") else "csrf"


def _secret() -> str:
    if "csrf_secret" not in g:
        g.csrf_secret = request.cookies.get(_cookie_name(), "")
        if len(g.csrf_secret) < 24:
            rotate_csrf()
    return g.csrf_secret


def _signature(secret: str, salt: str) -> str:
    key = current_app.config["SECRET_KEY"]
    key = key.encode() if isinstance(key, str) else key
    return hmac.new(key, f"csrf:{salt}:{secret}".encode(), sha256).hexdigest()[:40]


def _refuse_forgery() -> None:
    if request.method in SAFE or request.endpoint is None:
        return
    view = current_app.view_functions[request.endpoint]
    if getattr(view, "without_csrf", False):
        return
    if request.headers.get("Sec-Fetch-Site") in FOREIGN or not _token_holds():
        raise FormExpired()


def _token_holds() -> bool:
    # The header comes first: reading the form would parse an upload before the view sets its limit.
    token = request.headers.get(HEADER) or request.form.get(FIELD, "")
    salt, _, signature = token.partition(".")
    return bool(salt) and hmac.compare_digest(signature.encode(), _signature(_secret(), salt).encode())


def _policy() -> str:
    styles = "'self' 'unsafe-inline'" if g.get("inline_styles") else "'self'"
    return (
        f"default-src 'self'; script-src 'self' 'nonce-{nonce()}'; style-src {styles}; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self'; "
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )


def _dress(response: Response) -> Response:
    secure = bool(current_app.config.get("SECURE_COOKIES"))
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", _policy())
    response.headers.setdefault("Cache-Control", "no-store")
    if secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if "csrf_fresh" in g:
        response.set_cookie(
            _cookie_name(), g.csrf_fresh, path="/", secure=secure, httponly=True, samesite="Lax", max_age=30 * 86400
        )
    return response
