"""Names that lead outside the diagram: roles, forms, decisions, operations and their arguments."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.errors import Finding
from workflows.lint.subject import Rule, Subject


def roles(subject: Subject) -> Iterator[Finding]:
    """A literal role is one the application knows."""
    manifest = subject.manifest
    named = [(name, lane.role) for name, lane in manifest.roles.items()]
    named += [(code, facts.role) for code, facts in manifest.escalations.items()]
    named += [(node.id, node.role) for node in subject.nodes]
    for place, role in named:
        if isinstance(role, str) and role not in subject.roles:
            yield subject.error("role_unknown", place, role=role)


def actors(subject: Subject) -> Iterator[Finding]:
    """Whoever may start an act is the reporter, a lane or a role."""
    for message, act in subject.manifest.acts.items():
        for name in act.by:
            if name != "reporter" and name not in subject.manifest.roles and name not in subject.roles:
                yield subject.error("role_unknown", message, role=name)


def forms(subject: Subject) -> Iterator[Finding]:
    """A form that a task or an act names lies in the folder."""
    named = [(node.id, node.form) for node in subject.nodes]
    named += [(message, act.form) for message, act in subject.manifest.acts.items()]
    for place, form in named:
        if form is not None and form not in subject.manifest.forms:
            yield subject.error("form_unknown", place, form=form)


def decisions(subject: Subject) -> Iterator[Finding]:
    """A decision that a rule task names stands in a table of the folder."""
    for node in subject.nodes:
        if node.kind != "rule":
            continue
        file, _, decision = (node.decision or "").partition("#")
        model = subject.manifest.decisions.get(file.removesuffix(".dmn"))
        if model is None or (decision and decision not in model.decisions):
            yield subject.error("decision_unknown", node.id, decision=node.decision or "–")


def operations(subject: Subject) -> Iterator[Finding]:
    """An operation is one that a system offers; what is done with a completion is local."""
    if subject.operations is None:
        return
    for node in subject.nodes:
        for name in (node.operation, node.then):
            if name is not None and name not in subject.operations:
                yield subject.error("operation_unknown", node.id, operation=name)
        if node.then in subject.operations and not subject.operations[node.then].local:
            yield subject.error("operation_remote", node.id, operation=node.then)
        if node.kind == "service" and node.operation is None:
            yield subject.error("operation_missing", node.id)


def arguments(subject: Subject) -> Iterator[Finding]:
    """An argument is one that the operation takes, and what it needs is given."""
    for node in subject.nodes:
        called = node.operation or node.then or ""
        operation = (subject.operations or {}).get(called)
        if operation is None:
            continue
        given = {name for name, _ in node.args}
        for name in sorted(given - operation.arguments):
            yield subject.error("argument_unknown", node.id, argument=name, operation=called)
        for name in sorted(operation.required - given):
            yield subject.error("argument_missing", node.id, argument=name, operation=called)


RULES: tuple[Rule, ...] = (roles, actors, forms, decisions, operations, arguments)
