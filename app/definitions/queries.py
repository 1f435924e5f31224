"""Which definition runs: by id, or by the kind of case it opens. Each is parsed once per process and kept.

A row never changes, so what was parsed by id stays right; two rows with one checksum share it.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from app.definitions.models import process_definition
from app.errors import NotFound
from workflows import Bundle, Definition, WorkItem, parse

#: parsed definitions kept per process; one takes about two megabytes
KEPT = 60


class DefinitionUnknown(NotFound):
    """There is no such process definition."""


class NothingOpens(NotFound):
    """No process is active that opens this kind of case."""


@dataclass(frozen=True)
class Deployed:
    """A deployed version, ready to run."""

    id: int
    key: str
    version: int
    checksum: str
    definition: Definition

    def title(self, item: WorkItem) -> Mapping[str, str]:
        """What people call a work item: the name of its element in both languages."""
        return self.definition.element(item.process, item.element).name


class _Shelf:
    """Parsed definitions by checksum; the one not asked for longest goes first."""

    def __init__(self) -> None:
        self._parsed: OrderedDict[str, Definition] = OrderedDict()
        self._rows: dict[int, tuple[str, int, str]] = {}
        self._lock = threading.Lock()

    def known(self, id: int) -> Deployed | None:
        """What was taken before under this id."""
        row = self._rows.get(id)
        definition = self._parsed.get(row[2]) if row else None
        if row is None or definition is None:
            return None
        return Deployed(id, row[0], row[1], row[2], definition)

    def take(self, id: int, key: str, version: int, checksum: str, packed: Callable[[], bytes]) -> Deployed:
        """Parse what is not there yet; two threads never parse the same."""
        with self._lock:
            if checksum not in self._parsed:
                self._parsed[checksum] = parse(Bundle.unpack(packed()))
                if len(self._parsed) > KEPT:
                    self._parsed.popitem(last=False)
            self._rows[id] = (key, version, checksum)
            self._parsed.move_to_end(checksum)
            return Deployed(id, key, version, checksum, self._parsed[checksum])


_shelf = _Shelf()
_OF = process_definition.c
_FACTS = (_OF.id, _OF.key, _OF.version, _OF.checksum)


def version(db: Connection, id: int) -> Deployed:
    """One deployed version.

    Raises DefinitionUnknown.
    """
    known = _shelf.known(id)
    if known is not None:
        return known
    row = db.execute(sa.select(*_FACTS, _OF.bundle).where(_OF.id == id)).one_or_none()
    if row is None:
        raise DefinitionUnknown(id=id)
    return _shelf.take(row.id, row.key, row.version, row.checksum, lambda: bytes(row.bundle))


def opening(db: Connection, kind: str) -> Deployed:
    """The active definition that opens this kind of case.

    Raises NothingOpens.
    """
    id = db.execute(sa.select(_OF.id).where(_OF.is_active, _OF.opens == kind)).scalar_one_or_none()
    if id is None:
        raise NothingOpens(kind=kind)
    return version(db, id)


def newest(db: Connection, key: str) -> Row[Any] | None:
    """The row of the newest version of a process, without its bundle."""
    found = sa.select(*_FACTS, _OF.is_active).where(_OF.key == key).order_by(_OF.version.desc()).limit(1)
    return db.execute(found).one_or_none()


def with_checksum(db: Connection, key: str, checksum: str) -> Row[Any] | None:
    """The version that was deployed from exactly these files."""
    found = sa.select(*_FACTS, _OF.is_active).where(_OF.key == key, _OF.checksum == checksum)
    return db.execute(found.order_by(_OF.version.desc()).limit(1)).one_or_none()


def catalogue(db: Connection) -> Sequence[Row[Any]]:
    """All versions of all processes, newest first within a process."""
    shown = [column for column in _OF if column.name != "bundle"]
    return db.execute(sa.select(*shown).order_by(_OF.key, _OF.version.desc())).all()
