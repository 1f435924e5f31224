"""What waits to leave the house or has come in. Reads only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from app.connectors.models import inbox, outbox, sms_message

_ADDRESS = sa.text("select county, id from case_file where county = :county and number = :number")
_LIVE = sa.text("""
    select exists (select 1 from assignment where county = :county and no = :key and closed_at is null)
        or exists (select 1 from case_link where county = :county and link_no = :key and settled_at is null)
""")
_CAUGHT = sa.text("""
    select b.county, b.system, b.message_id, b.instance_id, b.message, b.keys, b.body from inbox b
    join subscription s on s.message = b.message and s.correlation = b.keys and s.county = b.county
    where b.state = 'early' order by b.at limit :limit
""")


def address(db: Connection, number: str) -> tuple[int, int] | None:
    """County and id of the case with this number."""
    county = number.partition("-")[0]
    if not county.isdigit() or len(county) != 6:
        return None
    row = db.execute(_ADDRESS, {"county": int(county), "number": number}).one_or_none()
    return None if row is None else (row.county, row.id)


def is_live(db: Connection, county: int, keys: Sequence[str]) -> bool:
    """Whether the keys after the case's number name an assignment or a link that still runs."""
    return len(keys) > 1 and all(db.execute(_LIVE, {"county": county, "key": key}).scalar_one() for key in keys[1:])


def caught(db: Connection, *, limit: int = 50) -> Sequence[Row[Any]]:
    """Early messages for which somebody waits by now."""
    return db.execute(_CAUGHT, {"limit": limit}).all()


def too_early(db: Connection, before: datetime, *, limit: int = 200) -> Sequence[Row[Any]]:
    """Early messages that nobody came to wait for in time."""
    found = sa.select(inbox).where(sa.text("state = 'early'"), inbox.c.at < before).order_by(inbox.c.at).limit(limit)
    return db.execute(found).all()


def received(db: Connection, county: int, system: str, message_id: str) -> Row[Any] | None:
    """What was answered to a message that came before."""
    same = (inbox.c.county == county, inbox.c.system == system, inbox.c.message_id == message_id)
    return db.execute(sa.select(inbox.c.answer).where(*same)).one_or_none()


def dead_letters(db: Connection, county: int | None = None, *, limit: int = 200) -> Sequence[Row[Any]]:
    """What could not be sent and waits for a person."""
    found = sa.select(outbox).where(outbox.c.done_at.is_(None), outbox.c.outcome == "dead").order_by(outbox.c.id.desc())
    return db.execute(found if county is None else found.where(outbox.c.county == county).limit(limit)).all()


def waiting(db: Connection, county: int, case_id: int) -> Sequence[Row[Any]]:
    """What a case still has to send."""
    of_case = (outbox.c.county == county, outbox.c.instance_id == case_id, outbox.c.done_at.is_(None))
    return db.execute(sa.select(outbox).where(*of_case).order_by(outbox.c.id)).all()


def text_messages(db: Connection, *, phone: str | None = None, limit: int = 50) -> Sequence[Row[Any]]:
    """Messages of the pretending text gateway, newest first: of one phone, or of all."""
    found = sa.select(sms_message).order_by(sms_message.c.id.desc()).limit(limit)
    return db.execute(found if phone is None else found.where(sms_message.c.phone == phone)).all()
