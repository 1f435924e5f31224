"""Plays a scenario on the real engine, in memory and with a clock moved by hand.

A scenario is a story that an analyst can read and write; the gate of deployment plays the same file.
`bpmn/README.md` says how one is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflows.calendar import Calendar
from workflows.definition import Definition
from workflows.errors import WorkflowError
from workflows.rehearsal.doing import Unplayable, play
from workflows.rehearsal.expecting import judge
from workflows.rehearsal.scenario import Failure, Scenario, Step
from workflows.rehearsal.stage import Stage

__all__ = ["Failure", "Rehearsal", "rehearse"]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How a scenario went."""

    failures: tuple[Failure, ...]
    #: (process, element) of everything that was entered
    elements_visited: frozenset[tuple[str, str]]
    #: (decision, rule) of every row of a table that fired
    rules_fired: frozenset[tuple[str, str]]

    @property
    def passed(self) -> bool:
        """Whether everything went as the scenario says."""
        return not self.failures


def rehearse(definition: Definition, scenario: Mapping[str, Any], calendar: Calendar) -> Rehearsal:
    """Play a scenario to its end, or to the first step that cannot be played."""
    story, failures = Scenario.read(scenario)
    stage = Stage(definition, story, calendar)
    if not failures:
        failures = list(_played(stage, story))
    return Rehearsal(tuple(failures), frozenset(stage.visited), frozenset(stage.fired))


def _played(stage: Stage, story: Scenario) -> list[Failure]:
    failures: list[Failure] = []
    for step in story.steps:
        try:
            _one(stage, story, step)
        except Unplayable as unplayable:
            return [*failures, Failure(unplayable.id, step.number, unplayable.facts)]
        failures += judge(stage, step)
    return failures


def _one(stage: Stage, story: Scenario, step: Step) -> None:
    """Play one step; a refusal of the engine is what the step expects, or the end of the story."""
    wanted = step.expect.get("refused")
    try:
        play(stage, story, step)
    except Unplayable:
        raise
    except WorkflowError as refusal:
        if refusal.id != wanted:
            raise Unplayable("rehearsal.refused", reason=refusal.id, facts=refusal.facts) from refusal
    else:
        if wanted is not None:
            raise Unplayable("rehearsal.not_refused", wanted=wanted)
