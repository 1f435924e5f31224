"""Our own case file as a system: what a diagram may ask it to do. Everything happens inside the command's own write."""

from collections.abc import Mapping
from typing import Any

from app.cases import likeness
from app.cases import operations as cases
from app.cases import queries as files
from app.cases.operations.answers import just_written
from app.cases.operations.links import PARENT_DONE
from app.directory import queries as directory
from app.oversight import queries as oversight
from app.system import LocalSystem, Operation
from app.uow import UnitOfWork
from workflows import Performed

Case = Mapping[str, Any]
Arguments = Mapping[str, Any]

#: What an act on a case counts as in a deputy's record.
RELATION, SUPERVISION = "REL", "SUP"


def register(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Place the case: the station, and from it the township's office and the owner."""
    return _placed(uow, arguments.get("station") or case["station"])


def change_station(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Give the case to another station of the county."""
    _note(uow, case, "transferred", {"from": case.get("station"), "to": arguments["station"]})
    return _placed(uow, arguments["station"])


def mask(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Look for what must not be public, and propose a title without it."""
    text = files.text_of(uow.db, case["county"], case["id"])
    title, in_title = files.redacted(text.title)
    _body, in_body = files.redacted(text.body)
    return Performed({"found": in_title + in_body}, {"public_title": title})


def similar(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Look for reports about the same matter; a person decides."""
    found = likeness.alike(uow.db, county=case["county"], case_id=case["id"])
    candidates = [{"number": one.number, "likeness": one.likeness} for one in found]
    if candidates:
        _note(uow, case, "similar", {"candidates": candidates})
    return Performed({"candidates": candidates, "count": len(candidates), "best": found[0].likeness if found else 0})


def take_in(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Keep what the reporter is asked, and make this case a child of the main one where one is named."""
    question = just_written(uow, "question")
    if question:
        cases.add_note(uow, county=case["county"], case_id=case["id"], kind="question", audience="reporter", text=question)
    main = arguments.get("main_case")
    if not main:
        return Performed()
    link = cases.merge(uow, county=case["county"], case_id=case["id"], number=case["no"], main_number=str(main))
    parent = files.parent_of(uow.db, case["county"], link.no)
    return Performed({"link_no": link.no}, {"parent_county": parent.to_county, "parent_id": parent.to_id})


def add_answer(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Put on the file what the reporter answered, for whoever asked."""
    cases.add_note(
        uow, county=case["county"], case_id=case["id"], kind="answer", audience="reporter", text=just_written(uow, "text")
    )
    return Performed()


def open_moved(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Open the matter in another county; this case rests as its child."""
    link = cases.open_moved(
        uow, county=case["county"], case_id=case["id"], number=case["no"], station_id=arguments["station"]
    )
    return Performed({"link_no": link.no})


def escalate(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Give the case to the congress above."""
    above = directory.organ(uow.db, case["next_owner"])
    _note(uow, case, "escalated", {"from": case.get("owner"), "to": above.id})
    return Performed({"owner": above.id}, {"owner": above.id, "level": above.level})


def open_supervision(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Ask for a supervision, or join the one that is open."""
    link = cases.open_supervision(
        uow, county=case["county"], case_id=case["id"], number=case["no"], reason=str(arguments.get("reason") or "")
    )
    return Performed({"link_no": link.no, "is_new": link.is_new}, {"supervised": True})


def answer(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Keep the station's own answer as a letter."""
    letter = cases.record_reply(
        uow, county=case["county"], case_id=case["id"], text=just_written(uow, "text", "reason"), facts=arguments
    )
    return Performed({"letter_no": letter})


def close(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Keep what the checker found; what he wrote for the public becomes the public text."""
    cases.record_closure(
        uow, county=case["county"], case_id=case["id"], finding=str(arguments.get("finding") or "close"),
        outcome=arguments.get("outcome"), reason=just_written(uow, "reason"),
    )
    shown = {name: just_written(uow, name) for name in ("public_title", "public_text")}
    changes: dict[str, Any] = {name: text for name, text in shown.items() if text}
    if arguments.get("publish") is not None:
        changes["publishable"] = bool(arguments["publish"])
    return Performed({}, changes)


def publish(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Put the reviewed page before the public, or bring it up to date."""
    may = arguments.get("publish")
    if may is None:
        may = files.is_publishable(uow.db, case["county"], case["id"])
    return Performed({"published": bool(may)}, {"published_at": uow.now} if may else {})


def rate(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Keep the reporter's verdict."""
    stars, solved = arguments["stars"], arguments["solved"]
    number = cases.record_rating(
        uow, county=case["county"], case_id=case["id"], stars=int(stars), solved=str(solved), text=just_written(uow, "text", "comment")
    )
    return Performed({"round": number}, {"verdict": str(solved)})


def library(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Put the matter into the library of opinions: what it was about, where, and how it ended."""
    facts = {"category": case.get("category"), "area": case.get("area"), "outcome": arguments.get("outcome")}
    _note(uow, case, "library", facts)
    return Performed()


def score(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Note what the matter counts for the deputies: those whose code led here, and those who supervised it."""
    place = {"county": case["county"], "case_id": case["id"]}
    own = files.mandate_of(uow.db, case["county"], case["id"])
    counted = cases.record_duty(uow, **place, mandates=[own] if own else [], code=RELATION, source=case["no"])
    for row in oversight.watchers(uow.db, case["county"], case["id"]):
        for code in (SUPERVISION, RELATION):
            counted += cases.record_duty(uow, **place, mandates=[row.mandate_id], code=code, source=row.number)
    return Performed({"counted": counted})


def release(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Let children and supervisions go when the case ends."""
    told = cases.release(
        uow, county=case["county"], case_id=case["id"], number=case["no"], how=arguments.get("how"),
        outcome=arguments.get("outcome"),
    )
    return Performed({"told": told})


def send_result(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Send the result to the merged cases that wait for it."""
    told = cases.tell_waiting(
        uow, county=case["county"], case_id=case["id"], message=PARENT_DONE, result=str(arguments.get("result") or "closed"),
        facts={"outcome": arguments.get("outcome")},
    )
    return Performed({"told": told})


def notify(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Write to the reporter beyond what milestones say by themselves."""
    uow.outbox("notice", case["county"], case["id"], {
        "county": case["county"], "id": case["id"], "template": arguments["template"], "said": just_written(uow, "text", "reason"),
    })
    return Performed()


def leave(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Let the reporter of a matter that others share go; the matter itself goes on."""
    _note(uow, case, "reporter_left", {"party": case.get("reporter")})
    return Performed({}, {"reporter": None})


def _placed(uow: UnitOfWork, station_id: int) -> Performed:
    place = directory.station(uow.db, station_id)
    return Performed({"station": station_id}, {
        "station": station_id, "township": place.owner_id, "owner": place.owner_id, "area": place.area, "level": place.level,
    })


def _note(uow: UnitOfWork, case: Case, kind: str, facts: Mapping[str, Any]) -> None:
    cases.add_note(uow, county=case["county"], case_id=case["id"], kind=kind, facts=facts)


SYSTEM = LocalSystem("casefile", {
    "register": Operation(True, {"station": "number?"}, register, ("station",)),
    "change_station": Operation(True, {"station": "number"}, change_station, ("station",)),
    "mask": Operation(True, {}, mask, ("found",)),
    "similar": Operation(True, {}, similar, ("candidates", "count", "best")),
    "take_in": Operation(True, {"main_case": "text?"}, take_in, ("link_no",)),
    "add_answer": Operation(True, {}, add_answer),
    "open_moved": Operation(True, {"station": "number"}, open_moved, ("link_no",)),
    "escalate": Operation(True, {}, escalate, ("owner",)),
    "open_supervision": Operation(True, {"reason": "text?"}, open_supervision, ("link_no", "is_new")),
    "answer": Operation(True, {"outcome": "text?", "class": "text?"}, answer, ("letter_no",)),
    "close": Operation(True, {"finding": "text?", "outcome": "text?", "publish": "yes_no?"}, close),
    "publish": Operation(True, {"publish": "yes_no?"}, publish, ("published",)),
    "rate": Operation(True, {"stars": "number", "solved": "text"}, rate, ("round",)),
    "library": Operation(True, {"outcome": "text?"}, library),
    "score": Operation(True, {"how": "text?", "outcome": "text?"}, score, ("counted",)),
    "release": Operation(True, {"how": "text?", "outcome": "text?"}, release, ("told",)),
    "send_result": Operation(True, {"result": "text?", "outcome": "text?"}, send_result, ("told",)),
    "notify": Operation(True, {"template": "text"}, notify),
    "leave": Operation(True, {}, leave),
})
