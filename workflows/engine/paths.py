"""How a token enters a node and leaves it along the flows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.engine.run import Run
from workflows.engine.state import Scope, Token
from workflows.errors import WorkflowError
from workflows.model import Flow, Node

Given = Mapping[str, Any] | None


def enter(run: Run, node: Node, token: Token) -> None:
    """Note that a node was reached, and the word of status that goes with it."""
    run.fact("entered", node)
    word = run.manifest(node.process).status.get(node.id)
    if word is not None and not isinstance(word, str):
        word = run.value(word, run.state.scopes[token.scope], token)
    if word is not None:
        run.output.status = str(word)


def assign(run: Run, node: Node, token: Token, given: Given = None) -> None:
    """Run the `set.` assignments of a node; all of them read the values from before the node."""
    if not node.sets:
        return
    scope = run.state.scopes[token.scope]
    values = [(name, run.value(text, scope, token, given)) for name, text in node.sets]
    for name, value in values:
        run.put(scope, token, name, value)


def leave(run: Run, token: Token, node: Node, given: Given = None) -> None:
    """Run the assignments and pass the token on; a node without a way out consumes it."""
    assign(run, node, token, given)
    depart(run, token, node)


def depart(run: Run, token: Token, node: Node) -> None:
    """Pass the token on along every flow that is open."""
    run.fact("left", node)
    follow(run, token, node, open_flows(run, token, node))


def follow(run: Run, token: Token, node: Node, flows: list[Flow]) -> None:
    """Send the token along the first flow and new ones along the others."""
    token.does, token.data = "move", {}
    if not flows:
        consume(run, token, node)
        return
    token.node, token.flow = flows[0].target, flows[0].id
    run.move(token)
    for flow in flows[1:]:
        twin = Token(run.state.number(), token.scope, flow.target, flow=flow.id)
        run.state.tokens[twin.id] = twin
        run.move(twin)


def consume(run: Run, token: Token, node: Node) -> None:
    """End a token; its scope may be finished by that."""
    del run.state.tokens[token.id]
    ended_at(run, run.state.scopes[token.scope], node)
    run.settle(token.scope)


def ended_at(run: Run, scope: Scope, node: Node) -> None:
    """Remember at which node the outermost process came to an end.

    Side paths of events do not count; one that interrupted the whole process has taken its place.
    """
    while scope.host:
        plane = run.plane(scope)
        if plane.kind != "event" or not plane.starts[0].interrupting:
            return
        scope = run.state.scopes[run.state.tokens[scope.host].scope]
    if node.inner is None:
        run.state.ended = node.id


def open_flows(run: Run, token: Token, node: Node) -> list[Flow]:
    """The flows a token takes out of a node that is no exclusive gateway."""
    conditional = [flow for flow in node.outgoing if flow.condition is not None]
    if not conditional:
        return [flow for flow in node.outgoing]
    scope = run.state.scopes[token.scope]
    taken = {flow.id for flow in conditional if _true(run, flow, scope, token)}
    flows = [flow for flow in node.outgoing
             if flow.id in taken or (flow.condition is None and flow is not node.default)]
    if not taken and node.default is not None:
        flows.append(node.default)
    if node.kind == "inclusive":
        if not flows:
            raise WorkflowError("gateway.no_way", element=node.id)
        run.fact("gateway", node, flows=[flow.id for flow in flows], because=_because(node, taken))
    return flows


def choose(run: Run, token: Token, node: Node) -> Flow:
    """The one flow an exclusive gateway takes: the first true one in the order drawn, else the default."""
    scope = run.state.scopes[token.scope]
    for flow in node.outgoing:
        if flow is node.default:
            continue
        if flow.condition is None and len(node.outgoing) > 1 and node.default is None:
            continue
        if flow.condition is None or _true(run, flow, scope, token):
            return _chosen(run, node, flow)
    unconditional = [flow for flow in node.outgoing if flow.condition is None]
    default = node.default or (unconditional[0] if unconditional else None)
    if default is None:
        raise WorkflowError("gateway.no_way", element=node.id)
    return _chosen(run, node, default)


def _chosen(run: Run, node: Node, flow: Flow) -> Flow:
    if len(node.outgoing) > 1:
        run.fact("gateway", node, flows=[flow.id], because=flow.condition.text if flow.condition else "default")
    return flow


def _because(node: Node, taken: set[str]) -> str:
    reasons = [flow.condition.text for flow in node.outgoing if flow.id in taken and flow.condition]
    return "; ".join(reasons) or "default"


def _true(run: Run, flow: Flow, scope: Scope, token: Token) -> bool:
    return flow.condition is not None and run.value(flow.condition, scope, token) is True
