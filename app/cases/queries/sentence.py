"""Who has a matter, what comes next, and by when: read from what is open, for the reporter and for staff."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection, Row

from app.cases.queries import files
from app.db import FOREVER
from app.directory import queries as directory
from app.enactment import queries as running

Words = Mapping[str, str]

YOU: Words = {"zh": "您", "en": "You"}
REPORTER: Words = {"zh": "反映人", "en": "The reporter"}
SYSTEM: Words = {"zh": "系统", "en": "The system"}
NOBODY: Words = {"zh": "无需再办", "en": "Nobody any more"}
DEPUTY: Words = {"zh": "代表本人", "en": "The deputy in person"}
#: Status in which nothing further is asked of anybody, though the file may still wait (for a second look, an appeal).
_OVER = ("closed", "rated", "rejected", "withdrawn", "abandoned", "referred_out", "done", "dropped", "referenced", "raised")


@dataclass(frozen=True)
class Sentence:
    """One thing that is open: who has it, what he has to do, since when and until when."""

    who: Words
    step: Words
    since: datetime | None
    due_at: datetime | None
    #: start of the limit, where it is not the opening
    due_from: datetime | None
    #: rule, version, calendar and arithmetic behind the date
    due_facts: Mapping[str, Any] | None
    #: whether it is the reporter's turn
    is_yours: bool
    item_id: int | None = None
    is_urgent: bool = False


def sentences(db: Connection, case: Row[Any], *, for_reporter: bool) -> list[Sentence]:
    """What a case waits for, the most pressing first; for the reporter without what systems do among themselves."""
    items = [one for one in running.open_items(db, case.county, case.id) if not (for_reporter and one.kind == "system")]
    if not items and not is_over(case.status):
        items = _of_whom_it_waits(db, case)
    names = directory.organs(db, [one.org for one in items if one.org is not None])
    return [_sentence(one, names, for_reporter) for one in items]


def _of_whom_it_waits(db: Connection, case: Row[Any]) -> list[Row[Any]]:
    """What is open in the matters this one waits for: the supervision of it, the main case it was joined to."""
    return [
        item
        for link in files.links(db, case.county, case.id) if link.direction == "to" and link.other_id and link.status == "open"
        for item in running.open_items(db, link.other_county, link.other_id) if item.kind != "visitor"
    ]


def is_over(status: str) -> bool:
    """Whether the matter itself has ended."""
    return status in _OVER


def _sentence(item: Row[Any], names: Mapping[int, Row[Any]], for_reporter: bool) -> Sentence:
    due = None if item.due_at is None or item.due_at >= FOREVER else item.due_at
    return Sentence(
        who=_who(item, names, for_reporter), step={"zh": item.title_zh, "en": item.title_en}, since=item.opened_at, due_at=due,
        due_from=item.due_from, due_facts=item.due_facts, is_yours=item.kind == "visitor", item_id=item.id,
        is_urgent=item.priority >= 2,
    )


def _who(item: Row[Any], names: Mapping[int, Row[Any]], for_reporter: bool) -> Words:
    if item.kind == "visitor":
        return YOU if for_reporter else REPORTER
    if item.kind == "mandate":
        return DEPUTY
    organ = names.get(item.org) if item.org is not None else None
    return {"zh": organ.name_zh, "en": organ.name_en} if organ is not None else SYSTEM
