"""What reaches a running case from outside it: messages, and acts of people who hold no open item."""

from app.enactment import record
from app.enactment.operations.stepping import Answers, ask, checked, instance, read, remember, seal, store
from app.enactment.record import Step
from app.errors import Conflict
from app.uow import UnitOfWork
from workflows import Definition, Fact, Message, NotWaiting, Progress


class NotExpected(Conflict):
    """The matter does not wait for this at the moment."""


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

    Raises NotExpected, Invalid (the form does not take the answers), EngineRefused.
    """
    before, deployed = read(uow, county, id)
    process, form = _form_of(deployed.definition, message)
    if form is not None:
        beside = next((one.key for one in before.items if one.process == process), None)
        answers = checked(uow, before, deployed, deployed.definition.form(process, form), answers, item=beside)
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


def _form_of(definition: Definition, message: str) -> tuple[str, str | None]:
    """The process and the form of the act that begins with this message."""
    for process in definition.processes:
        act = definition.manifest(process).acts.get(message)
        if act is not None:
            return process, act.form
    return definition.key, None
