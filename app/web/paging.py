"""Pages of a list by key, so that the thousandth page costs as much as the first."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import request

Row = TypeVar("Row")
SIZE = 50
LARGEST = 200


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of rows and where the next begins."""

    #: the rows to show, in order
    rows: Sequence[Row]
    #: cursor of the next page; None on the last
    after: str | None
    #: whether the reader has left the first page
    is_later: bool = False


def cursor() -> list[Any] | None:
    """The key after which this page begins; None on the first, and for nonsense."""
    try:
        padded = request.args.get("after", "").encode() + b"=="
        key = json.loads(base64.urlsafe_b64decode(padded))
    except (binascii.Error, ValueError):
        return None
    return key if isinstance(key, list) else None


def size() -> int:
    """How many rows the reader asked for, within reason."""
    return min(LARGEST, max(1, request.args.get("size", SIZE, type=int)))


def page(rows: Sequence[Row], count: int, key: Callable[[Row], Sequence[Any]]) -> Page[Row]:
    """Cut a list that was asked for one row more than it shows; `key` names its sort columns."""
    shown = rows[:count]
    more = len(rows) > count
    return Page(shown, _packed(key(shown[-1])) if more else None, "after" in request.args)


def _packed(key: Sequence[Any]) -> str:
    text = json.dumps(list(key), default=str, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
