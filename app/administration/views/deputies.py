"""Deputies: who sits where, and at which station he meets the public."""

from typing import Any

from flask import Blueprint, redirect, render_template, request

from app.administration import schemas
from app.directory import operations, queries
from app.errors import Conflict, Invalid, NotFound
from app.identity import guard, policy
from app.identity.guard import requires
from app.identity.policy import Permission
from app.web import paging

blueprint = Blueprint("deputies", __name__)


@blueprint.get("/deputies")
@requires(Permission.KEEP_DEPUTIES)
def deputies() -> Any:
    """Seats in the order they were entered, with a search."""
    text, size = request.args.get("q", ""), paging.size()
    with guard.read() as look:
        low, high = policy.reach(look.actor)
        rows = queries.mandate_list(look.db, low=low, high=high, text=text, after=paging.cursor(), size=size)
    page = paging.page(rows, size, lambda row: [row.id])
    return render_template("administration/deputies.html", page=page, text=text)


@blueprint.get("/deputies/new")
@requires(Permission.KEEP_DEPUTIES)
def new_deputy() -> Any:
    """The form for a newly elected person."""
    return render_template("administration/new_deputy.html", given={}, errors={})


@blueprint.post("/deputies")
@requires(Permission.KEEP_DEPUTIES)
def seat_deputy() -> Any:
    """Enter a newly elected person with a seat."""
    try:
        person, seat = guard.answers(schemas.SeatedDeputy())
        mandate_id = guard.run(lambda uow: _seat(uow, person, seat))
    except (Invalid, Conflict) as refusal:
        return render_template("administration/new_deputy.html", given=request.form, errors=guard.told(refusal)), 422
    return redirect(f"/admin/deputies/{mandate_id}", 303)


@blueprint.get("/deputies/<int:mandate_id>")
@requires(Permission.KEEP_DEPUTIES)
def deputy(mandate_id: int) -> Any:
    """One seat, its stations, and what may be changed."""
    return _page(mandate_id)


@blueprint.post("/deputies/<int:mandate_id>/stations")
@requires(Permission.KEEP_DEPUTIES)
def bind_deputy(mandate_id: int) -> Any:
    """Let the deputy meet the public at a station."""
    try:
        number, days = guard.answers(schemas.Binding())
        guard.run(lambda uow: operations.bind_deputy(
            uow, mandate_id=mandate_id, station_id=_station(uow.db, number), days=days
        ))
    except (Invalid, Conflict) as refusal:
        return _page(mandate_id, request.form, guard.told(refusal)), 422
    return redirect(f"/admin/deputies/{mandate_id}", 303)


@blueprint.post("/deputies/<int:mandate_id>/end")
@requires(Permission.KEEP_DEPUTIES)
def end_mandate(mandate_id: int) -> Any:
    """End the seat with everything that hangs on it."""
    try:
        guard.run(lambda uow: operations.end_mandate(uow, mandate_id=mandate_id))
    except Conflict as refusal:
        return _page(mandate_id, errors=guard.told(refusal)), 409
    return redirect(f"/admin/deputies/{mandate_id}", 303)


def _seat(uow: Any, person: Any, seat: Any) -> int:
    try:
        return operations.seat_deputy(uow, person=person, seat=seat)
    except NotFound as missing:
        raise Invalid({"area": ["There is no such area."]}) from missing


def _station(db: Any, number: str) -> int:
    try:
        return queries.station_by_code(db, number).id
    except NotFound as missing:
        raise Invalid({"station": ["There is no station with this number."]}) from missing


def _page(mandate_id: int, given: Any = None, errors: dict[str, str] | None = None) -> str:
    with guard.read() as look:
        shown = queries.mandate(look.db, mandate_id)
        policy.check(look.actor, Permission.KEEP_DEPUTIES, shown)
        places = queries.stations_of(look.db, mandate_id)
        today = look.now
    return render_template(
        "administration/deputy.html", shown=shown, places=places, given=given or {}, errors=errors or {}, today=today
    )
