"""Closing a work item: with its participant's answers, with a failure, or by sending the matter back."""

from collections.abc import Callable

from app.enactment import queries, record
from app.enactment.operations.stepping import Answers, ask, checked, holder_of, instance, read, remember, seal, store
from app.enactment.queries import OpenItem, Snapshot
from app.enactment.record import Step
from app.errors import Conflict
from app.uow import UnitOfWork
from workflows import Fact, NotWaiting, Progress


class AlreadyCompleted(Conflict):
    """This work item has been dealt with in the meantime."""


def complete(
    uow: UnitOfWork, *, county: int, item_id: int, answers: Answers, sealed: Answers | None = None
) -> Progress:
    """Close a work item with its participant's answers and let the case move on.

    All answers of an item with a form are kept encrypted; what the form allows becomes variables. `sealed`
    replaces what is kept (contact fields the engine must not see). The write is refused if the instance has
    moved since it was read: of two people pressing the button together, the second is told so.

    Raises AlreadyCompleted, Invalid (the form does not take the answers), EngineRefused.
    """
    before, deployed = read(uow, county, item=item_id)
    item = _open(uow, before, item_id)
    if item.form is not None:
        answers = checked(uow, before, deployed, deployed.definition.form(item.process, item.form), answers, item=item.key)
    remember(uow, item.form, answers if sealed is None else {**answers, **sealed})
    progress = _still(uow, before, item_id, lambda: ask(
        uow, before, lambda at: uow.engine.complete(instance(before, deployed), item.key, answers, at), element=item.element
    ))
    step = Step(mandate=item.mandate_id)
    if item.form is not None:
        kept = seal(uow, answers if sealed is None else sealed, county=county)
        step.add("answers", [record.sealed_row(item.id, None, item.form, kept)])
        step.facts.append(Fact("answered", item.element, item.process, holder_of(item) | {"form": item.form}))
    return store(uow, before, deployed, progress, step)


def fail(uow: UnitOfWork, *, county: int, item_id: int, code: str) -> Progress:
    """Tell the case that a system's item failed; the error boundary drawn beside it decides the rest.

    Raises AlreadyCompleted, EngineRefused (no boundary takes this code).
    """
    before, deployed = read(uow, county, item=item_id)
    item = _open(uow, before, item_id)
    progress = _still(uow, before, item_id, lambda: ask(
        uow, before, lambda at: uow.engine.fail(instance(before, deployed), item.key, code, at), element=item.element, code=code
    ))
    return store(uow, before, deployed, progress)


def return_item(uow: UnitOfWork, *, county: int, item_id: int, element: str, reason: str) -> Progress:
    """Withdraw a work item and let the matter be done again from an earlier element, which is marked as returned.

    Raises AlreadyCompleted, EngineRefused (a target across parallel scopes).
    """
    before, deployed = read(uow, county, item=item_id)
    item = _open(uow, before, item_id)
    progress = _still(uow, before, item_id, lambda: ask(
        uow, before, lambda at: uow.engine.redirect(instance(before, deployed), item.key, element, reason, at), element=element
    ))
    return store(uow, before, deployed, progress, returned_to=element)


def _open(uow: UnitOfWork, before: Snapshot, item_id: int) -> OpenItem:
    item = before.item(item_id)
    if item is None:
        raise closed_item(uow, before.county, item_id)
    return item


def _still(uow: UnitOfWork, before: Snapshot, item_id: int, step: Callable[[], Progress]) -> Progress:
    try:
        return step()
    except NotWaiting as error:
        raise closed_item(uow, before.county, item_id) from error


def closed_item(uow: UnitOfWork, county: int, item_id: int) -> AlreadyCompleted:
    """The refusal for an item that is no longer open, with who closed it and when."""
    row = queries.item(uow.db, county, item_id)
    return AlreadyCompleted(
        item=item_id, by=row.closed_by, at=None if row.closed_at is None else row.closed_at.isoformat(), status=row.status
    )
