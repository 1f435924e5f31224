"""What is added to a file by hand: notes, more facts, and pictures or papers."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import sqlalchemy as sa

from app import images
from app.cases.operations.opening import TEXT_LENGTH, Photo
from app.config import Settings
from app.db import Json
from app.errors import Invalid
from app.storage import Storage
from app.uow import UnitOfWork

MEGABYTES_EACH = 15
#: What one form may bring along; a citizen's page sets a lower bound of its own.
MOST_PHOTOS = 12

Audience = Literal["staff", "reporter", "public"]


class TooManyPhotos(Invalid):
    """At most %(most)s photos can be sent at once."""


class PhotoTooHeavy(Invalid):
    """One photo is larger than 15 megabytes. Please choose a smaller one."""


def keep_photos(
    storage: Storage, settings: Settings, files: Sequence[tuple[str, bytes]], most: int = MOST_PHOTOS
) -> tuple[Photo, ...]:
    """This will clean photos of everything but the picture and store them, before any row names them.

    What no row names in the end is swept away at night.
    Raises Invalid with the sentence that says what to do.
    """
    if len(files) > most:
        raise TooManyPhotos(most=most)
    if any(len(data) > MEGABYTES_EACH * 1024 * 1024 for _name, data in files):
        raise PhotoTooHeavy()
    return tuple(_kept(storage, settings, name, data) for name, data in files)


def add_note(
    uow: UnitOfWork, *, county: int, case_id: int, text: str = "", kind: str = "note", audience: Audience = "staff",
    facts: Mapping[str, Any] | None = None,
) -> int:
    """This will put a note on the file, for staff, for the reporter, or for everybody.

    Raises Invalid when it is empty or too long.
    """
    text = text.strip()
    if len(text) > TEXT_LENGTH or not (text or facts):
        raise Invalid({"text": ["Please write something, at most 4,000 characters."]})
    return uow.db.execute(_NOTE, {
        "county": county, "case_id": case_id, "kind": kind, "audience": audience, "text": text or None,
        "facts": dict(facts) if facts else None, "actor": uow.actor.id, "party": uow.actor.party, "now": uow.now,
    }).scalar_one()


def attach(
    uow: UnitOfWork, *, county: int, case_id: int, photos: Sequence[Photo], kind: str = "photo",
    audience: Audience = "staff", note_id: int | None = None,
) -> None:
    """This will add stored pictures or papers to the file."""
    if photos:
        uow.db.execute(_ATTACH, [{
            "county": county, "case_id": case_id, "kind": kind, "audience": audience, "content": photo.content, "thumb": photo.thumb,
            "name": photo.name, "type": photo.type, "size": photo.size, "width": photo.width, "height": photo.height,
            "note": note_id, "actor": uow.actor.id, "now": uow.now,
        } for photo in photos])


def _kept(storage: Storage, settings: Settings, name: str, data: bytes) -> Photo:
    picture = images.prepare(data, megapixels=settings.photo_megapixels)
    return Photo(
        storage.put(picture.data), name[-80:], picture.media_type, len(picture.data), picture.width, picture.height,
        storage.put(picture.thumbnail),
    )


_NOTE = sa.text("""
    insert into note(county, case_id, kind, audience, text, facts, actor_id, party_id, at)
    values (:county, :case_id, :kind, :audience, :text, :facts, :actor, :party, :now) returning id
""").bindparams(sa.bindparam("facts", type_=Json))
_ATTACH = sa.text("""
    insert into attachment(county, case_id, kind, audience, content, thumb, name, type, size, width, height, note_id, actor_id, at)
    values (:county, :case_id, :kind, :audience, :content, :thumb, :name, :type, :size, :width, :height, :note, :actor, :now)
""")
