"""Chinese catalogues: one file of sentences for each room, compiled where their text is newer."""

from __future__ import annotations

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).resolve().parents[1] / "translations"


def sources(folder: Path = FOLDER) -> list[Path]:
    """Every catalogue as its authors write it."""
    return sorted(folder.glob("*/LC_MESSAGES/*.po"))


def domains(folder: Path = FOLDER) -> list[str]:
    """The names under which Flask-Babel loads them: one for each room."""
    return sorted({path.stem for path in sources(folder)})


def compile_all(folder: Path = FOLDER) -> list[Path]:
    """Compile each catalogue whose text is newer than its compiled form; say which."""
    stale = [path for path in sources(folder) if _is_stale(path)]
    for path in stale:
        _compile(path)
    return stale


def _is_stale(path: Path) -> bool:
    compiled = path.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime_ns < path.stat().st_mtime_ns


def _compile(path: Path) -> None:
    # Written beside and then renamed: another process may be reading the old one.
    fresh = path.with_suffix(f".{os.getpid()}.tmp")
    with path.open("rb") as text:
        catalogue = read_po(text, locale=path.parts[-3], domain=path.stem, abort_invalid=True)
    with fresh.open("wb") as out:
        write_mo(out, catalogue)
    fresh.replace(path.with_suffix(".mo"))
