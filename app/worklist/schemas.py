"""How a row of a queue and an item are said on a page: words, lights, addresses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.cases import queries as cases
from app.definitions import queries as definitions
from app.definitions.queries import Deployed
from app.directory import queries as directory
from app.enactment import queries as running
from app.identity import policy
from app.identity.policy import Permission
from app.uow import Actor
from app.web.entries import item_address, paper, shown_entry
from app.web.lang import words
from app.web.limits import light, working_days_left
from app.wiring import Reading, Wiring
from app.worklist import queries
from app.worklist.queries import COUNTED, Reader
from workflows import Calendar, Form


def reader(actor: Actor) -> Reader:
    """The queues of whoever is signed in."""
    pairs = tuple((organ, role) for organ, roles in policy.queue_pairs(actor) for role in roles)
    return Reader(actor.id, pairs, actor.mandates)


def shown_row(row: Any, now: datetime, calendar: Calendar, actor: Actor) -> dict[str, Any]:
    """One row as the queue macro draws it."""
    free = row.status == 0 and row.kind == "role" and policy.is_theirs(actor, row)
    return {
        "href": item_address(row), "number": row.number, "title": row.title,
        "place": words({"zh": row.place_zh, "en": row.place_en}) if row.place_zh else "",
        "step": words({"zh": row.title_zh, "en": row.title_en}), "since": row.opened_at, "due_at": row.due_at,
        "light": light(calendar, row.due_from or row.opened_at, row.due_at, now),
        "days": working_days_left(calendar, row.due_at, now),
        "holder": row.holder, "is_returned": row.returned, "is_urgent": row.priority >= 2, "is_supervised": row.supervised,
        "claim": f"{item_address(row)}/claim" if free else None,
    }


def shown_rows(rows: Iterable[Any], now: datetime, calendar: Calendar, actor: Actor) -> list[dict[str, Any]]:
    """All rows of a page."""
    return [shown_row(row, now, calendar, actor) for row in rows]


def counted(number: int) -> str:
    """A count that does not pretend to know more than it read."""
    return f"{COUNTED:,}+" if number > COUNTED else str(number)


def tabs(view: str, numbers: Mapping[str, int], labels: Mapping[str, str]) -> list[tuple[str, str, str, bool]]:
    """The views of the desk for the tabs macro."""
    return [(f"/desk?view={name}", label, counted(numbers[name]), name == view) for name, label in labels.items()]


@dataclass(frozen=True)
class Opened:
    """An item with the form that completes it."""

    item: Any
    deployed: Deployed
    form: Form | None


def opened(house: Reading, wiring: Wiring, actor: Actor, county: int, item_id: int) -> Opened:
    """One item as its participant may open it; an open one with the form's defaults and bounds worked out.

    Raises ItemUnknown, NotYourCase.
    """
    item = queries.item(house.db, county, item_id)
    if not policy.is_theirs(actor, item):
        policy.check(actor, Permission.SEE_CASE, item)
    deployed = definitions.version(house.db, item.definition_id)
    form = deployed.definition.form(item.process, item.form) if item.form else None
    if form is not None and item.status < 2:
        form = running.form_now(house.db, wiring.workflow_engine, deployed, item, form)
    return Opened(item, deployed, form)


def shown_item(house: Reading, wiring: Wiring, actor: Actor, opened: Opened) -> dict[str, Any]:
    """Everything the page of an item says, but its answers and their errors."""
    item, calendar = opened.item, wiring.calendar
    case = cases.case_by_id(house.db, item.county, item.instance_id)
    is_open = item.status < 2 and policy.is_theirs(actor, item)
    return {
        "item": item, "form": opened.form, "now": house.now, "address": item_address(item),
        "step": words({"zh": item.title_zh, "en": item.title_en}),
        "light": light(calendar, item.due_from or item.opened_at, item.due_at, house.now),
        "days": working_days_left(calendar, item.due_at, house.now),
        "may_complete": is_open and item.assignee in (None, actor.id),
        "is_free": is_open and item.status == 0 and item.kind == "role",
        "is_mine": is_open and item.status == 1 and item.assignee == actor.id,
        "earlier": queries.earlier_steps(house.db, item) if is_open else (),
        "why_returned": _why(house, item) if item.returned else "",
        "options": directory.field_options(house.db, opened.form, item.county),
        "entries": [shown_entry(one) for one in reversed(cases.timeline(house.db, case, "staff"))],
        "papers": [paper(one) for one in cases.attachments(house.db, case.county, case.id, audiences=cases.SEES["staff"])],
    }


def _why(house: Reading, item: Any) -> str:
    """What whoever sent the case back wrote last."""
    said = [one.text for one in cases.notes(house.db, item.county, item.instance_id) if one.kind == "returned"]
    return said[-1] if said else ""
