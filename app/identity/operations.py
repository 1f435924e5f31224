"""Opening and closing accounts, granting roles, signing in and out. Each leaves an access entry."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.db import json_text
from app.errors import Conflict, Forbidden, Invalid
from app.identity import policy, queries
from app.identity.policy import ADMINISTRATORS, ROLES, Permission
from app.throttle import Limit
from app.uow import UnitOfWork

#: True time. Unknown names are counted like known ones.
TRIES_BY_NAME = Limit("sign_in_name", 5, 1800)
TRIES_BY_ADDRESS = Limit("sign_in_address", 20, 900)
PARALLEL_SESSIONS = 2
SHORTEST_PASSWORD = 10


class SignInRefused(Forbidden):
    """Name or password is wrong."""


class LoginTaken(Conflict):
    """Another account has this sign-in name."""


class RolesExclude(Conflict):
    """One person cannot hold two of the three administrators' roles."""


class OwnAccount(Conflict):
    """Nobody may close, open or give rights to his own account."""


class RoleUnknown(Invalid):
    """There is no such role."""


class AccountClosed(Conflict):
    """This account is closed."""


@dataclass(frozen=True, slots=True)
class Given:
    """A role about to be granted; the range is that of the organ's area."""

    role: str
    organ_id: int
    lo: int
    hi: int
    from_on: date
    to_on: date | None = None
    mandate_id: int | None = None
    #: none takes the usual scope of the role
    scope: str | None = None


def begin_session(uow: UnitOfWork, *, account_id: int) -> str:
    """This will sign a person in with a new word for the cookie and end the oldest sessions beyond two."""
    token = secrets.token_urlsafe(32)
    uow.db.execute(_END_OLDEST, {"account": account_id, "keep": PARALLEL_SESSIONS - 1})
    uow.db.execute(
        _BEGIN, {"hash": queries.token_hash(token), "account": account_id, "hours": uow.settings.session_hours}
    )
    record(uow, "signed_in", f"account:{account_id}", {}, actor_id=account_id)
    return token


_END_OLDEST = sa.text("""
    delete from login_session where token_hash in (
        select token_hash from login_session where account_id = :account order by seen_at desc offset :keep)
    or ends_at < clock_timestamp() - interval '1 day'""")
_BEGIN = sa.text("""
    insert into login_session(token_hash, account_id, started_at, seen_at, ends_at)
    values (:hash, :account, clock_timestamp(), clock_timestamp(), clock_timestamp() + make_interval(hours => :hours))""")


def renew_hash(uow: UnitOfWork, *, account_id: int, password: str) -> None:
    """This will store a password again where the cost of hashing was raised since."""
    _store_password(uow, account_id, password)


def keep_session(uow: UnitOfWork, *, token: str) -> None:
    """This will note that a signed-in person is still there."""
    uow.db.execute(
        sa.text("update login_session set seen_at = clock_timestamp() where token_hash = :hash"),
        {"hash": queries.token_hash(token)},
    )


def end_session(uow: UnitOfWork, *, token: str) -> None:
    """This will sign a person out in this browser."""
    uow.db.execute(sa.text("delete from login_session where token_hash = :hash"), {"hash": queries.token_hash(token)})
    record(uow, "signed_out", f"account:{uow.actor.id}", {})


def end_sessions(uow: UnitOfWork, *, account_id: int) -> None:
    """This will sign an account out everywhere, at once."""
    uow.db.execute(sa.text("delete from login_session where account_id = :id"), {"id": account_id})


def add_account(uow: UnitOfWork, *, login: str, name: str, password: str, deputy_id: int | None = None) -> int:
    """This will open an account without any role.

    Raises NotPermitted, LoginTaken, Invalid.
    """
    policy.check(uow.actor, Permission.KEEP_ACCOUNTS)
    refuse_weak(password, login)
    account_id = store_account(
        uow, login=login, name=name, password_hash=queries.HASHER.hash(password), deputy_id=deputy_id
    )
    record(uow, "account_opened", f"account:{account_id}", {"login": login.lower()})
    return account_id


def store_account(
    uow: UnitOfWork, *, login: str, name: str, password_hash: str, deputy_id: int | None = None
) -> int:
    """This will write an account's row; for those who already hold a hash.

    Raises LoginTaken.
    """
    values = {"login": login.strip().lower(), "name": name.strip(), "hash": password_hash, "deputy": deputy_id}
    account_id = uow.db.execute(_ADD, values).scalar_one_or_none()
    if account_id is None:
        raise LoginTaken(login=login)
    return account_id


_ADD = sa.text("""
    insert into account(login, name, password_hash, deputy_id, created_at, password_at)
    values (:login, :name, :hash, :deputy, clock_timestamp(), clock_timestamp()) on conflict (login) do nothing returning id""")


def rename_account(uow: UnitOfWork, *, account_id: int, name: str) -> None:
    """This will change the name shown for an account.

    Raises NotPermitted, AccountUnknown.
    """
    policy.check(uow.actor, Permission.KEEP_ACCOUNTS)
    before = queries.account(uow.db, account_id)
    uow.db.execute(sa.text("update account set name = :name where id = :id"), {"id": account_id, "name": name})
    record(uow, "account_renamed", f"account:{account_id}", {"from": before.name, "to": name})


def set_password(uow: UnitOfWork, *, account_id: int, password: str) -> None:
    """This will give an account a new password and sign it out everywhere.

    Raises NotPermitted, AccountUnknown, Invalid.
    """
    if account_id != uow.actor.id:
        policy.check(uow.actor, Permission.KEEP_ACCOUNTS)
    refuse_weak(password, queries.account(uow.db, account_id).login)
    _store_password(uow, account_id, password)
    end_sessions(uow, account_id=account_id)
    record(uow, "password_set", f"account:{account_id}", {})


def close_account(uow: UnitOfWork, *, account_id: int) -> None:
    """This will close an account: it is signed out at once and keeps its history.

    Raises NotPermitted, OwnAccount, AccountUnknown, AccountClosed.
    """
    _may_keep(uow, account_id)
    if queries.account(uow.db, account_id).closed_at is not None:
        raise AccountClosed()
    uow.db.execute(sa.text("update account set closed_at = clock_timestamp() where id = :id"), {"id": account_id})
    end_sessions(uow, account_id=account_id)
    record(uow, "account_closed", f"account:{account_id}", {})


def reopen_account(uow: UnitOfWork, *, account_id: int) -> None:
    """This will let a closed account sign in again, with the roles it still holds.

    Raises NotPermitted, OwnAccount, AccountUnknown.
    """
    _may_keep(uow, account_id)
    queries.account(uow.db, account_id)
    uow.db.execute(sa.text("update account set closed_at = null where id = :id"), {"id": account_id})
    record(uow, "account_reopened", f"account:{account_id}", {})


def grant(uow: UnitOfWork, *, account_id: int, given: Given) -> int:
    """This will give an account a role in an organ and end its sessions, so that it holds at once.

    Raises NotPermitted, OwnAccount, AccountUnknown, RoleUnknown, RolesExclude, Invalid.
    """
    policy.check(uow.actor, Permission.GRANT_ROLES)
    if account_id == uow.actor.id:
        raise OwnAccount()
    # Two grants at the same moment could otherwise both find the other administrator's role missing.
    uow.begin()
    uow.db.execute(sa.text("select id from account where id = :id for update"), {"id": account_id})
    queries.account(uow.db, account_id)
    _refuse_grant(uow, account_id, given)
    grant_id = store_grant(uow, account_id=account_id, given=given)
    end_sessions(uow, account_id=account_id)
    record(uow, "granted", f"account:{account_id}", {"grant": grant_id, "role": given.role, "organ": given.organ_id})
    return grant_id


def store_grant(uow: UnitOfWork, *, account_id: int, given: Given) -> int:
    """This will write a grant's row; who may grant was decided before."""
    values = {
        "account": account_id, "role": given.role, "organ": given.organ_id, "lo": given.lo, "hi": given.hi,
        "scope": given.scope or ROLES[given.role].scope, "mandate": given.mandate_id,
        "from_on": given.from_on, "to_on": given.to_on, "by": uow.actor.id,
    }
    return uow.db.execute(_GRANT, values).scalar_one()


_GRANT = sa.text("""
    insert into role_grant(account_id, role, organ_id, scope, lo, hi, mandate_id, from_on, to_on, granted_by, granted_at)
    values (:account, :role, :organ, :scope, :lo, :hi, :mandate, :from_on, :to_on, :by, clock_timestamp()) returning id""")


def revoke(uow: UnitOfWork, *, grant_id: int) -> None:
    """This will end a role with yesterday and sign its account out, so that it is gone at once.

    Raises NotPermitted, OwnAccount, RoleUnknown.
    """
    policy.check(uow.actor, Permission.GRANT_ROLES)
    row = uow.db.execute(_ONE_GRANT, {"id": grant_id}).one_or_none()
    if row is None:
        raise RoleUnknown()
    if row.account_id == uow.actor.id:
        raise OwnAccount()
    yesterday = local_day(uow) - timedelta(days=1)
    # A role granted today has no last day yet: its row goes, the access entry stays.
    if row.from_on > yesterday:
        uow.db.execute(sa.text("delete from role_grant where id = :id"), {"id": grant_id})
    else:
        uow.db.execute(sa.text("update role_grant set to_on = :on where id = :id"), {"id": grant_id, "on": yesterday})
    end_sessions(uow, account_id=row.account_id)
    record(uow, "revoked", f"account:{row.account_id}", {"grant": grant_id, "role": row.role, "organ": row.organ_id})


_ONE_GRANT = sa.text("select account_id, role, organ_id, from_on from role_grant where id = :id")


def record(
    uow: UnitOfWork, act: str, subject: str, facts: Mapping[str, Any], *, actor_id: int | None = None
) -> None:
    """This will note what was done outside cases, by whom and when. Nothing ever changes such a row."""
    values = {"actor": actor_id or uow.actor.id, "act": act, "subject": subject, "facts": json_text(dict(facts))}
    uow.db.execute(_RECORD, values)


_RECORD = sa.text("""
    insert into access_entry(at, actor_id, act, subject, facts)
    values (clock_timestamp(), :actor, :act, :subject, cast(:facts as jsonb))""")


def local_day(uow: UnitOfWork) -> date:
    """The day on the calendars of Zhejiang."""
    return uow.now.astimezone(ZoneInfo(uow.settings.timezone)).date()


def refuse_weak(password: str, login: str) -> None:
    """Refuse what is guessed first.

    Raises Invalid.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid({"password": ["Use at least 10 characters."]})
    if login.lower() in password.lower() or len(set(password)) < 5:
        raise Invalid({"password": ["This password is too easy to guess."]})


def _may_keep(uow: UnitOfWork, account_id: int) -> None:
    policy.check(uow.actor, Permission.KEEP_ACCOUNTS)
    if account_id == uow.actor.id:
        raise OwnAccount()


def _refuse_grant(uow: UnitOfWork, account_id: int, given: Given) -> None:
    if given.role not in ROLES:
        raise RoleUnknown({"role": ["There is no such role."]})
    if given.to_on is not None and given.to_on < given.from_on:
        raise Invalid({"to_on": ["The last day lies before the first."]})
    held = {row.role for row in queries.grants(uow.db, account_id) if row.to_on is None or row.to_on >= given.from_on}
    if given.role in ADMINISTRATORS and (held & ADMINISTRATORS) - {given.role}:
        raise RolesExclude()


def _store_password(uow: UnitOfWork, account_id: int, password: str) -> None:
    uow.db.execute(
        sa.text("update account set password_hash = :hash, password_at = clock_timestamp() where id = :id"),
        {"id": account_id, "hash": queries.HASHER.hash(password)},
    )
