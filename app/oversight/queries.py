"""Orders of a supervision with their milestones, and who watches over them."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from app.oversight.models import supervision_member, supervision_milestone, supervision_order


def orders(db: Connection, county: int, case_id: int) -> Sequence[Row[Any]]:
    """All orders of a case, the newest first."""
    of_case = (supervision_order.c.county == county, supervision_order.c.case_id == case_id)
    return db.execute(sa.select(supervision_order).where(*of_case).order_by(supervision_order.c.n.desc())).all()


def milestones(db: Connection, county: int, case_id: int) -> Sequence[Row[Any]]:
    """The milestones of the orders of a case, in the order in which they were agreed."""
    of_case = (supervision_milestone.c.county == county, supervision_milestone.c.case_id == case_id)
    return db.execute(sa.select(supervision_milestone).where(*of_case).order_by(supervision_milestone.c.id)).all()


def members(db: Connection, county: int, case_id: int) -> Sequence[int]:
    """The seats of those who have been in the group of a supervision, each once."""
    of_case = (supervision_member.c.county == county, supervision_member.c.case_id == case_id)
    named = sa.select(supervision_member.c.mandate_id).where(*of_case, supervision_member.c.mandate_id.is_not(None))
    return db.execute(named.distinct().order_by(supervision_member.c.mandate_id)).scalars().all()


_WATCHERS = sa.text("""
    select distinct m.mandate_id, c.number from case_link l
    join supervision_member m on m.county = l.to_county and m.case_id = l.to_id
    join case_file c on c.county = l.to_county and c.id = l.to_id
    where l.county = :county and l.case_id = :case_id and l.kind = 'supervision' and m.mandate_id is not null
    order by m.mandate_id
""")


def watchers(db: Connection, county: int, case_id: int) -> Sequence[Row[Any]]:
    """Seats (with the number of the supervision) of those who watched over a matter that was supervised."""
    return db.execute(_WATCHERS, {"county": county, "case_id": case_id}).all()
