"""The engine: takes definitions, states and events, returns values; reads no clock, no database, no network."""

from workflows.bundle import Bundle
from workflows.calendar import Calendar, light, share
from workflows.comparison import Change, Comparison, compare
from workflows.definition import Definition, ElementFacts, parse
from workflows.engine import Engine, Instance
from workflows.errors import (
    BundleInvalid,
    BusinessError,
    EngineLimit,
    ExpressionFailed,
    Finding,
    NotWaiting,
    StateUnreadable,
    WorkflowError,
)
from workflows.form import Form
from workflows.lint import OperationFacts, inspect
from workflows.participant import Participant
from workflows.progress import (
    Circumstances,
    Closed,
    Escalation,
    Fact,
    Message,
    Milestone,
    Performed,
    Progress,
    Subscription,
    Timer,
    WorkItem,
)
from workflows.rehearsal import Failure, Rehearsal, rehearse
from workflows.words import sentence

__all__ = [
    "Bundle",
    "BundleInvalid",
    "BusinessError",
    "Calendar",
    "Change",
    "Circumstances",
    "Closed",
    "Comparison",
    "Definition",
    "ElementFacts",
    "Engine",
    "EngineLimit",
    "Escalation",
    "ExpressionFailed",
    "Fact",
    "Failure",
    "Finding",
    "Form",
    "Instance",
    "Message",
    "Milestone",
    "NotWaiting",
    "OperationFacts",
    "Participant",
    "Performed",
    "Progress",
    "Rehearsal",
    "StateUnreadable",
    "Subscription",
    "Timer",
    "WorkItem",
    "WorkflowError",
    "compare",
    "inspect",
    "light",
    "parse",
    "rehearse",
    "sentence",
    "share",
]
