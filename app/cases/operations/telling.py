"""From what happened to a case to who hears it: the reporter by text message, staff and deputies inside the house."""

import base64
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Row

from app import crypto
from app.cases.operations.answers import instant
from app.cases.operations.contacts import opened
from app.cases.operations.papers import add_note
from app.definitions import queries as definitions
from app.enactment import queries as running
from app.notices import letters
from app.notices import operations as notices
from app.notices.operations import Notice
from app.uow import UnitOfWork

SHANGHAI = ZoneInfo("Asia/Shanghai")
FULL = 100


def tell(uow: UnitOfWork, payload: Mapping[str, Any]) -> None:
    """This will tell everybody concerned what one step of a case changed.

    Each part of the payload (milestones, items, escalations, a template, a reminder) speaks to its own people.
    """
    case = uow.db.execute(_CASE, {"county": payload["county"], "id": payload["id"]}).one()
    for part, speak in _PARTS.items():
        if payload.get(part):
            speak(uow, case, payload)


def write_letter(uow: UnitOfWork, case: Row[Any], template: str, facts: Mapping[str, Any]) -> bool:
    """This will send the reporter a text message, if there is a telephone; tells whether there is."""
    if case.phone_sealed is None:
        return False
    contact = opened(uow.settings, county=case.county, party_id=case.reporter_id, name=None, phone=case.phone_sealed)
    text = letters.letter(template, case.lang, {
        "title": case.title, "number": case.number, "url": uow.settings.public_url, **facts,
    })
    sealed = crypto.Vault(uow.settings.field_key).seal(
        orjson.dumps({"phone": contact.phone, "text": text}).decode(), about="sms"
    )
    uow.outbox("sms.send", case.county, case.id, {
        "arguments": {"sealed": base64.b64encode(sealed).decode(), "no": case.number},
    })
    return True


def _milestones(uow: UnitOfWork, case: Row[Any], payload: Mapping[str, Any]) -> None:
    definition = definitions.version(uow.db, case.definition_id).definition
    for one in payload["milestones"]:
        words = definition.milestone_words(one["process"], one["element"])
        if words:
            write_letter(uow, case, "milestone", {"words": words})
            _tell_linked(uow, case, words)


def _tell_linked(uow: UnitOfWork, case: Row[Any], words: Mapping[str, str]) -> None:
    """Reporters whose own case waits for this one hear of it too, each about his own number."""
    for link in uow.db.execute(_LINKED, {"county": case.county, "id": case.id}):
        uow.outbox("notice", link.county, link.case_id, {
            "county": link.county, "id": link.case_id, "template": "supervision" if link.kind == "supervision" else "milestone",
            "words": dict(words),
        })


def _items(uow: UnitOfWork, case: Row[Any], payload: Mapping[str, Any]) -> None:
    for item in payload["items"]:
        if item["kind"] == "visitor":
            _your_turn(uow, case, item)
        elif item["kind"] in ("person", "mandate"):
            _for_person(uow, case, item)


def _your_turn(uow: UnitOfWork, case: Row[Any], item: Mapping[str, Any]) -> None:
    if not item.get("token"):
        return
    secret = crypto.Vault(uow.settings.field_key).open(base64.b64decode(item["token"]), about="item_token")
    due = instant(item.get("due"))
    day = f"{due.astimezone(SHANGHAI):%m-%d}" if due else ""
    write_letter(uow, case, "your_turn", {"words": item["title"], "token": secret, "due": day})


def _for_person(uow: UnitOfWork, case: Row[Any], item: Mapping[str, Any]) -> None:
    account = item.get("person")
    if item["kind"] == "mandate":
        account = uow.db.execute(_ACCOUNT, {"mandate": item.get("person")}).scalar_one_or_none()
    if account is not None:
        notices.tell(uow, notice=Notice(
            "item", case.county, case.id, account_id=account, facts={"words": item["title"], "number": case.number},
            urgent=case.priority >= 2, once=f"item:{case.id}:{item['item_key']}",
        ))


def _escalations(uow: UnitOfWork, case: Row[Any], payload: Mapping[str, Any]) -> None:
    definition = definitions.version(uow.db, case.definition_id).definition
    for one in payload["escalations"]:
        to = one.get("to")
        facts = definition.escalation(one["process"], one["code"])
        if to and to.get("organ") and facts is not None:
            notices.tell(uow, notice=Notice(
                "escalation", case.county, case.id, organ=to["organ"], role=to["role"], urgent=case.priority >= 2,
                facts={"words": dict(facts.words), "number": case.number},
            ))


def _template(uow: UnitOfWork, case: Row[Any], payload: Mapping[str, Any]) -> None:
    if payload["template"] == "recalled":
        for unit in payload.get("units") or ():
            notices.tell(uow, notice=Notice(
                "recalled", case.county, case.id, organ=unit, role="handler", facts={"number": case.number},
            ))
        return
    # Who left no telephone reads it on his page.
    if not payload.get("words"):
        add_note(uow, county=case.county, case_id=case.id, kind=payload["template"], audience="reporter",
                 text=payload.get("said") or "", facts={"template": payload["template"]})
    write_letter(uow, case, payload["template"], {"words": payload.get("words") or ""})


def _reminder(uow: UnitOfWork, case: Row[Any], payload: Mapping[str, Any]) -> None:
    percent, item_id = payload["reminder"]["percent"], payload["reminder"]["item_id"]
    _about_item(uow, case, item_id, "overdue" if percent >= FULL else "reminder", percent)


def _offered(uow: UnitOfWork, case: Row[Any], payload: Mapping[str, Any]) -> None:
    _about_item(uow, case, payload["offered"]["item_id"], "offered", 0, role=payload["offered"]["role"])


def _about_item(
    uow: UnitOfWork, case: Row[Any], item_id: int, template: str, percent: int, role: str | None = None
) -> None:
    """The holder hears it; an item nobody holds is told to its queue; the reporter's own by text message."""
    item = running.item(uow.db, case.county, item_id)
    words = {"zh": item.title_zh, "en": item.title_en}
    notices.tell(uow, notice=Notice(
        template, case.county, case.id, item_id=item_id, account_id=item.assignee,
        organ=None if item.assignee else item.org, role=None if item.assignee else role or item.role,
        facts={"words": words, "number": case.number, "percent": percent}, urgent=item.priority >= 2,
        once=f"{template}:{item_id}:{percent}",
    ))


_PARTS = {
    "milestones": _milestones, "items": _items, "escalations": _escalations, "template": _template, "reminder": _reminder,
    "offered": _offered,
}
_CASE = sa.text("""
    select c.county, c.id, c.number, c.title, c.priority, c.reporter_id, p.phone_sealed, coalesce(p.lang, 'zh') as lang,
        i.definition_id
    from case_file c
    left join process_instance i on i.county = c.county and i.id = c.id
    left join party p on p.county = c.county and p.id = c.reporter_id
    where c.county = :county and c.id = :id
""")
_LINKED = sa.text("""
    select county, case_id, kind from case_link
    where to_county = :county and to_id = :id and status = 'open' and kind in ('supervision', 'merged', 'moved')
""")
_ACCOUNT = sa.text("""
    select a.id from mandate m join account a on a.deputy_id = m.deputy_id and a.closed_at is null where m.id = :mandate
""")
