"""From what the engine says about a work item to the columns of its row: whose it is, and when somebody is told.

Nothing here reads or writes; the calendar is handed in.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from app.enactment.models import CLAIMED, COMPLETED, OPEN, WITHDRAWN
from workflows import Participant, WorkItem

#: shares of the working time at which the holder is told
REMINDERS = (50, 80, 100)
#: `claim.limit`: working days after which the head sees an item nobody has taken
CLAIM_DAYS = 1
CHINA = ZoneInfo("Asia/Shanghai")
_DAY = timedelta(days=1)
#: `case.priority` of an urgent matter
URGENT = 2
_CLOSED = {"completed": COMPLETED, "withdrawn": WITHDRAWN}


class WorkingTime(Protocol):
    """What is needed of the calendar of working days."""

    def add(self, day: date, working_days: int) -> date:
        """The day that lies so many working days after another."""

    def is_working_day(self, day: date) -> bool:
        """Whether a day is worked."""

    def working_seconds(self, start: datetime, end: datetime) -> int:
        """Seconds between two instants that lie in working days."""


def at_share(times: WorkingTime, start: datetime, due: datetime, percent: int) -> datetime:
    """The instant at which so many percent of the working time between two instants are over."""
    whole = times.working_seconds(start, due)
    if percent >= 100 or whole <= 0:
        return start + (due - start) * min(percent, 100) / 100
    left = whole * percent // 100
    day = start.astimezone(CHINA).date()
    today = times.working_seconds(start, _midnight(day + _DAY))
    if left < today:
        return start + timedelta(seconds=left)
    days, seconds = divmod(left - today, 86_400)
    return (_midnight(times.add(day, days + 1)) + timedelta(seconds=seconds)).astimezone(UTC)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), tzinfo=CHINA)


def whose(participant: Participant) -> dict[str, Any]:
    """The columns that say who completes an item."""
    person, mandate = participant.kind == "person", participant.kind == "mandate"
    return {
        "kind": participant.kind, "org": participant.organ, "role": participant.role, "party_id": participant.party,
        "assignee": participant.person if person else None, "mandate_id": participant.person if mandate else None,
    }


def next_reminder(times: WorkingTime, item: WorkItem, reminded: int) -> datetime | None:
    """When the holder is told next; never for an item without a limit or for a system's."""
    left = [share for share in REMINDERS if share > reminded]
    if item.due is None or item.due_from is None or item.participant.kind == "system" or not left:
        return None
    return at_share(times, item.due_from, item.due, left[0])


def reminder_after(times: WorkingTime, start: datetime | None, due: datetime, told: int) -> datetime | None:
    """When the holder is told after having been told at a share."""
    left = [share for share in REMINDERS if share > told]
    return at_share(times, start, due, left[0]) if left and start is not None else None


def opened(
    item: WorkItem, *, title: Mapping[str, str], case: Mapping[str, Any], now: datetime, times: WorkingTime, how: str | None
) -> dict[str, Any]:
    """The row of an item that opens; `how` says if it was closed again in the same step."""
    return whose(item.participant) | {
        "item_key": item.key, "process": item.process, "element": item.element, "form": item.form, "operation": item.operation,
        "title_zh": title.get("zh") or item.element, "title_en": title.get("en") or title.get("zh") or item.element,
        "category": case.get("category"), "priority": URGENT if item.urgent else case.get("priority") or 0,
        "status": _first_status(item, how), "returned": False, "local": dict(item.local) or None,
        "due_at": item.due, "due_from": item.due_from, "due_facts": item.due_facts,
        "remind_at": next_reminder(times, item, 0), "head_at": _head_at(item, now, times),
    }


def amended(item: WorkItem, *, before: Any, now: datetime, times: WorkingTime, case: Mapping[str, Any]) -> dict[str, Any]:
    """The changed columns of an open item; a new participant starts unclaimed."""
    columns = whose(item.participant)
    held = ("kind", "org", "role", "party_id", "mandate_id")
    moved = any(columns[name] != getattr(before, name) for name in held)
    moved = moved or (item.participant.kind == "person" and item.participant.person != before.assignee)
    return columns | {
        "id": before.id, "moved": moved, "priority": URGENT if item.urgent else case.get("priority") or 0,
        "due_at": item.due, "due_from": item.due_from, "due_facts": item.due_facts, "reminded": 0,
        "remind_at": _first_reminder_from(now, item, times), "head_at": _head_at(item, now, times) if moved else None,
    }


def _first_reminder_from(now: datetime, item: WorkItem, times: WorkingTime) -> datetime | None:
    """Of the reminders of a moved limit only those ahead count."""
    for told in (0, *REMINDERS[:-1]):
        at = next_reminder(times, item, told)
        if at is None or at > now:
            return at
    return None


def _first_status(item: WorkItem, how: str | None) -> int:
    if how is not None:
        return _CLOSED[how]
    return CLAIMED if item.participant.kind == "person" and item.participant.person is not None else OPEN


def _head_at(item: WorkItem, now: datetime, times: WorkingTime) -> datetime | None:
    """When the head is asked too: `claim.limit`, one working day after the item opened."""
    if item.participant.kind != "role":
        return None
    last = times.add(now.astimezone(CHINA).date(), CLAIM_DAYS)
    return _midnight(last + _DAY).astimezone(UTC)
