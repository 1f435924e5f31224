"""Rewrite what the library would misread into what it reads right; `workflows/refusals.py` refuses the rest.

Works on a parsed tree in place. Each rewriting leaves a note with the element, so that nothing is
executed differently from what is drawn without saying so.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator

from lxml import etree

from workflows.errors import Finding

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
#: tags of everything that holds flow nodes
PLANES = ("process", "subProcess", "transaction", "adHocSubProcess")
_GLOBAL_TASKS = {"globalTask": "task", "globalUserTask": "userTask", "globalManualTask": "manualTask",
                 "globalScriptTask": "scriptTask", "globalBusinessRuleTask": "businessRuleTask"}


def tag(name: str) -> str:
    """Return the full name of a BPMN element."""
    return f"{{{MODEL}}}{name}"


def local(node: etree._Element) -> str:
    """Return the short name of a BPMN element; empty for comments and foreign elements."""
    if not isinstance(node.tag, str) or not node.tag.startswith(f"{{{MODEL}}}"):
        return ""
    return node.tag.rpartition("}")[2]


def planes(root: etree._Element) -> Iterator[etree._Element]:
    """Walk over every process and sub-process."""
    return root.iter(*(tag(name) for name in PLANES))


def normalise(root: etree._Element) -> list[Finding]:
    """Rewrite the tree in place; return one note for each thing that was rewritten."""
    notes: list[Finding] = []
    for rule in (_events_by_reference, _global_tasks, _data, _instantiating_receive, _links):
        notes += rule(root)
    return notes


def _note(rule: str, element: str | None) -> Finding:
    return Finding(f"bpmn.rewritten.{rule}", element or "", level="note")


def _events_by_reference(root: etree._Element) -> list[Finding]:
    """An event definition that stands at the top and is referred to is copied to where it is meant."""
    defined = {node.get("id"): node for node in root if local(node).endswith("EventDefinition")}
    notes = []
    for reference in list(root.iter(tag("eventDefinitionRef"))):
        meant = defined.get((reference.text or "").strip())
        if meant is None:
            continue
        fresh = copy.deepcopy(meant)
        fresh.attrib.pop("id", None)
        event = reference.getparent()
        event.replace(reference, fresh)
        notes.append(_note("event_reference", event.get("id")))
    return notes


def _global_tasks(root: etree._Element) -> list[Finding]:
    """A global task becomes a process of one task, so that a call activity can call it."""
    notes = []
    for drawn in [node for node in root if local(node) in _GLOBAL_TASKS]:
        key = drawn.get("id")
        process = etree.SubElement(root, tag("process"), id=key, isExecutable="true")
        task = etree.SubElement(process, tag(_GLOBAL_TASKS[local(drawn)]), dict(drawn.attrib), id=f"{key}_task")
        task.extend(list(drawn))
        etree.SubElement(process, tag("startEvent"), id=f"{key}_start")
        etree.SubElement(process, tag("endEvent"), id=f"{key}_end")
        for source, target in (("start", "task"), ("task", "end")):
            etree.SubElement(process, tag("sequenceFlow"), id=f"{key}_{source}_{target}",
                             sourceRef=f"{key}_{source}", targetRef=f"{key}_{target}")
        root.remove(drawn)
        notes.append(_note("global_task", key))
    return notes


def _data(root: etree._Element) -> list[Finding]:
    """Data stores, data objects and their associations are documentation here: variables belong to the process."""
    notes = []
    for name in ("dataStore", "dataInputAssociation", "dataOutputAssociation", "ioSpecification"):
        for node in list(root.iter(tag(name))):
            notes.append(_note("data", node.get("id") or node.getparent().get("id")))
            node.getparent().remove(node)
    return notes


def _instantiating_receive(root: etree._Element) -> list[Finding]:
    """A receive task that starts its process is a message start event."""
    notes = []
    for plane in planes(root):
        arrived = {flow.get("targetRef") for flow in plane.findall(tag("sequenceFlow"))}
        for task in plane.findall(tag("receiveTask")):
            if task.get("instantiate") != "true" or task.get("id") in arrived:
                continue
            task.tag = tag("startEvent")
            definition = etree.SubElement(task, tag("messageEventDefinition"))
            if message := task.attrib.pop("messageRef", None):
                definition.set("messageRef", message)
            task.attrib.pop("instantiate")
            notes.append(_note("instantiating_receive", task.get("id")))
    return notes


def _links(root: etree._Element) -> list[Finding]:
    """A pair of links is a flow from the throwing to the catching one."""
    notes = []
    for plane in planes(root):
        targets = {name: node for node, name in _linked(plane, "intermediateCatchEvent")}
        for source, name in _linked(plane, "intermediateThrowEvent"):
            if (target := targets.get(name)) is None:
                continue
            etree.SubElement(plane, tag("sequenceFlow"), id=f"{source.get('id')}_link",
                             sourceRef=source.get("id"), targetRef=target.get("id"))
            _unlink(source)
            notes.append(_note("link", source.get("id")))
        for node in targets.values():
            _unlink(node)
    return notes


def _linked(plane: etree._Element, name: str) -> list[tuple[etree._Element, str]]:
    return [(node, link.get("name")) for node in plane.findall(tag(name))
            if (link := node.find(tag("linkEventDefinition"))) is not None]


def _unlink(event: etree._Element) -> None:
    """A linked pair passes its token on: a none event, which both ends become, does just that."""
    event.remove(event.find(tag("linkEventDefinition")))
    event.tag = tag("intermediateThrowEvent")
    event.set("linked", "true")
