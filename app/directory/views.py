"""What the public reads about stations and deputies, and the sheets that are printed."""

from typing import Any

from flask import Blueprint, redirect, render_template
from markupsafe import Markup

from app.directory import queries, schemas
from app.identity import guard
from app.identity.guard import public, requires
from app.identity.policy import Permission

blueprint = Blueprint("directory", __name__)


@blueprint.app_template_global("qr_svg")
def qr_svg(code: str, title: str = "") -> Markup:
    """The picture of a station's or a deputy's code, for any template."""
    return schemas.qr_picture(schemas.code_address(guard.wiring().settings.public_url, code), title)


@blueprint.get("/stations/<code>")
@public
def station(code: str) -> Any:
    """Where a station is, when somebody is there, and which deputies meet the public in it."""
    with guard.read() as look:
        shown = queries.station_by_code(look.db, code)
        mandates = queries.mandates_of_station(look.db, shown.id)
    return render_template("directory/station.html", station=shown, mandates=mandates)


@blueprint.get("/stations/<code>/sheet")
@requires(Permission.PRINT_CODES)
def sheet(code: str) -> Any:
    """The sheet to print and hang up: the station's code and those of its deputies."""
    with guard.read() as look:
        shown = queries.station_by_code(look.db, code)
        mandates = queries.mandates_of_station(look.db, shown.id)
        codes = queries.station_codes(look.db, shown.id)
    return render_template("directory/sheet.html", station=shown, cards=schemas.cards(shown, codes, mandates))


@blueprint.get("/deputies/<code>")
@public
def deputy(code: str) -> Any:
    """Who a deputy is, for whom he sits, and where and when he meets the public."""
    with guard.read() as look:
        seat = queries.mandate_by_code(look.db, code)
        stations = queries.stations_of(look.db, seat.id)
    if seat.qr and seat.qr != code:
        return redirect(f"/deputies/{seat.qr}", 303)
    return render_template("directory/deputy.html", seat=seat, stations=stations)
