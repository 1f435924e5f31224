"""One event in one instance: what is known, how expressions read it, and what has been said so far."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from workflows.engine.state import Scope, State, Token
from workflows.engine.variables import guess, to_json, typers
from workflows.errors import EngineLimit
from workflows.feel import Expression, Functions
from workflows.manifest import ProcessManifest
from workflows.model import Node, Plane
from workflows.progress import Circumstances, Fact

#: engine tasks per event: a loop in a diagram ends as an incident, not as a hang
MOST_STEPS = 2_000
#: variables of one instance, in letters of JSON
LARGEST_VARIABLES = 65_536
_MISSING = object()


class Names:
    """The names one expression may read: given ones, item-scoped ones, then the process's variables."""

    __slots__ = ("run", "frame", "locals", "given")

    def __init__(self, run: Run, scope: Scope, locals: list[dict[str, Any]], given: Mapping[str, Any] | None) -> None:
        self.run = run
        self.frame = scope
        self.locals = locals
        self.given = given

    def get(self, name: str, default: Any = None) -> Any:
        """The typed value of a name, or the default."""
        if self.given is not None and name in self.given:
            return self.given[name]
        if name == "case":
            return self.run.case
        if name == "?":
            return default
        for names in self.locals:
            if name in names:
                return guess(names[name])
        return self.run.variable(self.frame, name, default)

    def __contains__(self, name: str) -> bool:
        return self.get(name, _MISSING) is not _MISSING

    def __getitem__(self, name: str) -> Any:
        found = self.get(name, _MISSING)
        if found is _MISSING:
            raise KeyError(name)
        return found


class Run:
    """Everything one command of the engine works with; lives as long as the command."""

    def __init__(self, definition: Any, state: State, variables: Mapping[str, Any], at: Circumstances, host: Any) -> None:
        self.definition = definition
        self.compiled = definition.compiled
        self.state = state
        self.variables: dict[str, Any] = dict(variables)
        self.at = at
        self.case: dict[str, Any] = dict(at.case)
        self.now = at.now
        self._host = host
        self._functions: dict[datetime, Functions] = {}
        self._typed: dict[str, dict[str, Any]] = {}
        self.has_locals = any(token.local is not None for token in state.tokens.values())
        #: tokens on their way, scopes that may be finished
        self.moving: deque[int] = deque(token.id for token in state.tokens.values() if token.does == "move")
        self.settling: deque[int] = deque()
        #: activities that are done, with the names their assignments may read
        self.finishing: dict[int, Mapping[str, Any] | None] = {}
        #: tokens that just came to a conditional event
        self.unasked: list[int] = []
        self.steps = 0
        #: everything with a higher number came into being in this command
        self.born = state.last
        #: names changed in this command by frame, and those not yet looked at for the case's columns
        self.changed: dict[str, set[str]] = {}
        self.stale: dict[str, set[str]] = {}
        self.case_changed: set[str] = set()
        self.output = Output()

    # reading the definition

    def plane(self, scope: Scope) -> Plane:
        """What is drawn in a scope."""
        return self.compiled.planes[scope.process, scope.plane]

    def node(self, token: Token) -> Node:
        """The node a token stands at."""
        scope = self.state.scopes[token.scope]
        return self.compiled.planes[scope.process, scope.plane].nodes[token.node]

    def manifest(self, process: str) -> ProcessManifest:
        """What the manifest of a process says."""
        return self.definition.manifest(process)

    # reading values

    def functions(self, moment: datetime | None = None) -> Functions:
        """The host's functions as of a moment; the area of the case is the area of its limits."""
        moment = moment or self.now
        found = self._functions.get(moment)
        if found is None:
            found = self._functions[moment] = self._host(moment, self.case.get("area"))
        return found

    def value(self, expression: Expression, scope: Scope, token: Token | None = None,
              given: Mapping[str, Any] | None = None, moment: datetime | None = None) -> Any:
        """Evaluate an expression where a token stands."""
        names = Names(self, scope, self.locals(scope, token) if self.has_locals else [], given)
        return expression.evaluate(names, self.functions(moment))

    def value_of(self, scope: Scope, token: Token | None, name: str) -> Any:
        """The value of a name where a token stands."""
        return Names(self, scope, self.locals(scope, token), None).get(name)

    def visible(self, scope: Scope, token: Token | None) -> dict[str, Any]:
        """Every name with its typed value where a token stands."""
        frame = self.frame(scope.frame)
        names = [name for name in frame if "#" not in name]
        found = {name: self.variable(scope, name) for name in names}
        for inner in reversed(self.locals(scope, token)):
            found |= {name: guess(value) for name, value in inner.items()}
        return {**found, "case": self.case}

    def locals(self, scope: Scope, token: Token | None) -> list[dict[str, Any]]:
        """Item-scoped names that a place sees, innermost first; they end at a called process."""
        return [found.local for found in self.runs(scope, token) if found.local is not None]

    def runs(self, scope: Scope, token: Token | None) -> list[Token]:
        """The runs of multi-instance activities and loops around a place, innermost first."""
        found = []
        while True:
            if token is not None and token.local is not None:
                found.append(token)
            if self.plane(scope).kind == "process":
                return found
            token = self.state.tokens[scope.host]
            scope = self.state.scopes[token.scope]

    def variable(self, scope: Scope, name: str, default: Any = None) -> Any:
        """The typed value of a variable of the process a scope belongs to."""
        cache = self._typed.setdefault(scope.frame, {})
        if name in cache:
            return cache[name]
        frame = self.frame(scope.frame)
        if name not in frame:
            return default
        value = cache[name] = self._typers(scope.process).get(name, guess)(frame[name])
        return value

    def frame(self, key: str) -> dict[str, Any]:
        """The variables of the instance, or of one called process."""
        return self.variables if not key else self.variables[key]

    def _typers(self, process: str) -> Mapping[str, Any]:
        table = self.compiled.typing.get(process)
        if table is None:
            table = typers(self.manifest(process), self.compiled.processes[process])
            self.compiled.typing[process] = table
        return table

    # writing values

    def put(self, scope: Scope, token: Token | None, name: str, value: Any) -> None:
        """Store a value under a name: in the item's own scope inside a multi-instance, else in the process's.

        A name that the manifest declares, or that the process already has, belongs to the process.
        """
        plain = to_json(value)
        target = self._local_target(scope, token, name) if self.has_locals else None
        if target is not None:
            target[name] = plain
            return
        frame = self.frame(scope.frame)
        if name in frame and frame[name] == plain and type(frame[name]) is type(plain):
            return
        if not scope.frame:
            frame[name] = plain
        else:
            self.variables[scope.frame] = {**frame, name: plain}
        self._typed.get(scope.frame, {}).pop(name, None)
        for noted in (self.changed, self.stale):
            noted.setdefault(scope.frame, set()).add(name)
        self.output.variables[f"{scope.frame}.{name}" if scope.frame else name] = plain

    def _local_target(self, scope: Scope, token: Token | None, name: str) -> dict[str, Any] | None:
        runs = [found for found in self.runs(scope, token) if self.node(found).loop.kind != "standard"]
        for found in runs:
            if name in found.local:
                return found.local
        if not runs or name in self.manifest(scope.process).variables or name in self.frame(scope.frame):
            return None
        return runs[0].local

    def change_case(self, changes: Mapping[str, Any]) -> None:
        """Take changed columns of the case into account from here on, and report them."""
        for column, value in changes.items():
            plain = to_json(value)
            if column in self.case and to_json(self.case[column]) == plain:
                continue
            self.case[column] = value
            self.case_changed.add(column)
            self.output.case[column] = plain
        self._functions.clear()

    # saying what happens

    def fact(self, action: str, node: Node, **payload: Any) -> None:
        """Add a line to the audit trail."""
        self.output.facts.append(Fact(action, node.id, node.process, payload))

    def step(self, element: str) -> None:
        """Count one engine task; raises `EngineLimit` when an event would go on for ever."""
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise EngineLimit("engine.too_many_steps", most=MOST_STEPS, element=element)

    def move(self, token: Token) -> None:
        """Let a token go on its way."""
        token.does = "move"
        self.moving.append(token.id)

    def finish_later(self, token: Token, given: Mapping[str, Any] | None = None) -> None:
        """Let the scheduler finish the activity that a token stands at."""
        self.finishing[token.id] = given
        self.move(token)

    def settle(self, scope: int) -> None:
        """Look later whether a scope is finished."""
        if scope not in self.settling:
            self.settling.append(scope)


class Output:
    """What a command has to report, in the order it happened."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.opened: dict[str, Any] = {}
        self.closed: dict[str, Any] = {}
        self.amended: dict[str, Any] = {}
        self.timers_set: dict[str, Any] = {}
        self.timers_dropped: list[str] = []
        self.subscriptions_set: dict[str, Any] = {}
        self.subscriptions_dropped: list[str] = []
        self.milestones: list[Any] = []
        self.escalations: list[Any] = []
        self.status: str | None = None
        self.case: dict[str, Any] = {}
        self.variables: dict[str, Any] = {}


def iso(moment: datetime) -> str:
    """An instant as the state holds it."""
    return moment.astimezone(UTC).isoformat()


def instant(text: str) -> datetime:
    """An instant from the state."""
    return datetime.fromisoformat(text)


