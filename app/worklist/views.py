"""The participant's desk: what is to be done, and one item with its form beside the case in brief."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request
from flask_babel import gettext as _

from app.cases import operations as cases
from app.errors import Conflict, Invalid
from app.identity import guard
from app.identity.guard import requires
from app.identity.policy import Permission
from app.web import limits, paging
from app.web.errors import sentence
from app.web.forms import read_answers, wants_more_rows, with_files_kept
from app.worklist import operations, queries, schemas

blueprint = Blueprint("worklist", __name__)


def _labels() -> dict[str, str]:
    return {"mine": _("Mine"), "unit": _("My unit"), "due": _("Due"), "returned": _("Returned")}


def _view() -> str:
    asked = request.args.get("view", "unit")
    return asked if asked in queries.VIEWS else abort(404)


def _listed(house: guard.Looking, view: str) -> dict[str, Any]:
    calendar, reader = guard.wiring().calendar, schemas.reader(house.actor)
    until, size = limits.soon(calendar, house.now), paging.size()
    found = queries.items_for(house.db, reader, view, until=until, after=paging.cursor(), count=size + 1)
    page = paging.page(found, size, lambda row: (row.due_at.isoformat(), row.id))
    return {
        "view": view, "page": page, "now": house.now, "until": until, "reader": reader,
        "items": schemas.shown_rows(page.rows, house.now, calendar, house.actor),
    }


@blueprint.get("/desk")
@requires(Permission.SEE_DESK)
def desk() -> Any:
    """The day's work in one of its views; by itself the rows alone, for the refresh in place."""
    with guard.read() as house:
        shown = _listed(house, _view())
        if request.headers.get("HX-Request"):
            return render_template("worklist/rows.html", **shown)
        numbers = queries.counts(house.db, shown["reader"], until=shown["until"])
        return render_template("worklist/desk.html", tabs=schemas.tabs(shown["view"], numbers, _labels()), **shown)


@blueprint.get("/desk/items/<int:county>-<int:item_id>")
@requires(Permission.SEE_DESK)
def item(county: int, item_id: int) -> Any:
    """One item: the form beside the case in brief."""
    return _page(county, item_id)


@blueprint.post("/desk/items/<int:county>-<int:item_id>")
@requires(Permission.COMPLETE_ITEM)
def complete(county: int, item_id: int) -> Any:
    """Close the item, then go on with the next one of the same case, or to the desk."""
    with guard.read() as house:
        form = schemas.opened(house, guard.wiring(), house.actor, county, item_id).form
    raw = read_answers(form, request.form, request.files) if form else {}
    if wants_more_rows(request.form):
        return _page(county, item_id, raw)

    def work() -> Any:
        answers, photos = with_files_kept(form, raw, _keep)
        return guard.run(
            lambda uow: operations.complete_item(uow, county=county, item_id=item_id, answers=answers, photos=photos), county=county
        )

    return _tried(county, item_id, work, raw)


@blueprint.post("/desk/items/<int:county>-<int:item_id>/claim")
@requires(Permission.CLAIM_ITEM)
def claim(county: int, item_id: int) -> Any:
    """Take an item; answers with the row as it is now, also when somebody was faster."""
    return _moved(county, item_id, operations.claim_item)


@blueprint.post("/desk/items/<int:county>-<int:item_id>/release")
@requires(Permission.CLAIM_ITEM)
def release(county: int, item_id: int) -> Any:
    """Give an item back to its queue."""
    return _moved(county, item_id, operations.release_item)


@blueprint.post("/desk/items/<int:county>-<int:item_id>/return")
@requires(Permission.RETURN_ITEM)
def send_back(county: int, item_id: int) -> Any:
    """Send the case back to an earlier step, with the reason."""
    element, reason = request.form.get("return_to", ""), request.form.get("return_reason", "")
    return _tried(county, item_id, lambda: guard.run(
        lambda uow: operations.return_item(uow, county=county, item_id=item_id, element=element, reason=reason), county=county
    ))


def _keep(files: list[tuple[str, bytes]]) -> Any:
    return cases.keep_photos(guard.wiring().storage, guard.wiring().settings, files)


def _tried(county: int, item_id: int, work: Callable[[], Any], raw: dict[str, Any] | None = None) -> Any:
    """Go on where the work leads; where it is refused, show the item again with what was typed and what happened."""
    try:
        return redirect(_onward(work()), 303)
    except Invalid as refusal:
        return _page(county, item_id, raw, refusal.errors or {"": [sentence(refusal)]}), 422
    except Conflict as refusal:
        return _page(county, item_id, raw, said=sentence(refusal)), 409


def _moved(county: int, item_id: int, operation: Any) -> Any:
    try:
        guard.run(lambda uow: operation(uow, county=county, item_id=item_id), county=county)
    except Conflict as refusal:
        return _after(county, item_id, sentence(refusal)), 409
    return _after(county, item_id)


def _page(county: int, item_id: int, values: dict[str, Any] | None = None, errors: Any = None, said: str = "") -> str:
    with guard.read() as house:
        opened = schemas.opened(house, guard.wiring(), house.actor, county, item_id)
        shown = schemas.shown_item(house, guard.wiring(), house.actor, opened)
        return render_template("worklist/item.html", values=values or {}, errors=errors or {}, said=said, **shown)


def _after(county: int, item_id: int, said: str = "") -> Any:
    if not request.headers.get("HX-Request"):
        return _page(county, item_id, said=said) if said else redirect(f"/desk/items/{county}-{item_id}", 303)
    with guard.read() as house:
        row = queries.row(house.db, county, item_id)
        shown = schemas.shown_row(row, house.now, guard.wiring().calendar, house.actor)
        return render_template("worklist/rows.html", items=[shown], now=house.now)


def _onward(done: dict[str, Any]) -> str:
    with guard.read() as house:
        following = queries.next_item(house.db, schemas.reader(house.actor), done["county"], done["case"])
    return f"/desk/items/{done['county']}-{following}" if following else f"/desk?done={done['number']}"
