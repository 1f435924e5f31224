"""What a form consists of: fields, choices, problems. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

_NOTHING: Mapping[str, Any] = MappingProxyType({})

#: what a field of each type is in FEEL; types without an entry hold nothing that FEEL sees
FEEL_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "line": "text",
        "text": "text",
        "phone": "text",
        "contact": "text",
        "number": "number",
        "money": "number",
        "date": "date",
        "datetime": "datetime",
        "yes_no": "boolean",
        "choice": "any",
        "choices": "list",
        "organ": "number",
        "person": "number",
        "place": "any",
        "files": "list",
        "signature": "context",
        "rows": "list",
    }
)
TYPES = frozenset(FEEL_TYPES) | {"statement"}
#: free text, contacts and papers: whatever a form says, these never become variables
NEVER_VARIABLES = frozenset({"text", "phone", "contact", "files", "signature", "statement", "place"})
#: one line is free text too, so it becomes a variable only where the form asks for it
ONLY_ON_REQUEST = frozenset({"line"})


@dataclass(frozen=True)
class Choice:
    """One of the values of a choice."""

    #: what is stored
    value: Any
    #: words by language
    label: Mapping[str, str]
    #: FEEL: whether it can be chosen now
    when: str | None = None


@dataclass(frozen=True)
class Field:
    """One field of a form."""

    #: name of the answer
    key: str
    #: one of TYPES
    type: str
    #: words by language
    label: Mapping[str, str]
    #: an explaining sentence by language
    help: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    #: must be answered
    required: bool = False
    #: FEEL: must be answered when this holds
    required_when: str | None = None
    #: FEEL: asked at all only when this holds
    shown_when: str | None = None
    #: FEEL: what stands there at first
    default: str | None = None
    #: what `default` came to, on a form made ready for somebody
    default_value: Any = None
    #: least and greatest value, length or count: a number, or FEEL
    min: Any = None
    max: Any = None
    #: regular expression (XPath) for the whole of a line
    pattern: str | None = None
    #: values of choice and choices
    choices: tuple[Choice, ...] = ()
    #: name of a table or query that gives the values
    choices_from: str | None = None
    #: who sees the answer: staff, public, reporter
    audience: str = "staff"
    #: whether the answer may become a variable
    variable: bool = True
    #: lines of a text area
    rows: int = 4
    #: fields of each row, for type rows
    fields: tuple[Field, ...] = ()
    #: several organs or persons
    many: bool = False

    @property
    def may_be_variable(self) -> bool:
        """Whether the answer enters process variables."""
        return self.variable and self.type not in NEVER_VARIABLES

    @property
    def feel_type(self) -> str:
        """What the answer is in FEEL."""
        return "list" if self.many else FEEL_TYPES.get(self.type, "any")


@dataclass(frozen=True)
class Problem:
    """Why an answer was not accepted."""

    #: id of the sentence
    id: str
    #: what the sentence needs
    facts: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    #: which row of a field of rows, counted from 0
    row: int | None = None
    #: which field of that row
    field: str = ""


@dataclass(frozen=True)
class Checked:
    """Answers after the check."""

    #: typed answers of the fields that were shown; those with problems are left out
    values: Mapping[str, Any]
    #: field key -> what is wrong with it
    errors: Mapping[str, list[Problem]]

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong."""
        return not self.errors
