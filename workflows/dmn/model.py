"""A file of decisions, ready to decide: the requirement graph and who sees whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.dmn.boxed import FunctionBox, shaped
from workflows.dmn.definitions import Definitions, Node
from workflows.dmn.reach import names_read
from workflows.dmn.values import Course, Decision
from workflows.errors import ExpressionFailed, WorkflowError
from workflows.feel.expression import FUEL
from workflows.feel.host import STANDARD, Functions
from workflows.feel.kinds import Kind
from workflows.feel.running import inward
from workflows.feel.values import Function


class UnknownDecision(WorkflowError):
    """The file holds no decision of that id or name."""

    id = "dmn.unknown_decision"


class DecisionModel:
    """All decisions of a file. A value: deciding changes nothing in it."""

    def __init__(self, definitions: Definitions, source: str) -> None:
        self._definitions = definitions
        self._nodes = definitions.nodes()
        self.source = source
        self.findings = tuple(definitions.findings)

    @property
    def decisions(self) -> tuple[str, ...]:
        """The ids of its decisions, in the order of the file."""
        return tuple(self._definitions.decisions)

    @property
    def services(self) -> tuple[str, ...]:
        """The ids of its decision services."""
        return tuple(self._definitions.services)

    def node(self, name: str) -> Node:
        """Return the decision or service of an id or name. Raises UnknownDecision."""
        nodes = {**self._definitions.services, **self._definitions.decisions}
        found = nodes.get(name) or next((node for node in nodes.values() if node.name == name), None)
        if found is None:
            raise UnknownDecision(name=name, source=self.source)
        return found

    def names_read(self, name: str) -> frozenset[str]:
        """Return the variables that a decision and those it rests on read from the data."""
        return names_read(self.node(name), self._nodes)

    def decide(
        self, name: str, scope: Mapping[str, Any], functions: Functions | None = None, fuel: int = FUEL
    ) -> Decision:
        """Take a decision, by id or name, over the data.

        Raises NoRuleMatches, SeveralRulesMatch and other ExpressionFailed with the inputs: a table that does
        not know the answer is an incident.
        """
        return self._begin(name, scope, Course(fuel, functions or STANDARD, demanding=True))

    def evaluate(
        self, name: str, scope: Mapping[str, Any], functions: Functions | None = None, fuel: int = FUEL
    ) -> Decision:
        """Take a decision exactly as the standard has it: null where a table does not know the answer."""
        return self._begin(name, scope, Course(fuel, functions or STANDARD, demanding=False))

    def _begin(self, name: str, scope: Mapping[str, Any], meter: Course) -> Decision:
        node = self.node(name)
        run = _Run(self._nodes, scope, meter)
        try:
            return run.service(node) if node.answers else run.decision(node)
        except RecursionError:
            raise ExpressionFailed("feel.calls_too_deep")


class _Run:
    """One run over the graph: each decision is taken once."""

    def __init__(self, nodes: Mapping[str, Node], scope: Mapping[str, Any], meter: Course) -> None:
        self.nodes = nodes
        self.scope = scope
        self.meter = meter
        self.taken: dict[str, Decision] = {}

    def decision(self, node: Node) -> Decision:
        """Take a decision, after those it needs."""
        if node.id in self.taken:
            return self.taken[node.id]
        scope, required = self._seen_by(node)
        meter = self.meter
        fired, seen, remarks = meter.fired, meter.seen, meter.remarks
        meter.fired, meter.seen, meter.remarks = [], {}, ()
        value = node.box.run(scope, meter) if node.box else None
        value = shaped(node.type, value, node.name, meter)
        taken = Decision(value, tuple(meter.fired), meter.seen, required, _facts(meter))
        meter.fired, meter.seen, meter.remarks = fired, seen, remarks
        self.taken[node.id] = taken
        return taken

    def _seen_by(self, node: Node) -> tuple[dict[str, Any], dict[str, Decision]]:
        """Return the scope of a node and the decisions taken for it."""
        scope, required = dict(self.scope), {}
        for identity in node.needs:
            needed = self.nodes[identity]
            if isinstance(needed.box, FunctionBox):
                scope[needed.name] = needed.box.run(self._seen_by(needed)[0], self.meter)
            elif needed.answers:
                scope[needed.name] = self._as_function(needed)
            elif needed.box is not None:
                required[needed.name] = self.decision(needed)
                scope[needed.name] = required[needed.name].result
            else:
                scope[needed.name] = self._input(needed)
        return scope, required

    def _input(self, node: Node) -> Any:
        value = inward(node.type.from_host(self.scope.get(node.name)), self.meter)
        result, fits = node.type.shape(value, self.meter)
        if not fits:
            if self.meter.demanding:
                raise ExpressionFailed("dmn.input_type", name=node.name, type=node.type.kind.name)
            self.meter.remark("dmn.input_type", 0, name=node.name, type=node.type.kind.name)
        return result

    def service(self, node: Node) -> Decision:
        """Answer for a decision service with the decisions it gives out."""
        run = _Run(self.nodes, self.scope, self.meter)
        for identity in node.given:
            given = self.nodes[identity]
            if given.box is not None:
                run.taken[identity] = Decision(inward(self.scope.get(given.name), self.meter))
        answers = {self.nodes[identity].name: run.decision(self.nodes[identity]) for identity in node.answers}
        results = {name: answer.result for name, answer in answers.items()}
        value = next(iter(results.values())) if len(results) == 1 else results
        rules = tuple(rule for answer in answers.values() for rule in answer.rules)
        return Decision(shaped(node.type, value, node.name, self.meter), rules, {}, answers, _facts(self.meter))

    def _as_function(self, node: Node) -> Function:
        names = tuple(self.nodes[identity].name for identity in node.given)
        kinds: tuple[Kind, ...] = tuple(self.nodes[identity].type.kind for identity in node.given)

        def call(meter: Any, arguments: list[Any]) -> Any:
            if len(arguments) != len(names):
                return None
            meter.enter(30)
            scope = {**self.scope, **dict(zip(names, arguments, strict=True))}
            answer = _Run(self.nodes, scope, meter).service(node).result
            meter.leave(30)
            return answer

        return Function(names, call, kinds)


def _facts(meter: Course) -> tuple[dict[str, Any], ...]:
    return tuple({"id": remark.id, "place": remark.place, **remark.facts} for remark in meter.remarks)
