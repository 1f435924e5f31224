"""What a citizen sends, checked; and how a matter is said to a citizen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import Schema, ValidationError, fields, validate, validates

from app.cases.operations.contacts import plain_phone
from app.cases.queries import Entry
from app.cases.queries.sentence import Sentence
from app.web.filters import local
from app.web.lang import words
from workflows import Calendar, light, share

TEXT_LENGTH = 4000
MOST_PHOTOS = 3
PHONE_LENGTHS = (7, 12)

#: Words that mean somebody should call before writing; the report is taken all the same.
EMERGENCY = (
    "着火", "起火", "火灾", "燃气泄漏", "煤气泄漏", "漏气", "爆炸", "坍塌", "塌方", "滑坡", "触电", "溺水", "中毒", "轻生",
    "砍人", "打人", "持刀", "gas leak", "on fire", "collapse", "drown", "explosion",
)
PHONES = (("110", _l("police")), ("119", _l("fire")), ("120", _l("ambulance")))


def sounds_urgent(text: str) -> bool:
    """Whether the words say that somebody may be in danger now."""
    lower = text.lower()
    return any(word in lower for word in EMERGENCY)


class Words(fields.String):
    """Text as people write it: characters no keyboard makes are left out, and so is what the database cannot hold."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        plain = super()._deserialize(value, attr, data, **kwargs)
        return "".join(sign for sign in plain if sign in "\n\t" or (sign >= " " and not "\ud800" <= sign <= "\udfff"))


class ReportSchema(Schema):
    """The report: only the text is needed."""

    text = Words(required=True, error_messages={"required": "Please say what happened."})
    place = Words(validate=validate.Length(max=200, error="Please use at most 200 characters."))
    name = Words(validate=validate.Length(max=40, error="Please use at most 40 characters."))
    phone = Words()
    lat = fields.Float(allow_none=True, validate=validate.Range(-90, 90, error="This place is not on the earth."))
    lon = fields.Float(allow_none=True, validate=validate.Range(-180, 180, error="This place is not on the earth."))

    @validates("text")
    def has_text(self, value: str, **_more: Any) -> None:
        """At least one word, at most four thousand characters."""
        if not value.strip():
            raise ValidationError("Please say what happened.")
        if len(value.strip()) > TEXT_LENGTH:
            raise ValidationError(
                _("This is %(length)d characters; at most %(most)d fit. Please shorten it, or send the rest afterwards as further facts.", length=len(value.strip()), most=TEXT_LENGTH))

    @validates("phone")
    def is_phone(self, value: str, **_more: Any) -> None:
        """A number with as many digits as numbers here have."""
        low, high = PHONE_LENGTHS
        if value.strip() and not low <= len(plain_phone(value)) <= high:
            raise ValidationError("This is not a telephone number. Leave it empty or correct it.")


class TrackSchema(Schema):
    """Number and code of a receipt, as they were typed."""

    number = Words(required=True, error_messages={"required": "Please type the number of your receipt."})
    code = Words(required=True, error_messages={"required": "Please type the code of your receipt."})


class FactsSchema(Schema):
    """More about a report that is on its way."""

    text = Words(
        required=True, validate=validate.Length(max=TEXT_LENGTH, error="At most 4,000 characters fit. Please shorten it."),
        error_messages={"required": "Please say what is new."},
    )


@dataclass(frozen=True)
class Told:
    """One thing a matter waits for, as a citizen reads it."""

    who: str
    step: str
    since: datetime | None
    due_at: datetime | None
    #: the day on which the limit ends; a limit until midnight ends on the day before it
    last_day: date | None
    due_from: datetime | None
    due_facts: Mapping[str, Any] | None
    light: str
    #: whole working days left, or past
    days: int | None
    is_yours: bool
    item_id: int | None


def told(one: Sentence, calendar: Calendar, now: datetime) -> Told:
    """One open thing in the reader's language, with its light."""
    start = one.due_from or one.since
    lit = "" if one.due_at is None or start is None else light(share(calendar, start, one.due_at, now))
    return Told(
        words(one.who), words(one.step), one.since, one.due_at, last_day(one.due_at), one.due_from, one.due_facts, lit,
        _days(calendar, one.due_at, now), one.is_yours, one.item_id,
    )


def last_day(due: datetime | None) -> date | None:
    """The last day of a limit: one that ends at 24:00 is over at the next midnight."""
    return local(due - timedelta(microseconds=1)).date() if due is not None else None


def entry(one: Entry, *, is_current: bool = False) -> dict[str, Any]:
    """One thing that happened, as the timeline macro draws it."""
    return {
        "title": words(one.title), "at": one.at, "by": words(one.by) if one.by else "", "text": one.text, "tone": one.tone,
        "is_current": is_current,
    }


def _days(calendar: Calendar, due: datetime | None, now: datetime) -> int | None:
    if due is None:
        return None
    first, end = sorted((local(now).date(), last_day(due) or due.date()))
    return calendar.count(first, end)
