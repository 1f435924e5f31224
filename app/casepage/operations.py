"""What staff do with a case beside completing its items: note, attach, uncover a contact, begin an act."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.cases import operations as cases
from app.cases import queries as files
from app.casepage import queries
from app.enactment import operations as enactment
from app.errors import Forbidden, Invalid
from app.identity import operations as identity
from app.identity import policy
from app.identity.policy import Permission
from app.uow import UnitOfWork


class ActNotYours(Forbidden):
    """This step is for others to begin."""


def add_note(uow: UnitOfWork, *, number: str, text: str) -> None:
    """Put a note for colleagues on a case.

    Raises CaseUnknown, NotYourCase, Invalid.
    """
    case = visible(uow, number, Permission.ADD_NOTE)
    if not text.strip():
        raise Invalid({"text": ["Write the note first."]})
    cases.add_note(uow, county=case.county, case_id=case.id, kind="note", audience="staff", text=text.strip())


def uncover(uow: UnitOfWork, *, number: str, party_id: int, reason: str) -> dict[str, str]:
    """Show a reporter's contact in clear; who looked, when and why is kept.

    Raises CaseUnknown, NotYourCase, Invalid, TooManyUncovered.
    """
    case = visible(uow, number, Permission.UNMASK_CONTACT)
    policy.check(uow.actor, Permission.UNMASK_CONTACT, case)
    shown = cases.uncover(uow, county=case.county, case_id=case.id, party_id=party_id, reason=reason)
    identity.record(uow, "contact_unmasked", f"case:{number}", {"party": party_id, "reason": reason.strip()})
    return {"name": shown.name, "phone": shown.phone}


def begin_act(
    uow: UnitOfWork, *, number: str, message: str, answers: Mapping[str, Any], photos: Sequence[cases.Photo] = ()
) -> None:
    """Begin what needs no open item, as the process allows it to this person.

    Raises CaseUnknown, NotYourCase, ActNotYours, Invalid, NotExpected.
    """
    case = visible(uow, number, Permission.ACT_ON_CASE)
    found = queries.act_waiting(uow.db, case, message)
    if not queries.may_begin(uow.actor, found):
        raise ActNotYours()
    cases.attach(uow, county=case.county, case_id=case.id, photos=photos, kind="evidence")
    enactment.act(uow, county=case.county, id=case.id, message=message, answers=answers)


def visible(uow: UnitOfWork, number: str, permission: Permission) -> Any:
    """The case with this number, if the actor may see it and do such things; units see what they were given work in.

    Raises CaseUnknown, NotPermitted, NotYourCase.
    """
    policy.check(uow.actor, permission)
    return queries.seen(uow.db, uow.actor, files.case_by_number(uow.db, number))
