"""The bootstrap: every foreseeable failure ends in one sentence, and it needs nothing installed."""

import ast
import importlib.util
import json
import socket
import subprocess
import sys

import pytest

from tests.house.sources import ROOT, read

SPEC = importlib.util.spec_from_file_location("bootstrap", ROOT / "bootstrap.py")
bootstrap = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(bootstrap)


def test_needs_only_the_standard_library():
    tree = read(ROOT / "bootstrap.py").tree
    modules = {name.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    modules |= {node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert modules <= sys.stdlib_module_names


@pytest.mark.parametrize(("printed", "expected"), [
    ("npm error ENOTFOUND", "the network did not answer"),
    ("OSError: [Errno 28] No space left on device", "the disk is full"),
    ("Traceback\nValueError: seven", "ValueError: seven"),
    ("", "it said nothing"),
])
def test_a_failed_step_becomes_one_sentence(printed, expected):
    said = bootstrap.reason("browser packages", printed)

    assert expected in said
    assert "\n" not in said


def test_a_step_that_fails_stops_with_its_last_words():
    with pytest.raises(bootstrap.Stop, match="trial: no such luck"):
        bootstrap.step("trial", [sys.executable, "-c", "print('first'); raise SystemExit('no such luck')"])


def test_a_taken_port_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        with pytest.raises(bootstrap.Stop, match=f"Port {port} cannot be used"):
            bootstrap.refuse_taken_port("127.0.0.1", port)


@pytest.mark.parametrize("port", ["", "eighty", "-1", "0", "123456", "70000"])
def test_what_is_no_port_is_refused(port):
    with pytest.raises(bootstrap.Stop):
        bootstrap.refuse_taken_port("127.0.0.1", port)


def test_secrets_are_made_once_and_kept_for_their_owner(tmp_path, monkeypatch):
    monkeypatch.setenv("LUZHI_LOG_LEVEL", "ERROR")
    monkeypatch.setenv("PORT", "")

    first, second = bootstrap.local_settings(tmp_path), bootstrap.local_settings(tmp_path)

    kept = tmp_path / "secrets.json"
    assert {first[name] for name in bootstrap.GENERATED} == set(json.loads(kept.read_text()).values())
    assert first == second
    assert kept.stat().st_mode & 0o077 == 0
    assert (first["PORT"], first["LUZHI_LOG_LEVEL"]) == ("8000", "ERROR")


def test_settings_of_the_caller_do_not_reach_the_tests(monkeypatch):
    for name in ("DATABASE_URL", "DATA_DIR", "PORT", "LUZHI_DEMO"):
        monkeypatch.setenv(name, "x")

    assert not {"DATABASE_URL", "DATA_DIR", "PORT", "LUZHI_DEMO"} & set(bootstrap.test_environment())
    assert "PATH" in bootstrap.test_environment()


def test_browser_code_is_built_again_when_a_source_changes(tmp_path, monkeypatch):
    for name in ("web/src/a.js", "app/templates/a.html", "package-lock.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    before = bootstrap.fingerprint()
    (tmp_path / "web/src/a.js").write_text("2")

    assert bootstrap.fingerprint() != before


def test_an_unknown_command_shows_what_there_is():
    done = subprocess.run([sys.executable, ROOT / "bootstrap.py", "fly"], capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "python3 bootstrap.py run" in done.stdout


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-node.lock"])
def test_lockfiles_have_hashes_and_no_addresses(lock):
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    packages = [line for line in lines if "==" in line]

    assert packages
    assert all(line.endswith("\\") for line in packages)
    assert not any("://" in line or "--index" in line for line in lines)


def test_lockfiles_hold_what_setup_asks_for():
    wanted = [line.strip() for line in (ROOT / "setup.cfg").read_text("utf-8").splitlines() if "==" in line]
    locked = (ROOT / "requirements-dev.lock").read_text("utf-8").lower()

    assert [line for line in wanted if line.lower().replace("[binary]", "") + " " not in locked] == []


def test_every_test_environment_is_named_in_the_build():
    assert (ROOT / ".ci" / "run").read_text("utf-8").rstrip().endswith("make test")
