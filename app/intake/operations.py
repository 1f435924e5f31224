"""What a citizen does without an account: report, add facts, withdraw, answer, rate."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from app.cases import operations as cases
from app.cases import queries as files
from app.config import Settings
from app.crypto import Vault
from app.enactment import operations as enactment
from app.enactment import queries as running
from app.intake import queries
from app.intake.queries import RECEIPT
from app.notices import operations as notices
from app.uow import UnitOfWork, visitor

MORE_FACTS = "msg_more_facts"


def report(uow: UnitOfWork, *, told: cases.Report) -> dict[str, Any]:
    """This will take a report in. What is kept under the form's key is the receipt, sealed."""
    receipt = cases.file_issue(uow, report=told)
    return {"number": receipt.number, "receipt": sealed_receipt(uow.settings, receipt.number, receipt.tracking_code)}


def report_in_flood(uow: UnitOfWork, *, told: cases.Report) -> dict[str, Any]:
    """This will take a report in while the station receives unusually many, and say so to whoever reads it."""
    receipt = cases.file_issue(uow, report=told)
    cases.add_note(uow, county=receipt.county, case_id=receipt.case_id, kind="flood", facts={"station": told.station_id})
    return {"number": receipt.number, "receipt": sealed_receipt(uow.settings, receipt.number, receipt.tracking_code)}


def add_facts(
    uow: UnitOfWork, *, number: str, code: str, text: str, photos: Sequence[cases.Photo] = ()
) -> None:
    """This will add what the reporter has learnt since, and tell whoever has the matter.

    Raises ReceiptUnknown, Invalid.
    """
    case = _own(uow, number, code)
    note = cases.add_note(uow, county=case.county, case_id=case.id, text=text, kind="facts", audience="reporter")
    cases.attach(uow, county=case.county, case_id=case.id, photos=photos, audience="reporter", note_id=note)
    for item in running.open_items(uow.db, case.county, case.id):
        if item.kind == "role":
            notices.tell(uow, notice=notices.Notice(
                "facts_added", case.county, case.id, organ=item.org, role=item.role, item_id=item.id,
                facts={"number": case.number}, once=f"facts:{note}:{item.org}",
            ))
    if queries.waits_for(uow.db, case, MORE_FACTS):
        enactment.act(uow, county=case.county, id=case.id, message=MORE_FACTS, answers={})


def begin(uow: UnitOfWork, *, number: str, code: str, message: str, answers: Mapping[str, Any]) -> None:
    """This will begin what the process lets the reporter begin: take the report back, ask for a review.

    Raises ReceiptUnknown, NotOffered, Invalid.
    """
    case = _own(uow, number, code)
    act = queries.own_act(uow.db, case, message)
    enactment.act(uow, county=case.county, id=case.id, message=act.message, answers=answers)


def answer_by_link(uow: UnitOfWork, *, token: str, answers: Mapping[str, Any], photos: Sequence[cases.Photo] = ()) -> str:
    """This will take the answer that a one-time link asked for. Gives back the number of the case.

    Raises LinkUsed, AlreadyCompleted, Invalid.
    """
    return _answer(uow, queries.item_of(uow.db, token, uow.now), answers, photos)


def answer_by_receipt(
    uow: UnitOfWork, *, number: str, code: str, item_id: int, answers: Mapping[str, Any], photos: Sequence[cases.Photo] = (),
) -> str:
    """This will take the same answer from whoever holds the receipt.

    Raises ReceiptUnknown, LinkUsed, AlreadyCompleted, Invalid.
    """
    case = _own(uow, number, code)
    return _answer(uow, queries.own_item(uow.db, case, item_id), answers, photos)


def sealed_receipt(settings: Settings, number: str, code: str) -> str:
    """Number and code of a receipt as a cookie may carry them."""
    text = orjson.dumps([number, code]).decode()
    return base64.urlsafe_b64encode(Vault(settings.field_key).seal(text, about=RECEIPT)).decode()


def _own(uow: UnitOfWork, number: str, code: str) -> Any:
    case = files.case_by_tracking(uow.db, number, code)
    # Whoever holds the receipt stands for the reporter; the trail says so.
    uow.actor = visitor(case.county, case.reporter_id)
    return case


def _answer(uow: UnitOfWork, item: Any, answers: Mapping[str, Any], photos: Sequence[cases.Photo]) -> str:
    case = files.case_by_id(uow.db, item.county, item.instance_id)
    uow.actor = visitor(case.county, case.reporter_id)
    cases.attach(uow, county=case.county, case_id=case.id, photos=photos, audience="reporter")
    enactment.complete(uow, county=item.county, item_id=item.id, answers=answers)
    return case.number
