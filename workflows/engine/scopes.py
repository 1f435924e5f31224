"""Scopes: opened for a process or sub-process, and closed with everything in them."""

from __future__ import annotations

from typing import Any

from workflows.engine import items, waits
from workflows.engine.run import Run
from workflows.engine.state import HOST, ITEM, Scope, Token
from workflows.errors import EngineLimit
from workflows.model import Node, Plane

#: sub-processes and calls in each other
DEEPEST = 40


def open_scope(run: Run, plane: Plane, host: Token | None, variables: dict[str, Any] | None = None) -> Scope:
    """Open a scope for a plane; with variables, it is a process with a scope of names of its own."""
    scope = Scope(run.state.number(), plane.process, plane.id, host.id if host else 0)
    if host is not None:
        outer = run.state.scopes[host.scope]
        scope.frame = outer.frame if variables is None else f"{plane.process}#{scope.id}"
        host.does = HOST
        if depth(run, outer) >= DEEPEST:
            raise EngineLimit("engine.too_deep", most=DEEPEST, element=host.node)
    if variables is not None and scope.frame:
        run.variables[scope.frame] = variables
    run.state.scopes[scope.id] = scope
    return scope


def listen(run: Run, scope: Scope) -> None:
    """Wait for the starts of the event sub-processes drawn in a scope."""
    for handler in run.plane(scope).handlers:
        waits.arm(run, handler.inner.starts[0], scope, None)


def populate(run: Run, scope: Scope) -> None:
    """Put a token on every start of a scope."""
    for start in run.plane(scope).starts:
        run.move(new_token(run, scope, start))


def new_token(run: Run, scope: Scope, node: Node) -> Token:
    """Make a token that stands at a node."""
    token = Token(run.state.number(), scope.id, node.id)
    run.state.tokens[token.id] = token
    return token


def depth(run: Run, scope: Scope) -> int:
    """How many scopes lie around a scope."""
    found = 0
    while scope.host:
        scope = run.state.scopes[run.state.tokens[scope.host].scope]
        found += 1
    return found


def hosted(run: Run, token: Token) -> Scope | None:
    """The scope that runs for a token."""
    return next((scope for scope in run.state.scopes.values() if scope.host == token.id), None)


def inside(run: Run, scope: Scope) -> list[Token]:
    """The tokens directly in a scope."""
    return [token for token in run.state.tokens.values() if token.scope == scope.id]


def cancel(run: Run, token: Token) -> None:
    """Withdraw a token with everything that runs for it."""
    if token.id not in run.state.tokens:
        return
    empty(run, token)
    del run.state.tokens[token.id]


def empty(run: Run, token: Token) -> None:
    """Withdraw everything that runs for a token, and all it waits for; the token itself stays."""
    waits.disarm(run, waits.of_token(run, token))
    if token.does == ITEM:
        items.close_item(run, token, run.node(token), "withdrawn")
    elif token.does == HOST:
        scope = hosted(run, token)
        if scope is not None:
            close(run, scope)
            run.fact("withdrawn", run.node(token))
    else:
        for child in [child for child in run.state.tokens.values() if child.many == token.id]:
            cancel(run, child)
    token.data = {}


def clear(run: Run, scope: Scope) -> None:
    """Withdraw everything in a scope; the scope itself stays."""
    for token in inside(run, scope):
        cancel(run, token)
    waits.disarm(run, waits.of_scope(run, scope))


def close(run: Run, scope: Scope) -> None:
    """Close a scope with everything in it, and forget the variables that were its own."""
    clear(run, scope)
    del run.state.scopes[scope.id]
    if scope.frame and run.compiled.planes[scope.process, scope.plane].kind == "process":
        del run.variables[scope.frame]
