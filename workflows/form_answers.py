"""From what a person typed to a value: one function for each type of field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from workflows.errors import ExpressionFailed
from workflows.feel.conversion import typed
from workflows.feel.values import number_text
from workflows.form_fields import Field, Problem

_PHONE = re.compile(r"\+?[0-9][0-9 \-]{4,19}\Z", re.ASCII)
_MINUTES = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d\Z", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d{1,30}(\.\d{0,12})?|\.\d{1,12})\Z", re.ASCII)
_ID = re.compile(r"[0-9]{1,18}\Z", re.ASCII)
LONGEST = {"line": 200, "phone": 40, "contact": 200, "place": 300, "text": 4000}


class Unfit(Exception):
    """An answer does not fit its field; carries the problem."""

    def __init__(self, id: str, **facts: Any) -> None:
        super().__init__(id)
        self.problem = Problem(id, facts)


def _text(field: Field, answer: Any) -> str:
    if not isinstance(answer, str):
        raise Unfit("form.not_text")
    text = answer.replace("\r\n", "\n").replace("\r", "\n").strip()
    if any(ord(letter) < 32 and letter not in "\n\t" for letter in text):
        raise Unfit("form.control_letters")
    longest = LONGEST.get(field.type)
    if field.max is None and longest and len(text) > longest:
        raise Unfit("form.too_long", max=longest, length=len(text))
    return text


def _line(field: Field, answer: Any) -> str:
    text = _text(field, answer)
    if "\n" in text:
        raise Unfit("form.one_line")
    return text


def _phone(field: Field, answer: Any) -> str:
    text = _line(field, answer)
    if text and not _PHONE.match(text):
        raise Unfit("form.not_a_phone")
    return text


def _number(field: Field, answer: Any) -> Decimal:
    text = answer.strip().replace(",", "").replace("，", "") if isinstance(answer, str) else answer
    if isinstance(text, str) and not _NUMBER.match(text):
        raise Unfit("form.not_a_number")
    try:
        return typed(text, "number")
    except ExpressionFailed:
        raise Unfit("form.not_a_number")


def _money(field: Field, answer: Any) -> Decimal:
    amount = _number(field, answer)
    if amount != round(amount, 2):
        raise Unfit("form.not_money")
    return amount


def _date(field: Field, answer: Any) -> date:
    try:
        return typed(answer.strip() if isinstance(answer, str) else answer, "date")
    except ExpressionFailed:
        raise Unfit("form.not_a_date")


def _datetime(field: Field, answer: Any) -> datetime:
    text = answer.strip().replace(" ", "T") if isinstance(answer, str) else answer
    if isinstance(text, str) and _MINUTES.match(text):
        text += ":00"
    try:
        return typed(text, "datetime")
    except ExpressionFailed:
        raise Unfit("form.not_a_datetime")


def _yes_no(field: Field, answer: Any) -> bool:
    known = {True: True, False: False, "true": True, "false": False}
    if not isinstance(answer, (bool, str)) or answer not in known:
        raise Unfit("form.not_yes_no")
    return known[answer]


def _choice(field: Field, answer: Any) -> Any:
    if isinstance(answer, (list, dict)) or answer is None:
        raise Unfit("form.not_a_choice", found="")
    return answer


def _several(one: Callable[[Field, Any], Any]) -> Callable[[Field, Any], list[Any]]:
    def read(field: Field, answer: Any) -> list[Any]:
        given = answer if isinstance(answer, (list, tuple)) else [answer]
        if len(given) > 500:
            raise Unfit("form.too_many", max=500, count=len(given))
        values = [one(field, item) for item in given]
        if any(value in values[:place] for place, value in enumerate(values)):
            raise Unfit("form.twice")
        return values

    return read


def _identity(field: Field, answer: Any) -> int:
    """The number of an organ or a person."""
    if isinstance(answer, str) and _ID.match(answer.strip()):
        return int(answer)
    whole = isinstance(answer, (int, Decimal)) and not isinstance(answer, bool) and answer == int(answer)
    if not whole or not 0 < answer < 10**18:
        raise Unfit(f"form.not_a_{field.type}")
    return int(answer)


def _place(field: Field, answer: Any) -> Any:
    """A description, or a description with the point on the map."""
    if isinstance(answer, str):
        return _text(field, answer)
    if not isinstance(answer, Mapping) or set(answer) - {"text", "lat", "lon"}:
        raise Unfit("form.not_a_place")
    point = {part: _number(field, answer[part]) for part in ("lat", "lon") if answer.get(part) not in (None, "")}
    if len(point) == 1 or abs(point.get("lat", 0)) > 90 or abs(point.get("lon", 0)) > 180:
        raise Unfit("form.not_a_place")
    return {"text": _text(field, answer.get("text") or ""), **point}


def _files(field: Field, answer: Any) -> list[Any]:
    return list(answer) if isinstance(answer, (list, tuple)) else [answer]


def _signature(field: Field, answer: Any) -> dict[str, Any]:
    if not isinstance(answer, Mapping) or not isinstance(answer.get("name"), str):
        raise Unfit("form.unsigned")
    if answer.get("confirmed") is not True or not answer["name"].strip():
        raise Unfit("form.unsigned")
    return {**answer, "name": answer["name"].strip()[:100]}


_READERS: Mapping[str, Callable[[Field, Any], Any]] = {
    "line": _line,
    "text": _text,
    "phone": _phone,
    "contact": _line,
    "number": _number,
    "money": _money,
    "date": _date,
    "datetime": _datetime,
    "yes_no": _yes_no,
    "choice": _choice,
    "choices": _several(_choice),
    "organ": _identity,
    "person": _identity,
    "place": _place,
    "files": _files,
    "signature": _signature,
}


def is_blank(answer: Any) -> bool:
    """Tell whether nothing was answered."""
    return answer is None or (isinstance(answer, (str, list, tuple)) and not (answer.strip() if isinstance(answer, str) else answer))


def read_answer(field: Field, answer: Any) -> Any:
    """Return the typed value of an answer. Raises Unfit."""
    read = _READERS[field.type]
    return _several(read)(field, answer) if field.many else read(field, answer)


def _shown(bound: Any) -> Any:
    return number_text(bound) if isinstance(bound, Decimal) else str(bound)


def check_bounds(field: Field, value: Any, least: Any, most: Any) -> None:
    """Hold a value against its bounds: size, length, or count. Raises Unfit."""
    if field.type in ("date", "datetime"):
        words = ("form.too_early", "form.too_late")
    elif field.type in ("number", "money"):
        words = ("form.too_small", "form.too_large")
    elif isinstance(value, str):
        value, words = len(value), ("form.too_short", "form.too_long")
    elif isinstance(value, list):
        value, words = len(value), ("form.too_few", "form.too_many")
    else:
        return
    if least is not None and value < least:
        raise Unfit(words[0], min=_shown(least), count=_shown(value), length=_shown(value))
    if most is not None and value > most:
        raise Unfit(words[1], max=_shown(most), count=_shown(value), length=_shown(value))
