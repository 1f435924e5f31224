"""Return, recall and re-routing: an item's token is withdrawn and a fresh one starts elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.engine import items, scopes
from workflows.engine.run import Run
from workflows.engine.state import Scope, Token
from workflows.errors import WorkflowError
from workflows.model import Node, Plane

_NO_TARGETS = frozenset({"boundary", "start"})


def redirect(run: Run, token: Token, element: str, reason: str) -> None:
    """Start afresh at an element of the same or an enclosing scope, or at the start of a sub-process beside it.

    Raises `WorkflowError`: `redirect.no_such_element`, or `redirect.parallel_branch` when a branch that
    runs beside the item would stay alive in the target's own scope.
    """
    key, source = items.key(token), run.node(token)
    scope, holder, target = _found(run, token, element)
    _refuse_parallel(run, scope, holder)
    scopes.cancel(run, holder)
    run.fact("redirected", source, key=key, to=target.id, reason=reason)
    run.move(scopes.new_token(run, scope, target))


def _found(run: Run, token: Token, element: str) -> tuple[Scope, Token, Node]:
    for scope, holder in _outwards(run, token):
        target = _target(run.plane(scope), element)
        if target is not None:
            return scope, holder, target
    raise WorkflowError("redirect.no_such_element", element=element)


def _outwards(run: Run, token: Token) -> Iterator[tuple[Scope, Token]]:
    """Each scope around an item, with the token in it that leads to the item."""
    while True:
        if token.many:
            token = run.state.tokens[token.many]
        scope = run.state.scopes[token.scope]
        yield scope, token
        if not scope.host:
            return
        token = run.state.tokens[scope.host]


def _target(plane: Plane, element: str) -> Node | None:
    """The node itself when it is drawn in the plane, or the sub-process of the plane that holds it."""
    for node in plane.nodes.values():
        if node.inner is not None and node.inner.kind == "event":
            continue
        if node.id == element:
            return None if node.kind in _NO_TARGETS else node
        if node.inner is not None and any(inner.id == element for inner in node.inner.every_node()):
            return node
    return None


def _refuse_parallel(run: Run, scope: Scope, holder: Token) -> None:
    for other in scopes.inside(run, scope):
        inner = run.node(other).inner
        beside = other is not holder and other.many != holder.id
        if beside and (inner is None or inner.kind != "event"):
            raise WorkflowError("redirect.parallel_branch", element=other.node)
