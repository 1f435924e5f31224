"""The sentences of the engine: every finding, problem and refusal has one in Chinese and one in English.

The code raises ids with facts; whoever speaks to a person asks here. Catalogues: `zh.toml`, `en.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("zh", "en")


class _Facts(dict[str, Any]):
    """Facts for a sentence; one that is missing shows as a dash, so that a sentence always comes."""

    def __missing__(self, key: str) -> str:
        return "–"


def _plain(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(_plain(item) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {_plain(item)}" for key, item in value.items())
    return str(value)


@cache
def catalogue(lang: str) -> Mapping[str, str]:
    """Return all sentences of a language by id."""
    data = tomllib.loads((Path(__file__).parent / f"{lang}.toml").read_text(encoding="utf-8"))
    return {f"{group}.{name}": text for group, entries in data.items() for name, text in entries.items()}


def sentence(id: str, facts: Mapping[str, Any] | None = None, lang: str = "zh") -> str:
    """Return the sentence of an id with its facts; an id without a sentence is shown as it is."""
    text = catalogue(lang if lang in LANGUAGES else LANGUAGES[0]).get(id)
    if text is None:
        return id
    return text.format_map(_Facts({key: _plain(value) for key, value in (facts or {}).items()}))
