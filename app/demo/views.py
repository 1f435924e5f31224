"""The newcomer's and trainer's page: sign in as anybody, scan codes, read the phone, move the clock, break the platforms.

It exists only in demonstration mode, which runs on loopback only; every view checks the caller's address again.
"""

import ipaddress
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request

from app.demo import operations, queries
from app.directory import queries as directory
from app.identity import guard
from app.identity import queries as identity
from app.identity.guard import public
from app.identity.policy import ROLES

blueprint = Blueprint("demo", __name__, url_prefix="/demo")


@blueprint.before_request
def only_from_here() -> None:
    """Refuse everybody who does not sit at this machine."""
    try:
        near = ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        near = False
    if not (near and guard.wiring().settings.demo):
        abort(404)


@blueprint.get("")
@public
def demo() -> Any:
    """Roles to sign in as, codes to scan, the clock, the simulators."""
    with guard.read() as house:
        return render_template(
            "demo/demo.html", now=house.now, shift=queries.shift(house.db), counts=queries.counts(house.db),
            accounts=_by_place(queries.accounts(house.db)), roles=ROLES, stations=directory.demo_codes(house.db),
            mode=operations.simulator_mode(guard.wiring().settings), modes=operations.MODES,
        )


@blueprint.post("/sign-in")
@public
def sign_in() -> Any:
    """Sign in as one of the demonstration's people with one click."""
    account = request.form.get("account", type=int) or abort(422)
    with guard.read() as house:
        identity.actor(house.db, account)
    return guard.enter(redirect("/", 303), account)


@blueprint.get("/phone")
@public
def phone() -> Any:
    """The text messages of one phone, or of all, like a phone shows them."""
    chosen = request.args.get("phone")
    with guard.read() as house:
        return render_template(
            "demo/phone.html", messages=queries.messages(house.db, chosen), phones=queries.phones(house.db), chosen=chosen, now=house.now
        )


@blueprint.post("/clock")
@public
def clock() -> Any:
    """Move the clock forward by hours or by working days."""
    hours, days = request.form.get("hours", 0, type=int), request.form.get("working_days", 0, type=int)
    if hours:
        guard.run(lambda uow: operations.move_clock(uow, by=timedelta(hours=hours)))
    else:
        calendar = guard.wiring().calendar
        guard.run(lambda uow: operations.move_to_working_day(uow, days=days, calendar=calendar))
    return redirect("/demo#clock", 303)


@blueprint.post("/simulators")
@public
def switch() -> Any:
    """Make the simulated platforms slow, silent, rejecting or dead, or well again."""
    operations.switch_simulator(guard.wiring().settings, request.form.get("mode", ""))
    return redirect("/demo#simulators", 303)


def _by_place(rows: Any) -> dict[tuple[str, str], list[Any]]:
    places: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        places.setdefault((row.name_zh, row.name_en), []).append(row)
    return places
