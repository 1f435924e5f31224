"""What expressions read: variables somebody gives, fields that exist, limits that stand in the tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from workflows.dmn.reach import tables
from workflows.errors import Finding
from workflows.feel import Expression, tree
from workflows.lint.knowing import Names, every, in_filters, literals, names_of, texts_of
from workflows.lint.subject import Rule, Subject

_TABLES = {"deadline": "deadlines", "threshold": "thresholds"}


def variables(subject: Subject) -> Iterator[Finding]:
    """An expression reads names that something gives, and of a context what it may hold."""
    names = names_of(subject)
    for place, where, text, node in subject.expressions():
        read = names
        if where.startswith("out.") and node is not None:
            # what comes back is said in the words of the called process
            read = names_of(replace(subject, process=str(node.called)))
            node = None
        for finding in _read(subject, place, text, read.seen_by(subject, node), read):
            yield _at(finding, where)


def forms(subject: Subject) -> Iterator[Finding]:
    """So do the expressions of a form, which see their own fields, too."""
    names, manifest = names_of(subject), subject.manifest
    shown = [(node.form, names.seen_by(subject, node)) for node in subject.nodes if node.form]
    shown += [(act.form, names.seen_by(subject, None)) for act in manifest.acts.values() if act.form]
    if manifest.start_form is not None:
        shown.append((manifest.start_form, frozenset({"case"})))
    for name, known in shown:
        form = manifest.forms.get(name)
        for key, text in texts_of(form.fields) if form is not None else ():
            own = set(form.keys) | {inner.key for one in form.fields for inner in one.fields}
            yield from _read(subject, f"{name}.{key}", text, known | own, names, own)


def decisions(subject: Subject) -> Iterator[Finding]:
    """A table asks for names that the process has."""
    names = names_of(subject)
    for node in subject.nodes:
        file, _, name = (node.decision or "").partition("#")
        model = subject.manifest.decisions.get(file.removesuffix(".dmn")) if node.kind == "rule" else None
        if model is None or not model.decisions or (name and name not in model.decisions):
            continue
        for read in sorted(model.names_read(name or model.decisions[-1]) - names.seen_by(subject, node)):
            yield subject.error("variable_unknown", node.id, name=read, text=node.decision)


def limits(subject: Subject) -> Iterator[Finding]:
    """A limit or threshold that is named literally stands in its table."""
    known = {function: _keys(subject, table) for function, table in _TABLES.items()}
    texts = [(place, text) for place, _, text, _ in subject.expressions()]
    texts += [(f"{name}.{key}", text) for name, form in subject.manifest.forms.items() for key, text in texts_of(form.fields)]
    for place, text in texts:
        for function, keys in known.items():
            yield from (subject.error("limit_unknown", place, key=key, function=function)
                        for key in literals(text, function) if key not in keys)


def declared(subject: Subject) -> Iterator[Finding]:
    """A variable that is set has a type, and so has one that is handed to a call."""
    manifest = subject.manifest
    inside = {node.id for node in subject.nodes if any(one.loop is not None for one in subject.around(node))}
    named = {node.into for node in subject.nodes if node.into}
    for node in subject.nodes:
        for name, _ in node.sets:
            if name not in manifest.variables and name not in named and node.id not in inside:
                yield subject.error("variable_undeclared", node.id, name=name)
        called = subject.definition.manifest(node.called) if node.kind == "call" and node.called else None
        for name, _ in node.ins:
            if called is not None and name not in called.variables:
                yield subject.error("handed_unknown", node.id, name=name, called=node.called)


def _read(
    subject: Subject, place: str, text: Expression, known: frozenset[str], names: Names, own: set[str] | frozenset[str] = frozenset()
) -> Iterator[Finding]:
    for path in sorted(text.paths):
        root, _, rest = path.partition(".")
        first = rest.partition(".")[0]
        if root in own or root in in_filters(text):
            continue
        if root not in known:
            yield subject.error("variable_unknown", place, name=root, text=text.text)
        elif first and root in names.fields and first not in names.fields[root]:
            yield subject.error("field_unknown", place, name=path, known=sorted(names.fields[root]))


def _at(finding: Finding, where: str) -> Finding:
    return replace(finding, facts={**finding.facts, "place": where})


def _keys(subject: Subject, table: str) -> set[str]:
    """The keys of the first column of a shared table."""
    model = subject.manifest.decisions.get(table)
    boxes: list[Any] = [model.node(name).box for name in model.decisions] if model is not None else []
    cells = [rule.cells[0] for box in boxes for found in tables(box) for rule in found.rules]
    return {node.value for cell in cells for node in every(cell.tree) if isinstance(node, tree.Literal) and isinstance(node.value, str)}


RULES: tuple[Rule, ...] = (variables, forms, decisions, limits, declared)
