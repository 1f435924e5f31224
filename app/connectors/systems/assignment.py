"""Handing a matter to a unit, as a system: what a diagram may ask, inside the command's own write."""

from collections.abc import Mapping
from typing import Any

from app.cases import operations as cases
from app.cases import queries as files
from app.cases.operations.answers import instant, just_written
from app.system import LocalSystem, Operation
from app.uow import UnitOfWork
from workflows import Performed

Case = Mapping[str, Any]
Arguments = Mapping[str, Any]


def assign(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Hand the matter over under a fresh number; without a unit the platforms look for one."""
    done = cases.assign(
        uow, county=case["county"], case_id=case["id"], number=case["no"], unit=arguments.get("unit"),
        office=arguments.get("office"), speed=arguments.get("class"), due_at=instant(arguments.get("due")),
    )
    facts = {"no": done.no, "unit": done.unit, "assigned_at": done.assigned_at.isoformat()}
    return Performed(facts, {"assigned": True})


def take_unit(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Name the unit the platforms found."""
    unit, no = int(arguments["unit"]), str(arguments["assignment_no"])
    cases.take_unit(uow, county=case["county"], no=no, unit=unit)
    return Performed({"unit": unit, "no": no})


def answer(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Keep whether the unit took the matter or disputes it."""
    cases.record_answer(uow, **_at(case), no=arguments["assignment_no"], decision=arguments["decision"], reason=just_written(uow, "reason"))
    return Performed()


def rule(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Keep how a dispute was ruled."""
    cases.record_ruling(uow, **_at(case), no=arguments["assignment_no"], ruling=arguments["ruling"], reason=just_written(uow, "reason"))
    return Performed()


def report(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Keep what the unit wrote about its work."""
    cases.record_progress(uow, **_at(case), no=arguments.get("assignment_no"), text=just_written(uow, "progress", "text"))
    return Performed()


def progress(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Keep what a platform told about the work; the text lies in the inbox, the message names it."""
    text = files.inbox_text(uow.db, case["county"], arguments.get("ref"))
    cases.record_progress(uow, **_at(case), no=arguments.get("assignment_no"), text=text, source="platform")
    return Performed()


def reply(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Keep a signed reply as a numbered letter; a draft that was given back is none."""
    if arguments.get("decision") == "back":
        return Performed()
    letter = cases.record_reply(
        uow, **_at(case), text=just_written(uow, "text"), no=arguments.get("assignment_no"), facts=arguments
    )
    return Performed({"letter_no": letter})


def recall(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """End the open hand-over and tell its unit."""
    live = files.live_assignment(uow.db, case["county"], case["id"])
    if live is None:
        return Performed({"no": None, "pushed": False})
    reason = str(arguments.get("reason") or "")
    units = cases.recall(uow, **_at(case), reason=reason)
    facts = {"no": live.no, "units": units, "reason": reason}
    cases.add_note(uow, **_at(case), kind="recalled", facts=facts)
    uow.outbox("notice", case["county"], case["id"], {
        "county": case["county"], "id": case["id"], "template": "recalled", "units": [unit for unit in units if unit],
    })
    return Performed({"no": live.no, "pushed": live.channel == "platform"}, {"assigned": False})


def _at(case: Case) -> dict[str, int]:
    return {"county": case["county"], "case_id": case["id"]}


SYSTEM = LocalSystem("assignment", {
    "assign": Operation(
        True, {"unit": "number?", "office": "number?", "class": "text?", "due": "date?"}, assign, ("no", "unit", "assigned_at")
    ),
    "take_unit": Operation(True, {"assignment_no": "text", "unit": "number"}, take_unit, ("unit", "no")),
    "answer": Operation(True, {"assignment_no": "text", "decision": "text"}, answer),
    "rule": Operation(True, {"assignment_no": "text", "ruling": "text"}, rule),
    "report": Operation(True, {"assignment_no": "text?"}, report),
    "progress": Operation(True, {"assignment_no": "text?", "ref": "text?"}, progress),
    "reply": Operation(
        True, {"assignment_no": "text?", "class": "text?", "outcome": "text?", "decision": "text?"}, reply, ("letter_no",)
    ),
    "recall": Operation(True, {"reason": "text?"}, recall, ("no", "pushed")),
})
