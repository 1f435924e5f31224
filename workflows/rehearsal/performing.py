"""What the systems answer in a scenario: said once for all steps, or differently for one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.errors import BusinessError
from workflows.feel import Functions
from workflows.feel import compile as compile_feel
from workflows.progress import Performed, WorkItem
from workflows.rehearsal.scenario import plain

Answers = Mapping[str, Any]


class Systems:
    """Performs local operations as the scenario says; an operation it does not name is an outside system's."""

    def __init__(self, said: Mapping[str, Answers]) -> None:
        self._said = said
        self.here: Mapping[str, Answers] = {}
        self.functions = Functions()
        self._asked: dict[str, int] = {}

    def __contains__(self, operation: object) -> bool:
        """Whether the operation is performed in the same step."""
        return self._answers(str(operation)) is not None

    def __call__(self, item: WorkItem, case: Mapping[str, Any]) -> Performed:
        """Answer for a system. `case` and `error` among the answers are changes of the case and a refusal's code."""
        operation = str(item.operation)
        said = self._answers(operation) or {}
        self._asked[operation] = self._asked.get(operation, 0) + 1
        if "error" in said:
            raise BusinessError(str(said["error"]))
        scope = {"case": case, "arg": item.arguments, "call": self._asked[operation]}
        return Performed(
            {name: self._value(value, scope) for name, value in said.items() if name != "case"},
            {name: self._value(value, scope) for name, value in said.get("case", {}).items()},
        )

    def _answers(self, operation: str) -> Answers | None:
        for said in (self.here, self._said):
            for name in (operation, operation.partition(".")[0] + ".*"):
                if name in said:
                    return said[name]
        return None

    def _value(self, value: Any, scope: Mapping[str, Any]) -> Any:
        if isinstance(value, str) and value.startswith("="):
            return compile_feel(value).evaluate(scope, self.functions)
        return plain(value)
