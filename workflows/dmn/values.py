"""What a decision hands out: its result, the rules that fired, and what they saw. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows.feel.host import Functions
from workflows.feel.running import Fuel


@dataclass(frozen=True)
class FiredRule:
    """A row of a table that fitted the inputs and took part in the result."""

    #: id of the rule in the file
    id: str
    #: position in its table, counted from 1
    index: int
    #: what the author wrote beside it
    annotation: str
    #: what the table saw: input expression -> value
    inputs: Mapping[str, Any]
    #: what the row said: output name -> value
    outputs: Mapping[str, Any]
    #: id of the table
    table: str = ""


@dataclass(frozen=True)
class Decision:
    """A decision taken."""

    #: the value
    result: Any
    #: the rules that fired for it, in order; not those of decisions it rests on
    rules: tuple[FiredRule, ...] = ()
    #: what its tables saw
    inputs: Mapping[str, Any] = field(default_factory=dict)
    #: the decisions it rests on, by name
    required: Mapping[str, Decision] = field(default_factory=dict)
    #: why something on the way became null: facts with an id
    remarks: tuple[Mapping[str, Any], ...] = ()


class Course(Fuel):
    """The meter of one decision: fuel, and what has fired so far."""

    __slots__ = ("fired", "seen", "demanding")

    def __init__(self, amount: int, functions: Functions, demanding: bool) -> None:
        super().__init__(amount, functions)
        self.fired: list[FiredRule] = []
        self.seen: dict[str, Any] = {}
        #: refuse where the standard would give null for a table that fits no row or too many
        self.demanding = demanding
