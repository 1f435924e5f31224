"""The control data of one instance: scopes, tokens and waits, and how they become bytes.

Plain values only, specifications left out: a state names elements by their ids. The bytes begin with
the number of the format; whoever stores them hands them back unchanged.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from workflows.errors import StateUnreadable

try:
    import orjson
except ImportError:
    orjson = None  # type: ignore[assignment]  # the standard library's codec does the same, more slowly

FORMAT = 1
RUNNING, SUSPENDED, COMPLETED, TERMINATED = "running", "suspended", "completed", "terminated"
#: what a token is doing: on its way along a flow, arrived at a join, an open item, waiting for an
#: event, host of a scope, host of several runs of one activity
MOVE, JOIN, ITEM, WAIT, HOST, MANY = "move", "join", "item", "wait", "host", "many"


@dataclass(slots=True)
class Token:
    """One token, or one activity that holds it."""

    id: int
    scope: int
    node: str
    does: str = MOVE
    #: flow it came by, while it moves or waits at a join
    flow: str | None = None
    #: token that hosts the several runs of which this is one
    many: int = 0
    #: names of one run of a multi-instance activity or loop
    local: dict[str, Any] | None = None
    #: of an item: since, due, from, who, urgent; of several runs: what is left and done
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Scope:
    """One running process or sub-process."""

    id: int
    process: str
    plane: str
    #: token of the activity (or event sub-process) it runs for; 0 for the outermost
    host: int = 0
    #: whose variables: empty for the instance's own, else the key of a called process's context
    frame: str = ""


@dataclass(slots=True)
class Wait:
    """Something that may happen to a token (catch, boundary) or to a scope (event sub-process)."""

    id: int
    #: timer, message, signal or condition
    kind: str
    #: node that catches, and which of its event definitions
    element: str
    event: int
    scope: int
    #: 0 when the scope itself waits
    token: int = 0
    #: ISO text: when a timer is due, None while its expression gives nothing
    due: str | None = None
    #: ISO text: the present moment its expression was first evaluated with
    since: str | None = None
    #: firings left of a cycle (-1: no end), the value of a condition
    left: int = 0
    keys: list[str] = field(default_factory=list)
    #: 1 when the law sets the limit
    firm: int = 0


@dataclass(slots=True)
class State:
    """Where one instance stands."""

    process: str
    status: str = RUNNING
    #: last number given to a scope, token or wait
    last: int = 0
    ended: str | None = None
    #: ISO text: since when it is suspended
    paused: str | None = None
    scopes: dict[int, Scope] = field(default_factory=dict)
    tokens: dict[int, Token] = field(default_factory=dict)
    waits: dict[int, Wait] = field(default_factory=dict)

    def number(self) -> int:
        """Return a number that no scope, token or wait of this instance ever had."""
        self.last += 1
        return self.last


def dump(state: State) -> bytes:
    """Return the state as bytes."""
    return _encode([
        FORMAT,
        [state.process, state.status, state.last, state.ended, state.paused],
        [[s.id, s.process, s.plane, s.host, s.frame] for s in state.scopes.values()],
        [_short([t.id, t.scope, t.node, t.does, t.data or None, t.flow, t.many, t.local]) for t in state.tokens.values()],
        [_short([w.id, w.kind, w.element, w.event, w.scope, w.token, w.due, w.since, w.left, w.keys or None, w.firm])
         for w in state.waits.values()],
    ])


def load(data: bytes) -> State:
    """Read a state of any format this engine ever wrote. Raises `StateUnreadable`."""
    try:
        rows = _decode(data)
        number = rows[0]
    except (ValueError, TypeError, IndexError, KeyError) as damaged:
        raise StateUnreadable("state.damaged") from damaged
    while number in _UPGRADES:
        rows = _UPGRADES[number](rows)
        number = rows[0]
    if number != FORMAT:
        raise StateUnreadable("state.format_unknown", format=str(number)[:20])
    try:
        return _read(rows)
    except (ValueError, TypeError, IndexError) as damaged:
        raise StateUnreadable("state.damaged") from damaged


def _read(rows: list[Any]) -> State:
    _, (process, status, last, ended, paused), scopes, tokens, waits = rows
    return State(
        process, status, last, ended, paused,
        {row[0]: Scope(*row) for row in scopes},
        {row[0]: _token(*row) for row in tokens},
        {row[0]: _wait(*row) for row in waits},
    )


def _token(id: int, scope: int, node: str, does: str, data: dict[str, Any] | None = None, flow: str | None = None,
           many: int = 0, local: dict[str, Any] | None = None) -> Token:
    return Token(id, scope, node, does, flow, many, local, {} if data is None else data)


def _wait(id: int, kind: str, element: str, event: int, scope: int, token: int = 0, due: str | None = None,
          since: str | None = None, left: int = 0, keys: list[str] | None = None, firm: int = 0) -> Wait:
    return Wait(id, kind, element, event, scope, token, due, since, left, [] if keys is None else keys, firm)


def _short(row: list[Any]) -> list[Any]:
    while row[-1] is None or row[-1] == 0:
        row.pop()
    return row


def _encode(rows: Any) -> bytes:
    if orjson is not None:
        return orjson.dumps(rows)
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()


def _decode(data: bytes) -> Any:
    return orjson.loads(data) if orjson is not None else json.loads(data)


#: format -> how its rows become those of a later format
_UPGRADES: dict[int, Callable[[list[Any]], list[Any]]] = {}
