"""What a form being completed gives to a room beside its variables: free text, ids, instants of deadlines."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.uow import UnitOfWork


def just_written(uow: UnitOfWork, *names: str) -> str:
    """The first of these fields somebody has just written into; free text never enters variables."""
    for values in reversed(list(uow.current_answers.values())):
        for name in names:
            if values.get(name):
                return str(values[name])
    return ""


def instant(value: Any) -> datetime | None:
    """An instant, given as such, as text, or as the context of a deadline."""
    given = value.get("due") if isinstance(value, Mapping) else value
    return datetime.fromisoformat(given) if isinstance(given, str) else given


def ids(value: Any) -> Sequence[int]:
    """Ids as a form gives them: none, one, a list, or rows with a person each."""
    if value is None:
        return ()
    listed = value if isinstance(value, list | tuple) else [value]
    return [int(one["person"] if isinstance(one, Mapping) else one) for one in listed]
