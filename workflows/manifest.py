"""What a process's manifest says, as the engine reads it.

Values only; `workflows/definition.py` reads them from `process.toml` and hands them out by
`Definition.manifest(process)`. A text that may be an expression is already compiled here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows.feel import Expression

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LaneRole:
    """Who completes the user tasks drawn in a lane."""

    #: role word, or the expression that gives it; None for a visitor's or a system's lane
    role: str | Expression | None = None
    #: gives the organ whose queue it is
    organ: Expression | None = None
    #: gives the party of the case, for a visitor's lane
    visitor: Expression | None = None
    system: bool = False


@dataclass(frozen=True, slots=True)
class VariableFacts:
    """Type and first value of a name that `set.` assigns."""

    #: number, text, boolean, date, datetime, duration, list, context; None leaves it as it is
    type: str | None = None
    initial: Expression | None = None


@dataclass(frozen=True, slots=True)
class EscalationFacts:
    """To whom an escalation goes, and its words."""

    role: str | Expression | None = None
    organ: Expression | None = None
    words: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ActFacts:
    """What a person may start without an open item."""

    #: name of the message that it delivers
    message: str
    label: Words = field(default_factory=dict)
    form: str | None = None
    #: `reporter`, lane ids, roles
    by: tuple[str, ...] = ()
    allowed_when: Expression | None = None
    refusal: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProcessManifest:
    """Everything the engine reads from one process folder beside its diagram."""

    key: str
    title: Words = field(default_factory=dict)
    #: kind of case it opens; None for a process that is only called
    opens: str | None = None
    #: name of the form whose answers start it
    start_form: str | None = None
    roles: Mapping[str, LaneRole] = field(default_factory=dict)
    variables: Mapping[str, VariableFacts] = field(default_factory=dict)
    #: element -> status word, or an expression that yields one
    status: Mapping[str, str | Expression] = field(default_factory=dict)
    #: column of the case -> expression; null leaves the column alone
    case: Mapping[str, Expression] = field(default_factory=dict)
    milestones: Mapping[str, Words] = field(default_factory=dict)
    escalations: Mapping[str, EscalationFacts] = field(default_factory=dict)
    acts: Mapping[str, ActFacts] = field(default_factory=dict)
    #: elements of the outermost plane that lie on every way to an end, because others wait for what they tell
    before_every_end: tuple[str, ...] = ()
    #: form name -> `workflows.form.Form`
    forms: Mapping[str, Any] = field(default_factory=dict)
    #: file stem -> `workflows.dmn.DecisionModel`
    decisions: Mapping[str, Any] = field(default_factory=dict)
