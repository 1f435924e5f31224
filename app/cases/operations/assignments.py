"""Handing a matter to a unit: each hand-over is a row with a fresh number, and so is what the unit says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.cases.models import assignment
from app.cases.numbers import draw_letter
from app.errors import NotFound
from app.uow import UnitOfWork


class AssignmentUnknown(NotFound):
    """There is no assignment with this number."""


@dataclass(frozen=True)
class Assigned:
    """A new hand-over."""

    no: str
    unit: int | None
    assigned_at: datetime


def assign(
    uow: UnitOfWork, *, county: int, case_id: int, number: str, unit: int | None, office: int | None = None,
    speed: str | None = None, due_at: datetime | None = None,
) -> Assigned:
    """This will hand the matter to a unit (or, with none, to the platforms) under a fresh number.

    An earlier hand-over that is still open ends; the day of the first one is kept.
    """
    values = {"county": county, "case_id": case_id, "now": uow.now}
    before = uow.db.execute(_CLOSE_EARLIER, values).one()
    no = f"{number}/{before.last + 1}"
    uow.db.execute(_ASSIGN, values | {
        "n": before.last + 1, "no": no, "unit": unit, "office": office, "class": speed, "due_at": due_at,
        "channel": "direct" if unit else "platform", "first": before.first or uow.now,
    })
    return Assigned(no, unit, uow.now)


def take_unit(uow: UnitOfWork, *, county: int, no: str, unit: int) -> None:
    """This will name the unit that the platforms found for an assignment.

    Raises AssignmentUnknown.
    """
    _set(uow, county=county, no=no, unit=unit, state="accepted")


def record_answer(uow: UnitOfWork, *, county: int, case_id: int, no: str, decision: str, reason: str = "") -> None:
    """This will record that a unit took an assignment, or disputes it.

    Raises AssignmentUnknown.
    """
    state = {"accept": "accepted", "dispute": "disputed"}.get(decision, "accepted")
    _set(uow, county=county, no=no, state=state)
    if state == "disputed":
        uow.db.execute(_DISPUTE, {
            "county": county, "case_id": case_id, "no": no, "reason": reason or None, "now": uow.now,
        })


def record_ruling(uow: UnitOfWork, *, county: int, case_id: int, no: str, ruling: str, reason: str = "") -> None:
    """This will record how a dispute was ruled: the assignment stands, or another unit gets it.

    Raises AssignmentUnknown.
    """
    _set(uow, county=county, no=no, state="accepted" if ruling == "upheld" else "recalled")
    uow.db.execute(_RULE, {
        "county": county, "case_id": case_id, "no": no, "ruling": ruling, "reason": reason or None,
        "actor": uow.actor.id, "now": uow.now,
    })


def record_progress(
    uow: UnitOfWork, *, county: int, case_id: int, text: str, no: str | None = None, source: str = "unit",
    audience: str = "reporter",
) -> None:
    """This will add a line about how the work goes, as told by the unit or by a platform."""
    if text.strip():
        uow.db.execute(_PROGRESS, {
            "county": county, "case_id": case_id, "no": no, "source": source, "audience": audience,
            "text": text.strip(), "actor": uow.actor.id, "now": uow.now,
        })


def record_reply(
    uow: UnitOfWork, *, county: int, case_id: int, text: str, no: str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> str:
    """This will keep a signed reply as a numbered letter; earlier letters stay. Gives back its number."""
    letter = draw_letter(uow.db, county=county, now=uow.now)
    given = facts or {}
    uow.db.execute(_REPLY, {
        "county": county, "case_id": case_id, "no": no, "letter": letter, "class": given.get("class"),
        "outcome": given.get("outcome"), "text": text, "actor": uow.actor.id, "now": uow.now,
    })
    if no:
        _set(uow, county=county, no=no, state="replied")
    return letter


def recall(uow: UnitOfWork, *, county: int, case_id: int, reason: str) -> list[int]:
    """This will end every open hand-over of the case; gives back the units that are to be told."""
    return list(uow.db.execute(_RECALL, {
        "county": county, "case_id": case_id, "reason": reason, "now": uow.now,
    }).scalars())


def _set(uow: UnitOfWork, *, county: int, no: str, **changes: Any) -> None:
    named = sa.update(assignment).where(assignment.c.county == county, assignment.c.no == no)
    if not uow.db.execute(named.values(changes)).rowcount:
        raise AssignmentUnknown(no=no)


_CLOSE_EARLIER = sa.text("""
    with c as (update assignment set state = case when state = 'recalled' then state else 'closed' end, closed_at = :now
        where county = :county and case_id = :case_id and closed_at is null)
    select coalesce(max(n), 0) as last, min(first_assigned_at) as first
    from assignment where county = :county and case_id = :case_id
""")
_ASSIGN = sa.text("""
    insert into assignment(county, case_id, n, no, unit, office, class, channel, state, assigned_at, first_assigned_at, due_at)
    values (:county, :case_id, :n, :no, :unit, :office, :class, :channel, 'assigned', :now, :first, :due_at)
""")
_DISPUTE = sa.text("""
    insert into dispute(county, case_id, assignment_no, unit, reason, at)
    select :county, :case_id, :no, (select unit from assignment where county = :county and no = :no), :reason, :now
""")
_RULE = sa.text("""
    update dispute set ruling = :ruling, ruling_reason = :reason, ruled_at = :now, ruled_by = :actor
    where county = :county and case_id = :case_id and assignment_no = :no and ruled_at is null
""")
_PROGRESS = sa.text("""
    insert into progress(county, case_id, assignment_no, source, audience, text, actor_id, at)
    values (:county, :case_id, :no, :source, :audience, :text, :actor, :now)
""")
_REPLY = sa.text("""
    insert into reply(county, case_id, assignment_no, letter_no, class, outcome, text, unit, signer_id, at)
    select :county, :case_id, :no, :letter, :class, :outcome, :text,
        (select unit from assignment where county = :county and no = :no), :actor, :now
""")
_RECALL = sa.text("""
    update assignment set state = 'recalled', closed_at = :now
    where county = :county and case_id = :case_id and closed_at is null returning unit
""")
