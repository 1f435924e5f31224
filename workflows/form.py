"""Forms: what a person is asked, and whether the answers fit.

The file (`forms/<name>.form.json`) is read into a value once; drawing it is the web's matter. The same
check serves browser pages, the interface for machines, and rehearsals.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from workflows.errors import ExpressionFailed, Finding, FormInvalid
from workflows.feel import Functions, to_json, typed
from workflows.feel.expression import compile as compile_feel
from workflows.feel.host import STANDARD
from workflows.feel.pattern import Pattern
from workflows.feel.running import Fuel
from workflows.form_answers import Unfit, check_bounds, is_blank, read_answer
from workflows.form_fields import Checked, Choice, Field, Problem
from workflows.form_reading import FieldReader

__all__ = ["Checked", "Choice", "Field", "Form", "Problem"]

_LARGEST = 256 * 1024
_MOST_ROWS = 100
_FUEL = 20_000
Options = Mapping[str, Any]


@dataclass(frozen=True)
class Form:
    """A form."""

    #: name, as diagrams and file names have it
    name: str
    #: words by language
    title: Mapping[str, str]
    #: what it asks, in order
    fields: tuple[Field, ...]
    #: the file it was read from
    source: str = field(default="", compare=False)

    @classmethod
    def read(cls, data: bytes | Mapping[str, Any], source: str = "") -> Form:
        """Read a form. Raises FormInvalid with everything that is wrong."""
        reader = FieldReader(source)
        content = _content(data, source)
        name = content.get("name")
        if not isinstance(name, str) or not name.isidentifier():
            reader.find("form.no_name", "", found=str(name)[:40])
        for attribute in sorted(set(content) - {"name", "title", "fields"}):
            reader.find("form.unknown_attribute", "", attribute=str(attribute)[:40])
        form = cls(str(name), reader.words(content.get("title"), "", "title"), reader.fields(content.get("fields")), source)
        if reader.findings:
            raise FormInvalid(reader.findings)
        return form

    def field(self, key: str) -> Field:
        """Return a field by key. Raises KeyError."""
        return next((one for one in self.fields if one.key == key), None) or _missing(key)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all fields, in order."""
        return tuple(one.key for one in self.fields)

    @property
    def variable_keys(self) -> frozenset[str]:
        """The keys whose answers become variables."""
        return frozenset(one.key for one in self.fields if one.may_be_variable)

    def type_of(self, key: str) -> str:
        """Return what a field's answer is in FEEL. Raises KeyError."""
        return self.field(key).feel_type

    def names_read(self) -> frozenset[str]:
        """Return the names outside the form that its expressions read."""
        texts = [text for one in self.fields for text in _texts(one)]
        read = {name for text in texts for name in compile_feel(text).names}
        return frozenset(read - set(self.keys) - {inner.key for one in self.fields for inner in one.fields})

    def resolved(self, scope: Mapping[str, Any], functions: Functions | None = None) -> Form:
        """Return the form as somebody sees it now: bounds, defaults and possible choices worked out.

        An expression that cannot be worked out leaves its attribute empty; the check will say why.
        """
        asking = _Asking(self, scope, functions or STANDARD, {})
        return replace(self, fields=tuple(asking.resolve(one) for one in self.fields))

    def check(
        self,
        answers: Mapping[str, Any],
        scope: Mapping[str, Any] | None = None,
        functions: Functions | None = None,
        options: Options | None = None,
    ) -> Checked:
        """Check answers, typed or as posted, and return typed values and problems.

        `options` gives, by field key, the values (or value and words) of choices that come from elsewhere.
        Hidden fields are dropped; a field the form does not have is a problem.
        """
        return _Asking(self, scope or {}, functions or STANDARD, options or {}).check(answers)

    def variables(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return what of the values may enter process variables, as plain JSON."""
        return _variables(self.fields, values)

    def typed(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """Give the answers of a stored context their types back; unknown entries stay as they are."""
        return _typed(self.fields, context)


def _missing(key: str) -> Field:
    raise KeyError(key)


def _content(data: bytes | Mapping[str, Any], source: str) -> Mapping[str, Any]:
    if isinstance(data, Mapping):
        return data
    try:
        if len(data) > _LARGEST:
            raise ValueError("too large")
        content = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as broken:
        raise FormInvalid([Finding("form.no_json", "", {"found": str(broken)[:120]}, source)])
    if not isinstance(content, dict):
        raise FormInvalid([Finding("form.no_json", "", {"found": type(content).__name__}, source)])
    return content


def _texts(one: Field) -> list[str]:
    own = [one.required_when, one.shown_when, one.default, *(choice.when for choice in one.choices)]
    own += [bound for bound in (one.min, one.max) if isinstance(bound, str)]
    return [text for text in own if text] + [text for inner in one.fields for text in _texts(inner)]


def _variables(fields: tuple[Field, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for one in fields:
        if one.key not in values or not one.may_be_variable:
            continue
        value = values[one.key]
        if one.type == "rows":
            kept[one.key] = [_variables(one.fields, row) for row in value or ()]
        else:
            kept[one.key] = to_json(value)
    return kept


def _typed(fields: tuple[Field, ...], context: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(context)
    for one in fields:
        value = result.get(one.key)
        if value is None:
            continue
        if one.type == "rows":
            result[one.key] = [_typed(one.fields, row) for row in value]
        else:
            result[one.key] = typed(value, one.feel_type)
    return result


class _Asking:
    """One form before one person: what they see, and what their answers are worth."""

    def __init__(self, form: Form, scope: Mapping[str, Any], functions: Functions, options: Options) -> None:
        self.form = form
        self.scope = scope
        self.meter = Fuel(_FUEL, functions)
        self.options = options

    def _value(self, text: str, values: Mapping[str, Any]) -> Any:
        return compile_feel(text).evaluate_with({**self.scope, **values}, self.meter)

    def _holds(self, text: str | None, values: Mapping[str, Any]) -> bool:
        return text is not None and self._value(text, values) is True

    def _bound(self, one: Field, bound: Any, values: Mapping[str, Any]) -> Any:
        value = self._value(bound, values) if isinstance(bound, str) else bound
        if value is None or one.type not in ("date", "datetime"):
            return Decimal(str(value)) if isinstance(value, float) else value
        return typed(value, one.type) if isinstance(value, (str, date, dict)) else None

    def resolve(self, one: Field) -> Field:
        """Return a field with its expressions worked out."""
        return replace(
            one,
            min=self._quietly(lambda: self._bound(one, one.min, {})),
            max=self._quietly(lambda: self._bound(one, one.max, {})),
            default_value=self._quietly(lambda: one.default and self._value(one.default, {})),
            choices=tuple(choice for choice in one.choices if self._may_stand(choice)),
            fields=tuple(self.resolve(inner) for inner in one.fields),
        )

    def _may_stand(self, choice: Choice) -> bool:
        """A choice that depends on other answers stays until they are known."""
        if choice.when is None or compile_feel(choice.when).names & set(self.form.keys):
            return True
        return self._quietly(lambda: self._holds(choice.when, {})) is True

    @staticmethod
    def _quietly(work: Any) -> Any:
        try:
            return work()
        except ExpressionFailed:
            return None

    def check(self, answers: Mapping[str, Any]) -> Checked:
        """Check all answers."""
        errors: dict[str, list[Problem]] = {}
        fields = {one.key: one for one in self.form.fields if one.type != "statement"}
        for key in answers:
            if key not in fields:
                errors[str(key)] = [Problem("form.unknown_field", {"key": str(key)[:60]})]
        values = self._read(tuple(fields.values()), answers, errors)
        self._judge(tuple(fields.values()), values, errors)
        return Checked({key: value for key, value in values.items() if key not in errors}, errors)

    def _read(self, fields: tuple[Field, ...], answers: Mapping[str, Any], errors: dict[str, list[Problem]]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for one in fields:
            answer = answers.get(one.key)
            try:
                values[one.key] = None if is_blank(answer) else self._read_one(one, answer)
            except Unfit as unfit:
                values[one.key] = None
                errors[one.key] = [unfit.problem]
        return values

    def _read_one(self, one: Field, answer: Any) -> Any:
        if one.type != "rows":
            return read_answer(one, answer)
        if not isinstance(answer, (list, tuple)) or not all(isinstance(row, Mapping) for row in answer):
            raise Unfit("form.no_rows")
        if len(answer) > _MOST_ROWS:
            raise Unfit("form.too_many", max=_MOST_ROWS, count=len(answer))
        return list(answer)

    def _judge(self, fields: tuple[Field, ...], values: dict[str, Any], errors: dict[str, list[Problem]]) -> None:
        """Drop what is hidden, then hold each value against its field; conditions see what is shown."""
        for one in fields:
            try:
                if one.shown_when is not None and not self._holds(one.shown_when, values):
                    values.pop(one.key)
                    errors.pop(one.key, None)
                elif one.key not in errors:
                    self._judge_one(one, values)
            except Unfit as unfit:
                errors[one.key] = [unfit.problem]
            except _RowsUnfit as unfit:
                errors[one.key] = unfit.problems
            except ExpressionFailed as failed:
                errors[one.key] = [Problem("form.expression", {"reason": failed.id, **failed.facts})]

    def _judge_one(self, one: Field, values: dict[str, Any]) -> None:
        value = values[one.key]
        if value is None:
            if one.required or self._holds(one.required_when, values):
                raise Unfit("form.required")
            return
        if one.choices or one.key in self.options:
            values[one.key] = value = self._chosen(one, value, values)
        check_bounds(one, value, self._bound(one, one.min, values), self._bound(one, one.max, values))
        if one.pattern is not None and not Pattern.read(one.pattern).fits(value, self.meter):
            raise Unfit("form.pattern")
        if one.type == "rows":
            values[one.key] = self._rows(one, value, values)

    def _chosen(self, one: Field, value: Any, values: Mapping[str, Any]) -> Any:
        if one.choices:
            possible = [choice.value for choice in one.choices if choice.when is None or self._holds(choice.when, values)]
        else:
            given = self.options[one.key]
            possible = [option[0] if isinstance(option, (tuple, list)) else option for option in given]
        known = {str(option): option for option in possible}
        picked = value if isinstance(value, list) else [value]
        wrong = next((item for item in picked if str(item) not in known), None)
        if wrong is not None:
            raise Unfit("form.not_a_choice", found=str(wrong)[:60])
        chosen = [known[str(item)] for item in picked]
        return chosen if isinstance(value, list) else chosen[0]

    def _rows(self, one: Field, rows: list[Any], values: Mapping[str, Any]) -> list[dict[str, Any]]:
        kept: list[dict[str, Any]] = []
        problems: list[Problem] = []
        for number, row in enumerate(rows):
            inner = _Asking(replace(self.form, fields=one.fields), {**self.scope, **values}, self.meter.functions, self.options)
            inner.meter = self.meter
            checked = inner.check(row)
            kept.append(dict(checked.values))
            for key, found in checked.errors.items():
                problems += [Problem(problem.id, problem.facts, number, key) for problem in found]
        if problems:
            raise _RowsUnfit(problems)
        return kept


class _RowsUnfit(Exception):
    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("rows")
        self.problems = problems
