"""The inspector: what is wrong or unwise in a process folder, before anything of it runs.

One function per rule; each takes a `Subject` and yields findings. An `error` keeps the bundle from being
deployed, a `warning` advises whoever draws.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

from workflows.bundle import Bundle
from workflows.definition import parse
from workflows.errors import BundleInvalid, Finding
from workflows.lint import drawing, idle, names, people, reading, ways
from workflows.lint.subject import OperationFacts, Rule, Subject

__all__ = ["RULES", "OperationFacts", "inspect"]

RULES: tuple[Rule, ...] = (*names.RULES, *drawing.RULES, *reading.RULES, *ways.RULES, *people.RULES, *idle.RULES)


def inspect(
    bundle: Bundle, *, roles: Container[str], operations: Mapping[str, OperationFacts] | None = None
) -> list[Finding]:
    """Return everything that is wrong or unwise in a bundle; what cannot even be read comes alone."""
    try:
        definition = parse(bundle)
    except BundleInvalid as invalid:
        return list(invalid.findings)
    subjects = [Subject(definition, process, roles, operations) for process in bundle.processes()]
    return [finding for subject in subjects for rule in RULES for finding in rule(subject)]
