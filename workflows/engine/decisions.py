"""Business rule tasks: which decision of which file, evaluated over the names of the place."""

from __future__ import annotations

from typing import Any

from workflows.engine.run import Run
from workflows.engine.state import Scope, Token
from workflows.engine.variables import to_json
from workflows.errors import WorkflowError
from workflows.model import Node


def decide(run: Run, scope: Scope, token: Token, node: Node) -> Any:
    """Take the decision of a rule task; which rules fired, and on what, goes to the audit trail."""
    file, _, name = (node.decision or "").partition("#")
    stem = file.removesuffix(".dmn")
    model = run.manifest(node.process).decisions.get(stem)
    if model is None or not model.decisions:
        raise WorkflowError("decision.unknown", element=node.id, decision=node.decision)
    taken = model.decide(name or model.decisions[-1], run.visible(scope, token), run.functions())
    run.fact("decision", node, decision=node.decision, inputs=to_json(taken.inputs), result=to_json(taken.result),
             rules=[{"id": rule.id, "index": rule.index, "why": rule.annotation} for rule in taken.rules])
    return taken.result
