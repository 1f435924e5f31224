"""What the library reads from a diagram, as specifications of ours.

The library's parser finds processes, lanes, messages, errors, extension elements and event
definitions; each flow node becomes a `Symbol` in a `Sheet`. Unlike the library's own classes a
symbol keeps every flow by its id and gets no invented neighbours, and nodes are read one after the
other instead of one inside the other, so a long diagram needs no deep stack.
Nothing outside this module knows how the library spells things.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.event_definitions import conditional, simple, timer
from SpiffWorkflow.spiff.parser.event_parsers import SpiffEventDefinitionParser
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser, SpiffProcessParser
from SpiffWorkflow.spiff.specs.event_definitions import (
    ErrorEventDefinition,
    EscalationEventDefinition,
    MessageEventDefinition,
    SignalEventDefinition,
)

KINDS = {
    "task": "manual", "manualTask": "manual", "userTask": "user", "serviceTask": "service", "sendTask": "service",
    "businessRuleTask": "rule", "receiveTask": "receive", "callActivity": "call", "subProcess": "sub",
    "transaction": "sub", "adHocSubProcess": "sub", "scriptTask": "script", "startEvent": "start", "endEvent": "end",
    "intermediateCatchEvent": "catch", "intermediateThrowEvent": "throw", "boundaryEvent": "boundary",
    "exclusiveGateway": "exclusive", "parallelGateway": "parallel", "inclusiveGateway": "inclusive",
    "eventBasedGateway": "event_gateway", "complexGateway": "complex",
}
PLANES = {full_tag(name) for name in ("subProcess", "transaction", "adHocSubProcess")}
_EVENT_KINDS = {
    MessageEventDefinition: "message", SignalEventDefinition: "signal", ErrorEventDefinition: "error",
    EscalationEventDefinition: "escalation", simple.TerminateEventDefinition: "terminate",
    simple.CancelEventDefinition: "cancel", conditional.ConditionalEventDefinition: "condition",
    timer.TimeDateEventDefinition: "date", timer.DurationTimerEventDefinition: "duration",
    timer.CycleTimerEventDefinition: "cycle",
}


@dataclass(frozen=True, slots=True)
class Trigger:
    """One event definition: its kind, and the name, code or text that goes with it."""

    kind: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Arrow:
    """A sequence flow as drawn."""

    id: str
    source: str
    target: str
    condition: str | None = None


class Symbol(BpmnTaskSpec):
    """One flow node as drawn: what the library read of it, and the attributes that it leaves out."""

    def __init__(self, sheet: Sheet, name: str, *, kind: str, tag: str, **kwargs: Any) -> None:
        self.kind = kind
        self.tag = tag
        self.words: dict[str, str] = {}
        self.properties: dict[str, str] = {}
        self.triggers: tuple[Trigger, ...] = ()
        self.attributes: dict[str, str] = {}
        self.loop: dict[str, str] | None = None
        super().__init__(sheet, name, **kwargs)
        self.bpmn_id = name


class Sheet(BpmnProcessSpec):
    """One plane of a diagram: a process or a sub-process, with its symbols and arrows."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)
        # the library's own start and end would take the ids of nodes called Start and End
        self.task_specs.clear()
        self.arrows: list[Arrow] = []
        self.tag = "process"
        self.completion: str | None = None
        self.attributes: dict[str, str] = {}
        self.inner: dict[str, Sheet] = {}


class SymbolParser(SpiffEventDefinitionParser):
    """Reads one flow node."""

    def parse_node(self) -> Symbol:
        """Return the symbol of this node; its flows are read with the sheet."""
        tag = etree.QName(self.node).localname
        symbol: Symbol = self.spec_class(
            self.spec, self.bpmn_id, kind=KINDS[tag], tag=tag, lane=self.lane, documentation=self.parse_documentation()
        )
        symbol.bpmn_name = self.node.get("name")
        symbol.extensions = self.parse_extensions()
        symbol.properties = dict(symbol.extensions.get("properties") or {})
        symbol.words = words(self.node, symbol.properties)
        symbol.attributes = dict(self.node.attrib)
        symbol.triggers = tuple(self._triggers())
        symbol.loop = self._loop()
        return symbol

    def _triggers(self) -> list[Trigger]:
        found = [self._trigger(child) for child in self.node if _local(child).endswith("EventDefinition")]
        if self.node.get("messageRef") and not found:
            found.append(self._trigger_of(self.parse_message_event(self.node)))
        return found

    def _trigger(self, definition: etree._Element) -> Trigger:
        kind = _local(definition).removesuffix("EventDefinition")
        if kind in ("link", "compensate"):
            return Trigger(kind, definition.get("name"))
        reference = definition.get(f"{kind}Ref")
        read = getattr(self, f"parse_{'terminate' if kind == 'terminate' else kind}_event")
        trigger = self._trigger_of(read(definition))
        if kind in ("message", "signal", "error", "escalation") and not reference:
            # the library names a definition without reference after its node; the standard says: any
            return Trigger(kind, None)
        return trigger if trigger.text else Trigger(trigger.kind, reference)

    def _trigger_of(self, definition: Any) -> Trigger:
        kind = _EVENT_KINDS[type(definition)]
        if kind in ("error", "escalation"):
            return Trigger(kind, definition.code or definition.name)
        text = getattr(definition, "expression", None) if kind in ("date", "duration", "cycle", "condition") else definition.name
        return Trigger(kind, text if kind not in ("terminate", "cancel") else None)

    def _loop(self) -> dict[str, str] | None:
        for child in self.node:
            local = _local(child)
            if local in ("standardLoopCharacteristics", "multiInstanceLoopCharacteristics"):
                return {"kind": local, **child.attrib, **{_local(part): _loop_text(part) for part in child}}
        return None


class SheetParser(SpiffProcessParser):
    """Reads one plane: every node in the order of the file, then the flows between them."""

    def create_spec(self) -> Sheet:
        """Return the empty sheet; whether the process may be executed is for the findings to say."""
        sheet = Sheet(self.bpmn_id, description=self.get_name(), filename=self.filename)
        sheet.tag = etree.QName(self.node).localname
        sheet.attributes = dict(self.node.attrib)
        condition = self.node.find(full_tag("completionCondition"))
        sheet.completion = condition.text if condition is not None else None
        return sheet

    def add_tasks(self) -> None:
        """Read the nodes of this plane, and the planes inside it."""
        for node in self.node:
            local = _local(node)
            if local in KINDS:
                SymbolParser(self, Symbol, node, self.nsmap, lane=self.get_lane_name(node.get("id"))).parse_node()
            if local == "sequenceFlow":
                self.spec.arrows.append(
                    Arrow(node.get("id"), node.get("sourceRef"), node.get("targetRef"), self.parse_condition(node))
                )
            if node.tag in PLANES:
                self._read_plane(node)

    def _read_plane(self, node: etree._Element) -> None:
        self.parser.create_parser(node, self.filename, None)
        inner = self.parser.process_parsers[node.get("id")]
        inner.parent = self
        self.spec.inner[node.get("id")] = inner.get_spec()


class DiagramParser(SpiffBpmnParser):
    """Reads one file; lanes go by their ids, since names are for people."""

    PROCESS_PARSER_CLASS = SheetParser

    def _add_diagram_indexes(self, bpmn: etree._Element) -> None:
        super()._add_diagram_indexes(bpmn)
        lanes = self.document_lanes[self._document_key(bpmn)]
        for reference in bpmn.iter(full_tag("flowNodeRef")):
            lanes[(reference.text or "").strip()] = reference.getparent().get("id")


def read_sheets(root: etree._Element) -> dict[str, Sheet]:
    """Return the sheets of all processes of a (normalised) file by process id.

    Raises `ValueError` with the library's reason when it cannot read the file.
    """
    parser = DiagramParser()
    try:
        parser.add_bpmn_xml(root)
        return {key: parser.get_spec(key) for key in list(parser.process_parsers)}
    except ValidationException as refused:
        raise ValueError(str(refused)) from refused


def words(node: etree._Element, properties: dict[str, str]) -> dict[str, str]:
    """Return the names of an element by language: the drawn one is Chinese."""
    found = {"zh": node.get("name"), "en": properties.get("name.en")}
    return {language: text for language, text in found.items() if text}


def _local(node: etree._Element) -> str:
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def _loop_text(part: etree._Element) -> str:
    # an item is named by its name or id, everything else by its text
    return (part.text or "").strip() or part.get("name") or part.get("id") or ""
