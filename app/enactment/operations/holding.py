"""Who holds an open work item, and whom it presses: claims, reminders, the head's turn. No token moves here."""

from typing import Any

from app.enactment import assignment, queries, record
from app.enactment.models import CLAIMED, OPEN
from app.enactment.operations.completing import closed_item
from app.enactment.operations.stepping import holder_of, read
from app.enactment.queries import OpenItem, Snapshot
from app.enactment.record import Step
from app.errors import Conflict
from app.uow import UnitOfWork
from workflows import Fact


class TakenByOther(Conflict):
    """Somebody else has taken this work item."""


def claim(uow: UnitOfWork, *, county: int, item_id: int) -> OpenItem:
    """Take an open work item for oneself; taking it twice changes nothing.

    Raises TakenByOther, AlreadyCompleted.
    """
    before, item = _found(uow, county, item_id)
    if item.status == CLAIMED and item.assignee == uow.actor.id:
        return item
    if item.status == CLAIMED:
        raise TakenByOther(item=item_id, by=item.assignee)
    _hold(uow, before, item, "claimed", {"status": CLAIMED, "assignee": uow.actor.id})
    return item


def release(uow: UnitOfWork, *, county: int, item_id: int) -> OpenItem:
    """Give a claimed work item back to its queue.

    Raises AlreadyCompleted.
    """
    before, item = _found(uow, county, item_id)
    if item.status == CLAIMED and item.kind == "role":
        _hold(uow, before, item, "released", {"status": OPEN}, {"held_by": item.assignee})
    return item


def offer_to_head(uow: UnitOfWork, *, county: int, item_id: int) -> bool:
    """Let the head of the organ see an item nobody has taken in time; False if there is no head or no need any more."""
    before = queries.snapshot(uow.db, county, item=item_id)
    uow.set_now(before.now)
    item = before.item(item_id)
    if item is None or item.status != OPEN or item.head_role_added is not None or item.org is None:
        return False
    role = queries.head_role(uow.db, item.org, item.role)
    if role is None:
        _hold(uow, before, item, None, {"head_role": ""})
        return False
    _hold(uow, before, item, "head_added", {"head_role": role}, {"role": role})
    uow.outbox("notice", county, before.id, {"county": county, "id": before.id, "offered": {"item_id": item.id, "role": role}})
    return True


def remind(uow: UnitOfWork, *, county: int, item_id: int) -> int | None:
    """Tell the holder that half, four fifths or all of the time is over; gives back which, or nothing if it is not so."""
    before = queries.snapshot(uow.db, county, item=item_id)
    uow.set_now(before.now)
    item, row = before.item(item_id), queries.item(uow.db, county, item_id)
    if item is None or row.remind_at is None or row.remind_at > uow.now or row.due_from is None:
        return None
    times = uow.engine.calendar
    share = max(one for one in assignment.REMINDERS if _passed(times, row, one, uow))
    following = assignment.reminder_after(times, row.due_from, row.due_at, share)
    _hold(uow, before, item, "reminded", {"reminded": share, "remind_at": following}, {"share": share})
    uow.outbox("notice", county, before.id, {"county": county, "id": before.id, "reminder": {"item_id": item.id, "percent": share}})
    return share


def _passed(times: assignment.WorkingTime, row: Any, share: int, uow: UnitOfWork) -> bool:
    return share == assignment.REMINDERS[0] or assignment.at_share(times, row.due_from, row.due_at, share) <= uow.now


def _found(uow: UnitOfWork, county: int, item_id: int) -> tuple[Snapshot, OpenItem]:
    before, _ = read(uow, county, item=item_id)
    item = before.item(item_id)
    if item is None:
        raise closed_item(uow, county, item_id)
    return before, item


def _hold(
    uow: UnitOfWork, before: Snapshot, item: OpenItem, action: str | None, columns: dict[str, Any],
    facts: dict[str, Any] | None = None,
) -> None:
    step = Step(mandate=item.mandate_id)
    step.add("hold", [{"id": item.id} | columns])
    if action is not None:
        step.facts.append(Fact(action, item.element, item.process, holder_of(item) | (facts or {})))
    record.write(uow, before, step)
