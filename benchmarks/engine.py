"""The engine against the default use of the library under it, in one interleaved run.

Both are measured in turns, so that what the machine does besides falls on both alike.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median
from typing import Any

from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from benchmarks.report import Report
from workflows.compilation import compile_process
from workflows.engine import Engine, Instance
from workflows.engine.state import load
from workflows.manifest import ProcessManifest
from workflows.progress import Circumstances

ROUNDS = 40
AT = Circumstances(datetime(2026, 3, 2, tzinfo=UTC))
HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="bench">'
PAYLOAD = {"text": "There is a deep pothole in front of number 12. " * 8, "category": "road", "tags": ["road", "school"],
           "place": {"lat": 51.2345, "lon": 4.3456, "street": "Mill Street"}}
ANSWERS = {"triage": {"decision": "accept"}, "inspect": {"size": 40}, "budget": {"ok": True}, "order": {"qty": 3},
           "report": {"done": True}, "quality": {"good": False}, "rework": {"note": "again"}}


def issue(good: str, external: str, timer: str) -> tuple[bytes, bytes]:
    """The process of the measurements: a decision, two branches, a call, a loop, boundary timers."""
    flows = ["start:in", "in:triage", "triage:decide", "split:inspect", "split:budget", "inspect:join", "budget:join",
             "join:who", "call:merge", "house:merge", "merge:quality", "quality:ok", "rework:merge", "late:le", "qlate:qe"]
    drawn = "".join(f'<sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in
                    enumerate(flow.split(":") for flow in flows))
    for name, source, target, condition in (("c1", "decide", "rejected", "false_"), ("c2", "who", "call", external), ("c3", "ok", "end", good)):
        drawn += (f'<sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}"><conditionExpression>'
                  f"{condition}</conditionExpression></sequenceFlow>")
    drawn += "".join(f'<sequenceFlow id="d{source}" sourceRef="{source}" targetRef="{target}"/>'
                     for source, target in (("decide", "split"), ("who", "house"), ("ok", "rework")))
    tasks = "".join(f'<userTask id="{name}"/>' for name in ("triage", "inspect", "budget", "house", "quality", "rework"))
    gates = "".join(f'<exclusiveGateway id="{name}" {default}/>' for name, default in (
        ("in", ""), ("merge", ""), ("decide", 'default="ddecide"'), ("who", 'default="dwho"'), ("ok", 'default="dok"')))
    gates += '<parallelGateway id="split"/><parallelGateway id="join"/><callActivity id="call" calledElement="repair"/>'
    late = "".join(f'<boundaryEvent id="{name}" attachedToRef="{host}" cancelActivity="false"><timerEventDefinition>'
                   f"<timeDuration>{timer}</timeDuration></timerEventDefinition></boundaryEvent>"
                   for name, host in (("late", "triage"), ("qlate", "quality")))
    ends = "".join(f'<endEvent id="{name}"/>' for name in ("rejected", "le", "qe", "end"))
    main = f'{HEAD}<process id="issue" isExecutable="true"><startEvent id="start"/>{tasks}{gates}{late}{ends}{drawn}</process></definitions>'
    called = (f'{HEAD}<process id="repair" isExecutable="true"><startEvent id="rs"/><userTask id="order"/><userTask id="report"/>'
              '<endEvent id="re"/><sequenceFlow id="r1" sourceRef="rs" targetRef="order"/><sequenceFlow id="r2" sourceRef="order" '
              'targetRef="report"/><sequenceFlow id="r3" sourceRef="report" targetRef="re"/></process></definitions>')
    return main.encode(), called.encode()


def blocks(count: int) -> bytes:
    """So many parallel blocks of two branches, one after the other."""
    body, before = '<startEvent id="s"/>', "s"
    flow = '<sequenceFlow id="{0}" sourceRef="{1}" targetRef="{2}"/>'
    for n in range(count):
        body += f'<parallelGateway id="g{n}"/><userTask id="a{n}"/><userTask id="b{n}"/><parallelGateway id="j{n}"/>'
        body += flow.format(f"f{n}", before, f"g{n}")
        for side in "ab":
            body += flow.format(f"in_{side}{n}", f"g{n}", f"{side}{n}") + flow.format(f"out_{side}{n}", f"{side}{n}", f"j{n}")
        before = f"j{n}"
    return f'{HEAD}<process id="blocks" isExecutable="true">{body}<endEvent id="e"/>{flow.format("fe", before, "e")}</process></definitions>'.encode()


class Bench:
    """A definition without a manifest."""

    checksum = "bench"

    def __init__(self, key: str, xml: bytes, called: dict[str, bytes] | None = None) -> None:
        self.key = key
        self.compiled = compile_process(xml, key=key, called=called)
        self._manifests = {name: ProcessManifest(name) for name in self.compiled.processes}

    def manifest(self, process: str) -> ProcessManifest:
        return self._manifests[process]


class Ours:
    """Load, complete, run on, save: what one durable step asks of the engine."""

    def __init__(self) -> None:
        main, called = issue("quality.good = true", "budget.ok = true", "P3D")
        self.definition = Bench("issue", main.replace(b"false_", b"false"), {"repair": called})
        self.engine = Engine()
        progress = self.engine.start(self.definition, {}, AT)
        self.keep(progress, {"report_text": PAYLOAD})
        self.items = {item.key: item.element for item in progress.opened}

    def keep(self, progress: Any, more: dict[str, Any] | None = None) -> None:
        self.state, self.variables = progress.state, {**progress.variables, **(more or {})}

    def step(self) -> None:
        key, element = next(iter(self.items.items()))
        progress = self.cycle(key, element)
        self.keep(progress)
        for closed in progress.closed:
            del self.items[closed.key]
        self.items |= {item.key: item.element for item in progress.opened}

    def cycle(self, key: str, element: str) -> Any:
        return self.engine.complete(Instance(self.definition, self.state, self.variables), key, ANSWERS[element], AT)

    def measured(self) -> None:
        key, element = next(iter(self.items.items()))
        self.cycle(key, element)


class Stock:
    """The same with the library's default loop and serializer."""

    def __init__(self) -> None:
        main, called = issue("good", "ok", '"P3D"')
        parser = BpmnParser()
        parser.add_bpmn_str(main.replace(b"false_", b"False"))
        parser.add_bpmn_str(called)
        self.workflow = BpmnWorkflow(parser.get_spec("issue"), parser.get_subprocess_specs("issue"))
        self.serializer = BpmnWorkflowSerializer()
        self.workflow.task_tree.data.update(json.loads(json.dumps(PAYLOAD)))
        self.workflow.do_engine_steps()
        self.state = ""

    def step(self) -> None:
        self.advance(self.workflow)

    def advance(self, workflow: BpmnWorkflow) -> None:
        task = workflow.get_tasks(state=TaskState.READY, manual=True)[0]
        task.data.update(ANSWERS[task.task_spec.name])
        task.run()
        workflow.do_engine_steps()

    def save(self) -> None:
        self.state = self.serializer.serialize_json(self.workflow)

    def measured(self) -> None:
        workflow = self.serializer.deserialize_json(self.state)
        self.advance(workflow)
        self.serializer.serialize_json(workflow)


def cpu(work: Callable[[], object]) -> float:
    """CPU milliseconds of one call."""
    begin = time.process_time_ns()
    work()
    return (time.process_time_ns() - begin) / 1e6


def ages(report: Report) -> None:
    """The persisted step at several ages, both measured in turns."""
    ours, stock, age = Ours(), Stock(), 0
    times: dict[int, float] = {}
    for goal, mark in ((8, 10), (50, 30), (100, 50)):
        while age < goal:
            ours.step()
            stock.step()
            age += 1
        stock.save()
        gc.collect()
        pairs = [(cpu(lambda: [ours.measured() for _ in range(20)]) / 20, cpu(stock.measured)) for _ in range(ROUNDS)]
        mine, theirs = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
        times[goal] = mine
        report.line(f"step_{goal}_ms", mine, "0.8", mine <= 0.8)
        report.line(f"step_{goal}_ratio", theirs / mine, f"{mark}", theirs / mine >= mark)
        print(f"  (stock {theirs:.2f} ms, {len(stock.state)} bytes; ours {len(ours.state)} bytes)", file=sys.stderr)
    while age < 300:
        ours.step()
        age += 1
    old = median(cpu(lambda: [ours.measured() for _ in range(20)]) / 20 for _ in range(ROUNDS))
    report.line("step_300_over_step_8", old / times[8], "1.3", old / times[8] <= 1.3)
    state = load(ours.state)
    report.line("state_300_bytes", len(ours.state), "4096", len(ours.state) <= 4096)
    tasks = len(state.tokens) + len(state.scopes)
    report.line("state_300_tasks", tasks, "20", tasks <= 20)


def sequential_blocks(report: Report) -> None:
    """Starting a long process must not look ahead."""
    definition, engine = Bench("blocks", blocks(20)), Engine()
    value = median(cpu(lambda: engine.start(definition, {}, AT)) for _ in range(ROUNDS))
    report.line("start_20_blocks_ms", value, "20", value <= 20)


def measure(report: Report) -> None:
    """Run everything."""
    ages(report)
    sequential_blocks(report)
