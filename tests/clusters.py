"""The throw-away database cluster of a test run: one server, one migrated template, cheap copies."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

from app import migrate
from app.postgres import dsn, wait_ready

#: An own server for the tests, for example an older release: an address with the right to create databases.
OWN_SERVER = "TEST_DATABASE_URL"
TEMPLATE = "luzhi_template"
CARELESS = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=128MB", "max_connections=200"]


class Cluster:
    """A server the tests may fill with databases."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen | None = None

    @property
    def url(self) -> URL:
        own = os.environ.get(OWN_SERVER)
        text = own or "postgresql://app@/app?host=" + dsn(self.folder / "data").split()[0].removeprefix("host=")
        return make_url(text).set(drivername="postgresql+psycopg")

    def start(self) -> None:
        """Start the embedded server, unless an own one is named."""
        if os.environ.get(OWN_SERVER):
            return
        command = [sys.executable, "-m", "app.postgres", str(self.folder / "data"), *CARELESS]
        with open(self.folder / "postgres.log", "wb") as log:
            self._process = subprocess.Popen(command, cwd=Path(__file__).parent.parent, stdout=log, stderr=log)
        wait_ready(self.folder / "data", alive=self._process)

    def stop(self) -> None:
        """Stop the server and forget its data."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def template(self) -> str:
        """The name of the migrated template; the first worker that asks makes it."""
        with open(self.folder / "template.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            made = self.folder / "template.made"
            if not made.exists():
                with self._server() as db:
                    db.execute(f"drop database if exists {TEMPLATE}")
                    db.execute(f"create database {TEMPLATE}")
                engine = sa.create_engine(self.url.set(database=TEMPLATE), poolclass=NullPool)
                migrate.upgrade(engine)
                engine.dispose()
                made.touch()
        return TEMPLATE

    def filled(self, name: str, fill: Callable[[URL], None]) -> str:
        """A template of that name with something in it; the first worker that asks fills it."""
        empty = self.template()
        with open(self.folder / f"{name}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            made = self.folder / f"{name}.made"
            if not made.exists():
                with self._server() as db:
                    db.execute(f"drop database if exists {name}")
                    db.execute(f"create database {name} template {empty} strategy wal_log")
                fill(self.url.set(database=name))
                made.touch()
        return name

    @contextmanager
    def copy(self, template: str = "") -> Iterator[URL]:
        """A database of one's own, as the migrations (or the filled template that is named) leave it."""
        name = f"test_{uuid4().hex}"
        template = template or self.template()
        with open(self.folder / "copy.lock", "w") as lock, self._server() as db:
            fcntl.flock(lock, fcntl.LOCK_EX)
            db.execute(f"create database {name} template {template} strategy wal_log")
        try:
            yield self.url.set(database=name)
        finally:
            with self._server() as db:
                db.execute(f"drop database {name} with (force)")

    @contextmanager
    def _server(self) -> Iterator[psycopg.Connection]:
        address = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as db:
            yield db


def new_folder() -> Path:
    """A folder with a short name, because a socket lies in it."""
    folder = Path(tempfile.mkdtemp(prefix="luzhi-test-"))
    folder.chmod(0o711)
    return folder


class HeldConnection(psycopg.Connection):
    """A connection inside one outer transaction that is never committed: commit and rollback end savepoints.

    So code under test commits as it always does, every connection of the test sees the same rows, and
    the end of the test takes everything back.
    """

    _pretended = False

    @classmethod
    def open(cls, url: URL) -> "HeldConnection":
        """Connect; `hold` begins the outer transaction."""
        address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        return cls.connect(address, autocommit=True, options="-c timezone=UTC -c jit=off")

    def hold(self) -> None:
        self._order("begin; savepoint held")

    def let_go(self) -> None:
        self._order("rollback")

    @property
    def autocommit(self) -> bool:
        return self._pretended

    @autocommit.setter
    def autocommit(self, value: bool) -> None:
        self._pretended = value

    @property
    def isolation_level(self) -> None:
        return None

    @isolation_level.setter
    def isolation_level(self, value: object) -> None:
        """The outer transaction keeps the level it began with."""

    def commit(self) -> None:
        if self.info.transaction_status == psycopg.pq.TransactionStatus.INERROR:
            self.rollback()
        elif self.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS:
            self._order("release savepoint held; savepoint held")

    def rollback(self) -> None:
        failed = self.info.transaction_status == psycopg.pq.TransactionStatus.INERROR
        if failed or (not self._pretended and self.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS):
            self._order("rollback to savepoint held")

    def _order(self, text: str) -> None:
        with self.cursor() as cursor:
            cursor.execute(text, prepare=False)
