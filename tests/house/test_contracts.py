"""The import contracts of `setup.cfg` are kept, and they speak of every room."""

import configparser
import subprocess
import sys

from tests.house.sources import ROOT, rooms

CONTRACTS = configparser.ConfigParser()
CONTRACTS.read(ROOT / "setup.cfg", encoding="utf-8")


def test_contracts_are_kept():
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as check; check()", "--config", "setup.cfg", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_a_room_keeps_the_order_of_its_files():
    containers = CONTRACTS["importlinter:contract:rooms"]["containers"].split()

    assert containers == [f"app.{room}" for room in rooms()]


def test_every_part_of_the_application_stands_on_a_floor():
    floors = CONTRACTS["importlinter:contract:floors"]["layers"]
    named = {part.strip(" ()") for line in floors.splitlines() for part in line.split("|")}
    parts = {f"app.{path.stem}" for path in (ROOT / "app").glob("*.py") if path.stem != "__init__"}
    parts |= {f"app.{path.parent.name}" for path in (ROOT / "app").glob("*/__init__.py")}

    assert parts - named == set()
