"""Stations, what citizens are told about them, and their codes."""

from typing import Any

from flask import Blueprint, redirect, render_template, request

from app.administration import schemas
from app.directory import operations, queries
from app.errors import Conflict, Invalid, NotFound
from app.identity import guard, policy
from app.identity.guard import requires
from app.identity.policy import Permission
from app.web import paging

blueprint = Blueprint("stations", __name__)


@blueprint.get("/stations")
@requires(Permission.KEEP_STATIONS)
def stations() -> Any:
    """Stations by number, with a search."""
    text, size = request.args.get("q", ""), paging.size()
    with guard.read() as look:
        low, high = policy.reach(look.actor)
        rows = queries.station_list(look.db, low=low, high=high, text=text, after=paging.cursor(), size=size)
    page = paging.page(rows, size, lambda row: [row.code])
    return render_template("administration/stations.html", page=page, text=text, tiers=schemas.TIERS)


@blueprint.get("/stations/new")
@requires(Permission.KEEP_STATIONS)
def new_station() -> Any:
    """The form for a new station."""
    return _new_page({}, {})


@blueprint.post("/stations")
@requires(Permission.KEEP_STATIONS)
def open_station() -> Any:
    """Open a station with its first code."""
    try:
        given = guard.answers(schemas.Station())
        station_id = guard.run(lambda uow: operations.open_station(
            uow, owner_id=_owner(uow.db, given["owner"]).id, tier=given["tier"], place=given["place"]
        ))
    except (Invalid, Conflict) as refusal:
        return _new_page(request.form, guard.told(refusal)), 422
    return redirect(f"/admin/stations/{station_id}", 303)


@blueprint.get("/stations/<int:station_id>")
@requires(Permission.KEEP_STATIONS)
def station(station_id: int) -> Any:
    """One station with its deputies and codes."""
    return _page(station_id)


@blueprint.post("/stations/<int:station_id>")
@requires(Permission.KEEP_STATIONS)
def change_station(station_id: int) -> Any:
    """Change what citizens are told."""
    try:
        place = guard.answers(schemas.StationPlace())
        guard.run(lambda uow: operations.change_station(uow, station_id=station_id, place=place))
    except (Invalid, Conflict) as refusal:
        return _page(station_id, request.form, guard.told(refusal)), 422
    return redirect(f"/admin/stations/{station_id}", 303)


@blueprint.post("/stations/<int:station_id>/close")
@requires(Permission.KEEP_STATIONS)
def close_station(station_id: int) -> Any:
    """Close a station nobody works in any more."""
    try:
        guard.run(lambda uow: operations.close_station(uow, station_id=station_id))
    except Conflict as refusal:
        return _page(station_id, errors=guard.told(refusal)), 409
    return redirect(f"/admin/stations/{station_id}", 303)


@blueprint.post("/stations/<int:station_id>/codes/<code>/renew")
@requires(Permission.KEEP_STATIONS)
def renew_code(station_id: int, code: str) -> Any:
    """Replace a code; the old sheet leads to the new one."""
    guard.run(lambda uow: operations.renew_code(uow, code=code))
    return redirect(f"/admin/stations/{station_id}", 303)


@blueprint.post("/stations/<int:station_id>/codes/<code>/close")
@requires(Permission.KEEP_STATIONS)
def close_code(station_id: int, code: str) -> Any:
    """Close a code without a new one."""
    guard.run(lambda uow: operations.close_code(uow, code=code))
    return redirect(f"/admin/stations/{station_id}", 303)


def _owner(db: Any, code: str) -> Any:
    try:
        return queries.organ_by_name(db, code)
    except NotFound as missing:
        raise Invalid({"owner": ["There is no organ with this code."]}) from missing


def _new_page(given: Any, errors: dict[str, str]) -> str:
    return render_template("administration/new_station.html", given=given, errors=errors, tiers=schemas.TIERS)


def _page(station_id: int, given: Any = None, errors: dict[str, str] | None = None) -> str:
    with guard.read() as look:
        shown = queries.station(look.db, station_id)
        policy.check(look.actor, Permission.KEEP_STATIONS, shown)
        is_closed = queries.organ(look.db, station_id).closed_on is not None
        codes, mandates = queries.station_codes(look.db, station_id), queries.mandates_of_station(look.db, station_id)
    return render_template(
        "administration/station.html", shown=shown, is_closed=is_closed, codes=codes, mandates=mandates,
        given=given or {}, errors=errors or {}, tiers=schemas.TIERS,
    )
