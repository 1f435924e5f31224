"""Which names an expression may read, and what the contexts among them hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from workflows.feel import Expression, tree
from workflows.feel import compile as compile_feel
from workflows.form import Field, Form
from workflows.lint.subject import Subject
from workflows.model import Node

#: what the application tells of a case
CASE = frozenset({
    "no", "kind", "area", "level", "station", "township", "owner", "owner_role", "owner_head", "next_owner", "next_role",
    "category", "priority", "safety_flag", "supervised", "children", "reporter", "status", "assigned", "extended",
})
_COUNTERS = frozenset({"loopCounter", "numberOfInstances", "numberOfCompletedInstances", "numberOfActiveInstances",
                       "numberOfTerminatedInstances"})


@dataclass(frozen=True)
class Names:
    """The names of one process."""

    #: every variable it may have
    variables: frozenset[str]
    #: context -> what it may hold; a context that is not here may hold anything
    fields: dict[str, frozenset[str]]
    #: names that exist inside a multi-instance activity only, by node
    local: dict[str, frozenset[str]] = field(default_factory=dict)

    def seen_by(self, subject: Subject, node: Node | None) -> frozenset[str]:
        """The names an expression at a node may read; the manifest's see all."""
        if node is None:
            return self.variables.union(*self.local.values(), {"case"})
        loops = [self.local.get(found.id, frozenset()) for found in subject.around(node)]
        message = {"message"} if any(event.kind == "message" for event in node.events) or node.kind == "receive" else set()
        return self.variables.union(*loops, message, {"case"})


def names_of(subject: Subject) -> Names:
    """All names that something in a process gives a value to."""
    manifest = subject.manifest
    given: dict[str, list[frozenset[str] | None]] = {}
    for name, held in _given(subject):
        given.setdefault(name, []).append(held)
    fields = {
        name: frozenset().union(*(one for one in held if one is not None))
        for name, held in given.items() if None not in held
    }
    handed = {name for call in subject.calls() for name, _ in call.ins}
    local = {
        node.id: frozenset({node.loop.item} if node.loop.item else ()) | _COUNTERS
        for node in subject.nodes if node.loop is not None
    }
    return Names(frozenset(given) | set(manifest.variables) | handed, {**fields, "case": CASE}, local)


def _given(subject: Subject) -> Iterator[tuple[str, frozenset[str] | None]]:
    """Each name that something gives, with the fields it may have then; None for anything."""
    manifest = subject.manifest
    if manifest.start_form in manifest.forms:
        yield str(manifest.start_form), manifest.forms[str(manifest.start_form)].variable_keys
    for node in subject.nodes:
        if node.into and node.kind in ("user", "manual", "service", "rule"):
            yield node.into, _held(subject, node)
        if node.then:
            yield node.then.partition(".")[2], _answers(subject, node.then)
        # a context that is put back to null holds nothing more than before
        yield from ((name, frozenset() if text.text.strip() == "null" else None) for name, text in node.sets)
        yield from ((name, None) for name, _ in node.outs)
        if node.loop is not None and node.loop.output:
            yield node.loop.output, None


def _held(subject: Subject, node: Node) -> frozenset[str] | None:
    if node.kind == "service":
        return _answers(subject, node.operation or "")
    if node.kind == "rule" or node.form not in subject.manifest.forms:
        return None
    form: Form = subject.manifest.forms[str(node.form)]
    return form.variable_keys


def _answers(subject: Subject, operation: str) -> frozenset[str] | None:
    facts = (subject.operations or {}).get(operation)
    return facts.answers if facts is not None else None


def texts_of(fields: tuple[Field, ...]) -> Iterator[tuple[str, Expression]]:
    """The expressions of a form, each with the field it belongs to."""
    for one in fields:
        own = [one.required_when, one.shown_when, one.default, *(choice.when for choice in one.choices), one.min, one.max]
        yield from ((one.key, compile_feel(text)) for text in own if isinstance(text, str))
        yield from texts_of(one.fields)


@cache
def in_filters(expression: Expression) -> frozenset[str]:
    """Names inside `[…]`, which may mean a member of the item."""
    conditions = [node.condition for node in every(expression.tree) if isinstance(node, tree.Filter)]
    return frozenset(node.name for condition in conditions for node in every(condition) if isinstance(node, tree.Name))


def every(node: tree.Node) -> Iterator[tree.Node]:
    """A tree's node and all below it."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(tree.inner(current))


def literals(expression: Expression, function: str) -> Iterator[str]:
    """The literal texts that a function is called with first."""
    for node in every(expression.tree):
        if isinstance(node, tree.Call) and isinstance(node.function, tree.Name) and node.function.name == function:
            first = node.arguments[0] if node.arguments else None
            if isinstance(first, tree.Literal) and isinstance(first.value, str):
                yield first.value
