"""Who reported and how to reach them: stored encrypted, shown masked, uncovered only with a reason.

Free text and contacts never enter the variables of a process.
"""

import re
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app import crypto
from app.config import Settings
from app.errors import Forbidden, Invalid, NotFound
from app.uow import UnitOfWork

#: How many contacts one account may uncover before a supervisor has to look at it.
PER_HOUR, PER_DAY = 30, 200
REASON_LENGTH = 4
_NOT_DIGITS = re.compile(r"[^0-9]")


class TooManyUncovered(Forbidden):
    """You have uncovered as many contacts as one account may in this time. Ask your supervisor."""


@dataclass(frozen=True)
class Contact:
    """What a reporter chose to say about himself; both may be missing."""

    name: str = ""
    phone: str = ""
    #: language of the letters to this person
    lang: str = "zh"


@dataclass(frozen=True)
class Uncovered:
    """A contact in clear."""

    name: str
    phone: str


def sealed(uow: UnitOfWork, contact: Contact, *, county: int, party_id: int) -> dict[str, Any]:
    """The columns of a party: encrypted, masked, and a keyed hash by which the same phone is found again."""
    name, phone = contact.name.strip(), plain_phone(contact.phone)
    vault = crypto.Vault(uow.settings.field_key)
    return {
        "name_sealed": vault.seal(name, about=_about("name", county, party_id)) if name else None,
        "name_mask": crypto.mask_name(name) if name else None,
        "phone_sealed": vault.seal(phone, about=_about("phone", county, party_id)) if phone else None,
        "phone_mask": crypto.mask_phone(phone) if phone else None,
        "phone_hash": vault.trace(phone) if phone else None, "lang": contact.lang,
    }


def uncover(uow: UnitOfWork, *, county: int, case_id: int, party_id: int, reason: str) -> Uncovered:
    """This will show a person's contact in clear, and keep who looked, when and why.

    Raises TooManyUncovered, Invalid without a reason, NotFound.
    """
    if len(reason.strip()) < REASON_LENGTH:
        raise Invalid({"reason": ["Please give the reason in a few words."]})
    seen = uow.db.execute(_SEEN, {"account": uow.actor.id}).one()
    if seen.hour >= PER_HOUR or seen.day >= PER_DAY:
        raise TooManyUncovered(hour=PER_HOUR, day=PER_DAY)
    row = uow.db.execute(_PARTY, {"county": county, "case_id": case_id, "id": party_id}).one_or_none()
    if row is None:
        raise NotFound(party=party_id)
    uow.db.execute(_SEE, {
        "county": county, "case_id": case_id, "party_id": party_id, "account": uow.actor.id, "reason": reason.strip(),
    })
    return opened(uow.settings, county=county, party_id=party_id, name=row.name_sealed, phone=row.phone_sealed)


def opened(settings: Settings, *, county: int, party_id: int, name: bytes | None, phone: bytes | None) -> Uncovered:
    """A contact in clear, for letters that the system itself sends; people go through `uncover`."""
    vault = crypto.Vault(settings.field_key)
    return Uncovered(
        vault.open(name, about=_about("name", county, party_id)) if name else "",
        vault.open(phone, about=_about("phone", county, party_id)) if phone else "",
    )


def plain_phone(text: str) -> str:
    """Digits only, without the country's prefix."""
    digits = _NOT_DIGITS.sub("", text)
    return digits[2:] if len(digits) == 13 and digits.startswith("86") else digits


def _about(field: str, county: int, party_id: int) -> str:
    # A value copied into another row does not open there.
    return f"party.{field}:{county}-{party_id}"


_SEEN = sa.text("""
    select count(*) filter (where at > clock_timestamp() - interval '1 hour') as hour, count(*) as day
    from unmasking where account_id = :account and at > clock_timestamp() - interval '1 day'
""")
_PARTY = sa.text("select name_sealed, phone_sealed from party where county = :county and case_id = :case_id and id = :id")
_SEE = sa.text("""
    insert into unmasking(county, case_id, party_id, account_id, reason)
    values (:county, :case_id, :party_id, :account, :reason)
""")
