"""The one table from refusals to pages, JSON and numbers. Below this edge nobody knows a status number."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, g, jsonify, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from app import errors
from app.web import lang
from app.web.security import FormExpired

log = logging.getLogger("app.web")


@dataclass(frozen=True, slots=True)
class Face:
    """How one kind of refusal looks from outside."""

    #: the number of the answer
    status: int
    #: heading of the page
    title: str
    #: what the reader can do about it
    advice: str


TABLE: dict[type[Exception], Face] = {
    FormExpired: Face(403, "This form has expired", "Go back, reload the page and send the form again. Nothing was changed."),
    errors.NotFound: Face(404, "Not found", "Check the address or the number. It may have been mistyped, or it is not yours to see."),
    errors.Forbidden: Face(403, "You may not do this", "Sign in with another account, or ask the person who gives out the rights."),
    errors.Conflict: Face(409, "Somebody was faster", "Open the page again to see how things stand now. Nothing was overwritten."),
    errors.Invalid: Face(422, "Please check your entries", "Go back and correct what is marked. Nothing was saved."),
    errors.Throttled: Face(429, "Too many attempts", "Please wait a few minutes and try again."),
    errors.Unavailable: Face(503, "Not available at the moment", "Please try again in a few minutes. Nothing was lost."),
}
UNFORESEEN = Face(500, "Something went wrong on our side", "We have been told. Try again in a few minutes; if it happens again, tell us the number below.")
HTTP: dict[int, Face] = {
    400: Face(400, "The request could not be read", "Go back, reload the page and try again."),
    404: TABLE[errors.NotFound],
    405: Face(405, "This page cannot do that", "Go back to the start page and try again from there."),
    413: Face(413, "Too much at once", "Send fewer or smaller photos. Nothing was saved."),
}


def face(error: Exception) -> Face:
    """The row of the table for a refusal: its own class first, then its kind."""
    return next((TABLE[kind] for kind in type(error).__mro__ if kind in TABLE), UNFORESEEN)


def sentence(error: errors.AppError) -> str:
    """What a refusal says, in the reader's language, with its facts filled in; a process may have words of its own."""
    own = lang.words(error.facts.get("words"))
    if own:
        return own
    named = _(f"refusal.{error.key}")
    text = _(error.sentence()) if named == f"refusal.{error.key}" else named
    try:
        return text % error.facts
    except (KeyError, ValueError, TypeError):
        return text


def request_id() -> str:
    """A number by which this request can be found in the log."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(5)
    return g.request_id


def wants_json() -> bool:
    """Whether a machine asks."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return request.is_json or best == "application/json" or request.path.startswith(("/api/", "/exchange/"))


def answer(shown: Face, said: str, code: str, fields: Any = None) -> tuple[Response | str, int]:
    """One refusal as a page, or as JSON for machines and scripts."""
    if wants_json():
        body = {"error": code, "message": said or _(shown.title), "request_id": request_id()}
        return jsonify(body | ({"fields": fields} if fields else {})), shown.status
    page = render_template("error.html", face=shown, said=said, request_id=request_id())
    return page, shown.status


def install(app: Flask) -> None:
    """Answer every refusal by the table, and everything unforeseen by one page with a number."""
    app.jinja_env.globals["request_id"] = request_id
    app.after_request(_number)
    app.register_error_handler(errors.AppError, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen)


def _number(response: Response) -> Response:
    response.headers.setdefault("X-Request-Id", request_id())
    return response


def _refused(error: errors.AppError) -> tuple[Response | str, int]:
    return answer(face(error), sentence(error), error.key, getattr(error, "errors", None))


def _http(error: HTTPException) -> Response | tuple[Response | str, int]:
    if error.code is None or error.code < 400:
        return error.get_response()
    shown = HTTP.get(error.code, Face(error.code, "The request could not be answered", "Go back and try again."))
    return answer(shown, "", error.name.lower().replace(" ", "_"))


def _unforeseen(error: Exception) -> tuple[Response | str, int]:
    log.exception("request %s failed: %s %s", request_id(), request.method, request.path)
    return answer(UNFORESEEN, "", "unforeseen")
