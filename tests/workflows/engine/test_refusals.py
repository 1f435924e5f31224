"""What is not run is refused at the element, with its reason."""

from __future__ import annotations

import pytest

from tests.workflows.engine.drawing import HEAD, Play, chain, drawn, end, event, file, flow, node, start, sub, user
from workflows import BundleInvalid

TASK = start() + user("a") + end() + chain("start a end")
MI = "<multiInstanceLoopCharacteristics {}><loopCardinality>{}</loopCardinality></multiInstanceLoopCharacteristics>"

WRONG = {
    "bpmn.script_task": start() + node("a", "scriptTask", "<script>1</script>") + end() + chain("start a end"),
    "bpmn.complex_gateway": TASK + node("x", "complexGateway"),
    "bpmn.compensation": TASK + node("x", "boundaryEvent", "<compensateEventDefinition/>", attachedToRef="a"),
    "bpmn.parallel_multiple": TASK + node("x", "intermediateCatchEvent", event("signal") * 2, parallelMultiple="true"),
    "bpmn.adhoc_sequential": TASK + sub("x", user("b"), "adHocSubProcess", ordering="Sequential"),
    "bpmn.instantiating_gateway": TASK + node("x", "eventBasedGateway", instantiate="true"),
    "bpmn.quantity": start() + node("a", "userTask", startQuantity="2") + end() + chain("start a end"),
    "bpmn.loop_bounds": TASK + node("x", "userTask", MI.format("", "-1")),
    "bpmn.loop_endless": TASK + node("x", "userTask", "<standardLoopCharacteristics/>"),
    "bpmn.multi_instance_behaviour": TASK + node("x", "userTask", MI.format('behavior="One"', "2")),
    "bpmn.loop_over_nothing": TASK + node("x", "userTask", "<multiInstanceLoopCharacteristics/>"),
    "bpmn.id_twice": TASK + user("a"),
    "bpmn.flow_ends": TASK + flow("a", "nowhere"),
    "bpmn.flow_into": TASK + flow("a", "start", name="back"),
    "bpmn.flow_out_of": TASK + user("b") + flow("end", "b"),
    "bpmn.condition_here": TASK + user("b") + flow("start", "b", "true"),
    "bpmn.condition_on_default": start() + node("a", "userTask", default="d") + end() + chain("start a") + flow("a", "end", "true", "d"),
    "bpmn.default_elsewhere": start() + node("a", "userTask", default="f_start_a") + end() + chain("start a end"),
    "bpmn.reference": TASK + node("x", "intermediateThrowEvent", event("message", "nowhere")),
    "bpmn.link_alone": TASK + node("x", "intermediateThrowEvent", '<linkEventDefinition name="x"/>'),
    "bpmn.timer": TASK + node("x", "intermediateCatchEvent", "<timerEventDefinition/>"),
    "bpmn.boundary_host": TASK + node("x", "boundaryEvent", event("signal"), attachedToRef="end"),
    "bpmn.event_missing": TASK + node("x", "boundaryEvent", attachedToRef="a"),
    "bpmn.must_interrupt": TASK + node("x", "boundaryEvent", event("error"), attachedToRef="a", cancelActivity="false"),
    "bpmn.cancel_outside": TASK + node("x", "endEvent", event("cancel")),
    "bpmn.event_here": TASK + node("x", "intermediateCatchEvent", event("error")),
    "bpmn.event_start": TASK + sub("x", user("b"), triggeredByEvent="true"),
    "bpmn.adhoc_start": TASK + sub("x", start("s") + user("b"), "adHocSubProcess"),
    "bpmn.several_starts": TASK + sub("x", start("s1") + start("s2") + user("b")),
    "bpmn.sub_start": TASK + sub("x", node("s1", "startEvent", event("timer", text="PT1H")) + user("b")),
    "bpmn.process_start": TASK + node("x", "startEvent", event("error")),
    "bpmn.event_gateway_flows": TASK + node("x", "eventBasedGateway"),
    "bpmn.event_gateway_target": TASK + node("x", "eventBasedGateway") + user("b") + chain("x a; x b"),
    "bpmn.empty": "",
    "bpmn.too_many_nodes": TASK + "".join(user(f"u{number}") for number in range(300)),
    "bpmn.call_nothing": TASK + node("x", "callActivity"),
    "feel.unexpected": start() + user("a", set__x="1 +") + end() + chain("start a end"),
}


@pytest.mark.parametrize("rule", WRONG)
def test_it_is_refused_with_its_reason(rule: str) -> None:
    with pytest.raises(BundleInvalid) as refused:
        drawn(file(WRONG[rule]))
    found = {finding.id for finding in refused.value.findings}
    assert rule in found or (rule.startswith("feel.") and any(name.startswith("feel.") for name in found))


@pytest.mark.parametrize("xml", [b"", b"<a", b"<!DOCTYPE x><definitions/>", HEAD.encode(), f"{HEAD}</definitions>".encode()])
def test_what_is_no_diagram_is_refused(xml: bytes) -> None:
    with pytest.raises(BundleInvalid):
        drawn(xml)


@pytest.mark.parametrize("name", ["Start", "End", "Root", "p.EndJoin"])
def test_the_library_s_own_names_are_free(name: str) -> None:
    play = Play(drawn(file(start() + user(name) + end() + chain(f"start {name} end"))))
    assert play.open == [name]
    play.done(name)
    assert play.last.status == "completed"


def test_event_definitions_by_reference_are_read() -> None:
    xml = file(start() + node("tm", "intermediateCatchEvent", "<eventDefinitionRef>later</eventDefinitionRef>") + end()
               + chain("start tm end"))
    later = b'<timerEventDefinition id="later"><timeDuration>PT1H</timeDuration></timerEventDefinition><process'
    definition = drawn(xml.replace(b"<process", later, 1))
    assert len(Play(definition).timers) == 1
    assert [note.id for note in definition.compiled.notes] == ["bpmn.rewritten.event_reference"]


def test_a_global_task_can_be_called() -> None:
    call = node("call", "callActivity", calledElement="g")
    xml = file(start() + call + end() + chain("start call end")).replace(b"</process>", b'</process><globalUserTask id="g"/>')
    play = Play(drawn(xml))
    assert play.open == ["g_task"]
    play.done("g_task")
    assert play.last.status == "completed"


def test_a_receive_task_may_begin_a_process() -> None:
    xml = file(node("got", "receiveTask", instantiate="true", messageRef="m") + user("a") + end() + chain("got a end"), messages="m")
    assert Play(drawn(xml)).open == ["a"]


def test_a_process_without_start_and_end_events() -> None:
    play = Play(drawn(file(user("a") + user("b") + chain("a b"))))
    play.done("a")
    play.done("b")
    assert (play.last.status, play.last.ended) == ("completed", "b")


def test_two_hundred_and_ninety_tasks_in_a_row_are_read_without_a_deep_stack() -> None:
    names = [f"u{number}" for number in range(290)]
    body = start() + "".join(user(name) for name in names) + end()
    assert Play(drawn(file(body + chain(" ".join(["start", *names, "end"]))))).open == ["u0"]
