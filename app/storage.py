"""Attachments: put, get, erase, by the hash of their content. A folder here; an object store has the same shape.

A file is stored before the row that names it is committed; a nightly sweep removes what no row names.
"""

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from app.errors import NotFound, Unavailable

NAME_LENGTH = 64


class AttachmentGone(NotFound):
    """This file is no longer kept."""


class StorageFull(Unavailable):
    """There is no room for files at the moment. Please send the report without photos."""


class Storage(Protocol):
    """Where attachments lie. Names are the SHA-256 of the content, so putting twice keeps one."""

    def put(self, data: bytes) -> str:
        """Keep the bytes for good and give back their name."""

    def get(self, name: str) -> bytes:
        """The bytes of this name; raises AttachmentGone."""

    def erase(self, name: str) -> None:
        """Remove the bytes of this name, if they are there."""

    def names(self) -> Iterator[tuple[str, datetime]]:
        """Every name that is kept, with the instant it was stored."""


def name_of(data: bytes) -> str:
    """The name the bytes will have."""
    return hashlib.sha256(data).hexdigest()


class FolderStorage:
    """Attachments in a folder, spread over 256 sub-folders."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        name = name_of(data)
        path = self._path(name)
        if not path.exists():
            try:
                self._write(path, data)
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise StorageFull() from error
                raise
        return name

    def get(self, name: str) -> bytes:
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            raise AttachmentGone(name=name)

    def erase(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def names(self) -> Iterator[tuple[str, datetime]]:
        for path in self._folder.glob("[0-9a-f][0-9a-f]/*"):
            if len(path.name) == NAME_LENGTH:
                yield path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC)

    def _path(self, name: str) -> Path:
        if len(name) != NAME_LENGTH or set(name) - set("0123456789abcdef"):
            raise AttachmentGone(name=name[:NAME_LENGTH])
        return self._folder / name[:2] / name

    def _write(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
