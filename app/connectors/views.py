"""The one inbound door: `POST /exchange/<system>`. Each system's own rule checks who knocks."""

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from app.connectors import operations
from app.errors import NotFound
from app.identity import guard
from app.uow import Actor
from app.web.security import without_csrf

blueprint = Blueprint("connectors", __name__)


class SystemUnknown(NotFound):
    """There is no such system."""


@blueprint.post("/exchange/<system>")
@guard.public
@without_csrf
def receive(system: str) -> Response:
    """Take in what a system outside says."""
    wiring = guard.wiring()
    if system not in wiring.systems or not hasattr(wiring.systems[system], "actor"):
        raise SystemUnknown(system=system)
    door = wiring.systems[system]
    incoming = door.translate(request.get_data(), request.headers, wiring.settings)
    actor = Actor(kind="system", id=door.actor, name=system)
    answer = wiring.run(lambda uow: operations.receive(uow, system=system, incoming=incoming), actor=actor, name="receive")
    return jsonify(answer)
