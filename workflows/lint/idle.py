"""What the manifest says about things that are not drawn, and what is drawn that it says nothing about."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.errors import Finding
from workflows.lint.knowing import texts_of
from workflows.lint.subject import Rule, Subject


def elements(subject: Subject) -> Iterator[Finding]:
    """Status words and milestones belong to elements that exist."""
    drawn = {node.id for node in subject.nodes}
    for table, entries in (("status", subject.manifest.status), ("milestones", subject.manifest.milestones)):
        yield from (subject.error("element_unknown", name, table=table) for name in entries if name not in drawn)


def milestones(subject: Subject) -> Iterator[Finding]:
    """A milestone has words for those who read it."""
    for node in subject.nodes:
        if node.kind == "throw" and not node.events and node.id not in subject.manifest.milestones:
            yield subject.error("milestone_words", node.id)


def escalations(subject: Subject) -> Iterator[Finding]:
    """An escalation that is thrown goes to somebody, and one that is addressed is thrown."""
    thrown = {event.name: node.id for node in subject.nodes if node.kind in ("throw", "end") for event in node.events
              if event.kind == "escalation"}
    for code, element in thrown.items():
        if code not in subject.manifest.escalations:
            yield subject.warning("escalation_to_nobody", element, code=code)
    yield from (subject.error("escalation_never", code, code=code) for code in subject.manifest.escalations if code not in thrown)


def acts(subject: Subject) -> Iterator[Finding]:
    """An act begins with a message that something catches."""
    caught = {event.name for node in subject.nodes if node.kind not in ("throw", "end") for event in node.events
              if event.kind == "message"}
    yield from (subject.error("act_without_catch", message, message=message) for message in subject.manifest.acts if message not in caught)


def lanes(subject: Subject) -> Iterator[Finding]:
    """Every lane of the manifest acts somewhere, or may start something."""
    used = {node.lane for node in subject.nodes} | {name for act in subject.manifest.acts.values() for name in act.by}
    yield from (subject.warning("lane_idle", name) for name in subject.manifest.roles if name not in used)


def forms(subject: Subject) -> Iterator[Finding]:
    """Every form is asked."""
    manifest = subject.manifest
    asked = {node.form for node in subject.nodes} | {act.form for act in manifest.acts.values()} | {manifest.start_form}
    own = {name.removeprefix("forms/").removesuffix(".form.json") for name in subject.definition.bundle.of(subject.process)
           if name.startswith("forms/")}
    yield from (subject.warning("form_idle", name) for name in sorted(own - asked))


def variables(subject: Subject) -> Iterator[Finding]:
    """Every declared variable is read, or comes back from a call."""
    read = {name for _, _, text, _ in subject.expressions() for name in text.names}
    read |= {name for form in subject.manifest.forms.values() for _, text in texts_of(form.fields) for name in text.names}
    read |= {name for call in subject.calls() for _, text in call.outs for name in text.names}
    for model in subject.manifest.decisions.values():
        read |= {name for decision in model.decisions for name in model.names_read(decision)}
    yield from (subject.warning("variable_idle", name) for name in subject.manifest.variables if name not in read)


RULES: tuple[Rule, ...] = (elements, milestones, escalations, acts, lanes, forms, variables)
