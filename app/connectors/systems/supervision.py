"""The congress's supervision, as a system: what a diagram may ask, inside the command's own write."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.cases import operations as cases
from app.cases.operations.answers import ids, instant, just_written
from app.cases.operations.links import SUPERVISION_DONE
from app.oversight import operations as oversight
from app.system import LocalSystem, Operation
from app.uow import UnitOfWork
from workflows import Performed

Case = Mapping[str, Any]
Arguments = Mapping[str, Any]

#: A result with which nobody is told that the matter is over.
RAISED = "raised"


def set_group(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Form the group: an organ with a dated right for each member."""
    group = oversight.form_group(
        uow, **_at(case), number=case["no"], owner_id=case["owner"], mandates=ids(arguments.get("persons"))
    )
    return Performed({"group": group, "organ": group})


def order(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Issue the order; an earlier one is superseded, finished milestones stay finished."""
    due = instant(arguments.get("due"))
    plan = [one if one.due_at is None else _at_instant(one) for one in oversight.planned(arguments.get("milestones") or ())]
    still = oversight.issue_order(uow, **_at(case), order=oversight.Order(
        lead=arguments.get("lead"), due_at=due, co=ids(arguments.get("co")), funding=arguments.get("funding"),
        text=just_written(uow, "text"), milestones=plan,
    ))
    rows = [
        {"no": one.no, "name": one.name, "unit": one.unit, "due": one.due_at.isoformat() if one.due_at else None}
        for one in still
    ]
    return Performed({"open": rows, "lead": arguments.get("lead"), "due": due.isoformat() if due else None}, _due(due))


def milestone_done(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Mark a milestone as done, with its report."""
    oversight.finish_milestone(uow, **_at(case), no=str(arguments["no"]), report=just_written(uow, "report", "text"))
    return Performed()


def judge(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Keep the judgement of the group."""
    oversight.judge(uow, **_at(case), result=str(arguments["result"]))
    return Performed()


def raise_level(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Hand the supervision to the congress above, with everybody who waits for it."""
    above = oversight.congress_above(uow, owner_id=case["owner"])
    link = cases.open_raised(uow, **_at(case), number=case["no"], owner_id=above)
    return Performed({"link_no": link.no, "owner": above})


def tell_linked(uow: UnitOfWork, case: Case, arguments: Arguments) -> Performed:
    """Tell every case that waits how the supervision ended; a raised one goes on elsewhere, so nobody is told it is over."""
    result = str(arguments["result"])
    oversight.close_group(uow, **_at(case), number=case["no"])
    if result == RAISED:
        return Performed({"told": 0})
    told = cases.tell_waiting(
        uow, **_at(case), message=SUPERVISION_DONE, result=result, facts={"outcome": arguments.get("outcome")}
    )
    return Performed({"told": told})


def _at(case: Case) -> dict[str, int]:
    return {"county": case["county"], "case_id": case["id"]}


def _at_instant(one: oversight.Planned) -> oversight.Planned:
    return oversight.Planned(one.no, one.name, one.unit, instant(one.due_at))


def _due(due: datetime | None) -> dict[str, Any]:
    return {"due_at": due} if due else {}


SYSTEM = LocalSystem("supervision", {
    "set_group": Operation(True, {"persons": "list"}, set_group, ("group", "organ")),
    "order": Operation(
        True, {"lead": "number?", "co": "list?", "milestones": "list?", "due": "date?", "funding": "text?"}, order,
        ("open", "lead", "due"),
    ),
    "milestone_done": Operation(True, {"no": "text"}, milestone_done),
    "judge": Operation(True, {"result": "text"}, judge),
    "raise_level": Operation(True, {}, raise_level, ("link_no", "owner")),
    "tell_linked": Operation(True, {"result": "text", "outcome": "text?"}, tell_linked, ("told",)),
})
