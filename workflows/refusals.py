"""What the engine does not run, said at the element before anything runs.

One function per rule; each takes the (rewritten) tree and yields findings. The judge is the text of
BPMN 2.0.2: what breaks it, and what this engine would have to ignore, is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

from workflows.errors import Finding
from workflows.normalise import local, planes, tag

Findings = Iterator[Finding]
#: flow nodes of one process with everything inside it
MOST_NODES = 300
ACTIVITIES = ("task", "userTask", "manualTask", "serviceTask", "sendTask", "receiveTask", "businessRuleTask",
              "scriptTask", "callActivity", "subProcess", "transaction", "adHocSubProcess")
GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway")
EVENTS = ("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent")
NODES = frozenset(ACTIVITIES + GATEWAYS + EVENTS)
_EVENT_CATCHES = ("message", "timer", "signal", "conditional")
_REFERENCES = {"message": "messageRef", "signal": "signalRef", "error": "errorRef", "escalation": "escalationRef"}


def refuse(root: etree._Element) -> list[Finding]:
    """Return every reason not to run this file."""
    return [finding for rule in RULES for finding in rule(root)]


def nodes(plane: etree._Element) -> list[etree._Element]:
    """The flow nodes drawn directly in a plane."""
    return [node for node in plane if local(node) in NODES]


def definitions(event: etree._Element) -> list[str]:
    """The kinds of event an event waits for or throws."""
    return [local(child).removesuffix("EventDefinition") for child in event if local(child).endswith("EventDefinition")]


def _number(text: str | None) -> int | None:
    try:
        return int((text or "").strip())
    except ValueError:
        return None


def _unsupported(root: etree._Element) -> Findings:
    """Elements that would have to be ignored."""
    for name, rule in (("scriptTask", "script_task"), ("complexGateway", "complex_gateway"),
                       ("compensateEventDefinition", "compensation"), ("choreographyTask", "choreography"),
                       ("subChoreography", "choreography"), ("callChoreography", "choreography")):
        for node in root.iter(tag(name)):
            owner = node.getparent() if name.endswith("Definition") else node
            yield Finding(f"bpmn.{rule}", owner.get("id") or "")
    for node in root.iter(tag("boundaryEvent"), *map(tag, ACTIVITIES)):
        if node.get("isForCompensation") == "true":
            yield Finding("bpmn.compensation", node.get("id") or "")
    for node in root.iter(tag("adHocSubProcess")):
        if node.get("ordering") == "Sequential":
            yield Finding("bpmn.adhoc_sequential", node.get("id") or "")
    for node in root.iter(tag("eventBasedGateway")):
        if node.get("instantiate") == "true":
            yield Finding("bpmn.instantiating_gateway", node.get("id") or "")
    for node in root.iter(*map(tag, EVENTS)):
        if node.get("parallelMultiple") == "true":
            yield Finding("bpmn.parallel_multiple", node.get("id") or "")


def _quantities(root: etree._Element) -> Findings:
    for node in root.iter(*map(tag, ACTIVITIES)):
        for name in ("startQuantity", "completionQuantity"):
            if node.get(name, "1").strip() != "1":
                yield Finding("bpmn.quantity", node.get("id") or "", {"attribute": name, "value": node.get(name)})


def _loops(root: etree._Element) -> Findings:
    for loop in root.iter(tag("standardLoopCharacteristics")):
        most = loop.get("loopMaximum")
        if most is not None and (_number(most) is None or int(most) < 0):
            yield Finding("bpmn.loop_bounds", loop.getparent().get("id") or "", {"value": most})
        if most is None and loop.find(tag("loopCondition")) is None:
            yield Finding("bpmn.loop_endless", loop.getparent().get("id") or "")
    for loop in root.iter(tag("multiInstanceLoopCharacteristics")):
        owner = loop.getparent().get("id") or ""
        count = loop.findtext(tag("loopCardinality"))
        if (_number(count) or 0) < 0:
            yield Finding("bpmn.loop_bounds", owner, {"value": (count or "").strip()})
        if loop.get("behavior", "All") != "All" or loop.find(tag("complexBehaviorDefinition")) is not None:
            yield Finding("bpmn.multi_instance_behaviour", owner, {"value": loop.get("behavior", "Complex")})


def _ids(root: etree._Element) -> Findings:
    seen: set[str] = set()
    for plane in planes(root):
        for node in plane:
            if local(node) not in NODES and local(node) != "sequenceFlow":
                continue
            name = node.get("id")
            if not name:
                yield Finding("bpmn.id_missing", plane.get("id") or "", {"tag": local(node)})
            elif name in seen:
                yield Finding("bpmn.id_twice", name)
            seen.add(name or "")


def _flows(root: etree._Element) -> Findings:
    for plane in planes(root):
        here = {node.get("id"): node for node in nodes(plane)}
        for flow in plane.findall(tag("sequenceFlow")):
            name = flow.get("id") or ""
            source, target = here.get(flow.get("sourceRef")), here.get(flow.get("targetRef"))
            if source is None or target is None:
                yield Finding("bpmn.flow_ends", name, {"source": flow.get("sourceRef"), "target": flow.get("targetRef")})
                continue
            yield from _flow_between(name, flow, source, target)


def _flow_between(name: str, flow: etree._Element, source: etree._Element, target: etree._Element) -> Findings:
    if local(target) in ("startEvent", "boundaryEvent") or target.get("triggeredByEvent") == "true":
        yield Finding("bpmn.flow_into", target.get("id") or "", {"flow": name})
    if local(source) == "endEvent" or source.get("triggeredByEvent") == "true":
        yield Finding("bpmn.flow_out_of", source.get("id") or "", {"flow": name})
    conditional = flow.find(tag("conditionExpression")) is not None
    if conditional and local(source) in (*EVENTS, "parallelGateway", "eventBasedGateway"):
        yield Finding("bpmn.condition_here", name, {"source": source.get("id")})
    if conditional and source.get("default") == name:
        yield Finding("bpmn.condition_on_default", name, {"source": source.get("id")})


def _defaults(root: etree._Element) -> Findings:
    for plane in planes(root):
        sources = {flow.get("id"): flow.get("sourceRef") for flow in plane.findall(tag("sequenceFlow"))}
        for node in nodes(plane):
            default = node.get("default")
            if default and sources.get(default) != node.get("id"):
                yield Finding("bpmn.default_elsewhere", node.get("id") or "", {"flow": default})


def _references(root: etree._Element) -> Findings:
    known = {child.get("id") for child in root}
    for kind, attribute in _REFERENCES.items():
        for definition in root.iter(tag(f"{kind}EventDefinition")):
            meant = definition.get(attribute)
            if meant and meant.rpartition(":")[2] not in known and meant not in known:
                yield Finding("bpmn.reference", definition.getparent().get("id") or "", {"attribute": attribute, "value": meant})
    for task in root.iter(tag("receiveTask"), tag("sendTask")):
        meant = task.get("messageRef")
        if meant and meant not in known:
            yield Finding("bpmn.reference", task.get("id") or "", {"attribute": "messageRef", "value": meant})
    for reference in root.iter(tag("eventDefinitionRef")):
        yield Finding("bpmn.reference", reference.getparent().get("id") or "",
                      {"attribute": "eventDefinitionRef", "value": (reference.text or "").strip()})


def _links(root: etree._Element) -> Findings:
    for definition in root.iter(tag("linkEventDefinition")):
        yield Finding("bpmn.link_alone", definition.getparent().get("id") or "", {"name": definition.get("name")})


def _timers(root: etree._Element) -> Findings:
    for definition in root.iter(tag("timerEventDefinition")):
        said = [child for child in definition if local(child) in ("timeDate", "timeDuration", "timeCycle")]
        if len(said) != 1 or not (said[0].text or "").strip():
            yield Finding("bpmn.timer", definition.getparent().get("id") or "")


def _boundaries(root: etree._Element) -> Findings:
    for plane in planes(root):
        here = {node.get("id"): node for node in nodes(plane)}
        for event in plane.findall(tag("boundaryEvent")):
            name, kinds = event.get("id") or "", definitions(event)
            host = here.get(event.get("attachedToRef"))
            if host is None or local(host) not in ACTIVITIES:
                yield Finding("bpmn.boundary_host", name, {"host": event.get("attachedToRef")})
            if not kinds:
                yield Finding("bpmn.event_missing", name)
            if event.get("cancelActivity") == "false" and {"error", "cancel"} & set(kinds):
                yield Finding("bpmn.must_interrupt", name)
            if "cancel" in kinds and host is not None and local(host) != "transaction":
                yield Finding("bpmn.cancel_outside", name)
            for kind in set(kinds) & {"terminate", "link"}:
                yield Finding("bpmn.event_here", name, {"kind": kind})


def _cancel_ends(root: etree._Element) -> Findings:
    for event in root.iter(tag("endEvent")):
        if "cancel" in definitions(event) and local(event.getparent()) != "transaction":
            yield Finding("bpmn.cancel_outside", event.get("id") or "")


_ALLOWED = {
    "intermediateCatchEvent": {"message", "timer", "signal", "conditional", "link"},
    "intermediateThrowEvent": {"message", "signal", "escalation", "link"},
    "endEvent": {"message", "signal", "escalation", "error", "terminate", "cancel"},
    "startEvent": {"message", "timer", "signal", "conditional", "error", "escalation"},
}


def _events(root: etree._Element) -> Findings:
    for name, allowed in _ALLOWED.items():
        for event in root.iter(tag(name)):
            kinds = definitions(event)
            for kind in [kind for kind in kinds if kind not in allowed | {"compensate"}]:
                yield Finding("bpmn.event_here", event.get("id") or "", {"kind": kind})
            if name == "intermediateCatchEvent" and not kinds:
                yield Finding("bpmn.event_missing", event.get("id") or "")


def _starts(root: etree._Element) -> Findings:
    for plane in planes(root):
        starts, name = plane.findall(tag("startEvent")), plane.get("id") or ""
        kinds = [definitions(start) for start in starts]
        if plane.get("triggeredByEvent") == "true":
            if len(starts) != 1 or not kinds[0]:
                yield Finding("bpmn.event_start", name)
            elif starts[0].get("isInterrupting") == "false" and "error" in kinds[0]:
                yield Finding("bpmn.must_interrupt", starts[0].get("id") or "")
        elif local(plane) == "adHocSubProcess":
            if starts or plane.findall(tag("endEvent")):
                yield Finding("bpmn.adhoc_start", name)
        elif local(plane) != "process":
            if len(starts) > 1:
                yield Finding("bpmn.several_starts", name)
            yield from (Finding("bpmn.sub_start", start.get("id") or "") for start, said in zip(starts, kinds, strict=True) if said)
        elif {"error", "escalation"} & {kind for said in kinds for kind in said}:
            yield Finding("bpmn.process_start", name)


def _event_gateways(root: etree._Element) -> Findings:
    for plane in planes(root):
        here = {node.get("id"): node for node in nodes(plane)}
        flows = plane.findall(tag("sequenceFlow"))
        for gateway in plane.findall(tag("eventBasedGateway")):
            targets = [here[flow.get("targetRef")] for flow in flows
                       if flow.get("sourceRef") == gateway.get("id") and flow.get("targetRef") in here]
            if len(targets) < 2:
                yield Finding("bpmn.event_gateway_flows", gateway.get("id") or "")
            for target in targets:
                caught = local(target) == "receiveTask" or (
                    local(target) == "intermediateCatchEvent" and set(definitions(target)) <= set(_EVENT_CATCHES))
                incoming = sum(flow.get("targetRef") == target.get("id") for flow in flows)
                if not caught or incoming > 1:
                    yield Finding("bpmn.event_gateway_target", target.get("id") or "", {"gateway": gateway.get("id")})


def _contents(root: etree._Element) -> Findings:
    processes = root.findall(tag("process"))
    if not processes:
        yield Finding("bpmn.no_process")
    for process in processes:
        count = sum(1 for node in process.iter() if local(node) in NODES)
        if count > MOST_NODES:
            yield Finding("bpmn.too_many_nodes", process.get("id") or "", {"count": count, "most": MOST_NODES})
        if not count:
            yield Finding("bpmn.empty", process.get("id") or "")
    for plane in planes(root):
        if local(plane) != "process" and not nodes(plane):
            yield Finding("bpmn.empty", plane.get("id") or "")
    for call in root.iter(tag("callActivity")):
        if not call.get("calledElement"):
            yield Finding("bpmn.call_nothing", call.get("id") or "")


RULES: tuple[Callable[[etree._Element], Findings], ...] = (
    _unsupported, _quantities, _loops, _ids, _flows, _defaults, _references, _links, _timers, _boundaries,
    _cancel_ends, _events, _starts, _event_gateways, _contents,
)
