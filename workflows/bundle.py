"""A process folder with everything it needs to run: its files, those of every called process, the shared tables.

Names inside a bundle: ``process.bpmn``, ``process.toml``, ``<table>.dmn``, ``forms/<name>.form.json``,
``scenarios/<name>.toml``; ``called/<key>/…`` the same for each called process (without scenarios);
``shared/…`` tables and forms that every process may use.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from workflows.errors import BundleInvalid, Finding

#: what a folder may contribute; anything else in it (a README, a picture) stays behind
_NAMES = re.compile(
    r"(?:process\.bpmn|process\.toml|[\w-]+\.dmn|forms/[\w-]+\.form\.json|scenarios/[\w-]+\.toml)\Z",
    re.ASCII,
)
_PACKED_NAMES = re.compile(r"(?:called/[a-z][a-z0-9_]*/|shared/)?" + _NAMES.pattern, re.ASCII)
_KEY = re.compile(r"[a-z][a-z0-9_]{1,62}\Z", re.ASCII)
_CALLS = re.compile(rb"""\scalledElement\s*=\s*["']([^"']*)["']""")
_FILES_MAX = 2_000
_BYTES_MAX = 20_000_000
#: the oldest date a zip archive can hold; one fixed date makes packing repeatable
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Bundle:
    """All files of one process, by name; two bundles with equal files have equal checksums."""

    key: str
    files: Mapping[str, bytes]

    @classmethod
    def read(cls, folder: Path, library: Path) -> Bundle:
        """Gather ``folder`` and, from ``library``, every process it calls and the shared files.

        Raises ``BundleInvalid`` when there is no diagram or a called process is missing.
        """
        files = _folder(folder)
        _refuse_without_diagram(folder.name, files)
        for key, called in _called_folders(files, library):
            files |= {f"called/{key}/{name}": text for name, text in called.items() if not name.startswith("scenarios/")}
        files |= {f"shared/{name}": text for name, text in _folder(library / "shared").items()}
        return cls(folder.name, files)

    @property
    def checksum(self) -> str:
        """SHA-256 over names and contents of all files, in hexadecimal."""
        digest = hashlib.sha256()
        for name in sorted(self.files):
            text = self.files[name]
            digest.update(f"{name}\0{len(text)}\0".encode())
            digest.update(text)
        return digest.hexdigest()

    def processes(self) -> tuple[str, ...]:
        """Keys of the process itself and of every called one."""
        called = {name.split("/")[1] for name in self.files if name.startswith("called/")}
        return (self.key, *sorted(called - {self.key}))

    def of(self, process: str) -> dict[str, bytes]:
        """The files of one process, under the names they have in its own folder."""
        prefix = "" if process == self.key else f"called/{process}/"
        own = {name.removeprefix(prefix): text for name, text in self.files.items() if name.startswith(prefix)}
        return {name: text for name, text in own.items() if _NAMES.match(name)}

    def shared(self) -> dict[str, bytes]:
        """The shared files, under the names they have in the shared folder."""
        return {name.removeprefix("shared/"): text for name, text in self.files.items() if name.startswith("shared/")}

    def scenarios(self) -> dict[str, bytes]:
        """The scenarios of the process itself, by stem."""
        return {
            name.removeprefix("scenarios/").removesuffix(".toml"): text
            for name, text in self.of(self.key).items()
            if name.startswith("scenarios/")
        }

    def pack(self) -> bytes:
        """One archive; equal bundles give equal bytes."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(zipfile.ZipInfo("key", _EPOCH), self.key)
            for name in sorted(self.files):
                entry = zipfile.ZipInfo(name, _EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, self.files[name])
        return target.getvalue()

    @classmethod
    def unpack(cls, packed: bytes) -> Bundle:
        """What ``pack`` made; refuses anything else, and archives that swell."""
        try:
            with zipfile.ZipFile(io.BytesIO(packed)) as archive:
                _refuse_swelling(archive)
                files = {name: archive.read(name) for name in archive.namelist()}
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
            raise BundleInvalid([Finding("bundle.unreadable", facts={"found": "zip"})])
        key = files.pop("key", b"").decode("ascii", "replace")
        strange = [name for name in files if not _PACKED_NAMES.match(name)]
        if strange or not _KEY.match(key):
            raise BundleInvalid([Finding("bundle.unreadable", facts={"found": name}, source=name) for name in strange or ["key"]])
        return cls(key, files)


def _folder(folder: Path) -> dict[str, bytes]:
    named = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: path.read_bytes() for name, path in named.items() if _NAMES.match(name)}


def _called_folders(files: Mapping[str, bytes], library: Path) -> Iterator[tuple[str, dict[str, bytes]]]:
    found: set[str] = set()
    waiting = sorted(calls(files["process.bpmn"]))
    while waiting:
        key = waiting.pop()
        if key in found:
            continue
        found.add(key)
        called = _folder(_home_of(key, library))
        _refuse_without_diagram(key, called)
        yield key, called
        waiting.extend(sorted(calls(called["process.bpmn"])))


def calls(diagram: bytes) -> set[str]:
    """Keys of the processes that a diagram calls."""
    return {key.decode("utf-8", "replace") for key in _CALLS.findall(diagram)}


def _home_of(key: str, library: Path) -> Path:
    if not _KEY.match(key):
        raise BundleInvalid([Finding("bundle.called_missing", facts={"called": key})])
    own, shared = library / key, library / "shared" / key
    return shared if shared.is_dir() and not own.is_dir() else own


def _refuse_without_diagram(key: str, files: Mapping[str, bytes]) -> None:
    missing = [name for name in ("process.bpmn", "process.toml") if name not in files]
    if missing:
        raise BundleInvalid([Finding("bundle.file_missing", facts={"file": f"{key}/{name}"}, source=f"{key}/{name}") for name in missing])


def _refuse_swelling(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > _FILES_MAX or sum(entry.file_size for entry in entries) > _BYTES_MAX:
        raise BundleInvalid([Finding("bundle.too_large", facts={"files": len(entries)})])
