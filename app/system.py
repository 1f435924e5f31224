"""The shape every outside system has, and how systems are found by the names in the settings.

A *local* operation touches only our own database: its performer runs inside the unit of work.
A *remote* operation leaves the house: it is called between two units of work, from an outbox row.
"""

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.config import Settings

FOLDER = "app.connectors.systems"


@dataclass(frozen=True)
class Operation:
    """One thing a system can be asked to do by a diagram."""

    #: Whether it only touches our own database and so is performed inside the unit of work.
    local: bool
    #: Names of the arguments with what they must be: a name, and whether it may be missing ("text", "text?").
    schema: Mapping[str, str] = field(default_factory=dict)
    #: The performer of a local operation: `(uow, case, arguments) -> Performed`.
    perform: Callable[..., Any] | None = None
    #: Names of the answers a diagram may read afterwards.
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Call:
    """What leaves the house; the message id is the same at every try."""

    operation: str
    arguments: Mapping[str, Any]
    message_id: str
    county: int
    case_id: int | None = None
    tries: int = 1


@dataclass(frozen=True)
class Answer:
    """What came back, in plain values; `code` names a refusal the diagram knows."""

    values: Mapping[str, Any] = field(default_factory=dict)
    code: str | None = None


@dataclass(frozen=True)
class Incoming:
    """What an outside system tells a case, its signature checked."""

    #: The sender's own number for it; a repeat hears the first answer again.
    message_id: str
    #: Name of the message and its keys, the number of the case first.
    message: str
    keys: tuple[str, ...]
    #: What the process may read; texts stay in `body`.
    payload: Mapping[str, Any]
    #: Everything that was said, kept in the inbox.
    body: Mapping[str, Any]


class System(Protocol):
    """An outside system as the house sees it."""

    name: str
    operations: Mapping[str, Operation]

    def check(self, settings: Settings) -> list[str]:
        """What is wrong with its own configuration; empty when it may be used."""

    def perform(self, call: Call, settings: Settings) -> Answer:
        """Carry one remote call out; raises Unavailable when it did not answer."""

    def translate(self, body: bytes, headers: Mapping[str, str], settings: Settings) -> Any:
        """Check the signature of what came in and turn it into messages for cases."""


@dataclass(frozen=True)
class LocalSystem:
    """A system that lives in our own database: it is only ever asked inside a unit of work."""

    name: str
    operations: Mapping[str, Operation]

    def check(self, settings: Settings) -> list[str]:
        """Nothing to configure."""
        return []

    def perform(self, call: Call, settings: Settings) -> Answer:
        """Never called: every operation here is local."""
        raise LookupError(call.operation)

    def translate(self, body: bytes, headers: Mapping[str, str], settings: Settings) -> Any:
        """Never called: nobody outside speaks for it."""
        raise LookupError(self.name)


class Systems:
    """The systems that are loaded, by name, and their operations by `system.operation`."""

    def __init__(self, systems: Iterable[System]) -> None:
        self._systems = {system.name: system for system in systems}
        self.operations: dict[str, Operation] = {
            f"{system.name}.{name}": operation
            for system in self._systems.values()
            for name, operation in system.operations.items()
        }
        #: Names of the operations enactment performs itself.
        self.local = frozenset(name for name, operation in self.operations.items() if operation.local)

    def __getitem__(self, name: str) -> System:
        return self._systems[name]

    def __contains__(self, name: object) -> bool:
        return name in self._systems

    def __iter__(self) -> Iterator[str]:
        return iter(self._systems)

    def __len__(self) -> int:
        return len(self._systems)


def load(names: Iterable[str], folder: str = FOLDER) -> Systems:
    """This will load each named system from its own file; a misspelt name fails at the start."""
    return Systems(importlib.import_module(f"{folder}.{name}").SYSTEM for name in names)
