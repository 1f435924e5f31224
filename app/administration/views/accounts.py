"""Accounts and the roles they hold. Who opens accounts does not grant roles, and neither reads the log."""

from typing import Any

from flask import Blueprint, redirect, render_template, request

from app.administration import schemas
from app.directory import queries as directory
from app.errors import Conflict, Invalid, NotFound
from app.identity import guard, operations, queries
from app.identity.guard import requires
from app.identity.operations import Given
from app.identity.policy import ROLES, Permission
from app.web import paging

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/accounts")
@requires(Permission.SEE_ACCOUNTS)
def accounts() -> Any:
    """Accounts by sign-in name, with a search."""
    text, size = request.args.get("q", ""), paging.size()
    with guard.read() as look:
        rows = queries.accounts(look.db, text=text, after=paging.cursor(), size=size)
    page = paging.page(rows, size, lambda row: [row.login])
    return render_template("administration/accounts.html", page=page, text=text, roles=ROLES)


@blueprint.get("/accounts/new")
@requires(Permission.KEEP_ACCOUNTS)
def new_account() -> Any:
    """The form for a new account."""
    return _new_page({}, {})


@blueprint.post("/accounts")
@requires(Permission.KEEP_ACCOUNTS)
def open_account() -> Any:
    """Open an account without roles."""
    try:
        given = guard.answers(schemas.NewAccount())
        account_id = guard.run(lambda uow: operations.add_account(uow, **given))
    except (Invalid, Conflict) as refusal:
        return _new_page(request.form, guard.told(refusal)), 422
    return redirect(f"/admin/accounts/{account_id}", 303)


@blueprint.get("/accounts/<int:account_id>")
@requires(Permission.SEE_ACCOUNTS)
def account(account_id: int) -> Any:
    """One account, its roles, and what may be changed."""
    return _page(account_id)


@blueprint.post("/accounts/<int:account_id>/name")
@requires(Permission.KEEP_ACCOUNTS)
def rename_account(account_id: int) -> Any:
    """Change the name that is shown."""
    return _change(account_id, schemas.AccountName(), operations.rename_account)


@blueprint.post("/accounts/<int:account_id>/password")
@requires(Permission.KEEP_ACCOUNTS)
def set_password(account_id: int) -> Any:
    """Give the account a new password; it is signed out everywhere."""
    return _change(account_id, schemas.AccountPassword(), operations.set_password)


@blueprint.post("/accounts/<int:account_id>/close")
@requires(Permission.KEEP_ACCOUNTS)
def close_account(account_id: int) -> Any:
    """Close the account at once."""
    guard.run(lambda uow: operations.close_account(uow, account_id=account_id))
    return redirect(f"/admin/accounts/{account_id}", 303)


@blueprint.post("/accounts/<int:account_id>/reopen")
@requires(Permission.KEEP_ACCOUNTS)
def reopen_account(account_id: int) -> Any:
    """Let a closed account sign in again."""
    guard.run(lambda uow: operations.reopen_account(uow, account_id=account_id))
    return redirect(f"/admin/accounts/{account_id}", 303)


@blueprint.post("/accounts/<int:account_id>/grants")
@requires(Permission.GRANT_ROLES)
def grant_role(account_id: int) -> Any:
    """Grant a role in an organ."""
    try:
        asked = guard.answers(schemas.NewGrant())
        guard.run(lambda uow: operations.grant(uow, account_id=account_id, given=_given(uow.db, asked)))
    except (Invalid, Conflict) as refusal:
        return _page(account_id, request.form, guard.told(refusal)), 422
    return redirect(f"/admin/accounts/{account_id}", 303)


@blueprint.post("/accounts/<int:account_id>/grants/<int:grant_id>/revoke")
@requires(Permission.GRANT_ROLES)
def revoke_role(account_id: int, grant_id: int) -> Any:
    """Take a role away at once."""
    guard.run(lambda uow: operations.revoke(uow, grant_id=grant_id))
    return redirect(f"/admin/accounts/{account_id}", 303)


def _given(db: Any, asked: dict[str, Any]) -> Given:
    try:
        organ = directory.organ_by_name(db, asked["organ"])
    except NotFound as missing:
        raise Invalid({"organ": ["There is no organ with this code."]}) from missing
    low, high = directory.area_range(organ.area)
    return Given(
        asked["role"], organ.id, low, high, from_on=asked["from_on"], to_on=asked["to_on"], mandate_id=asked["mandate_id"]
    )


def _change(account_id: int, schema: Any, operation: Any) -> Any:
    try:
        given = guard.answers(schema)
        guard.run(lambda uow: operation(uow, account_id=account_id, **given))
    except (Invalid, Conflict) as refusal:
        return _page(account_id, request.form, guard.told(refusal)), 422
    return redirect(f"/admin/accounts/{account_id}", 303)


def _new_page(given: Any, errors: dict[str, str]) -> str:
    return render_template("administration/new_account.html", given=given, errors=errors)


def _page(account_id: int, given: Any = None, errors: dict[str, str] | None = None) -> str:
    with guard.read() as look:
        shown, held = queries.account(look.db, account_id), queries.grants(look.db, account_id)
        sessions, now = queries.sessions_of(look.db, account_id), look.now
    return render_template(
        "administration/account.html", shown=shown, grants=held, sessions=sessions, given=given or {},
        errors=errors or {}, roles=ROLES, choices=[(name, role.words) for name, role in ROLES.items()], now=now,
        is_own=account_id == guard.actor().id,
    )
