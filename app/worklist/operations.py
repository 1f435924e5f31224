"""What a participant does with a work item: take it, give it back, complete it, return it.

Rights are asked here; what the matter itself refuses, the enactment service says.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from app.cases import operations as cases
from app.cases.operations import Photo
from app.enactment import operations as enactment
from app.errors import Invalid
from app.identity import policy
from app.identity.policy import Permission
from app.uow import UnitOfWork
from app.worklist import queries


class NothingToFill(Invalid):
    """This step has no form; it cannot be completed from here."""


def claim_item(uow: UnitOfWork, *, county: int, item_id: int) -> None:
    """Take an open item, so that colleagues see who works on it.

    Raises ItemUnknown, NotYourItem, TakenByAnother.
    """
    policy.check(uow.actor, Permission.CLAIM_ITEM, queries.item(uow.db, county, item_id))
    enactment.claim(uow, county=county, item_id=item_id)


def release_item(uow: UnitOfWork, *, county: int, item_id: int) -> None:
    """Give an item back to the queue it came from.

    Raises ItemUnknown, NotYourItem, TakenByAnother.
    """
    policy.check(uow.actor, Permission.CLAIM_ITEM, queries.item(uow.db, county, item_id))
    enactment.release(uow, county=county, item_id=item_id)


def complete_item(
    uow: UnitOfWork, *, county: int, item_id: int, answers: Mapping[str, Any], photos: Sequence[Photo] = ()
) -> dict[str, Any]:
    """Close an item with its answers, checked again here, and let the case move on; its pictures join the file.

    Gives the case back, so that the reader can go on with it. Raises ItemUnknown, NotYourItem, TakenByAnother,
    Invalid, and what the enactment service refuses.
    """
    item = queries.item(uow.db, county, item_id)
    policy.check(uow.actor, Permission.COMPLETE_ITEM, item)
    cases.attach(uow, county=county, case_id=item.instance_id, photos=photos, kind="evidence")
    enactment.complete(uow, county=county, item_id=item_id, answers=answers)
    return {"county": county, "case": item.instance_id, "number": item.number}


def return_item(uow: UnitOfWork, *, county: int, item_id: int, element: str, reason: str) -> dict[str, Any]:
    """Send a case back to an earlier step of its course, with the reason for whoever did that step.

    Raises ItemUnknown, NotYourItem, TakenByAnother, Invalid.
    """
    item = queries.item(uow.db, county, item_id)
    policy.check(uow.actor, Permission.RETURN_ITEM, item)
    if not reason.strip():
        raise Invalid({"return_reason": ["Say in a sentence what is missing."]})
    cases.add_note(uow, county=county, case_id=item.instance_id, kind="returned", text=reason)
    enactment.return_item(uow, county=county, item_id=item_id, element=element, reason=reason.strip())
    return {"county": county, "case": item.instance_id, "number": item.number}
