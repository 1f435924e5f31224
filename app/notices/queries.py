"""What somebody has not seen yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from app.notices.letters import in_house
from app.notices.models import notice
from app.uow import Actor


@dataclass(frozen=True)
class Shown:
    """A notice as a page shows it."""

    county: int
    id: int
    case_id: int | None
    item_id: int | None
    words: dict[str, str]
    at: datetime
    is_urgent: bool


def unseen(db: Connection, actor: Actor, now: datetime, *, limit: int = 50) -> list[Shown]:
    """What the person has not seen, by his account or by a role he holds, the newest first."""
    return [_shown(row) for row in db.execute(_UNSEEN, _for(actor, now) | {"limit": limit})]


def count_unseen(db: Connection, actor: Actor, now: datetime) -> int:
    """How many there are, up to a hundred."""
    return db.execute(_COUNT, _for(actor, now)).scalar_one()


def of_case(db: Connection, county: int, case_id: int) -> Sequence[Row[Any]]:
    """Everything told about a case, oldest first."""
    found = sa.select(notice).where(notice.c.county == county, notice.c.case_id == case_id)
    return db.execute(found.order_by(notice.c.id)).all()


def _for(actor: Actor, now: datetime) -> dict[str, Any]:
    grants = [(grant.organ, grant.role) for grant in actor.grants]
    return {
        "account": actor.id, "organs": [organ for organ, _role in grants], "roles": [role for _organ, role in grants],
        "now": now,
    }


def _shown(row: Row[Any]) -> Shown:
    return Shown(row.county, row.id, row.case_id, row.item_id, in_house(row.template, row.facts), row.at, row.urgent)


_MINE = """
    seen_at is null and visible_at <= :now and (account_id = :account
      or (organ, role) in (select o, r from unnest(cast(:organs as int[]), cast(:roles as text[])) u(o, r)))
"""
_UNSEEN = sa.text(f"select * from notice where {_MINE} order by urgent desc, at desc limit :limit")
_COUNT = sa.text(f"select count(*) from (select 1 from notice where {_MINE} limit 100) n")
