"""The web process: one application, with every room's pages on it. Nothing else is made here."""

import logging
import os
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from flask import Flask, current_app, redirect
from werkzeug.middleware.proxy_fix import ProxyFix

from app import health
from app.config import Settings
from app.identity import guard
from app.identity.policy import ROLES, Permission
from app.web import assets, errors, filters, forms, lang, security
from app.wiring import Wiring, build

#: The rooms with pages, in the order of the drawing; each has a `blueprint` in its `views`.
ROOMS = (
    "identity", "directory", "intake", "oversight", "open311", "worklist", "casepage", "connectors",
    "administration", "monitoring", "studio", "api", "demo",
)
FURNITURE = (lang, security, assets, filters, forms, errors)

#: What a person may open from every page: address, label, and the permission it needs.
NAVIGATION = (
    ("/desk", {"zh": "工作台", "en": "Desk"}, Permission.SEE_DESK),
    ("/cases", {"zh": "事项", "en": "Cases"}, Permission.SEE_CASE),
    ("/monitoring", {"zh": "监管", "en": "Monitoring"}, Permission.SEE_FIGURES),
    ("/studio", {"zh": "流程", "en": "Processes"}, Permission.SEE_DEFINITIONS),
    ("/admin", {"zh": "管理", "en": "Administration"}, Permission.ADMINISTER),
)


def create_app(settings: Settings, wiring: Wiring | None = None) -> Flask:
    """This will make the web application of one process.

    Raises Unguarded when a page says nothing about who may open it.
    """
    app = Flask("app", static_folder=None)
    house = wiring or build(settings, name="luzhi-web")
    app.extensions[guard.EXTENSION] = house
    app.config.update(
        SECRET_KEY=settings.secret_key, SECURE_COOKIES=settings.cookie_secure,
        MAX_CONTENT_LENGTH=settings.upload_megabytes * 1024 * 1024, MAX_FORM_MEMORY_SIZE=1024 * 1024,
        SESSION_COOKIE_NAME="__Host-flash" if settings.cookie_secure else "flash",
        SESSION_COOKIE_SECURE=settings.cookie_secure, SESSION_COOKIE_SAMESITE="Lax",
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # the default provider has it
    for piece in FURNITURE:
        piece.install(app)
    health.install(app)
    _open_rooms(app, settings)
    app.add_url_rule("/start", "start", guard.public(_start))
    if not any(rule.rule == "/" for rule in app.url_map.iter_rules()):
        app.add_url_rule("/", "home", guard.public(_start))
    app.context_processor(_context)
    guard.check_routes(app)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]  # Flask's own way
    return app


def create_app_from_env() -> Flask:
    """This will make the web application with the settings of the environment, as the server starts it."""
    settings = Settings.from_env(os.environ)
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    return create_app(settings)


def rooms() -> list[str]:
    """The rooms that have pages."""
    return [room for room in ROOMS if find_spec(f"app.{room}") and find_spec(f"app.{room}.views")]


def _open_rooms(app: Flask, settings: Settings) -> None:
    for room in rooms():
        # The demonstration's pages sign anybody in: without its setting they are not there at all.
        if room != "demo" or settings.demo:
            app.register_blueprint(import_module(f"app.{room}.views").blueprint)


def _start() -> Any:
    known = guard.signed()
    if known is None:
        return redirect("/sign-in", 303)
    reachable = navigation()
    return redirect(reachable[0]["href"] if reachable else "/account", 303)


def navigation() -> list[dict[str, Any]]:
    """The places the person asking may open, of those that exist."""
    known = {rule.rule for rule in current_app.url_map.iter_rules()}
    return [
        {"href": href, "label": label}
        for href, label, permission in NAVIGATION
        if href in known and guard.may(permission)
    ]


def _context() -> dict[str, Any]:
    signed = guard.signed()
    if signed is None:
        return {"account": None, "navigation": [], "may": guard.may, "Permission": Permission}
    role = ROLES[signed.role].words if signed.role in ROLES else None
    shown = {"id": signed.actor.id, "name": signed.actor.name, "role": role, "organ": signed.organ}
    return {"account": shown, "navigation": navigation(), "may": guard.may, "Permission": Permission}
