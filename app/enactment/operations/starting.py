"""The first step of a case. A report is never lost: what the engine refuses here is kept with an incident."""

import base64
from collections.abc import Sequence

from app.definitions import queries as definitions
from app.enactment import queries, record
from app.enactment.models import RUNNING
from app.enactment.operations.stepping import Answers, circumstances, failure_facts, opened, remember, seal, store
from app.enactment.queries import Snapshot
from app.enactment.record import Step
from app.errors import Conflict
from app.uow import UnitOfWork
from workflows import Fact, Progress, WorkflowError

START_FAILED = "start"


class AlreadyStarted(Conflict):
    """The course of this matter has begun already."""


def start(
    uow: UnitOfWork, *, county: int, id: int, definition_id: int, answers: Answers
) -> Progress | None:
    """Begin the course of a case that was just opened.

    If the engine refuses, the case is kept with its answers and an incident, and nothing is given back;
    `retry_start` tries again.
    """
    before = queries.snapshot(uow.db, county, id)
    uow.set_now(before.now)
    if before.version:
        raise AlreadyStarted(county=county, id=id)
    return _begin(uow, before, definition_id, answers)


def retry_start(uow: UnitOfWork, *, county: int, id: int, definition_id: int | None = None) -> Progress | None:
    """Begin a case whose start had failed, by its own definition or by a repaired one.

    Raises AlreadyStarted.
    """
    before = queries.snapshot(uow.db, county, id)
    uow.set_now(before.now)
    failed = [one for one in queries.incidents(uow.db, county, id) if one.kind == START_FAILED]
    if before.state or not failed:
        raise AlreadyStarted(county=county, id=id)
    answers = opened(uow, base64.b64decode(failed[0].facts["sealed"]), county=county)
    return _begin(uow, before, definition_id or before.definition_id, answers, solved=[one.id for one in failed])


def _begin(
    uow: UnitOfWork, before: Snapshot, definition_id: int, answers: Answers, solved: Sequence[int] = ()
) -> Progress | None:
    deployed = definitions.version(uow.db, definition_id)
    form = deployed.definition.start_form
    remember(uow, form.name if form else None, answers)
    step = Step(parts={"definition": definition_id, "held": uow.held})
    step.add("solved", list(solved))
    letters = len(uow.letters)
    try:
        with uow.db.begin_nested():
            progress = uow.engine.start(deployed.definition, answers, circumstances(uow, before))
    except WorkflowError as error:
        del uow.letters[letters:]
        _keep(uow, before, step, error, answers)
        return None
    return store(uow, before, deployed, progress, step)


def _keep(uow: UnitOfWork, before: Snapshot, step: Step, error: WorkflowError, answers: Answers) -> None:
    """Store the case as one whose course has not begun."""
    step.state = b""
    step.parts |= {"variables": {}, "status": RUNNING}
    sealed = base64.b64encode(seal(uow, answers, county=before.county)).decode()
    step.add("incidents", [{"kind": START_FAILED, "facts": failure_facts(error) | {"sealed": sealed}}])
    step.facts.append(Fact("incident", "", "", {"kind": START_FAILED, "id": error.id}))
    record.write(uow, before, step)
