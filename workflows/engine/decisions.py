"""Business rule tasks: which decision of which file, evaluated over the names of the place."""

from __future__ import annotations

from typing import Any

from workflows.engine.run import Names, Run
from workflows.engine.state import Scope, Token
from workflows.engine.variables import to_json
from workflows.errors import WorkflowError
from workflows.model import Node


def decide(run: Run, scope: Scope, token: Token, node: Node) -> Any:
    """Evaluate the decision of a rule task; which rules fired goes to the audit trail."""
    stem, _, name = (node.decision or "").removesuffix(".dmn").partition("#")
    stem = stem.removesuffix(".dmn")
    model = run.manifest(node.process).decisions.get(stem)
    if model is None:
        raise WorkflowError("decision.unknown", element=node.id, decision=node.decision)
    names = Names(run, scope, run.locals(scope, token), None)
    outcome = model.evaluate(name or None, names, run.functions())
    run.fact("decision", node, **to_json(outcome.facts()))
    return outcome.value
