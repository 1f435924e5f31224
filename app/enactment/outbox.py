"""What a step sends out: calls to systems outside, and what there is to tell people. Rows in the making only."""

import base64
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app import crypto
from workflows import Progress, WorkItem

#: kinds of participants who are told when an item opens for them; a queue is looked at anyway
_TOLD = ("visitor", "mandate", "person")


@dataclass(frozen=True)
class Ticket:
    """The one-time link to a visitor's item: its hash is stored, the rest is told."""

    item_key: str
    secret: str

    @property
    def hash(self) -> bytes:
        """What the database keeps."""
        return ticket_hash(self.secret)


def ticket_hash(secret: str) -> bytes:
    """What the database keeps of a one-time link."""
    return crypto.digest(secret)


def tickets(items: Sequence[WorkItem]) -> list[Ticket]:
    """A fresh link for each item that opens for a visitor."""
    return [Ticket(item.key, crypto.new_token()) for item in items if item.participant.kind == "visitor"]


def calls(items: Sequence[WorkItem], local: Collection[str]) -> list[dict[str, Any]]:
    """One row for each operation that leaves the house; the item's id becomes the id of the message."""
    return [
        {"topic": item.operation, "item_key": item.key, "payload": {"item_key": item.key, "arguments": dict(item.arguments)}}
        for item in items
        if item.participant.kind == "system" and item.operation is not None and item.operation not in local
    ]


def notice(
    progress: Progress, items: Sequence[WorkItem], *, county: int, id: int, links: Sequence[Ticket],
    seal: Callable[[str], bytes], title: Callable[[WorkItem], Mapping[str, str]],
) -> list[dict[str, Any]]:
    """One row that says what happened, if there is anybody to tell."""
    told = [item for item in items if item.participant.kind in _TOLD]
    if not (progress.milestones or progress.escalations or told):
        return []
    sealed = {link.item_key: base64.b64encode(seal(link.secret)).decode() for link in links}
    payload = {
        "county": county, "id": id, "status": progress.case_status, "opened_keys": [item.key for item in told],
        "milestones": [{"process": one.process, "element": one.element} for one in progress.milestones],
        "escalations": [_escalation(one) for one in progress.escalations],
        "items": [_item(item, title(item), sealed.get(item.key)) for item in told],
    }
    return [{"topic": "notice", "payload": payload}]


def _item(item: WorkItem, title: Mapping[str, str], token: str | None) -> dict[str, Any]:
    whose = item.participant
    return {
        "item_key": item.key, "process": item.process, "element": item.element, "kind": whose.kind, "form": item.form,
        "title": dict(title), "due": item.due, "party": whose.party, "person": whose.person, "token": token,
    }


def _escalation(one: Any) -> dict[str, Any]:
    to = None if one.to is None else {"role": one.to.role, "organ": one.to.organ, "kind": one.to.kind}
    return {"code": one.code, "process": one.process, "element": one.element, "to": to}
