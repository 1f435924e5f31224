"""Work items: whom one waits for, until when, opened, closed, and looked at again when something changed."""

from __future__ import annotations

from typing import Any

from workflows.engine.run import Run, instant, iso
from workflows.engine.state import ITEM, Scope, Token
from workflows.engine.timing import Due, due_of
from workflows.engine.variables import to_json
from workflows.feel import Expression
from workflows.manifest import LaneRole
from workflows.model import Node
from workflows.participant import Participant
from workflows.progress import Closed, WorkItem

_ANYBODY = LaneRole()
SYSTEM = Participant.system()


def key(token: Token) -> str:
    """The key of the item a token waits at."""
    return f"{token.node}:{token.id}"


def open_item(run: Run, token: Token, node: Node) -> WorkItem:
    """Open the work item of an activity."""
    scope = run.state.scopes[token.scope]
    due = _due(run, node, scope, token, iso(run.now))
    token.does = ITEM
    token.data = _remembered(iso(run.now), due, _who(run, node, scope, token), _urgent(run, node, scope, token))
    item = _item(run, token, node, due)
    run.output.opened[item.key] = item
    run.fact("opened", node, key=item.key, due=token.data.get("due"), participant=token.data["who"],
             **({"local": item.local} if item.local else {}))
    return item


def close_item(run: Run, token: Token, node: Node, how: str) -> None:
    """Close the item of a token; one that nobody has seen yet leaves no trace but the facts."""
    name = key(token)
    if run.output.opened.pop(name, None) is None:
        run.output.closed[name] = Closed(name, how)  # type: ignore[arg-type]  # the two words of Closed
    run.output.amended.pop(name, None)
    run.fact(how, node, key=name)


def described(run: Run, token: Token, node: Node) -> WorkItem:
    """The item of a token as it stands now."""
    data = token.data
    due = Due(instant(data["due"]), instant(data["from"]) if data.get("from") else None) if data.get("due") else None
    return _item(run, token, node, due)


def arguments(run: Run, token: Token, node: Node) -> dict[str, Any]:
    """The evaluated arguments of an operation."""
    scope = run.state.scopes[token.scope]
    return {name: to_json(run.value(text, scope, token)) for name, text in node.args}


def local_names(run: Run, token: Token) -> dict[str, Any]:
    """Item-scoped names around a token, the innermost winning."""
    if not run.has_locals:
        return {}
    names: dict[str, Any] = {}
    for found in reversed(run.locals(run.state.scopes[token.scope], token)):
        names |= found
    return names


def amend(run: Run, *, every: bool = False) -> None:
    """Look again at every open item whose limit or participant reads what this command changed."""
    for token in list(run.state.tokens.values()):
        if token.does == ITEM:
            _amend(run, token, run.node(token), every)


def _amend(run: Run, token: Token, node: Node, every: bool) -> None:
    scope, data = run.state.scopes[token.scope], token.data
    changed = run.changed.get(scope.frame, ())
    due = None
    fresh = dict(data)
    if node.due is not None and _reads(node.due, changed, "case" if run.case_changed else None):
        due = _due(run, node, scope, token, data["since"])
        fresh = _remembered(data["since"], due, data["who"], data.get("urgent", False))
    if every or any(_reads(text, changed, "case") for text in _texts(run, node)):
        fresh["who"] = _who(run, node, scope, token)
        fresh.pop("urgent", None)
        if _urgent(run, node, scope, token):
            fresh["urgent"] = True
    if fresh == data:
        return
    if fresh.get("due") != data.get("due"):
        run.fact("rescheduled", node, key=key(token), due=fresh.get("due"), reason=node.id)
    token.data = fresh
    report(run, token, _item(run, token, node, due) if due else described(run, token, node))


def report(run: Run, token: Token, item: WorkItem) -> None:
    """Say that an open item is different now."""
    target = run.output.opened if item.key in run.output.opened else run.output.amended
    target[item.key] = item


def _reads(text: Expression, changed: Any, case: str | None) -> bool:
    return not text.names.isdisjoint(changed) or (case is not None and case in text.names)


def _texts(run: Run, node: Node) -> list[Expression]:
    lane = _lane(run, node)
    return [text for text in (node.role, node.organ, node.urgent, lane.role, lane.organ, lane.visitor)
            if text is not None and not isinstance(text, str)]


def _remembered(since: str, due: Due | None, who: list[Any], urgent: bool) -> dict[str, Any]:
    data: dict[str, Any] = {"since": since, "who": who}
    if due is not None:
        data["due"] = iso(due.at)
        if due.firm:
            data["firm"] = True
        if due.start is not None:
            data["from"] = iso(due.start)
    if urgent:
        data["urgent"] = True
    return data


def _item(run: Run, token: Token, node: Node, due: Due | None) -> WorkItem:
    system = node.kind == "service"
    return WorkItem(
        key=key(token), element=node.id, process=node.process, participant=_participant(token.data["who"]),
        form=node.form, operation=node.operation if system else None,
        arguments=arguments(run, token, node) if system else {},
        due=due.at if due else None, due_from=due.start if due else None, due_facts=due.facts if due else None,
        urgent=token.data.get("urgent", False), local=local_names(run, token),
    )


def _due(run: Run, node: Node, scope: Scope, token: Token, since: str) -> Due | None:
    if node.due is None:
        return None
    moment = instant(since)
    return due_of(run.value(node.due, scope, token, moment=moment), moment, end_of_day=True)


def _urgent(run: Run, node: Node, scope: Scope, token: Token) -> bool:
    return node.urgent is not None and run.value(node.urgent, scope, token) is True


def _lane(run: Run, node: Node) -> LaneRole:
    return run.manifest(node.process).roles.get(node.lane or "", _ANYBODY)


def _who(run: Run, node: Node, scope: Scope, token: Token) -> list[Any]:
    """The participant as plain values: kind, role, organ, party."""
    lane = _lane(run, node)
    if node.kind == "service" or lane.system:
        return ["system"]
    if node.role is None and lane.visitor is not None:
        return ["visitor", None, None, to_json(run.value(lane.visitor, scope, token))]
    role = node.role or lane.role
    if role is not None and not isinstance(role, str):
        role = run.value(role, scope, token)
    organ = node.organ or lane.organ
    return ["role", role, to_json(run.value(organ, scope, token)) if organ is not None else None]


def _participant(who: list[Any]) -> Participant:
    kind, role, organ, party = (*who, None, None, None)[:4]
    return Participant(kind, role=role, organ=organ, party=party)

