"""What a form being completed gives to a room beside its variables: free text, ids, instants of deadlines."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.uow import UnitOfWork

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY_LENGTH = len("2021-10-28")


def just_written(uow: UnitOfWork, *names: str) -> str:
    """The first of these fields somebody has just written into; free text never enters variables."""
    for values in reversed(list(uow.current_answers.values())):
        for name in names:
            if values.get(name):
                return str(values[name])
    return ""


def instant(value: Any) -> datetime | None:
    """An instant, given as such, as text, as the context of a deadline, or as the last day of a limit."""
    given = value.get("due") if isinstance(value, Mapping) else value
    if isinstance(given, str):
        given = date.fromisoformat(given) if len(given) == DAY_LENGTH else datetime.fromisoformat(given)
    if isinstance(given, date) and not isinstance(given, datetime):
        return datetime.combine(given + timedelta(days=1), time(), SHANGHAI)
    return given


def ids(value: Any) -> Sequence[int]:
    """Ids as a form gives them: none, one, a list, or rows with a person each."""
    if value is None:
        return ()
    listed = value if isinstance(value, list | tuple) else [value]
    return [int(one["person"] if isinstance(one, Mapping) else one) for one in listed]
