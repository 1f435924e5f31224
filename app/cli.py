"""The commands of the application, one word each: `python -m app.cli <command>`."""

import argparse
import logging
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from app import migrate, scheduler
from app.config import ConfigError, Settings
from app.db import make_engine
from app.definitions import operations as definitions
from app.enactment import operations as enactment
from app.errors import AppError
from app.simulators import server
from app.uow import IMPORTER
from app.wiring import Wiring, build

BPMN = Path(__file__).resolve().parent.parent / "bpmn"
#: one round of the clock may take longer than a page
JOB_SECONDS = 30


def main(arguments: list[str] | None = None) -> int:
    """This will carry out one command; what is foreseeable ends in one sentence."""
    given = _parser().parse_args(arguments)
    try:
        settings = Settings.from_env(os.environ)
        logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
        return given.run(settings, given) or 0
    except (ConfigError, migrate.NewerDatabase, migrate.OlderServer) as error:
        print(error, file=sys.stderr)
    except AppError as refusal:
        print(f"{refusal.sentence()} {dict(refusal.facts)}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="luzhi", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, (run, words) in COMMANDS.items():
        command = commands.add_parser(name, help=words, description=words)
        command.set_defaults(run=run)
        if name == "seed":
            command.add_argument("cases", type=int, help="how many cases")
    return parser


def _migrate(settings: Settings, given: argparse.Namespace) -> None:
    engine = make_engine(settings.database, name="luzhi-migrate", pool_size=1)
    migrate.upgrade(engine)
    engine.dispose()
    print(f"schema {migrate.head()}")


def _sync(settings: Settings, given: argparse.Namespace) -> None:
    wiring = build(settings, name="luzhi-sync")
    ids = wiring.run(lambda uow: definitions.sync(uow, BPMN), actor=IMPORTER, name="sync")
    wiring.close()
    print(" ".join(f"{key}={id}" for key, id in ids.items()))


def _web(settings: Settings, given: argparse.Namespace) -> None:
    os.execv(sys.executable, [
        sys.executable, "-m", "gunicorn", "app.factory:create_app_from_env()", "--bind", f"{settings.host}:{settings.port}",
        "--workers", str(settings.web_processes), "--threads", str(settings.web_threads), "--worker-class", "gthread",
        "--graceful-timeout", "20", "--timeout", "60", "--access-logfile", "-", "--name", "luzhi-web",
    ])


def _clock(settings: Settings, given: argparse.Namespace) -> None:
    scheduler.run(build(settings, name="luzhi-clock"))


def _simulators(settings: Settings, given: argparse.Namespace) -> None:
    server.serve(settings)


def _verify(settings: Settings, given: argparse.Namespace) -> int:
    wiring = build(settings, name="luzhi-verify")
    cursor, result = None, {"checked": 0, "broken": []}
    while True:
        cursor, result = wiring.run(lambda uow: enactment.verify_audit(uow, {}, cursor), actor=IMPORTER, name="verify")  # noqa: B023 # run at once
        if cursor is None:
            break
    wiring.close()
    print(f"{result['checked']} cases checked, {len(result['broken'])} broken", *result["broken"])
    return 1 if result["broken"] else 0


def _routes(settings: Settings, given: argparse.Namespace) -> None:
    app = import_module("app.factory").create_app(settings)
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        print(",".join(sorted(rule.methods - {"HEAD", "OPTIONS"})).ljust(8), rule.rule.ljust(60), rule.endpoint)


def _of_room(module: str, function: str) -> Callable[[Settings, argparse.Namespace], None]:
    """A command that belongs to a room: it gets the wiring."""

    def run(settings: Settings, given: argparse.Namespace) -> None:
        wiring: Wiring = build(settings, name=f"luzhi-{function}")
        arguments = [given.cases] if hasattr(given, "cases") else []
        getattr(import_module(module), function)(wiring, *arguments)
        wiring.close()

    return run


COMMANDS: dict[str, tuple[Callable[[Settings, argparse.Namespace], int | None], str]] = {
    "migrate": (_migrate, "bring the database forward"),
    "sync": (_sync, "deploy and switch on what stands in bpmn/"),
    "web": (_web, "answer pages"),
    "clock": (_clock, "fire timers, send messages, remind people"),
    "simulators": (_simulators, "let the outside systems pretend"),
    "demo": (_of_room("app.demo.loading", "load"), "load the demonstration data once"),
    "accounts": (_of_room("app.demo.loading", "print_accounts"), "print the accounts of the demonstration"),
    "seed": (_of_room("app.demo.seeding", "seed"), "load so many consistent cases, for benchmarks"),
    "verify": (_verify, "prove the audit trail of every case"),
    "routes": (_routes, "list the addresses and what stands behind them"),
}

if __name__ == "__main__":
    sys.exit(main())
