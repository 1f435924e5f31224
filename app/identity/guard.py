"""Who is asking, and may he: the marks on views, and the way a view reads and runs commands.

Every view carries `@public` or `@requires(…)`; the application does not start with one that does not.
"""

import ipaddress
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit
from uuid import UUID

from flask import Flask, Response, current_app, g, has_request_context, redirect, request
from flask_babel import gettext
from marshmallow import Schema, ValidationError
from marshmallow.fields import List
from werkzeug.wrappers import Response as AnyResponse

from app.errors import AppError, Forbidden, Invalid
from app.identity import operations, policy, queries
from app.identity.policy import Permission
from app.identity.queries import Signed
from app.throttle import Limit
from app.uow import Actor, Command, visitor
from app.web.errors import sentence
from app.web.filters import local
from app.web.security import rotate_csrf
from app.wiring import Reading, Wiring

View = TypeVar("View", bound=Callable[..., Any])

EXTENSION = "wiring"
PUBLIC = "public"
#: Fields of every form that are no answers.
FURNITURE = frozenset({"csrf_token", "key"})


class SignInNeeded(Forbidden):
    """Please sign in first."""


@dataclass
class Looking(Reading):
    """What a page may see, and who is looking."""

    actor: Actor = visitor(0)


class Unguarded(RuntimeError):
    """A view says neither `@public` nor `@requires`: an error of the code."""


def public(view: View) -> View:
    """Open a view to everybody."""
    view.access = PUBLIC  # type: ignore[attr-defined]  # a mark on the function, read by check_routes
    return view


def requires(permission: Permission) -> Callable[[View], View]:
    """Open a view to those who may do such a thing; others sign in, or hear that they may not."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            refusal = _let_in(permission)
            return refusal if refusal is not None else view(*args, **kwargs)

        guarded.access = permission  # type: ignore[attr-defined]  # a mark on the function, read by check_routes
        return guarded  # type: ignore[return-value]  # the same call, guarded

    return mark


def signed_in_only(view: View) -> View:
    """Open a view to everybody who has an account, whatever his roles."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        refusal = _let_in(None)
        return refusal if refusal is not None else view(*args, **kwargs)

    guarded.access = "signed_in"  # type: ignore[attr-defined]  # a mark on the function, read by check_routes
    return guarded  # type: ignore[return-value]  # the same call, guarded


def check_routes(app: Flask) -> None:
    """Refuse to start while a view says nothing about who may open it.

    Raises Unguarded.
    """
    silent = [rule.endpoint for rule in app.url_map.iter_rules() if access_of(app, rule.endpoint) is None]
    if silent:
        raise Unguarded(", ".join(sorted(silent)))


def access_of(app: Flask, endpoint: str) -> Any:
    """What a view says about who may open it: a permission, `public`, `signed_in`, or nothing."""
    return getattr(app.view_functions[endpoint], "access", None)


def wiring() -> Wiring:
    """What this process was built with."""
    return current_app.extensions[EXTENSION]


def signed() -> Signed | None:
    """The person signed in with this request's cookie; asked of the database once per request."""
    if not has_request_context():
        return None
    if "signed" not in g:
        token = request.cookies.get(cookie_name(), "")
        g.signed = _look_up(token) if token else None
    return g.signed


def actor() -> Actor:
    """Who acts in this request: the person signed in, else a visitor."""
    known = signed()
    return known.actor if known else visitor(0)


def may(permission: Permission) -> bool:
    """Whether the person asking may do such a thing at all; for templates and navigation."""
    known = signed()
    return known is not None and policy.allows(known.actor, permission)


def key() -> UUID | None:
    """The form's hidden key, or the header a program sends; none where neither is there.

    Raises Invalid.
    """
    text = request.headers.get("Idempotency-Key") or request.form.get("key", "")
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError as error:
        raise Invalid({"key": ["This form is damaged. Please open it again."]}) from error


def run(command: Command, *, key: UUID | None = None, county: int | None = None, actor: Actor | None = None) -> Any:
    """Carry a command out in the name of who asks, with the form's key unless another is given."""
    who = actor or _actor()
    return wiring().run(command, actor=who, key=key or _key(), county=county)


@contextmanager
def read() -> Iterator[Looking]:
    """Look without changing anything; the reading also knows who looks."""
    who = actor()
    with wiring().read() as reading:
        yield Looking(**{one.name: getattr(reading, one.name) for one in fields(Reading)}, actor=who)


def answers(schema: Schema) -> dict[str, Any]:
    """What a hand-made form was sent with, checked; fields the schema does not know are refused.

    Raises Invalid.
    """
    many = {name for name, field in schema.fields.items() if isinstance(field, List)}
    given = {name: request.form.get(name, "") for name in request.form if name not in FURNITURE | many}
    given |= {name: request.form.getlist(name) for name in many}
    try:
        return schema.load({name: value for name, value in given.items() if value != ""})
    except ValidationError as error:
        raise Invalid(error.normalized_messages()) from error


def told(refusal: AppError) -> dict[str, str]:
    """A refusal as the lines of a form: one for each field, and one without a field for the whole."""
    fields_told = getattr(refusal, "errors", None) or {}
    lines = {name: gettext(texts[0]) for name, texts in fields_told.items() if texts}
    return lines | {"": sentence(refusal)}


def spend(limit: Limit, subject: str | None = None) -> None:
    """Count one try of this address prefix (or of the given subject).

    Raises TooOften.
    """
    wiring().limits.spend(limit, subject if subject is not None else address())


def address() -> str:
    """The neighbourhood a request comes from: /24 of the fourth, /64 of the sixth protocol."""
    try:
        parsed = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return str(ipaddress.ip_network((parsed, 24 if parsed.version == 4 else 64), strict=False))


def enter(response: Response | AnyResponse, account_id: int) -> AnyResponse:
    """Sign an account in with a new session; an old cookie of this browser is worth nothing afterwards."""
    _leave_session()
    token = wiring().run(lambda uow: operations.begin_session(uow, account_id=account_id), actor=visitor(0))
    rotate_csrf()
    secure = wiring().settings.cookie_secure
    # No max_age: the browser forgets it when it closes.
    response.set_cookie(cookie_name(), token, path="/", secure=secure, httponly=True, samesite="Lax")
    return response


def leave(response: Response | AnyResponse) -> AnyResponse:
    """Sign the person asking out in this browser."""
    _leave_session()
    rotate_csrf()
    response.delete_cookie(cookie_name(), path="/", secure=wiring().settings.cookie_secure, httponly=True, samesite="Lax")
    return response


def cookie_name() -> str:
    """The session cookie's name; with the prefix that ties it to this host where HTTPS is used."""
    return "__Host-session" if wiring().settings.cookie_secure else "session"


def local_address(target: str | None, otherwise: str = "/") -> str:
    """A place inside this application to go to next; anything that could lead elsewhere is replaced."""
    text = target or ""
    parts = urlsplit(text)
    unsafe = parts.scheme or parts.netloc or not text.startswith("/") or text.startswith("//")
    return otherwise if unsafe or "\\" in text or any(ord(char) < 32 for char in text) else text


def _let_in(permission: Permission | None) -> AnyResponse | None:
    known = signed()
    if known is None:
        if request.method == "GET" and not request.is_json and not request.headers.get("HX-Request"):
            return redirect(f"/sign-in?next={quote(request.full_path.rstrip('?'), safe='/')}", 303)
        raise SignInNeeded()
    if permission is not None:
        policy.check(known.actor, permission)
    return None


def _look_up(token: str) -> Signed | None:
    house = wiring()
    with house.read() as reading:
        today = reading.time and local(reading.time).date()
        known = queries.signed_in(reading.db, token, idle_minutes=house.settings.session_idle_minutes, on=today)
    if known is not None and known.is_stale:
        house.run(lambda uow: operations.keep_session(uow, token=token), actor=known.actor)
    return known


def _leave_session() -> None:
    token = request.cookies.get(cookie_name(), "")
    known = signed()
    if token and known is not None:
        wiring().run(lambda uow: operations.end_session(uow, token=token), actor=known.actor)
    g.signed = None


_actor, _key = actor, key
