"""Diagrams for tests, written in few words: `node("ut_a", "userTask", form="x")`, `flows("start a end")`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from workflows.compilation import compile_process
from workflows.engine import Engine, Instance
from workflows.feel import compile as feel
from workflows.manifest import ProcessManifest, VariableFacts
from workflows.model import CompiledProcess
from workflows.progress import Circumstances, Message, Progress

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" targetNamespace="tests">'
)
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def node(name: str, tag: str, inner: str = "", properties: Mapping[str, str] | None = None, **attributes: str) -> str:
    """One flow node; properties are the settings of the house."""
    said = "".join(f"<spiffworkflow:property name={quoteattr(key)} value={quoteattr(value)}/>"
                   for key, value in (properties or {}).items())
    extension = (f"<extensionElements><spiffworkflow:properties>{said}</spiffworkflow:properties></extensionElements>"
                 if said else "")
    given = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f'<{tag} id="{name}"{given}>{extension}{inner}</{tag}>'


def flow(source: str, target: str, condition: str | None = None, name: str | None = None) -> str:
    """One sequence flow."""
    said = f"<conditionExpression>{escape(condition)}</conditionExpression>" if condition else ""
    return f'<sequenceFlow id="{name or f"f_{source}_{target}"}" sourceRef="{source}" targetRef="{target}">{said}</sequenceFlow>'


def chain(text: str) -> str:
    """Flows through names: `start a end`; several chains are separated by `;`."""
    found = []
    for part in text.split(";"):
        names = part.split()
        found += [flow(a, b) for a, b in zip(names, names[1:], strict=False)]
    return "".join(found)


def event(kind: str, reference: str | None = None, text: str | None = None) -> str:
    """An event definition: `event("message", "msg_a")`, `event("timer", text="PT1H")`."""
    if kind in ("timer", "date", "cycle"):
        part = {"timer": "timeDuration", "date": "timeDate", "cycle": "timeCycle"}[kind]
        return f"<timerEventDefinition><{part}>{escape(text or '')}</{part}></timerEventDefinition>"
    if kind == "conditional":
        return f"<conditionalEventDefinition><condition>{escape(text or '')}</condition></conditionalEventDefinition>"
    given = f' {kind}Ref="{reference}"' if reference else ""
    return f"<{kind}EventDefinition{given}/>"


def sub(name: str, inner: str, tag: str = "subProcess", **attributes: str) -> str:
    """A sub-process."""
    return node(name, tag, inner, **attributes)


def file(body: str, key: str = "p", *, messages: str = "", errors: str = "", escalations: str = "", signals: str = "") -> bytes:
    """A whole file with one process."""
    top = "".join(f'<message id="{name}" name="{name}"/>' for name in messages.split())
    top += "".join(f'<error id="{name}" errorCode="{name}" name="{name}"/>' for name in errors.split())
    top += "".join(f'<escalation id="{name}" escalationCode="{name}" name="{name}"/>' for name in escalations.split())
    top += "".join(f'<signal id="{name}" name="{name}"/>' for name in signals.split())
    return f'{HEAD}{top}<process id="{key}" isExecutable="true">{body}</process></definitions>'.encode()


def start(name: str = "start") -> str:
    return node(name, "startEvent")


def end(name: str = "end", inner: str = "") -> str:
    return node(name, "endEvent", inner)


def user(name: str, **properties: str) -> str:
    return node(name, "userTask", properties={key.replace("__", "."): value for key, value in properties.items()})


@dataclass(eq=False)
class Drawn:
    """A definition for tests: a compiled diagram and its manifests."""

    key: str
    compiled: CompiledProcess
    manifests: dict[str, ProcessManifest] = field(default_factory=dict)
    checksum: str = "0"
    shared: Mapping[str, Any] = field(default_factory=dict)

    def manifest(self, process: str) -> ProcessManifest:
        return self.manifests.setdefault(process, ProcessManifest(process))


def drawn(xml: bytes, *, called: Mapping[str, bytes] | None = None, variables: Mapping[str, str] | None = None,
          **manifest: Any) -> Drawn:
    """A definition from a file; `variables` are initial values."""
    compiled = compile_process(xml, key="p", called=called)
    facts = {name: VariableFacts(initial=feel(text)) for name, text in (variables or {}).items()}
    return Drawn("p", compiled, {"p": ProcessManifest("p", variables=facts, **manifest)})


class Play:
    """One instance played in a test; every step goes through bytes."""

    def __init__(self, definition: Any, answers: Mapping[str, Any] | None = None, *, case: Mapping[str, Any] | None = None,
                 perform: Any = None, local: Any = (), calendar: Any = None, now: datetime = NOON) -> None:
        self.engine = Engine(calendar)
        self.definition = definition
        self.now = now
        self.case = dict(case or {})
        self.perform, self.local = perform, local
        self.items: dict[str, Any] = {}
        self.timers: dict[str, Any] = {}
        self.subscriptions: dict[str, Any] = {}
        self.trace: list[str] = []
        self.milestones: list[str] = []
        self.escalations: list[str] = []
        self.last = self._take(self.engine.start(definition, answers or {}, self.at()))

    def at(self) -> Circumstances:
        return Circumstances(self.now, self.case, self.perform, self.local)

    @property
    def instance(self) -> Instance:
        return Instance(self.definition, self.last.state, self.last.variables)

    def _take(self, progress: Progress) -> Progress:
        """Keep what the application would keep in its tables."""
        for item in (*progress.opened, *progress.amended):
            self.items[item.key] = item
        for closed in progress.closed:
            del self.items[closed.key]
        for key in progress.timers_dropped:
            self.timers.pop(key, None)
        self.timers |= {timer.key: timer for timer in progress.timers_set}
        for key in progress.subscriptions_dropped:
            del self.subscriptions[key]
        self.subscriptions |= {place.key: place for place in progress.subscriptions_set}
        self.trace += [fact.element for fact in progress.facts if fact.action == "entered"]
        self.milestones += [reached.element for reached in progress.milestones]
        self.escalations += [raised.code for raised in progress.escalations]
        self.case |= progress.case_changes
        self.last = progress
        return progress

    # what waits

    @property
    def open(self) -> list[str]:
        """Element ids of the open items, sorted."""
        return sorted(item.element for item in self.items.values())

    @property
    def variables(self) -> Mapping[str, Any]:
        return self.last.variables

    def key(self, element: str) -> str:
        return next(key for key, item in self.items.items() if item.element == element)

    # what happens

    def done(self, element: str, **answers: Any) -> Progress:
        return self._take(self.engine.complete(self.instance, self.key(element), answers, self.at()))

    def complete(self, key: str, **answers: Any) -> Progress:
        return self._take(self.engine.complete(self.instance, key, answers, self.at()))

    def fail(self, element: str, code: str) -> Progress:
        return self._take(self.engine.fail(self.instance, self.key(element), code, self.at()))

    def message(self, name: str, *keys: str, **payload: Any) -> Progress:
        return self._take(self.engine.deliver(self.instance, Message(name, keys, payload), self.at()))

    def act(self, name: str, **answers: Any) -> Progress:
        return self._take(self.engine.act(self.instance, name, answers, self.at()))

    def wait(self, **span: float) -> Progress:
        self.now += timedelta(**span)
        return self._take(self.engine.fire(self.instance, self.at()))

    def verb(self, name: str, *arguments: Any) -> Progress:
        return self._take(getattr(self.engine, name)(self.instance, *arguments, self.at()))
