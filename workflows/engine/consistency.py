"""What must be true after every command; a breach is an incident before it is written, not a dead case after."""

from __future__ import annotations

import json

from workflows.engine.run import LARGEST_VARIABLES, Run
from workflows.engine.state import COMPLETED, JOIN, TERMINATED, WAIT
from workflows.errors import EngineLimit, WorkflowError


def check(run: Run) -> None:
    """Raise `WorkflowError` when the instance could never go on, or has grown beyond its bounds."""
    state = run.state
    if state.status == COMPLETED and state.ended is None:
        raise WorkflowError("engine.no_end_reached")
    if state.status not in (COMPLETED, TERMINATED):
        _waits_for_something(run)
    if run.changed and (size := len(json.dumps(run.variables, ensure_ascii=False))) > LARGEST_VARIABLES:
        raise EngineLimit("engine.variables_too_large", size=size, most=LARGEST_VARIABLES)


def _waits_for_something(run: Run) -> None:
    waiting = {wait.token for wait in run.state.waits.values()}
    busy = {token.scope for token in run.state.tokens.values() if token.does != JOIN}
    listening = {wait.scope for wait in run.state.waits.values() if not wait.token}
    for token in run.state.tokens.values():
        stuck = token.does == JOIN and token.scope not in busy and token.scope not in listening
        if stuck or (token.does == WAIT and token.id not in waiting):
            raise WorkflowError("engine.stuck", element=token.node)
    if not run.state.tokens:
        raise WorkflowError("engine.nothing_left")
