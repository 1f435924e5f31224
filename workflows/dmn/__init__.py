"""Decisions: reading a file, deciding, and why it came out so (DMN 1.5)."""

from workflows.dmn.checks import check
from workflows.dmn.definitions import read_definitions
from workflows.dmn.model import DecisionModel, UnknownDecision
from workflows.dmn.values import Decision, FiredRule
from workflows.errors import DmnInvalid, Finding, XmlRefused
from workflows.gate import parse_xml

__all__ = ["Decision", "DecisionModel", "FiredRule", "UnknownDecision", "check", "read", "read_leniently"]


def read_leniently(xml: bytes, source: str = "") -> DecisionModel:
    """Read a file of decisions; boxes that are wrong give null, and stand in the model's `findings`.

    Raises DmnInvalid only when the file is no XML or holds no definitions at all.
    """
    try:
        root = parse_xml(xml)
    except XmlRefused as refused:
        raise DmnInvalid([Finding(refused.id, "", refused.facts, source, line=refused.facts.get("line", 0))])
    definitions = read_definitions(root, source)
    if any(finding.id in ("dmn.no_definitions", "dmn.too_many_names", "dmn.missing_node", "dmn.circle") for finding in definitions.findings):
        raise DmnInvalid(definitions.findings)
    return DecisionModel(definitions, source)


def read(xml: bytes, source: str = "") -> DecisionModel:
    """Read a file of decisions. Raises DmnInvalid with everything that is wrong, and where."""
    model = read_leniently(xml, source)
    if model.findings:
        raise DmnInvalid(model.findings)
    return model
