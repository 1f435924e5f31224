"""Who has an account, who is signed in, which roles he holds, and what was done outside cases."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from threading import BoundedSemaphore
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy.engine import Connection, Row

from app.db import NOW_SQL
from app.errors import Busy, NotFound
from app.uow import Actor, Grant

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
#: Compared when nobody has this name, so that both answers cost the same.
NOBODY = HASHER.hash("nobody has this password")
#: A hash takes 19 MiB; a flood of sign-ins may not take the memory of the whole machine.
_HASHING = BoundedSemaphore(4)
_SECONDS_TO_WAIT = 3.0

TODAY = f"(({NOW_SQL}) at time zone 'Asia/Shanghai')::date"


class AccountUnknown(NotFound):
    """There is no such account."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A person who is signed in, as read for one request."""

    actor: Actor
    login: str
    #: role and organ to show beside the name
    role: str | None
    organ: dict[str, str] | None
    #: true when the session's last sign of life should be written again
    is_stale: bool


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in is compared with; for nobody, a hash that fits no password."""

    account_id: int | None
    password_hash: str


_SIGNED = sa.text(f"""
    select a.id, a.login, a.name, s.seen_at < clock_timestamp() - interval '1 minute' as is_stale,
        coalesce(jsonb_agg(jsonb_build_array(g.role, g.organ_id, g.scope, g.lo, g.hi, g.mandate_id, o.name_zh, o.name_en)
            order by g.id) filter (where g.id is not null), '[]') as grants
    from login_session s join account a on a.id = s.account_id and a.closed_at is null
    left join role_grant g on g.account_id = a.id
        and coalesce(cast(:on as date), {TODAY}) between g.from_on and coalesce(g.to_on, 'infinity')
    left join organ o on o.id = g.organ_id
    where s.token_hash = :hash and s.ends_at > clock_timestamp()
        and s.seen_at > clock_timestamp() - make_interval(mins => :idle)
    group by a.id, s.seen_at""")


def signed_in(db: Connection, token: str, *, idle_minutes: int, on: date | None = None) -> Signed | None:
    """Who holds this word, with everything policy needs, in one statement; none when the session is over."""
    row = db.execute(_SIGNED, {"hash": token_hash(token), "idle": idle_minutes, "on": on}).one_or_none()
    if row is None:
        return None
    actor = _actor(row.id, row.name, row.grants)
    first = row.grants[0] if row.grants else None
    organ = {"zh": first[6], "en": first[7]} if first else None
    return Signed(actor, row.login, first[0] if first else None, organ, row.is_stale)


def actor(db: Connection, account_id: int, on: date | None = None) -> Actor:
    """An account as an actor, with the roles it holds on a day (today's, if none is given).

    Raises AccountUnknown.
    """
    row = db.execute(_ACTOR, {"id": account_id, "on": on}).one_or_none()
    if row is None:
        raise AccountUnknown()
    return _actor(row.id, row.name, row.grants)


_ACTOR = sa.text(f"""
    select a.id, a.name, coalesce(jsonb_agg(jsonb_build_array(g.role, g.organ_id, g.scope, g.lo, g.hi, g.mandate_id)
        order by g.id) filter (where g.id is not null), '[]') as grants
    from account a left join role_grant g on g.account_id = a.id
        and coalesce(cast(:on as date), {TODAY}) between g.from_on and coalesce(g.to_on, 'infinity')
    where a.id = :id and a.closed_at is null group by a.id""")


def token_hash(token: str) -> bytes:
    """What the table keeps instead of the cookie's word."""
    return hashlib.sha256(token.encode()).digest()


def credentials(db: Connection, login: str) -> Credentials:
    """What a password is compared with; an unknown or closed account gets a hash that fits nothing."""
    row = db.execute(
        sa.text("select id, password_hash from account where login = lower(:login) and closed_at is null"),
        {"login": login},
    ).one_or_none()
    return Credentials(row.id, row.password_hash) if row else Credentials(None, NOBODY)


def matches(known: Credentials, password: str) -> bool:
    """Whether the password is right. Always costs one comparison; waits its turn under a flood.

    Raises Busy.
    """
    if not _HASHING.acquire(timeout=_SECONDS_TO_WAIT):
        raise Busy()
    try:
        fits = HASHER.verify(known.password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        fits = False
    finally:
        _HASHING.release()
    return fits and known.account_id is not None


def account(db: Connection, account_id: int) -> Row:
    """One account without its password.

    Raises AccountUnknown.
    """
    row = db.execute(
        sa.text("select id, login, name, deputy_id, created_at, closed_at from account where id = :id"),
        {"id": account_id},
    ).one_or_none()
    if row is None:
        raise AccountUnknown()
    return row


def account_by_login(db: Connection, login: str) -> Row | None:
    """The open account of this sign-in name."""
    statement = sa.text("select id, login, name from account where login = lower(:login) and closed_at is null")
    return db.execute(statement, {"login": login}).one_or_none()


def grants(db: Connection, account_id: int) -> Sequence[Row]:
    """Every role an account holds or held, the newest first, with the organ's name."""
    return db.execute(_GRANTS, {"id": account_id}).all()


_GRANTS = sa.text(f"""
    select g.id, g.role, g.organ_id, g.scope, g.lo, g.hi, g.mandate_id, g.from_on, g.to_on, o.name_zh, o.name_en,
        {TODAY} between g.from_on and coalesce(g.to_on, 'infinity') as is_held
    from role_grant g join organ o on o.id = g.organ_id where g.account_id = :id order by g.from_on desc, g.id desc""")


def accounts(db: Connection, *, text: str = "", after: Sequence[Any] | None = None, size: int = 50) -> Sequence[Row]:
    """Accounts by sign-in name, whose name or role matches; one more than asked tells that there are others."""
    values = {"text": f"%{escape_like(text)}%", "after": after[0] if after else "", "size": size + 1}
    return db.execute(_ACCOUNTS, values).all()


_ACCOUNTS = sa.text(f"""
    select a.id, a.login, a.name, a.closed_at,
        coalesce(jsonb_agg(jsonb_build_object('role', g.role, 'zh', o.name_zh, 'en', o.name_en) order by g.id)
            filter (where g.id is not null), '[]') as roles
    from account a left join role_grant g on g.account_id = a.id
        and {TODAY} between g.from_on and coalesce(g.to_on, 'infinity')
    left join organ o on o.id = g.organ_id
    where a.login > :after and (a.login ilike :text or a.name ilike :text or exists (
        select 1 from role_grant x join organ y on y.id = x.organ_id where x.account_id = a.id and y.name_zh ilike :text))
    group by a.id order by a.login limit :size""")


def holders(db: Connection, organ_id: int, role: str) -> Sequence[Row]:
    """The open accounts that hold a role in an organ today: id and name."""
    return db.execute(_HOLDERS, {"organ": organ_id, "role": role}).all()


_HOLDERS = sa.text(f"""
    select a.id, a.name from role_grant g join account a on a.id = g.account_id and a.closed_at is null
    where g.organ_id = :organ and g.role = :role and {TODAY} between g.from_on and coalesce(g.to_on, 'infinity')
    order by a.name, a.id""")


def names(db: Connection, account_ids: Sequence[int]) -> dict[int, str]:
    """The names of accounts, for lists."""
    rows = db.execute(sa.text("select id, name from account where id = any(:ids)"), {"ids": list(account_ids)})
    return {row.id: row.name for row in rows}


def access_entries(
    db: Connection, *, act: str = "", actor_id: int | None = None, after: Sequence[Any] | None = None, size: int = 50
) -> Sequence[Row]:
    """What was done outside cases, the newest first, with the name of who did it."""
    values = {"act": act, "actor": actor_id, "after": after[0] if after else None, "size": size + 1}
    return db.execute(_ENTRIES, values).all()


_ENTRIES = sa.text("""
    select e.id, e.at, e.actor_id, a.name as actor, e.act, e.subject, e.facts
    from access_entry e left join account a on a.id = e.actor_id
    where (cast(:after as bigint) is null or e.id < :after) and (:act = '' or e.act = :act)
        and (cast(:actor as int) is null or e.actor_id = :actor)
    order by e.id desc limit :size""")


def sessions_of(db: Connection, account_id: int) -> Sequence[datetime]:
    """When the running sessions of an account were last seen."""
    statement = sa.text("select seen_at from login_session where account_id = :id and ends_at > clock_timestamp()")
    return db.execute(statement, {"id": account_id}).scalars().all()


def escape_like(text: str) -> str:
    """What a person typed, so that its wildcards are letters."""
    return text.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _actor(account_id: int, name: str, rows: Sequence[Sequence[Any]]) -> Actor:
    held = tuple(Grant(row[0], row[1], row[2], row[3], row[4]) for row in rows)
    mandates = tuple(sorted({row[5] for row in rows if row[5] is not None}))
    county = held[0].lo // 1_000_000 if held else 0
    return Actor(kind="person", id=account_id, name=name, grants=held, county=county, mandates=mandates)
