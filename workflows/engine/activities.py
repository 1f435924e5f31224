"""Activities: begun, run once or several times, finished."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.engine import decisions, events, items, scopes, waits
from workflows.engine.paths import Given, assign, depart
from workflows.engine.run import Run
from workflows.engine.state import MANY, WAIT, Scope, Token
from workflows.engine.variables import to_json
from workflows.errors import BusinessError, EngineLimit, ExpressionFailed
from workflows.model import Loop, Node
from workflows.progress import WorkItem

MOST_RUNS = 1_000


def begin(run: Run, token: Token, node: Node) -> None:
    """Begin an activity; the token gets a fresh number, so that every stay has a key of its own."""
    del run.state.tokens[token.id]
    token.id = run.state.number()
    run.state.tokens[token.id] = token
    token.flow = None
    if node.loop is not None:
        _begin_many(run, token, node, node.loop)
    else:
        perform(run, token, node)


def perform(run: Run, token: Token, node: Node) -> None:
    """Do the work of one run of an activity, or begin to wait for it."""
    _PERFORM[node.kind](run, token, node)


def finish(run: Run, token: Token, node: Node, given: Given = None) -> None:
    """An activity is done: stop its boundaries and pass on, or count one run of several."""
    waits.disarm(run, waits.of_token(run, token))
    assign(run, node, token, given)
    if token.many:
        _one_done(run, token, node)
    else:
        depart(run, token, node)


def _guard(run: Run, token: Token, node: Node) -> None:
    """Arm the boundaries of an activity; those of several runs belong to the whole of them."""
    if not token.many:
        scope = run.state.scopes[token.scope]
        for boundary in node.boundaries:
            waits.arm(run, boundary, scope, token)


# the kinds of work


def _person(run: Run, token: Token, node: Node) -> None:
    items.open_item(run, token, node)
    _guard(run, token, node)


def _system(run: Run, token: Token, node: Node) -> None:
    if node.operation is None or run.at.perform is None or node.operation not in run.at.local:
        _person(run, token, node)
        return
    item = WorkItem(f"{node.id}:{token.id}", node.id, node.process, items.SYSTEM, operation=node.operation,
                    arguments=items.arguments(run, token, node), local=items.local_names(run, token))
    if operate(run, token, node, item, node.into):
        finish(run, token, node)


def operate(run: Run, token: Token, node: Node, item: WorkItem, into: str | None) -> bool:
    """Perform a local operation and keep its answers; False when it failed and the error was caught."""
    scope = run.state.scopes[token.scope]
    assert run.at.perform is not None
    try:
        done = run.at.perform(item, run.case)
    except BusinessError as failed:
        run.fact("failed", node, code=failed.code, operation=item.operation)
        if not events.throw_error(run, scope, failed.code, token):
            raise
        return False
    run.change_case(done.case)
    if into and (done.answers or item.operation == node.operation):
        run.put(scope, token, into, _joined(run, token, node, into, done.answers))
    run.fact("performed", node, operation=item.operation)
    return True


def _joined(run: Run, token: Token, node: Node, into: str, answers: Mapping[str, Any]) -> Mapping[str, Any]:
    """An operation that belongs to a completion adds to what the person answered, where both have one name."""
    if node.then is None or into != node.into:
        return answers
    given = run.value_of(run.state.scopes[token.scope], token, into)
    return {**given, **answers} if isinstance(given, Mapping) else answers


def _rule(run: Run, token: Token, node: Node) -> None:
    scope = run.state.scopes[token.scope]
    result = decisions.decide(run, scope, token, node)
    if node.into:
        run.put(scope, token, node.into, result)
    finish(run, token, node)


def _receive(run: Run, token: Token, node: Node) -> None:
    token.does = WAIT
    waits.arm(run, node, run.state.scopes[token.scope], token)
    _guard(run, token, node)


def _sub(run: Run, token: Token, node: Node) -> None:
    assert node.inner is not None
    _guard(run, token, node)
    scope = scopes.open_scope(run, node.inner, token)
    scopes.listen(run, scope)
    scopes.populate(run, scope)


def _call(run: Run, token: Token, node: Node) -> None:
    """Call a process: its variables begin with its initial values and what `in.` hands over."""
    outer = run.state.scopes[token.scope]
    handed = {name: to_json(run.value(text, outer, token)) for name, text in node.ins}
    plane = run.compiled.processes[str(node.called)]
    _guard(run, token, node)
    scope = scopes.open_scope(run, plane, token, dict(handed))
    initialise(run, scope, handed)
    scopes.listen(run, scope)
    run.move(scopes.new_token(run, scope, entry(plane.starts)))


def entry(starts: tuple[Node, ...]) -> Node:
    """The start a process is entered by: the plain one, else the first drawn."""
    return next((node for node in starts if not node.events), starts[0])


def initialise(run: Run, scope: Scope, given: Mapping[str, Any]) -> None:
    """Give the declared variables of a process their first values; what was handed over stays."""
    for name, facts in run.manifest(scope.process).variables.items():
        if facts.initial is not None and name not in given:
            run.put(scope, None, name, run.value(facts.initial, scope))


def end_call(run: Run, scope: Scope) -> None:
    """A called process is over: hand its results to the caller and forget the rest."""
    token = run.state.tokens[scope.host]
    node = run.node(token)
    results = [(name, run.value(text, scope)) for name, text in node.outs]
    scopes.close(run, scope)
    for name, value in results:
        run.put(run.state.scopes[token.scope], token, name, value)
    finish(run, token, node)


_PERFORM = {"user": _person, "manual": _person, "service": _system, "rule": _rule, "receive": _receive,
            "sub": _sub, "call": _call}


# several runs of one activity


def _begin_many(run: Run, token: Token, node: Node, loop: Loop) -> None:
    scope = run.state.scopes[token.scope]
    token.does = MANY
    _guard(run, token, node)
    if loop.kind == "standard":
        token.data = {"done": 0}
        _again_or_done(run, token, node, loop, first=True)
        return
    values = _values(run, loop, scope, token, node)
    token.data = {"all": len(values), "done": 0, "gone": 0}
    if loop.output:
        token.data["out"] = [None] * len(values)
    if not values:
        _all_done(run, token, node)
    elif loop.kind == "parallel":
        for position, value in enumerate(values):
            _start_run(run, token, loop, position, value)
    else:
        token.data["left"] = values[1:]
        _start_run(run, token, loop, 0, values[0])


def _values(run: Run, loop: Loop, scope: Scope, token: Token, node: Node) -> list[Any]:
    """What the runs are for: the items of the list, or just their numbers."""
    if loop.collection is not None:
        found = run.value(loop.collection, scope, token)
        values = [] if found is None else found if isinstance(found, list) else [found]
    else:
        count = run.value(loop.cardinality, scope, token) if loop.cardinality is not None else None
        if count is None or count < 0 or count != int(count):
            raise ExpressionFailed("loop.count", element=node.id, value=str(count)[:80])
        values = list(range(1, int(min(count, MOST_RUNS + 1)) + 1))
    if len(values) > MOST_RUNS:
        raise EngineLimit("loop.too_many", element=node.id, most=MOST_RUNS)
    return [to_json(value) for value in values]


def _start_run(run: Run, host: Token, loop: Loop, position: int, value: Any) -> None:
    local: dict[str, Any] = {"loopCounter": position + 1}
    if loop.item:
        local[loop.item] = value
    child = Token(run.state.number(), host.scope, host.node, many=host.id, local=local)
    run.state.tokens[child.id] = child
    run.has_locals = True
    run.move(child)


def _one_done(run: Run, child: Token, node: Node) -> None:
    host, loop = run.state.tokens[child.many], node.loop
    assert loop is not None and child.local is not None
    host.data["done"] += 1
    child.does = WAIT
    if loop.kind == "standard":
        scopes.cancel(run, child)
        _again_or_done(run, host, node, loop)
        return
    scope = run.state.scopes[child.scope]
    if loop.output and loop.output_item:
        position = child.local["loopCounter"] - 1
        host.data["out"][position] = to_json(run.value_of(scope, child, loop.output_item))
    enough = _enough(run, host, child, loop, scope)
    scopes.cancel(run, child)
    if enough or host.data["done"] == host.data["all"]:
        _all_done(run, host, node)
    elif loop.kind == "sequential":
        value = host.data["left"].pop(0)
        _start_run(run, host, loop, host.data["done"], value)


def _enough(run: Run, host: Token, child: Token, loop: Loop, scope: Scope) -> bool:
    if loop.condition is None:
        return False
    active = sum(token.many == host.id for token in run.state.tokens.values()) - 1
    counts = {"numberOfInstances": host.data["all"], "numberOfCompletedInstances": host.data["done"],
              "numberOfActiveInstances": active, "numberOfTerminatedInstances": 0}
    return run.value(loop.condition, scope, child, counts) is True


def _again_or_done(run: Run, host: Token, node: Node, loop: Loop, *, first: bool = False) -> None:
    """A loop goes on while its condition holds, and never more often than its maximum."""
    done = host.data["done"]
    full = loop.maximum is not None and done >= loop.maximum
    asked = loop.condition is not None and (loop.test_before or not first)
    given = {"loopCounter": done}
    if full or (asked and run.value(loop.condition, run.state.scopes[host.scope], host, given) is not True):
        _all_done(run, host, node)
    elif done >= MOST_RUNS:
        raise EngineLimit("loop.too_many", element=node.id, most=MOST_RUNS)
    else:
        _start_run(run, host, loop, done, None)


def _all_done(run: Run, host: Token, node: Node) -> None:
    """The whole of the runs is over: withdraw what is left of them and go on."""
    collected = host.data.get("out")
    scopes.empty(run, host)
    if collected is not None and node.loop is not None and node.loop.output:
        run.put(run.state.scopes[host.scope], host, node.loop.output, collected)
    depart(run, host, node)

