"""The embedded server: one owner, back after a blow, gone with its owner."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from app.postgres import PostgresError, dsn, find_binaries, wait_ready
from tests.clusters import CARELESS, new_folder
from tests.house.sources import ROOT


def until(condition, seconds: float = 20) -> bool:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if condition():
            return True
        time.sleep(0.02)
    return False


def server_pid(data: Path) -> int:
    # The server first makes the file, then writes into it.
    file = data / "postgres" / "postmaster.pid"
    assert until(lambda: file.exists() and file.read_text().split("\n", 1)[0].isdigit())
    return int(file.read_text().split("\n", 1)[0])


def lives(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def ask(data: Path) -> int:
    with psycopg.connect(dsn(data), connect_timeout=2) as db:
        return db.execute("select 1").fetchone()[0]


@pytest.fixture
def data():
    folder = new_folder()
    yield folder / "data"
    subprocess.run(["rm", "-rf", str(folder)], check=True)


@pytest.fixture
def owners(data):
    """Start a supervisor of the same data folder; whatever is left at the end is stopped."""
    running = []

    def start() -> subprocess.Popen:
        command = [sys.executable, "-m", "app.postgres", str(data), *CARELESS]
        running.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL))
        assert running[-1].stdout.readline() == b"ready\n"
        return running[-1]

    yield start
    for process in running:
        process.terminate()
        process.wait(30)
        process.stdout.close()


class TestServe:
    def test_comes_back_after_a_blow_and_goes_with_its_owner(self, data, owners):
        owner = owners()
        first = server_pid(data)

        os.kill(first, signal.SIGKILL)

        assert until(lambda: (data / "postgres" / "postmaster.pid").exists() and server_pid(data) != first)
        wait_ready(data)
        assert ask(data) == 1
        second = server_pid(data)
        owner.kill()
        assert until(lambda: not lives(second))

    def test_hands_over_to_who_waits_in_the_second_row(self, data, owners):
        owner = owners()
        first = server_pid(data)
        owners()

        assert server_pid(data) == first
        owner.terminate()
        owner.wait(30)

        assert until(lambda: (data / "postgres" / "postmaster.pid").exists() and server_pid(data) != first)
        wait_ready(data)
        assert ask(data) == 1

    def test_lets_nobody_else_in(self, data, owners):
        owners()

        for folder in ("postgres", "socket"):
            assert (data / folder).stat().st_mode & 0o077 == 0

    def test_refuses_data_of_another_release(self, data):
        (data / "postgres").mkdir(parents=True)
        (data / "postgres" / "PG_VERSION").write_text("16\n")
        command = [sys.executable, "-m", "app.postgres", str(data)]

        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

        assert done.returncode == 1
        assert "PostgreSQL 16" in done.stderr


class TestFindBinaries:
    def test_says_what_to_do_when_they_are_not_there(self):
        with pytest.raises(PostgresError, match="DATABASE_URL"):
            find_binaries(major=3)


class TestWaitReady:
    def test_gives_up_in_words(self, tmp_path):
        with pytest.raises(PostgresError, match="not ready"):
            wait_ready(tmp_path, seconds=0.1)
