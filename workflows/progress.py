"""Everything the engine can say after an event, and the message that may come in.

Values only: nothing here knows the library, a database or a clock. Instants are aware and UTC;
``process`` is the key of the (called or calling) process an element belongs to; a ``key`` names one
waiting place of one instance and stays the same until that place is left.
"""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from workflows.participant import Participant

Json = Any


@dataclass(frozen=True, slots=True)
class WorkItem:
    """Something a participant must complete."""

    #: element id and the engine's own task id; stable through saving and compaction
    key: str
    element: str
    process: str
    participant: Participant
    #: name of the form in the process's folder
    form: str | None = None
    #: ``system.operation`` for a system's item
    operation: str | None = None
    #: evaluated ``arg.*`` of the operation
    arguments: Mapping[str, Json] = field(default_factory=dict)
    due: datetime | None = None
    #: start of the limit that ``due`` ends
    due_from: datetime | None = None
    #: rule, version, calendar year and arithmetic behind ``due``
    due_facts: Mapping[str, Json] | None = None
    urgent: bool = False
    #: item-scoped names of a multi-instance activity
    local: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Closed:
    """A work item that is no longer open."""

    key: str
    how: Literal["completed", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Timer:
    """An instant at which ``Engine.fire`` has something to do."""

    key: str
    element: str
    process: str
    due: datetime
    #: rule, version, calendar year and arithmetic behind ``due``
    facts: Mapping[str, Json] | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """A place where a message of this name with these correlation keys may arrive."""

    key: str
    element: str
    process: str
    message: str
    correlation: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Milestone:
    """A named point reached; its public words stand in the manifest."""

    element: str
    process: str


@dataclass(frozen=True, slots=True)
class Escalation:
    """A raised concern, addressed to a participant by the manifest."""

    code: str
    element: str
    process: str
    to: Participant | None


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the audit trail.

    ``action`` is one of: entered, left, withdrawn, opened, completed, gateway, decision, variables,
    timer_set, timer_fired, message, milestone, escalation, rescheduled, redirected, status, ended, performed, failed,
    suspended, resumed, moved.
    """

    action: str
    element: str
    process: str
    payload: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Message:
    """A message that comes in; ``keys`` are compared with a subscription's correlation, all of them."""

    name: str
    keys: tuple[str, ...]
    payload: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Performed:
    """What a local operation gave back: answers for the process, changes of the case's columns."""

    answers: Mapping[str, Json] = field(default_factory=dict)
    case: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the engine is told about the world for one event; it reads nothing else."""

    now: datetime
    #: the read-only context ``case`` of the expressions
    case: Mapping[str, Json] = field(default_factory=dict)
    #: performs a local operation inside the same step: (item with its arguments, the case as it stands now)
    perform: Callable[[WorkItem, Mapping[str, Json]], Performed] | None = None
    #: names of the operations that are local; all others wait as a system's work item
    local: Container[str] = ()
    by: Participant | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """The new state and what changed on the way to it."""

    #: opaque control data; hand it back unchanged
    state: bytes
    #: process variables, plain JSON
    variables: Mapping[str, Json]
    status: Literal["running", "suspended", "completed", "terminated"]
    #: id of the end event of the outermost process, once completed
    ended: str | None = None
    opened: tuple[WorkItem, ...] = ()
    closed: tuple[Closed, ...] = ()
    #: open items whose due instant or participant changed
    amended: tuple[WorkItem, ...] = ()
    timers_set: tuple[Timer, ...] = ()
    timers_dropped: tuple[str, ...] = ()
    subscriptions_set: tuple[Subscription, ...] = ()
    subscriptions_dropped: tuple[str, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    #: the case's new status word, where the manifest names one
    case_status: str | None = None
    #: changed columns of the case, by engine name
    case_changes: Mapping[str, Json] = field(default_factory=dict)
    facts: tuple[Fact, ...] = ()
