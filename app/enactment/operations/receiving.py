"""What reaches a running case from outside it: messages, and acts of people who hold no open item."""

from app.definitions.queries import Deployed
from app.enactment import record
from app.enactment.operations.stepping import Answers, ask, checked, instance, read, remember, seal, store, view
from app.enactment.queries import Snapshot
from app.enactment.record import Step
from app.errors import Conflict
from app.uow import UnitOfWork
from workflows import Fact, Message, NotWaiting, Progress


class NotExpected(Conflict):
    """The matter does not wait for this at the moment."""


class ActRefused(Conflict):
    """The rules of this process do not allow this step now."""


def deliver(uow: UnitOfWork, *, county: int, id: int, message: Message) -> Progress:
    """Hand a message to a case that waits for it; exactly one place in it receives it.

    Raises NotExpected, EngineRefused.
    """
    before, deployed = read(uow, county, id)
    try:
        progress = ask(uow, before, lambda at: uow.engine.deliver(instance(before, deployed), message, at), message=message.name)
    except NotWaiting as error:
        raise NotExpected(message=message.name, case=before.case["no"]) from error
    return store(uow, before, deployed, progress)


def act(
    uow: UnitOfWork, *, county: int, id: int, message: str, answers: Answers, form_values: Answers | None = None
) -> Progress:
    """Let a person begin what needs no open item: ask for an extension, withdraw, add facts.

    The message is delivered, and the first user task after its catch completed with the same answers. All answers
    are kept encrypted with that task; `form_values` replaces what is kept.

    Raises ActRefused (the manifest does not allow it now), NotExpected, Invalid (the form does not take the answers),
    EngineRefused.
    """
    before, deployed = read(uow, county, id)
    form, answers = _admitted(uow, before, deployed, message, answers)
    remember(uow, form, answers if form_values is None else form_values)
    try:
        progress = ask(uow, before, lambda at: uow.engine.act(instance(before, deployed), message, answers, at), message=message)
    except NotWaiting as error:
        raise NotExpected(message=message, case=before.case["no"]) from error
    step = Step(facts=[Fact("acted", message, "", {"form": form})])
    done = {one.key for one in progress.closed if one.how == "completed"}
    of_act = [item for item in progress.opened if item.key in done and item.form is not None]
    kept = seal(uow, answers if form_values is None else form_values, county=county)
    step.add("answers", [record.sealed_row(None, item.key, item.form or "", kept) for item in of_act[:1]])
    return store(uow, before, deployed, progress, step)


def _admitted(
    uow: UnitOfWork, before: Snapshot, deployed: Deployed, message: str, answers: Answers
) -> tuple[str | None, Answers]:
    """The form of an act and its answers, typed, once the manifest's own condition allows the act."""
    manifests = (deployed.definition.manifest(process) for process in deployed.definition.processes)
    manifest = next((one for one in manifests if message in one.acts), None)
    if manifest is None:
        return None, answers
    act = manifest.acts[message]
    beside = next((one.key for one in before.items if one.process == manifest.key), None)
    if act.allowed_when is not None:
        scope, functions = view(uow, before, deployed, beside)
        if act.allowed_when.evaluate(scope, functions) is not True:
            raise ActRefused(case=before.case["no"], message=message, words=dict(act.refusal))
    if act.form is not None:
        answers = checked(uow, before, deployed, deployed.definition.form(manifest.key, act.form), answers, item=beside)
    return act.form, answers
