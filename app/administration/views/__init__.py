"""The administrators' pages, one module for each kind of thing they keep."""

from typing import Any

from flask import Blueprint, render_template, request

from app.administration import schemas
from app.administration.views import accounts, deputies, organs, stations
from app.identity import guard, queries
from app.identity.guard import requires
from app.identity.policy import Permission
from app.web import paging

blueprint = Blueprint("administration", __name__, url_prefix="/admin")
for each in (accounts, organs, stations, deputies):
    blueprint.register_blueprint(each.blueprint)


@blueprint.get("")
@requires(Permission.ADMINISTER)
def administration() -> Any:
    """Where to go from here."""
    return render_template("administration/administration.html")


@blueprint.get("/log")
@requires(Permission.SEE_ACCESS_LOG)
def log() -> Any:
    """What was done outside cases, the newest first."""
    act, size = request.args.get("act", ""), paging.size()
    with guard.read() as look:
        rows = queries.access_entries(look.db, act=act, after=paging.cursor(), size=size)
    page = paging.page(rows, size, lambda row: [row.id])
    return render_template("administration/log.html", page=page, act=act, acts=schemas.ACTS)
