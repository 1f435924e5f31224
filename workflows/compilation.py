"""From the text of diagrams to a definition that runs: gate, rewritings, refusals, the library, expressions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lxml import etree

from workflows.errors import BundleInvalid, FeelInvalid, Finding, XmlRefused
from workflows.feel import Expression
from workflows.feel import compile as compile_feel
from workflows.gate import parse_xml
from workflows.model import CompiledProcess, Event, Flow, Loop, Node, Plane
from workflows.normalise import normalise
from workflows.refusals import refuse
from workflows.symbols import Arrow, Sheet, Symbol, Trigger, read_sheets

#: timers may be written as ISO 8601 texts instead of expressions
ISO_TIME = re.compile(r"(R\d*/)?(-?P\d*[\dYMWDTHS.PT]*|\d{4}-\d\d-\d\d([T ].*)?)(/.*)?\Z")
_SHAPES = ("date", "duration", "cycle")
_PLANE_KINDS = {"process": "process", "subProcess": "sub", "transaction": "transaction", "adHocSubProcess": "adhoc"}


def compile_process(xml: bytes, *, key: str, called: Mapping[str, bytes] | None = None) -> CompiledProcess:
    """Read a process and those it calls; raises `BundleInvalid` with every reason not to run them."""
    return _Compilation(key, {key: xml, **(called or {})}).result()


class _Compilation:
    """One reading of a bundle's diagrams; collects what is wrong instead of stopping at the first."""

    def __init__(self, key: str, files: Mapping[str, bytes]) -> None:
        self.key = key
        self.files = files
        self.findings: list[Finding] = []
        self.notes: list[Finding] = []
        self.planes: dict[tuple[str, str], Plane] = {}
        self.source = ""

    def result(self) -> CompiledProcess:
        sheets: dict[str, Sheet] = {}
        for key, xml in self.files.items():
            sheets |= self._read(key, xml)
        processes = {key: self._plane(sheet, key) for key, sheet in sheets.items()}
        self._check_calls(processes)
        if any(finding.level == "error" for finding in self.findings):
            raise BundleInvalid(self.findings)
        return CompiledProcess(self.key, processes, self.planes, tuple(self.notes))

    # reading files

    def _read(self, key: str, xml: bytes) -> dict[str, Sheet]:
        self.source = key
        try:
            root = parse_xml(xml)
        except XmlRefused as refused:
            self._find(refused.id, "", **refused.facts)
            return {}
        self.notes += [replace(note, source=key) for note in normalise(root)]
        refused_here = [replace(finding, source=key) for finding in refuse(root)]
        self.findings += refused_here
        return {} if refused_here else self._sheets(key, root)

    def _sheets(self, key: str, root: etree._Element) -> dict[str, Sheet]:
        try:
            sheets = read_sheets(root)
        except ValueError as refused:
            self._find("bpmn.unreadable", "", reason=str(refused))
            return {}
        if key not in sheets:
            self._find("bpmn.process_key", "", key=key, found=sorted(sheets))
        return sheets

    def _find(self, rule: str, element: str, **facts: Any) -> None:
        self.findings.append(Finding(rule, element, facts, self.source))

    # planes and nodes

    def _plane(self, sheet: Sheet, process: str, lane: str | None = None) -> Plane:
        self.source = process
        flows = {arrow.id: self._flow(arrow) for arrow in sheet.arrows}
        lanes = {symbol.name: symbol.properties.get("lane") or symbol.lane or lane for symbol in sheet.task_specs.values()}
        inner = {name: self._plane(child, process, lanes[name]) for name, child in sheet.inner.items()}
        boundaries: dict[str, list[Node]] = {}
        nodes: dict[str, Node] = {}
        for symbol in sorted(sheet.task_specs.values(), key=lambda symbol: symbol.kind != "boundary"):
            node = self._node(symbol, sheet, process, flows, inner.get(symbol.name), boundaries, lanes[symbol.name])
            nodes[node.id] = node
            if node.attached:
                boundaries.setdefault(node.attached, []).append(node)
        plane = Plane(
            id=sheet.name, process=process, kind=_plane_kind(sheet), nodes=nodes, starts=_starts(nodes),
            handlers=tuple(node for node in nodes.values() if node.inner is not None and node.inner.kind == "event"),
            joins=tuple(node for node in nodes.values() if node.kind == "inclusive" and len(node.incoming) > 1),
            completion=self._feel(sheet.completion, sheet.name),
            cancel_remaining=sheet.attributes.get("cancelRemainingInstances") != "false",
        )
        self.planes[process, sheet.name] = plane
        return plane

    def _flow(self, arrow: Arrow) -> Flow:
        return Flow(arrow.id, arrow.source, arrow.target, self._feel(arrow.condition, arrow.id, "condition"))

    def _node(self, symbol: Symbol, sheet: Sheet, process: str, flows: Mapping[str, Flow], inner: Plane | None,
              boundaries: Mapping[str, list[Node]], lane: str | None) -> Node:
        name, properties = symbol.name, symbol.properties
        events = tuple(self._event(trigger, symbol) for trigger in symbol.triggers)
        return Node(
            id=name, kind=symbol.kind, process=process, plane=sheet.name, words=symbol.words, lane=lane,
            properties=properties,
            incoming=tuple(flow for flow in flows.values() if flow.target == name),
            outgoing=tuple(flow for flow in flows.values() if flow.source == name),
            default=flows.get(symbol.attributes.get("default", "")),
            events=(Event("link"),) if "linked" in symbol.attributes else events,
            interrupting=_interrupts(symbol), attached=symbol.attributes.get("attachedToRef"),
            boundaries=tuple(boundaries.get(name, ())), loop=self._loop(symbol), inner=inner,
            called=symbol.attributes.get("calledElement"),
            sets=self._pairs("set.", symbol), args=self._pairs("arg.", symbol),
            ins=self._pairs("in.", symbol), outs=self._pairs("out.", symbol),
            **self._house(name, symbol.kind, properties),
        )

    def _house(self, name: str, kind: str, properties: Mapping[str, str]) -> dict[str, Any]:
        """The settings of this house: who, until when, with which form, by which operation."""
        role = properties.get("role")
        return {
            "due": self._feel(properties.get("due"), name, "due"),
            "role": self._feel(role[1:], name, "role") if role and role.startswith("=") else role,
            "organ": self._feel(properties.get("organ"), name, "organ"),
            "urgent": self._feel(properties.get("urgent"), name, "urgent"),
            "form": properties.get("form"), "operation": properties.get("operation"),
            "into": properties.get("into") or _default_into(name, kind, properties),
            "then": properties.get("then"), "decision": properties.get("decision"),
        }

    def _pairs(self, prefix: str, symbol: Symbol) -> tuple[tuple[str, Expression], ...]:
        found = []
        for name, text in symbol.properties.items():
            expression = self._feel(text, symbol.name, name) if name.startswith(prefix) else None
            if expression is not None:
                found.append((name.removeprefix(prefix), expression))
        return tuple(found)

    def _event(self, trigger: Trigger, symbol: Symbol) -> Event:
        if trigger.kind in _SHAPES:
            text = (trigger.text or "").strip()
            if ISO_TIME.match(text):
                return Event("timer", shape=trigger.kind, text=text)
            return Event("timer", shape=trigger.kind, expression=self._feel(text, symbol.name, "timer"))
        if trigger.kind in ("condition", "conditional"):
            return Event("condition", expression=self._feel(trigger.text, symbol.name, "condition"))
        name = trigger.text
        if name is None and trigger.kind in ("message", "signal"):
            name = symbol.bpmn_name or symbol.name
        correlation = self._feel(symbol.properties.get("correlation"), symbol.name, "correlation")
        return Event(trigger.kind, name=name, correlation=correlation)

    def _loop(self, symbol: Symbol) -> Loop | None:
        drawn, properties = symbol.loop, symbol.properties
        if drawn is None:
            return None
        if drawn["kind"] == "standardLoopCharacteristics":
            most = drawn.get("loopMaximum")
            return Loop("standard", condition=self._feel(drawn.get("loopCondition"), symbol.name, "loop"),
                        maximum=int(most) if most else None, test_before=drawn.get("testBefore") == "true")
        loop = Loop(
            "sequential" if drawn.get("isSequential") == "true" else "parallel",
            collection=self._feel(properties.get("collection") or drawn.get("loopDataInputRef"), symbol.name, "collection"),
            cardinality=self._feel(drawn.get("loopCardinality"), symbol.name, "cardinality"),
            item=properties.get("item") or drawn.get("inputDataItem"),
            condition=self._feel(drawn.get("completionCondition"), symbol.name, "completion"),
            output=drawn.get("loopDataOutputRef"), output_item=drawn.get("outputDataItem"),
        )
        if loop.collection is None and loop.cardinality is None:
            self._find("bpmn.loop_over_nothing", symbol.name)
        return loop

    def _feel(self, text: str | None, element: str, place: str = "") -> Expression | None:
        if text is None or not text.strip():
            return None
        try:
            return compile_feel(text.strip())
        except FeelInvalid as invalid:
            self._find(invalid.id, element, place=place, text=text.strip(), **invalid.facts)
            return None

    # calls

    def _check_calls(self, processes: Mapping[str, Plane]) -> None:
        calls: dict[str, set[str]] = {}
        for key, plane in processes.items():
            self.source = key
            for node in plane.every_node():
                if node.kind != "call":
                    continue
                calls.setdefault(key, set()).add(str(node.called))
                if node.called not in processes and not self.findings:
                    self._find("bpmn.call_unknown", node.id, called=node.called)
        for key in processes:
            if _calls_itself(key, calls):
                self.source = key
                self._find("bpmn.call_cycle", key)


def _calls_itself(key: str, calls: Mapping[str, set[str]]) -> bool:
    todo, seen = list(calls.get(key, ())), set()
    while todo:
        name = todo.pop()
        if name == key:
            return True
        if name not in seen:
            seen.add(name)
            todo.extend(calls.get(name, ()))
    return False


def _plane_kind(sheet: Sheet) -> Any:
    return "event" if sheet.attributes.get("triggeredByEvent") == "true" else _PLANE_KINDS[sheet.tag]


def _starts(nodes: Mapping[str, Node]) -> tuple[Node, ...]:
    """The start events; without any, everything that nothing leads to."""
    starts = tuple(node for node in nodes.values() if node.kind == "start")
    return starts or tuple(node for node in nodes.values() if _begins(node))


def _begins(node: Node) -> bool:
    return not node.incoming and not node.attached and (node.inner is None or node.inner.kind != "event")


def _interrupts(symbol: Symbol) -> bool:
    return symbol.attributes.get("isInterrupting" if symbol.kind == "start" else "cancelActivity", "true") != "false"


def _default_into(name: str, kind: str, properties: Mapping[str, str]) -> str | None:
    if kind in ("user", "manual"):
        return properties.get("form") or name
    if kind == "service":
        return name.removeprefix("svc_")
    return name.removeprefix("br_") if kind == "rule" else None
