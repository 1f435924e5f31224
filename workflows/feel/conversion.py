"""Between FEEL values and what is stored: plain JSON, whose kinds the manifest and the forms know."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from workflows.errors import ExpressionFailed
from workflows.feel.host import SHANGHAI
from workflows.feel.operators import due_of
from workflows.feel.running import DEEPEST_VALUE
from workflows.feel.temporal import read_date, read_datetime, read_duration, read_time
from workflows.feel.values import NUMBERS, Function, Range, YearMonthDuration, number, number_text, text_of

_EXACT = 2**53


def _number_to_json(value: Decimal) -> int | float | str:
    if value == value.to_integral_value() and abs(value) <= _EXACT:
        return int(value)
    nearest = float(value)
    return nearest if number(nearest) == value else number_text(value)


def to_json(value: Any, depth: int = 0) -> Any:
    """Write a value as plain JSON: times and durations as ISO text, instants in UTC, numbers as numbers.

    A number that a float cannot hold exactly becomes text. Raises ExpressionFailed for functions.
    """
    if depth > DEEPEST_VALUE:
        raise ExpressionFailed("feel.value_too_deep")
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, Decimal):
        return _number_to_json(value)
    if isinstance(value, Mapping):
        return {str(key): to_json(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(item, depth + 1) for item in value]
    if isinstance(value, datetime):
        return value.isoformat() if value.tzinfo is None else value.astimezone(UTC).isoformat()
    if isinstance(value, (Range, Function)):
        if isinstance(value, Function):
            raise ExpressionFailed("feel.not_storable", kind="function")
        return text_of(value)
    return text_of(value) if not isinstance(value, date) else value.isoformat()


def _to_number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        raise ValueError(value)
    result = NUMBERS.create_decimal(value) if isinstance(value, Decimal) else number(value)
    if not result.is_finite():
        raise ValueError(value)
    return result


def _to_date(value: Any) -> date:
    value = due_of(value)
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).date() if value.tzinfo else value.date()
    day = read_date(value) if isinstance(value, str) else value
    if isinstance(day, date):
        return day
    return _to_datetime(value).astimezone(SHANGHAI).date()


def _to_datetime(value: Any) -> datetime:
    value = due_of(value)
    moment = read_datetime(value) if isinstance(value, str) else value
    if isinstance(moment, date) and not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(0))
    if not isinstance(moment, datetime):
        raise ValueError(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def _to_boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(value)
    return value


def _to_text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(value)
    return value


def _to_list(value: Any) -> list[Any]:
    if not isinstance(value, (list, tuple)):
        raise ValueError(value)
    return list(value)


def _to_context(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(value)
    built = dict(value)
    if "due" in built and "rule" in built:
        built.update({part: _to_datetime(built[part]) for part in ("due", "start") if built.get(part) is not None})
    return built


def _read(reader: Any, *kinds: type) -> Any:
    def convert(value: Any) -> Any:
        result = reader(value) if isinstance(value, str) else value
        if not isinstance(result, kinds):
            raise ValueError(value)
        return result

    return convert


_TYPES = {
    "number": _to_number,
    "text": _to_text,
    "string": _to_text,
    "date": _to_date,
    "datetime": _to_datetime,
    "date and time": _to_datetime,
    "time": _read(read_time, time),
    "boolean": _to_boolean,
    "list": _to_list,
    "context": _to_context,
    "duration": _read(read_duration, *(kind for kind in (type(read_duration("P1D")), YearMonthDuration))),
}
#: the type names that variables may have
TYPES = frozenset(_TYPES) | {"any"}


def typed(value: Any, type: str) -> Any:
    """Give a stored value its kind back; null stays null.

    An instant without a zone is one of Shanghai. Raises ExpressionFailed when the value is not of the type.
    """
    if value is None or type == "any":
        return value
    try:
        return _TYPES[type](value)
    except (ValueError, ArithmeticError):
        raise ExpressionFailed("feel.not_of_type", type=type, found=str(value)[:80])


def from_json(value: Any, type_name: str) -> Any:
    """Read a value that `to_json` wrote, knowing its type; the same as `typed`."""
    return typed(value, type_name)
