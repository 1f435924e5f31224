"""From the file of a form to its fields; everything that is wrong becomes a finding."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from workflows.errors import FeelInvalid, Finding
from workflows.feel.expression import compile as compile_feel
from workflows.feel.pattern import Pattern
from workflows.form_fields import ONLY_ON_REQUEST, TYPES, Choice, Field

_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")
_ATTRIBUTES = frozenset(
    "key type label help required required_when shown_when default min max pattern choices choices_from audience"
    " variable rows fields many".split()
)
_AUDIENCES = ("staff", "public", "reporter")
_CONDITIONS = ("required_when", "shown_when", "default")
_BOUNDED = frozenset("line text number money date datetime choices organ person files rows phone contact place".split())
_MANY = frozenset({"organ", "person"})
_MOST_FIELDS = 200


class FieldReader:
    """Reads the fields of one form; `findings` collects what is wrong."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.findings: list[Finding] = []

    def find(self, id: str, element: str, **facts: Any) -> None:
        """Note that something is wrong at a field."""
        line, column = facts.pop("line", 0), facts.pop("column", 0)
        self.findings.append(Finding(id, element, facts, self.source, "error", line, column))

    def words(self, value: Any, element: str, attribute: str) -> Mapping[str, str]:
        """Return words in both languages, or an empty mapping with a finding."""
        if isinstance(value, Mapping) and all(isinstance(value.get(lang), str) and value[lang].strip() for lang in ("zh", "en")):
            return {lang: str(text) for lang, text in value.items()}
        self.find("form.no_words", element, attribute=attribute)
        return {}

    def fields(self, data: Any, inside: str = "") -> tuple[Field, ...]:
        """Read a list of fields."""
        if not isinstance(data, list) or not data or len(data) > _MOST_FIELDS:
            self.find("form.no_fields", inside, most=_MOST_FIELDS)
            return ()
        found = [field for field in (self._field(one, inside) for one in data) if field is not None]
        keys = [field.key for field in found]
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            self.find("form.key_twice", key, key=key)
        return tuple(found)

    def _field(self, data: Any, inside: str) -> Field | None:
        key = data.get("key") if isinstance(data, Mapping) else None
        if not isinstance(key, str) or not _KEY.match(key):
            self.find("form.bad_key", inside, found=str(key)[:40])
            return None
        place = f"{inside}.{key}" if inside else key
        kind = data.get("type")
        if kind not in TYPES or (inside and kind in ("rows", "statement", "signature", "files")):
            self.find("form.unknown_type", place, found=str(kind)[:40])
            return None
        for name in sorted(set(data) - _ATTRIBUTES):
            self.find("form.unknown_attribute", place, attribute=str(name)[:40])
        return Field(
            key=key,
            type=kind,
            label=self.words(data.get("label"), place, "label"),
            help=self.words(data["help"], place, "help") if data.get("help") else {},
            required=self._flag(data, "required", place, False),
            required_when=self._feel(data, "required_when", place),
            shown_when=self._feel(data, "shown_when", place),
            default=self._feel(data, "default", place),
            min=self._bound(data, "min", kind, place),
            max=self._bound(data, "max", kind, place),
            pattern=self._pattern(data, kind, place),
            choices=self._choices(data, kind, place),
            choices_from=self._name(data, "choices_from", place),
            audience=self._audience(data, place),
            variable=self._flag(data, "variable", place, kind not in ONLY_ON_REQUEST),
            rows=data["rows"] if isinstance(data.get("rows"), int) else 4,
            fields=self.fields(data.get("fields"), place) if kind == "rows" else (),
            many=self._flag(data, "many", place, False) and kind in _MANY,
        )

    def _flag(self, data: Mapping[str, Any], name: str, place: str, otherwise: bool) -> bool:
        value = data.get(name, otherwise)
        if not isinstance(value, bool):
            self.find("form.wrong_attribute", place, attribute=name)
        return value is True

    def _name(self, data: Mapping[str, Any], name: str, place: str) -> str | None:
        value = data.get(name)
        if value is not None and (not isinstance(value, str) or not _KEY.match(value)):
            self.find("form.wrong_attribute", place, attribute=name)
            return None
        return value

    def _audience(self, data: Mapping[str, Any], place: str) -> str:
        value = data.get("audience", "staff")
        if value not in _AUDIENCES:
            self.find("form.wrong_attribute", place, attribute="audience")
        return str(value)

    def _text(self, value: Any, name: str, place: str) -> str | None:
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (int, float)):
            return str(value)
        if not isinstance(value, str):
            self.find("form.wrong_attribute", place, attribute=name)
            return None
        try:
            compile_feel(value)
        except FeelInvalid as invalid:
            self.find(invalid.id, place, **invalid.facts, attribute=name, text=value[:200])
            return None
        return value

    def _feel(self, data: Mapping[str, Any], name: str, place: str) -> str | None:
        return None if data.get(name) is None else self._text(data[name], name, place)

    def _bound(self, data: Mapping[str, Any], name: str, kind: str, place: str) -> Any:
        value = data.get(name)
        if value is None:
            return None
        if kind not in _BOUNDED or isinstance(value, bool):
            self.find("form.wrong_attribute", place, attribute=name)
            return None
        return value if isinstance(value, (int, float)) else self._text(value, name, place)

    def _pattern(self, data: Mapping[str, Any], kind: str, place: str) -> str | None:
        value = data.get("pattern")
        if value is None:
            return None
        try:
            if kind not in ("line", "phone", "contact") or not isinstance(value, str):
                raise ValueError(kind)
            Pattern.read(value)
        except ValueError:
            self.find("form.bad_pattern", place, found=str(value)[:80])
            return None
        return value

    def _choices(self, data: Mapping[str, Any], kind: str, place: str) -> tuple[Choice, ...]:
        given = data.get("choices")
        if kind not in ("choice", "choices"):
            if given is not None:
                self.find("form.wrong_attribute", place, attribute="choices")
            return ()
        if not given and data.get("choices_from"):
            return ()
        if not isinstance(given, list) or not given:
            self.find("form.no_choices", place)
            return ()
        found = [choice for choice in (self._choice(one, place) for one in given) if choice]
        values = [choice.value for choice in found]
        if any(value in values[:at] for at, value in enumerate(values)):
            self.find("form.choice_twice", place)
        return tuple(found)

    def _choice(self, data: Any, place: str) -> Choice | None:
        if not isinstance(data, Mapping) or set(data) - {"value", "label", "when"}:
            self.find("form.bad_choice", place)
            return None
        value = data.get("value")
        if not isinstance(value, (str, int)) or isinstance(value, bool) or value == "":
            self.find("form.bad_choice", place)
            return None
        return Choice(value, self.words(data.get("label"), place, "choices"), self._feel(data, "when", place))
