"""Telling staff inside the house. Staff are not disturbed at night unless it is urgent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.db import Json
from app.errors import NotFound
from app.uow import UnitOfWork
from workflows import Calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
OPENS, CLOSES = time(8, 30), time(17, 30)


class NoticeUnknown(NotFound):
    """There is no such notice."""


@dataclass(frozen=True)
class Notice:
    """Something to tell inside the house."""

    template: str
    county: int
    case_id: int
    #: whoever holds the role in the organ, or one account
    organ: int | None = None
    role: str | None = None
    account_id: int | None = None
    item_id: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    urgent: bool = False
    #: two notices with the same word are one
    once: str | None = None


def tell(uow: UnitOfWork, *, notice: Notice) -> None:
    """This will put a notice on somebody's desk: at once if it is urgent, else in office hours. Told twice, it is told once."""
    uow.db.execute(_TELL, {
        "county": notice.county, "case_id": notice.case_id, "item_id": notice.item_id, "template": notice.template,
        "facts": dict(notice.facts), "organ": notice.organ, "role": notice.role, "account_id": notice.account_id,
        "urgent": notice.urgent, "once": notice.once, "now": uow.now,
        "visible_at": uow.now if notice.urgent else office_hours(uow.calendar, uow.now),
    })


def mark_seen(uow: UnitOfWork, *, county: int, notice_id: int) -> None:
    """This will take a notice off the desk; it stays on record who saw it.

    Raises NoticeUnknown.
    """
    values = {"county": county, "id": notice_id, "actor": uow.actor.id, "now": uow.now}
    if not uow.db.execute(_SEEN, values).rowcount:
        raise NoticeUnknown(id=notice_id)


def office_hours(calendar: Calendar, now: datetime) -> datetime:
    """The instant itself within office hours of a working day, else when they begin again."""
    here = now.astimezone(SHANGHAI)
    if calendar.is_working_day(here.date()) and OPENS <= here.time() < CLOSES:
        return now
    day = here.date() if here.time() < OPENS else here.date() + timedelta(days=1)
    worked = day if calendar.is_working_day(day) else calendar.add(day, 1)
    return datetime.combine(worked, OPENS, tzinfo=SHANGHAI)


_TELL = sa.text("""
    insert into notice(county, case_id, item_id, template, facts, organ, role, account_id, urgent, once, at, visible_at)
    values (:county, :case_id, :item_id, :template, :facts, :organ, :role, :account_id, :urgent, :once, :now, :visible_at)
    on conflict (county, once) where once is not null do nothing
""").bindparams(sa.bindparam("facts", type_=Json))
_SEEN = sa.text("""
    update notice set seen_at = :now, seen_by = :actor where county = :county and id = :id and seen_at is null
""")
