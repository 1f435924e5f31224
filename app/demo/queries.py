"""What the demonstration page shows: accounts to sign in as, codes to scan, messages a phone received."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

_ACCOUNTS = sa.text("""
select a.id, a.login, a.name, g.role, o.name_zh, o.name_en, o.level
from account a
join lateral (select role, organ_id from role_grant g where g.account_id = a.id and g.to_on is null order by g.id limit 1) g on true
join organ o on o.id = g.organ_id
where a.closed_at is null order by o.area, g.role, a.id""")

_MESSAGES = sa.text("""
select id, sent_at, phone, body, case_no from sms_message
where cast(:phone as text) is null or phone = :phone order by id desc limit :count""")

_PHONES = sa.text("select phone, count(*) as messages, max(sent_at) as last_at from sms_message group by phone order by max(id) desc limit 30")

_SHIFT = sa.text("select shift from clock_offset where id = 1")

_COUNTS = sa.text("""
select (select count(*) from case_file) as cases, (select count(*) from work_item where status < 2) as open_items,
       (select count(*) from timer) as timers, (select count(*) from outbox where done_at is null) as waiting""")


def accounts(db: Connection) -> Sequence[Row[Any]]:
    """Every open account with its first role, those of one area together."""
    return db.execute(_ACCOUNTS).all()


def messages(db: Connection, phone: str | None = None, *, count: int = 40) -> Sequence[Row[Any]]:
    """Text messages the twin has received, newest first; of one phone, or of all."""
    return db.execute(_MESSAGES, {"phone": phone, "count": count}).all()


def phones(db: Connection) -> Sequence[Row[Any]]:
    """The phones that received something, the latest first."""
    return db.execute(_PHONES).all()


def shift(db: Connection) -> timedelta:
    """How far the demonstration's clock is ahead of the world's."""
    return db.execute(_SHIFT).scalar_one_or_none() or timedelta()


def counts(db: Connection) -> Row[Any]:
    """How much there is, so that a newcomer sees the seed grow."""
    return db.execute(_COUNTS).one()
