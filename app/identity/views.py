"""Signing in and out, and one's own password."""

from typing import Any

from flask import Blueprint, redirect, render_template, request

from app.errors import Invalid
from app.identity import guard, operations, policy, queries, schemas
from app.web.errors import sentence

blueprint = Blueprint("identity", __name__)
#: Leads each person to the first page he may open.
START = "/start"


@blueprint.get("/sign-in")
@guard.public
def sign_in() -> Any:
    """The form for name and password."""
    target = guard.local_address(request.args.get("next"), START)
    if guard.signed() is not None:
        return redirect(target, 303)
    return render_template("identity/sign_in.html", target=target, errors={}, refusal="", login="")


@blueprint.post("/sign-in")
@guard.public
def enter() -> Any:
    """Compare name and password, and begin a session."""
    try:
        given = guard.answers(schemas.SignIn())
    except Invalid as refusal:
        return _again(errors=guard.told(refusal)), 422
    # Both are counted before anything is compared, so that unknown names cost and count the same.
    guard.spend(operations.TRIES_BY_ADDRESS)
    guard.spend(operations.TRIES_BY_NAME, given["login"].strip().lower())
    with guard.read() as look:
        known = queries.credentials(look.db, given["login"].strip())
    if not queries.matches(known, given["password"]):
        return _again(refusal=sentence(operations.SignInRefused())), 403
    guard.wiring().limits.forget(operations.TRIES_BY_NAME, given["login"].strip().lower())
    return guard.enter(redirect(guard.local_address(given.get("next"), START), 303), known.account_id)


@blueprint.post("/logout")
@blueprint.post("/sign-out")
@guard.public
def sign_out() -> Any:
    """End the session of this browser."""
    return guard.leave(redirect("/sign-in", 303))


@blueprint.get("/account")
@guard.signed_in_only
def account() -> Any:
    """One's own roles and sessions, and the form for a new password."""
    return _own_account()


@blueprint.post("/account/password")
@guard.signed_in_only
def change_password() -> Any:
    """Replace one's own password; every session ends, this browser gets a new one."""
    try:
        given = guard.answers(schemas.NewPassword())
        _compare(given)
        who = guard.actor().id
        guard.run(lambda uow: operations.set_password(uow, account_id=who, password=given["password"]))
    except Invalid as refusal:
        return _own_account(guard.told(refusal)), 422
    return guard.enter(redirect("/account", 303), who)


def _compare(given: dict[str, str]) -> None:
    if given["password"] != given["again"]:
        raise Invalid({"again": ["The two new passwords differ."]})
    login = guard.signed().login
    guard.spend(operations.TRIES_BY_NAME, login)
    with guard.read() as look:
        known = queries.credentials(look.db, login)
    if not queries.matches(known, given["current"]):
        raise Invalid({"current": ["This is not your present password."]})


def _own_account(errors: Any = None) -> str:
    known = guard.signed()
    with guard.read() as look:
        held = [row for row in queries.grants(look.db, known.actor.id) if row.is_held]
        sessions = queries.sessions_of(look.db, known.actor.id)
    return render_template("identity/account.html", known=known, held=held, sessions=sessions, errors=errors or {}, roles=policy.ROLES)


def _again(errors: Any = None, refusal: str = "") -> str:
    target = guard.local_address(request.form.get("next"), START)
    return render_template(
        "identity/sign_in.html", target=target, errors=errors or {}, refusal=refusal, login=request.form.get("login", "")
    )
