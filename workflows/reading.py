"""`process.toml` read strictly: a name nobody knows, a wrong kind or a broken expression is a finding."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from workflows.errors import FeelInvalid, Finding
from workflows.feel import RESERVED, Expression
from workflows.feel import compile as compile_feel
from workflows.manifest import ActFacts, EscalationFacts, LaneRole, ProcessManifest, VariableFacts

TYPES = frozenset({"number", "text", "boolean", "date", "datetime", "duration", "list", "context"})
#: what an application may let a diagram write into the file of a case
COLUMNS = frozenset({
    "title", "area", "level", "station", "township", "owner", "category", "priority", "safety_flag", "supervised", "extended",
    "assigned", "outcome", "verdict", "households", "accepted_at", "closed_at", "due_at", "public_title", "public_text",
    "publishable", "occurred_at", "children", "published_at",
})
#: names of the host, which no variable may carry
TAKEN = frozenset({"case", "message", "now"})
LANGUAGES = ("zh", "en")
TOP = {"key", "title", "opens", "start_form", "roles", "variables", "status", "case", "milestones", "escalations", "acts",
       "before_every_end"}


class ManifestReader:
    """One reading of one manifest; collects findings instead of stopping at the first."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.findings: list[Finding] = []

    def read(self, text: bytes, forms: Mapping[str, Any], decisions: Mapping[str, Any]) -> ProcessManifest | None:
        """Return the manifest, or None when it is no TOML at all; what is wrong stands in `findings`."""
        try:
            data = tomllib.loads(text.decode())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
            self.find("manifest.unreadable", reason=str(broken)[:120])
            return None
        self._keys(data, TOP, "")
        start_form = self._text(data, "start_form", "")
        if start_form is not None and start_form not in forms:
            self.find("manifest.form_unknown", "start_form", form=start_form)
        return ProcessManifest(
            key=self._text(data, "key", "") or "", title=self._words(data.get("title"), "title"),
            opens=self._text(data, "opens", ""), start_form=start_form,
            roles=self._each(data, "roles", self._lane), variables=self._each(data, "variables", self._variable),
            status=self._each(data, "status", self._status), case=self._each(data, "case", self._column),
            milestones=self._each(data, "milestones", self._words), escalations=self._each(data, "escalations", self._escalation),
            acts=self._each(data, "acts", self._act), before_every_end=self._texts(data, "before_every_end"), forms=forms, decisions=decisions,
        )

    def find(self, rule: str, place: str = "", **facts: Any) -> None:
        """Note something that is wrong."""
        self.findings.append(Finding(rule, place, facts, self.source))

    # tables

    def _each(self, data: Mapping[str, Any], table: str, read: Callable[[Any, str], Any]) -> dict[str, Any]:
        entries = data.get(table, {})
        if not isinstance(entries, dict):
            self.find("manifest.kind", table, expected="table")
            return {}
        return {name: read(entry, f"{table}.{name}") for name, entry in entries.items()}

    def _lane(self, entry: Any, place: str) -> LaneRole:
        entry = self._table(entry, {"role", "organ", "visitor", "system"}, place)
        ways = [way for way in ("role", "visitor", "system") if way in entry]
        if len(ways) != 1 or (ways == ["role"]) != ("organ" in entry):
            self.find("manifest.lane", place)
        return LaneRole(self._role(entry, place), self._feel(entry, "organ", place), self._feel(entry, "visitor", place),
                        entry.get("system") is True)

    def _variable(self, entry: Any, place: str) -> VariableFacts:
        name = place.removeprefix("variables.")
        if name in TAKEN or name in RESERVED:
            self.find("manifest.name_taken", place, name=name)
        entry = self._table(entry, {"type", "initial"}, place)
        kind = self._text(entry, "type", place)
        if kind not in TYPES:
            self.find("manifest.type", place, type=kind, known=sorted(TYPES))
        return VariableFacts(kind, self._feel(entry, "initial", place))

    def _status(self, entry: Any, place: str) -> str | Expression:
        text = entry if isinstance(entry, str) else ""
        if not text.strip():
            self.find("manifest.kind", place, expected="text")
        return (self._compiled(text[1:], place) or "") if text.startswith("=") else text

    def _column(self, entry: Any, place: str) -> Expression:
        column = place.removeprefix("case.")
        if column not in COLUMNS:
            self.find("manifest.column", place, column=column, known=sorted(COLUMNS))
        return self._compiled(entry, place) or compile_feel("null")

    def _escalation(self, entry: Any, place: str) -> EscalationFacts:
        entry = self._table(entry, {"to", "words"}, place)
        to = self._table(entry.get("to", {}), {"role", "organ"}, f"{place}.to")
        if "role" not in to:
            self.find("manifest.escalation", place)
        return EscalationFacts(self._role(to, f"{place}.to"), self._feel(to, "organ", f"{place}.to"), self._words(entry.get("words"), f"{place}.words"))

    def _act(self, entry: Any, place: str) -> ActFacts:
        entry = self._table(entry, {"label", "form", "by", "allowed_when", "refusal"}, place)
        by = self._texts(entry, "by", place)
        if not by:
            self.find("manifest.kind", f"{place}.by", expected="list of text")
        allowed = self._feel(entry, "allowed_when", place)
        refusal = self._words(entry["refusal"], f"{place}.refusal") if "refusal" in entry else {}
        if allowed is not None and not refusal:
            self.find("manifest.refusal_missing", place)
        return ActFacts(place.removeprefix("acts."), self._words(entry.get("label"), f"{place}.label"),
                        self._text(entry, "form", place), by, allowed, refusal)

    # values

    def _words(self, entry: Any, place: str) -> dict[str, str]:
        entry = entry if isinstance(entry, dict) else {}
        if set(entry) != set(LANGUAGES) or not all(isinstance(text, str) and text.strip() for text in entry.values()):
            self.find("manifest.words", place)
        return {language: str(entry.get(language, "")) for language in LANGUAGES}

    def _keys(self, entry: Mapping[str, Any], known: set[str], place: str) -> None:
        for name in entry:
            if name not in known:
                self.find("manifest.unknown", f"{place}.{name}".lstrip("."), known=sorted(known))

    def _table(self, entry: Any, known: set[str], place: str) -> dict[str, Any]:
        if not isinstance(entry, dict):
            self.find("manifest.kind", place, expected="table")
            return {}
        self._keys(entry, known, place)
        return entry

    def _text(self, entry: Mapping[str, Any], name: str, place: str) -> str | None:
        found = entry.get(name)
        if found is not None and not isinstance(found, str):
            self.find("manifest.kind", f"{place}.{name}".lstrip("."), expected="text")
            return None
        return found

    def _texts(self, entry: Mapping[str, Any], name: str, place: str = "") -> tuple[str, ...]:
        found = entry.get(name, [])
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            self.find("manifest.kind", f"{place}.{name}".lstrip("."), expected="list of text")
            return ()
        return tuple(found)

    def _role(self, entry: Mapping[str, Any], place: str) -> str | Expression | None:
        """A role word; a text that begins with `=` is the expression that gives it."""
        text = self._text(entry, "role", place)
        return self._compiled(text[1:], f"{place}.role") if text and text.startswith("=") else text

    def _feel(self, entry: Mapping[str, Any], name: str, place: str) -> Expression | None:
        return self._compiled(entry[name], f"{place}.{name}") if name in entry else None

    def _compiled(self, text: Any, place: str) -> Expression | None:
        try:
            return compile_feel(text)
        except FeelInvalid as invalid:
            self.find(invalid.id, place, text=text, **invalid.facts)
            return None
