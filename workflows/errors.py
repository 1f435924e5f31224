"""What the engine refuses, by name.

Every refusal carries an id and facts; the words come from `workflows/words/`.
Nothing here knows the web, the database or the library under the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

_NO_FACTS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong (or unwise) in a file, at a place, with its reason."""

    #: which rule speaks, for example `feel.unexpected`
    id: str
    #: the element, field or cell it is about; empty for the whole file
    element: str = ""
    #: what the sentence of this id needs
    facts: Mapping[str, Any] = field(default_factory=lambda: _NO_FACTS)
    #: the file it stands in
    source: str = ""
    #: `error` refuses, `warning` advises
    level: str = "error"
    #: place inside an expression or file, counted from 1; 0 when there is none
    line: int = 0
    column: int = 0

    def __hash__(self) -> int:
        return hash((self.id, self.element, self.source, self.level, self.line, self.column))


class WorkflowError(Exception):
    """The engine refuses."""

    #: the id of the sentence that explains it
    id = "workflow.refused"

    def __init__(self, id: str | None = None, **facts: Any) -> None:
        if id is not None:
            self.id = id
        self.facts: dict[str, Any] = facts
        super().__init__(self.id, facts)

    def __str__(self) -> str:
        shown = ", ".join(f"{key}={value!r}" for key, value in self.facts.items())
        return f"{self.id} ({shown})" if shown else self.id


class FileInvalid(WorkflowError):
    """A file from outside is not what it should be; carries all findings."""

    id = "file.invalid"

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(count=len(self.findings))

    def __str__(self) -> str:
        return "; ".join(f"{f.id} {f.element} {dict(f.facts)}" for f in self.findings)


class BundleInvalid(FileInvalid):
    """A process folder cannot be deployed."""

    id = "bundle.invalid"


class DmnInvalid(FileInvalid):
    """A file of decisions cannot be read."""

    id = "dmn.invalid"


class FormInvalid(FileInvalid):
    """A form cannot be read."""

    id = "form.invalid"


class XmlRefused(WorkflowError):
    """An XML file did not pass the gate."""

    id = "xml.refused"


class FeelInvalid(WorkflowError):
    """A FEEL text cannot be compiled; says where."""

    id = "feel.invalid"

    def __init__(self, id: str, *, line: int = 1, column: int = 1, **facts: Any) -> None:
        super().__init__(id, line=line, column=column, **facts)
        self.line = line
        self.column = column


class ExpressionFailed(WorkflowError):
    """An expression or decision gave no usable answer; says where and with what."""

    id = "feel.failed"

    def __init__(self, id: str | None = None, *, line: int = 0, column: int = 0, **facts: Any) -> None:
        super().__init__(id, line=line, column=column, **facts)
        self.line = line
        self.column = column


class FuelSpent(ExpressionFailed):
    """An expression wanted more work than it may have."""

    id = "feel.fuel"


class NoRuleMatches(ExpressionFailed):
    """No row of a decision table fits the inputs."""

    id = "dmn.no_rule"


class SeveralRulesMatch(ExpressionFailed):
    """More rows of a decision table fit than its hit policy allows."""

    id = "dmn.several_rules"


class CalendarInvalid(WorkflowError):
    """A calendar file does not say what a year needs."""

    id = "calendar.invalid"


class NotWaiting(WorkflowError):
    """What was to be completed, fired or delivered is not waiting any more."""

    id = "engine.not_waiting"


class StateUnreadable(WorkflowError):
    """A saved state is damaged, or of a format this engine does not know."""

    id = "state.unreadable"


class EngineLimit(WorkflowError):
    """A bound that protects everybody was reached."""

    id = "engine.limit"


class BusinessError(WorkflowError):
    """A performer cannot do what was asked, for a reason the diagram knows by its code."""

    id = "engine.business_error"

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code=code, **facts)
        #: the BPMN error code offered to the boundaries beside the item
        self.code = code
