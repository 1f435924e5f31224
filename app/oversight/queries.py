"""Orders of a supervision, with their milestones."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from app.oversight.models import supervision_milestone, supervision_order


def orders(db: Connection, county: int, case_id: int) -> Sequence[Row[Any]]:
    """All orders of a case, the newest first."""
    of_case = (supervision_order.c.county == county, supervision_order.c.case_id == case_id)
    return db.execute(sa.select(supervision_order).where(*of_case).order_by(supervision_order.c.n.desc())).all()


def milestones(db: Connection, county: int, case_id: int) -> Sequence[Row[Any]]:
    """The milestones of the orders of a case, in the order in which they were agreed."""
    of_case = (supervision_milestone.c.county == county, supervision_milestone.c.case_id == case_id)
    return db.execute(sa.select(supervision_milestone).where(*of_case).order_by(supervision_milestone.c.id)).all()
