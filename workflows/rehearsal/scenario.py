"""A scenario as it is written: a story in TOML, read strictly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from workflows.calendar import SHANGHAI
from workflows.words import sentence

#: when a story begins that does not say: a Monday, ten in the morning
BEGINS = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
#: what a step does; each has exactly one of these
DOINGS = ("complete", "deliver", "act", "fail", "send_back", "working_days_pass", "days_pass", "hours_pass", "until")
_BESIDE = {
    "complete": {"by", "answers", "where"},
    "deliver": {"keys", "payload"},
    "act": {"by", "answers"},
    "fail": {"code", "where"},
    "send_back": {"to", "where"},
}
_ALWAYS = {"expect", "operations", "case", "note"}
EXPECTED = frozenset({
    "open", "closed", "nothing_open", "milestone", "escalated", "to", "status", "variables", "case", "due", "timers", "ended",
    "refused", "running",
})
_TOP = {"title", "starts", "given", "case", "operations", "expect", "step", "note"}


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that did not go as the scenario says."""

    #: which rule speaks, for example `rehearsal.not_open`
    id: str
    #: number of the step, counted from 1; 0 is the start
    step: int
    facts: Mapping[str, Any] = field(default_factory=dict)

    def says(self, lang: str) -> str:
        """The sentence of this failure."""
        return sentence(self.id, {"step": self.step, **self.facts}, lang)

    def __str__(self) -> str:
        return self.says("en")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a story."""

    number: int
    #: one of `DOINGS`; empty for the start
    does: str
    #: what it is done to: an element, a message, a number of days
    what: Any
    said: Mapping[str, Any]

    @property
    def expect(self) -> Mapping[str, Any]:
        """What must hold afterwards."""
        return self.said.get("expect", {})


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole story."""

    starts: datetime
    given: Mapping[str, Any]
    case: Mapping[str, Any]
    operations: Mapping[str, Mapping[str, Any]]
    steps: tuple[Step, ...]

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> tuple[Scenario, list[Failure]]:
        """The story, and what in its file nobody understands."""
        start = Step(0, "", None, data)
        steps = tuple(_step(number, said) for number, said in enumerate(data.get("step", []), 1))
        wrong = [*_unknown(start, _TOP), *(found for step in steps for found in _wrong(step))]
        begins = data.get("starts", BEGINS)
        story = cls(moment(begins), data.get("given", {}), plain(data.get("case", {})), data.get("operations", {}), (start, *steps))
        return story, wrong


def _step(number: int, said: Mapping[str, Any]) -> Step:
    does = next((name for name in DOINGS if name in said), "")
    return Step(number, does, said.get(does), said)


def _wrong(step: Step) -> Iterator[Failure]:
    if sum(name in step.said for name in DOINGS) != 1:
        yield Failure("rehearsal.no_doing", step.number, {"known": DOINGS})
    yield from _unknown(step, {step.does, *_BESIDE.get(step.does, ()), *_ALWAYS})


def _unknown(step: Step, known: set[str]) -> Iterator[Failure]:
    for name in sorted(set(step.said) - known):
        yield Failure("rehearsal.unknown_key", step.number, {"key": name, "known": sorted(known)})
    for name in sorted(set(step.expect) - EXPECTED):
        yield Failure("rehearsal.unknown_key", step.number, {"key": f"expect.{name}", "known": sorted(EXPECTED)})


def plain(value: Any) -> Any:
    """A value of TOML as a form or a message would bring it."""
    if isinstance(value, Mapping):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, datetime):
        return moment(value).isoformat()
    return value.isoformat() if isinstance(value, date | time) else value


def moment(value: datetime | date | str) -> datetime:
    """An instant; without a zone it is Shanghai's clock, a mere day begins at its midnight."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        value = datetime.combine(value, time(0))
    return (value if value.tzinfo else value.replace(tzinfo=SHANGHAI)).astimezone(UTC)
