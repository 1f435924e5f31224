"""Organs and the handling units among them."""

from typing import Any

from flask import Blueprint, redirect, render_template, request

from app.administration import schemas
from app.directory import operations, queries
from app.errors import Conflict, Invalid, NotFound
from app.identity import guard
from app.identity.guard import requires
from app.identity.policy import ROLES, Permission
from app.web import paging

blueprint = Blueprint("organs", __name__)
EVERYWHERE = (0, 10**13)


@blueprint.get("/organs")
@requires(Permission.KEEP_ORGANS)
def organs() -> Any:
    """Organs, the highest first, with a search."""
    text, kind, size = request.args.get("q", ""), request.args.get("kind", ""), paging.size()
    low, high = EVERYWHERE
    with guard.read() as look:
        rows = queries.organ_list(look.db, low=low, high=high, text=text, kind=kind, after=paging.cursor(), size=size)
    page = paging.page(rows, size, lambda row: [row.level, row.id])
    return render_template("administration/organs.html", page=page, text=text, kind=kind, kinds=schemas.KINDS)


@blueprint.get("/units")
@requires(Permission.KEEP_ORGANS)
def units() -> Any:
    """The handling units of a county, and which of them is asked first about each category."""
    county = request.args.get("county", 330825, type=int)
    with guard.read() as look:
        categories = queries.categories(look.db)
        usual = {one.code: next(iter(queries.units_for(look.db, one.code, county)), None) for one in categories}
        rows = queries.units_for(look.db, None, county)
        counties = queries.counties(look.db)
    return render_template(
        "administration/units.html", units=rows, categories=categories, usual=usual, county=county, counties=counties
    )


@blueprint.get("/organs/new")
@requires(Permission.KEEP_ORGANS)
def new_organ() -> Any:
    """The form for a new organ."""
    return _new_page({}, {})


@blueprint.post("/organs")
@requires(Permission.KEEP_ORGANS)
def open_organ() -> Any:
    """Open an organ below another one."""
    try:
        given = guard.answers(schemas.Organ())
        organ_id = guard.run(
            lambda uow: operations.open_organ(uow, organ=schemas.new_organ(given, _superior(uow.db, given["superior"])))
        )
    except (Invalid, Conflict) as refusal:
        return _new_page(request.form, guard.told(refusal)), 422
    return redirect(f"/admin/organs/{organ_id}", 303)


@blueprint.get("/organs/<int:organ_id>")
@requires(Permission.KEEP_ORGANS)
def organ(organ_id: int) -> Any:
    """One organ: its place, its queue, and what may be changed."""
    return _page(organ_id)


@blueprint.post("/organs/<int:organ_id>")
@requires(Permission.KEEP_ORGANS)
def change_organ(organ_id: int) -> Any:
    """Give an organ other names or categories."""
    try:
        given = guard.answers(schemas.OrganNames())
        guard.run(lambda uow: _change(uow, organ_id, given))
    except (Invalid, Conflict) as refusal:
        return _page(organ_id, request.form, guard.told(refusal)), 422
    return redirect(f"/admin/organs/{organ_id}", 303)


@blueprint.post("/organs/<int:organ_id>/close")
@requires(Permission.KEEP_ORGANS)
def close_organ(organ_id: int) -> Any:
    """Close an organ nobody works in any more."""
    try:
        guard.run(lambda uow: operations.close_organ(uow, organ_id=organ_id))
    except Conflict as refusal:
        return _page(organ_id, errors=guard.told(refusal)), 409
    return redirect(f"/admin/organs/{organ_id}", 303)


def _change(uow: Any, organ_id: int, given: dict[str, Any]) -> None:
    is_unit = queries.unit(uow.db, organ_id) is not None
    names = {"zh": given["name_zh"], "en": given["name_en"]}
    operations.change_organ(uow, organ_id=organ_id, names=names, categories=given["categories"] if is_unit else None)


def _superior(db: Any, code: str) -> Any:
    try:
        return queries.organ_by_name(db, code)
    except NotFound as missing:
        raise Invalid({"superior": ["There is no organ with this code."]}) from missing


def _new_page(given: Any, errors: dict[str, str]) -> str:
    with guard.read() as look:
        categories = queries.categories(look.db)
    return render_template(
        "administration/new_organ.html", given=given, errors=errors, kinds=schemas.KINDS,
        category_choices=_choices(categories),
    )


def _page(organ_id: int, given: Any = None, errors: dict[str, str] | None = None) -> str:
    with guard.read() as look:
        shown, unit = queries.organ(look.db, organ_id), queries.unit(look.db, organ_id)
        above, categories = queries.superiors(look.db, organ_id)[1:], queries.categories(look.db)
    return render_template(
        "administration/organ.html", shown=shown, unit=unit, above=above, category_choices=_choices(categories), given=given or {},
        errors=errors or {}, roles=ROLES, kinds=schemas.KINDS,
    )


def _choices(categories: Any) -> list[tuple[str, dict[str, str]]]:
    return [(one.code, {"zh": one.zh, "en": one.en}) for one in categories]
