"""A form of a process -> fields on a page, and what was posted -> raw answers for `form.check`.

What an answer must be is the form's own matter (`workflows`); here is only how it looks and travels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from marshmallow import RAISE, Schema, fields

from app.errors import Invalid
from app.web.conditions import Condition, simple
from app.web.errors import sentence as sentence_of
from app.web.filters import local
from app.web.lang import current, words
from workflows import sentence

#: Fields of every page that are no answers; names that begin with an underscore are buttons of ours.
FURNITURE = frozenset({"csrf_token", "key"})
CONTROLS = {
    "line": "line", "phone": "tel", "contact": "line", "text": "text", "number": "number", "money": "number", "date": "date", "datetime": "datetime-local",
    "yes_no": "radio", "choice": "radio", "choices": "checkbox", "organ": "select", "person": "select", "place": "line",
    "files": "files", "signature": "signature", "statement": "statement", "rows": "rows",
}  # fmt: skip
MANY_CHOICES = 8
BLANK_ROWS = 1
#: Letters of a text whose form sets no bound of its own.
LONGEST = 4000
MINUTES = "%Y-%m-%dT%H:%M"
#: Stores uploaded files, given as names and bytes; what comes back names its `content`.
Keep = Callable[[list[tuple[str, bytes]]], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a browser can follow by itself."""

    #: the field is shown while this holds
    shown: Condition | None = None
    #: the field is required while this holds
    required: Condition | None = None


@dataclass(frozen=True, slots=True)
class ShownField:
    """One field as the macros draw it."""

    #: name and id of the control
    name: str
    #: which macro draws it, or the type of the input
    kind: str
    label: str
    hint: str = ""
    error: str = ""
    value: Any = None
    required: bool = False
    options: Sequence[tuple[Any, Any]] = ()
    conditions: Conditions = Conditions()
    #: lines of a text area
    rows: int = 4
    min: Any = None
    max: Any = None
    step: str = ""
    pattern: str = ""
    maxlength: Any = ""
    inputmode: str = ""
    autocomplete: str = ""
    accept: str = "image/*"
    inline: bool = False
    #: the fields of each row, for kind `rows`
    items: Sequence[Sequence[ShownField]] = field(default=())


def shown_fields(
    form: Any,
    values: Mapping[str, Any] | None = None,
    errors: Mapping[str, Any] | None = None,
    options: Mapping[str, Sequence[tuple[Any, Any]]] | None = None,
    only: Iterable[str] | None = None,
) -> list[ShownField]:
    """The fields of a form in their order, with values, errors and words in the reader's language."""
    wanted = None if only is None else set(only)
    chosen = [each for each in form.fields if wanted is None or each.key in wanted]
    return [_shown(each, each.key, values or {}, errors or {}, options or {}) for each in chosen]


def error_lines(form: Any, errors: Mapping[str, Any] | None, labels: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    """For the summary above a form: the id of each wrong field, and what is wrong with it."""
    named = {each.key: words(each.label) for each in form.fields} if form else {}
    named |= labels or {}
    lines = []
    for key, said in (errors or {}).items():
        label = named.get(key)
        sentence = _first(said)
        lines.append((key if label else "", f"{label}：{sentence}" if label else sentence))
    return lines


def read_answers(form: Any, posted: Any, files: Any = None, besides: Iterable[str] = ()) -> dict[str, Any]:
    """The posted fields as raw answers; foreign names stay in, so that the check refuses them.

    `besides` names further fields of the page that are no answers.
    """
    ignored = FURNITURE | set(besides)
    answers: dict[str, Any] = {}
    for each in form.fields:
        given = _given(each, each.key, posted, files)
        if given is not None:
            answers[each.key] = given
    for name in posted:
        if name.split(".")[0] not in {each.key for each in form.fields} | ignored and not name.startswith("_"):
            answers[name] = posted.get(name)
    return answers


def with_files_kept(form: Any, answers: Mapping[str, Any], keep: Keep) -> tuple[dict[str, Any], list[Any]]:
    """The answers with each uploaded file replaced by the name of its content, and everything that was kept.

    Raises Invalid at the field whose file is refused.
    """
    given, stored = dict(answers), []
    for each in form.fields if form else ():
        if each.type == "files" and each.key in given:
            papers = _kept(each.key, given[each.key], keep)
            given[each.key] = [paper.content for paper in papers]
            stored += papers
        elif each.type == "rows" and each.key in given:
            rows = [with_files_kept(each, row, keep) for row in given[each.key]]
            given[each.key] = [row for row, _papers in rows]
            stored += [paper for _row, papers in rows for paper in papers]
    return given, stored


def wants_more_rows(posted: Any) -> str:
    """The field to which an "add a row" button was pressed, or nothing."""
    return posted.get("_more", "")


def schema(form: Any) -> Schema:
    """The shape of a form's answers: its own names, and no others."""
    shape = {each.key: fields.Raw(allow_none=True) for each in form.fields if each.type != "statement"}
    return Schema.from_dict(shape, name=f"{form.name}_answers")(unknown=RAISE)


def install(app: Flask) -> None:
    """Give the form macros what they lay out."""
    app.jinja_env.globals.update(shown_fields=shown_fields, error_lines=error_lines)


def _shown(each: Any, name: str, values: Mapping, errors: Mapping, options: Mapping) -> ShownField:
    kind, choices = _control(each, options)
    said = errors.get(each.key, "")
    return ShownField(
        name=name,
        kind=kind,
        label=words(each.label),
        hint=words(each.help),
        error=_first(said),
        value=_value(each, values.get(each.key, each.default_value)),
        required=bool(each.required),
        options=choices,
        conditions=Conditions(simple(each.shown_when), simple(each.required_when)),
        items=_rows(each, name, values.get(each.key) or [], said, options) if kind == "rows" else (),
        **_limits(each, kind),
    )


def _control(each: Any, options: Mapping) -> tuple[str, Sequence[tuple[Any, Any]]]:
    kind = CONTROLS[each.type]
    choices: Sequence = options.get(each.key) or [(one.value, one.label) for one in each.choices]
    if each.type == "yes_no":
        choices = [("true", _("Yes")), ("false", _("No"))]
    elif each.many and kind == "select":
        kind = "checkbox"
    elif kind == "radio" and len(choices) > MANY_CHOICES:
        kind = "select"
    return kind, choices


def _limits(each: Any, kind: str) -> dict[str, Any]:
    least, most = _bound(each.min), _bound(each.max)
    if kind in ("line", "tel"):
        contact = {"inputmode": "tel", "autocomplete": "tel"} if kind == "tel" else {}
        return {"maxlength": most, "pattern": each.pattern or "", **contact}
    if kind == "text":
        return {"max": most or LONGEST, "rows": each.rows}
    if kind == "radio":
        return {"inline": each.type == "yes_no"}
    if kind == "number":
        return {"min": least, "max": most, "step": "0.01" if each.type == "money" else "any", "inputmode": "decimal"}
    return {"min": least, "max": most}


def _bound(bound: Any) -> Any:
    """A bound as the browser wants it; one that is still an expression is the server's matter."""
    if isinstance(bound, datetime):
        return local(bound).strftime(MINUTES)
    if isinstance(bound, date):
        return bound.isoformat()
    return "" if bound is None or isinstance(bound, str) else bound


def _rows(each: Any, name: str, rows: Sequence[Mapping], said: Any, options: Mapping) -> list[list[ShownField]]:
    wrong: dict[int, dict[str, list[Any]]] = {}
    for problem in said or ():
        row = _part(problem, "row")
        if row is not None:
            wrong.setdefault(row, {}).setdefault(_part(problem, "field"), []).append(problem)
    shown = [*rows, *({} for _blank in range(BLANK_ROWS))]
    return [
        [_shown(inner, f"{name}.{at}.{inner.key}", row, wrong.get(at, {}), options) for inner in each.fields]
        for at, row in enumerate(shown)
    ]


def _given(each: Any, name: str, posted: Any, files: Any) -> Any:
    if each.type == "rows":
        return _given_rows(each, name, posted, files) or None
    if each.type == "files":
        return [one for one in (files.getlist(name) if files else ()) if one.filename] or None
    if each.type == "choices" or each.many:
        return [one for one in posted.getlist(name) if one] or None
    if each.type == "signature":
        signed = posted.get(name, "").strip()
        return {"name": signed, "confirmed": posted.get(f"{name}.confirmed") == "true"} if signed else None
    if each.type == "yes_no":
        return {"true": True, "false": False}.get(posted.get(name, ""))
    return (posted.get(name) or "").strip().replace("\r\n", "\n") or None


def _kept(key: str, sent: Iterable[Any], keep: Keep) -> Sequence[Any]:
    read = [(one.filename, one.read()) for one in sent]
    for one in sent:
        one.close()
    try:
        return keep(read)
    except Invalid as refusal:
        raise Invalid({key: [sentence_of(refusal)]}) from refusal


def _given_rows(each: Any, name: str, posted: Any, files: Any) -> list[dict[str, Any]]:
    count = posted.get(f"_rows.{name}", "0")
    rows = []
    for at in range(min(int(count) if count.isdecimal() and len(count) < 4 else 0, 200)):
        given = {inner.key: _given(inner, f"{name}.{at}.{inner.key}", posted, files) for inner in each.fields}
        kept = {key: value for key, value in given.items() if value is not None}
        if kept:
            rows.append(kept)
    return rows


def _value(each: Any, value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return local(value).strftime(MINUTES)
    if each.type == "place" and isinstance(value, Mapping):
        return value.get("text", "")
    return value


def _first(said: Any) -> str:
    """The first of the messages of a field: a problem of the form's check, a pair of words, or a sentence."""
    if isinstance(said, (list, tuple)):
        said = said[0] if said else ""
    if _part(said, "id"):
        return sentence(_part(said, "id"), _part(said, "facts"), current())
    if isinstance(said, dict):
        return words(said)
    return _(str(said)) if said else ""


def _part(problem: Any, name: str) -> Any:
    """A part of a problem of the form's check, as a value or as it was stored with a refusal."""
    return problem.get(name) if isinstance(problem, dict) else getattr(problem, name, None)
