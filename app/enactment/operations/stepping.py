"""One step of a case: the circumstances the engine is told, its answer, and what of it is recorded."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import orjson

from app.crypto import Vault
from app.definitions import queries as definitions
from app.definitions.queries import Deployed
from app.enactment import assignment, outbox, queries, record
from app.enactment.queries import OpenItem, Snapshot
from app.enactment.record import Step
from app.errors import Conflict, Invalid
from app.uow import Actor, UnitOfWork
from workflows import (
    Circumstances,
    Fact,
    Form,
    Instance,
    NotWaiting,
    Participant,
    Performed,
    Progress,
    WorkflowError,
    WorkItem,
)

Answers = Mapping[str, Any]
#: an engine refusal while the clock or a person moved a case
STEP_FAILED = "step"
#: what the secret of a one-time link is sealed about, on its way to the text message
LINK = "item_token"


class EngineRefused(Conflict):
    """The diagram cannot go on from here. Nothing was stored; the administrators have been told."""


class NotStarted(Conflict):
    """This matter has been received but its course has not begun yet; the administrators have been told."""


def read(uow: UnitOfWork, county: int, id: int | None = None, *, item: int | None = None) -> tuple[Snapshot, Deployed]:
    """Instance, items, case and definition as the command finds them.

    Raises NotStarted.
    """
    before = queries.snapshot(uow.db, county, id, item=item)
    uow.set_now(before.now)
    if before.version == 0 or not before.state:
        raise NotStarted(county=county, id=before.id)
    return before, definitions.version(uow.db, before.definition_id)


def instance(before: Snapshot, deployed: Deployed) -> Instance:
    """The instance as the engine takes it."""
    return Instance(deployed.definition, before.state, before.variables)


def circumstances(uow: UnitOfWork, before: Snapshot) -> Circumstances:
    """What the engine is told about the world."""
    performer = _Performer(uow, before)
    return Circumstances(uow.now, before.case, performer, uow.systems.local, participant(uow.actor))


def participant(actor: Actor) -> Participant:
    """Who acts, as the engine knows participants."""
    if actor.kind == "person":
        return Participant("person", person=actor.id)
    return Participant.visitor(actor.party) if actor.kind == "visitor" else Participant.system()


def ask(uow: UnitOfWork, before: Snapshot, verb: Callable[[Circumstances], Progress], **facts: Any) -> Progress:
    """Let the engine compute; a refusal of the diagram becomes ours, and an incident once the roll-back is done.

    Raises EngineRefused; what is not waited for stays NotWaiting.
    """
    try:
        return verb(circumstances(uow, before))
    except NotWaiting:
        raise
    except WorkflowError as error:
        refusal = EngineRefused(id=error.id, case=before.case["no"])
        refusal.aftermath = _incident_of(before, error, facts)
        raise refusal from error


def store(
    uow: UnitOfWork, before: Snapshot, deployed: Deployed, progress: Progress, step: Step | None = None, *,
    returned_to: str | None = None,
) -> Progress:
    """Put off to the end of the unit of work everything the progress says."""
    step = step or Step()
    record.follow(step, before, progress, uow.now)
    _open(uow, before, deployed, progress, step, returned_to)
    _amend(uow, before, progress, step)
    record.write(uow, before, step)
    return progress


def seal(uow: UnitOfWork, answers: Answers, *, county: int) -> bytes:
    """Answers as they are kept: encrypted, bound to their county."""
    return vault(uow.settings.field_key).seal(record.canonical(answers), about=f"item_answer:{county}")


def opened(uow: UnitOfWork, sealed: bytes, *, county: int) -> dict[str, Any]:
    """Answers made readable again.

    Raises SealBroken.
    """
    return orjson.loads(vault(uow.settings.field_key).open(sealed, about=f"item_answer:{county}"))


@functools.cache
def vault(secret: str) -> Vault:
    """The vault of this process."""
    return Vault(secret)


def checked(
    uow: UnitOfWork, before: Snapshot, deployed: Deployed, form: Form, answers: Answers, *, item: str | None = None
) -> Answers:
    """The answers as their form takes them, typed; what it does not take is refused field by field.

    Raises Invalid with the form's problems.
    """
    found = form.check(answers, *view(uow, before, deployed, item))
    if not found.is_right:
        raise Invalid({key: [asdict(one) for one in problems] for key, problems in found.errors.items()})
    return found.values


def view(uow: UnitOfWork, before: Snapshot, deployed: Deployed, item: str | None) -> tuple[Mapping[str, Any], Any]:
    """The names and the functions that expressions see beside an open item; without one, the case alone."""
    at = circumstances(uow, before)
    scope = uow.engine.scope(instance(before, deployed), item, at) if item else {"case": before.case}
    return scope, uow.engine.functions(deployed.definition, at)


def remember(uow: UnitOfWork, form: str | None, answers: Answers) -> None:
    """Let local operations of this command read what was answered, free text included."""
    if form is not None:
        uow.current_answers[form] = answers


def failure_facts(error: WorkflowError) -> dict[str, Any]:
    """What an incident keeps of a refusal of the engine."""
    return {"id": error.id, "facts": {name: str(value) for name, value in error.facts.items()}}


class _Performer:
    """Performs local operations for the engine, with the case as it is within the step."""

    def __init__(self, uow: UnitOfWork, before: Snapshot) -> None:
        self._uow, self._before = uow, before

    def __call__(self, item: WorkItem, case: Mapping[str, Any]) -> Performed:
        operation = self._uow.systems.operations[item.operation or ""]
        place = {"county": self._before.county, "id": self._before.id}
        done: Performed = operation.perform(self._uow, {**self._before.case, **case, **place}, item.arguments)  # type: ignore[misc] # local ones have one
        owner = done.case.get("owner")
        if owner is None:
            return done
        return Performed(done.answers, {**done.case, **queries.owner_context(self._uow.db, owner)})


def _open(
    uow: UnitOfWork, before: Snapshot, deployed: Deployed, progress: Progress, step: Step, returned_to: str | None
) -> None:
    how = {one.key: one.how for one in progress.closed}
    case = {**before.case, **progress.case_changes}
    times = uow.engine.calendar
    rows = [
        assignment.opened(item, title=deployed.title(item), case=case, now=uow.now, times=times, how=how.get(item.key))
        for item in progress.opened
    ]
    for row in rows:
        row["returned"] = row["element"] == returned_to
    step.add("open", rows)
    waiting = [item for item in progress.opened if item.key not in how]
    links = outbox.tickets(waiting)
    step.add("tokens", [{"hash": one.hash.hex(), "item_key": one.item_key, "expires_at": "infinity"} for one in links])
    step.add("outbox", outbox.calls(waiting, uow.systems.local))
    step.add("outbox", outbox.notice(
        progress, waiting, county=before.county, id=before.id, links=links, title=deployed.title,
        seal=lambda secret: vault(uow.settings.field_key).seal(secret, about=LINK),
    ))


def _amend(uow: UnitOfWork, before: Snapshot, progress: Progress, step: Step) -> None:
    known = {item.key: item for item in before.items}
    case = {**before.case, **progress.case_changes}
    step.add("amend", [
        assignment.amended(item, before=known[item.key], now=uow.now, times=uow.engine.calendar, case=case)
        for item in progress.amended if item.key in known
    ])


def _incident_of(before: Snapshot, error: WorkflowError, facts: Mapping[str, Any]) -> Callable[[UnitOfWork], None]:
    def write_incident(uow: UnitOfWork) -> None:
        note_incident(uow, before.county, before.id, STEP_FAILED, failure_facts(error) | dict(facts))

    return write_incident


def note_incident(uow: UnitOfWork, county: int, id: int, kind: str, facts: Mapping[str, Any], *, element: str | None = None) -> None:
    """Note a problem on a case and in its trail."""
    before = queries.snapshot(uow.db, county, id)
    uow.set_now(before.now)
    step = Step(facts=[Fact("incident", element or "", "", {"kind": kind, **facts})])
    step.add("incidents", [{"kind": kind, "process": None, "element": element, "facts": dict(facts)}])
    record.write(uow, before, step)


def holder_of(item: OpenItem) -> dict[str, Any]:
    """What the trail keeps of an item."""
    return {"item": item.id, "key": item.key}
