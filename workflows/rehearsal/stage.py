"""One instance on the real engine, with a clock moved by hand and everything that waits kept in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from workflows.calendar import SHANGHAI, Calendar, midnight
from workflows.definition import Definition
from workflows.engine import Engine, Instance
from workflows.engine.variables import guess
from workflows.progress import Circumstances, Message, Progress, Subscription, Timer, WorkItem
from workflows.rehearsal.performing import Systems
from workflows.rehearsal.scenario import Scenario

#: what a case is when the story says nothing else
CASE: Mapping[str, Any] = {
    "no": "330825-CI-2026-000001", "kind": "", "area": 330825209000, "level": 5, "station": 101, "township": 201, "owner": 201,
    "owner_role": "township_office", "owner_head": "presidium", "next_owner": 301, "next_role": "deputy_office", "category": None,
    "priority": 0, "safety_flag": False, "supervised": False, "extended": False, "assigned": False, "children": 0, "reporter": 901,
    "status": None,
}


class Stage:
    """Plays one instance, and remembers what the application would keep in its tables."""

    def __init__(self, definition: Definition, scenario: Scenario, calendar: Calendar) -> None:
        self.definition = definition
        self.engine = Engine(calendar)
        self.calendar = calendar
        self.systems = Systems(scenario.operations)
        self.now = scenario.starts
        self.case: dict[str, Any] = {**CASE, "kind": definition.kind, **scenario.case}
        self.items: dict[str, WorkItem] = {}
        self.timers: dict[str, Timer] = {}
        self.places: dict[str, Subscription] = {}
        self.last: Progress | None = None
        #: what happened since `forget`
        self.recent: list[Progress] = []
        self.visited: set[tuple[str, str]] = set()
        self.fired: set[tuple[str, str]] = set()

    @property
    def instance(self) -> Instance:
        """The instance as the last command left it, through bytes like in the database."""
        assert self.last is not None
        return Instance(self.definition, self.last.state, self.last.variables)

    def at(self) -> Circumstances:
        """What the engine is told about the world now."""
        circumstances = Circumstances(self.now, dict(self.case), self.systems, self.systems)
        self.systems.functions = self.engine.functions(self.definition, circumstances)
        return circumstances

    # verbs

    def start(self, answers: Mapping[str, Any]) -> None:
        """Begin the instance."""
        self._take(self.engine.start(self.definition, answers, self.at()))

    def do(self, verb: Callable[..., Progress], *arguments: Any) -> None:
        """Let the engine do something with the instance."""
        self._take(verb(self.instance, *arguments, self.at()))

    def deliver(self, message: Message) -> None:
        """Let a message arrive."""
        self.do(self.engine.deliver, message)

    def wait(self, until: datetime) -> None:
        """Let time pass; every timer happens at its own moment, in order."""
        while due := [timer.due for timer in self.timers.values() if timer.due <= until]:
            self.now = max(self.now, min(due))
            before = set(self.timers)
            self.do(self.engine.fire)
            if set(self.timers) == before and self.now == min(due):
                self.now += timedelta(seconds=1)
        self.now = max(self.now, until)

    def forget(self) -> None:
        """Begin a new step."""
        self.recent = []

    def _take(self, progress: Progress) -> None:
        self.last = progress
        self.recent.append(progress)
        self.items |= {item.key: item for item in (*progress.opened, *progress.amended)}
        for name in (one.key for one in progress.closed):
            self.items.pop(name, None)
        for name in progress.timers_dropped:
            self.timers.pop(name, None)
        self.timers |= {timer.key: timer for timer in progress.timers_set}
        for name in progress.subscriptions_dropped:
            self.places.pop(name, None)
        self.places |= {place.key: place for place in progress.subscriptions_set}
        self.case |= progress.case_changes
        if progress.case_status is not None:
            self.case["status"] = progress.case_status
        for fact in progress.facts:
            self._note(fact)

    def _note(self, fact: Any) -> None:
        if fact.action == "entered":
            self.visited.add((fact.process, fact.element))
        if fact.action == "decision":
            self.fired |= {(str(fact.payload["decision"]), rule["id"]) for rule in fact.payload["rules"]}

    # looking

    def open(self, element: str, where: Mapping[str, Any]) -> WorkItem | None:
        """The open item of an element; `where` tells apart those of a multi-instance."""
        return next(self._items(element, where), None)

    def _items(self, element: str, where: Mapping[str, Any]) -> Iterator[WorkItem]:
        for item in self.items.values():
            if item.element == element and all(item.local.get(name) == value for name, value in where.items()):
                yield item

    def names(self) -> dict[str, Any]:
        """All variables; those of called processes beside the outermost one's, the latest call winning."""
        variables = self.last.variables if self.last is not None else {}
        found: dict[str, Any] = {name: value for name, value in variables.items() if "#" not in name}
        for name, value in variables.items():
            found |= value if "#" in name else {}
        return {**guess(found), "case": self.case}

    def beside(self, process: str) -> Mapping[str, Any]:
        """The typed names that an act in a process sees: those of an item that is open there."""
        key = next((item.key for item in self.items.values() if item.process == process), None)
        return {"case": self.case} if key is None else self.engine.scope(self.instance, key, self.at())

    def after(self, does: str, what: Any) -> datetime:
        """The moment when so much time has passed."""
        if does == "hours_pass":
            return self.now + timedelta(hours=float(what))
        local = self.now.astimezone(SHANGHAI)
        today: date = local.date()
        day = self.calendar.add(today, int(what)) if does == "working_days_pass" else today + timedelta(days=int(what))
        return (midnight(day) + (local - midnight(today))).astimezone(UTC)
