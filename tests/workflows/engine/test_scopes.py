"""Sub-processes, event sub-processes, errors, escalations, transactions, calls."""

from __future__ import annotations

import pytest

from tests.workflows.engine.drawing import Play, chain, drawn, end, event, file, flow, node, start, sub, user
from workflows.errors import BundleInvalid, WorkflowError
from workflows.feel import compile as feel
from workflows.manifest import EscalationFacts, ProcessManifest, VariableFacts


def boundary(name: str, host: str, definition: str, *, interrupting: bool = True) -> str:
    return node(name, "boundaryEvent", definition, attachedToRef=host, cancelActivity="true" if interrupting else "false")


def handler(name: str, definition: str, inner: str, *, interrupting: bool = True) -> str:
    """An event sub-process whose start is `<name>_start` and whose first node after it is named in `inner`'s flows."""
    begin = node(f"{name}_start", "startEvent", definition, isInterrupting="true" if interrupting else "false")
    return sub(name, begin + inner, triggeredByEvent="true")


def side(name: str, task: str) -> str:
    return user(task) + end(f"{name}_end") + chain(f"{name}_start {task} {name}_end")


def test_a_sub_process_ends_when_nothing_in_it_is_left() -> None:
    inner = start("s1") + node("fork", "parallelGateway") + user("in1") + user("in2") + end("e1")
    inner += chain("s1 fork in1 e1; fork in2 e1")
    play = Play(drawn(file(start() + sub("sp", inner) + user("after") + end() + chain("start sp after end"))))
    play.done("in1")
    assert play.open == ["in2"]
    play.done("in2")
    assert play.open == ["after"]


def test_a_terminate_end_in_a_sub_process_ends_only_that() -> None:
    inner = start("s1") + node("fork", "parallelGateway") + user("in1") + user("in2") + end("e1", event("terminate")) + end("e2")
    inner += chain("s1 fork in1 e1; fork in2 e2")
    play = Play(drawn(file(start() + sub("sp", inner) + user("after") + end() + chain("start sp after end"))))
    play.done("in1")
    assert (play.open, play.last.status) == (["after"], "running")


def test_an_error_end_is_caught_on_the_boundary_before_anything_else_moves() -> None:
    inner = start("s1") + node("fork", "parallelGateway") + user("in1") + user("in2") + end("e1", event("error", "err_a"))
    inner += end("e2") + chain("s1 fork in1 e1; fork in2 e2")
    body = start() + sub("sp", inner) + user("normal") + user("wrong") + user("any") + end()
    body += boundary("bd_any", "sp", event("error")) + boundary("bd_a", "sp", event("error", "err_a"))
    play = Play(drawn(file(body + chain("start sp normal end; bd_a wrong end; bd_any any end"), errors="err_a")))
    play.done("in1")
    assert play.open == ["wrong"]


def test_an_error_without_a_catcher_ends_the_instance_there() -> None:
    inner = start("s1") + user("in") + end("e1", event("error", "err_a")) + chain("s1 in e1")
    body = start() + node("fork", "parallelGateway") + sub("sp", inner) + user("beside") + end()
    play = Play(drawn(file(body + chain("start fork sp end; fork beside end"), errors="err_a")))
    play.done("in")
    assert (play.last.status, play.last.ended, play.items) == ("completed", "e1", {})


def matter(*, interrupting: bool = False) -> bytes:
    """Like the course of P1: side paths in event sub-processes end it by an error caught outside."""
    asked = user("consent") + node("gw", "exclusiveGateway", default="f_gw_no") + end("no") + end("yes", event("error", "err_w"))
    asked += chain("es_start consent gw no") + flow("gw", "yes", "consent.yes = true")
    inner = start("s1") + user("work") + end("done", event("terminate")) + chain("s1 work done")
    inner += handler("es", event("message", "m"), asked, interrupting=interrupting)
    body = start() + sub("sp", inner) + user("after") + user("withdrawn") + end() + boundary("bd", "sp", event("error", "err_w"))
    return file(body + chain("start sp after end; bd withdrawn end"), messages="m", errors="err_w")


def test_a_side_path_runs_beside_the_course_and_may_be_refused() -> None:
    play = Play(drawn(matter()))
    play.message("m")
    assert play.open == ["consent", "work"]
    play.done("consent", yes=False)
    assert play.open == ["work"]
    play.message("m")
    play.message("m")
    assert play.open == ["consent", "consent", "work"]
    play.done("work")
    assert (play.open, play.subscriptions) == (["after"], {})


def test_a_side_path_ends_the_course_by_an_error_caught_outside() -> None:
    play = Play(drawn(matter()))
    play.message("m")
    play.done("consent", yes=True)
    assert (play.open, play.subscriptions) == (["withdrawn"], {})


def test_an_interrupting_event_sub_process_takes_over_its_scope() -> None:
    play = Play(drawn(matter(interrupting=True)))
    play.message("m")
    assert (play.open, play.subscriptions) == (["consent"], {})
    play.done("consent", yes=False)
    assert play.open == ["after"]


@pytest.mark.parametrize("interrupting", [True, False])
def test_an_escalation_starts_an_event_sub_process_two_scopes_out(interrupting: bool) -> None:
    deep = start("s2") + node("up", "intermediateThrowEvent", event("escalation", "esc")) + user("deep") + end("e2")
    inner = start("s1") + sub("sp2", deep + chain("s2 up deep e2")) + end("e1") + chain("s1 sp2 e1")
    inner += handler("es", event("escalation", "esc"), side("es", "measure"), interrupting=interrupting)
    play = Play(drawn(file(start() + sub("sp", inner) + end() + chain("start sp end"), escalations="esc")))
    assert play.open == (["measure"] if interrupting else ["deep", "measure"])
    assert play.escalations == []


def test_an_escalation_nobody_catches_is_reported_to_whom_the_manifest_says() -> None:
    body = start() + node("up", "intermediateThrowEvent", event("escalation", "esc")) + user("a") + end()
    facts = {"esc": EscalationFacts(role=feel("case.next_role"), organ=feel("case.next_owner"))}
    play = Play(drawn(file(body + chain("start up a end"), escalations="esc"), escalations=facts),
                case={"next_role": "presidium", "next_owner": 8})
    raised = play.last.escalations[0]
    assert (raised.code, raised.to.role, raised.to.organ, play.open) == ("esc", "presidium", 8, ["a"])


def test_an_escalation_end_is_caught_by_the_boundary_before_the_sub_process_ends() -> None:
    inner = start("s1") + user("in") + end("e1", event("escalation", "esc")) + chain("s1 in e1")
    body = start() + sub("sp", inner) + user("normal") + user("raised") + end() + boundary("bd", "sp", event("escalation", "esc"))
    play = Play(drawn(file(body + chain("start sp normal end; bd raised end"), escalations="esc")))
    play.done("in")
    assert play.open == ["raised"]


def test_an_error_starts_an_event_sub_process_of_its_own_scope() -> None:
    inner = start("s1") + user("in") + end("e1", event("error", "err")) + chain("s1 in e1")
    inner += handler("es", event("error", "err"), side("es", "repair"))
    body = start() + sub("sp", inner) + user("after") + user("outside") + end() + boundary("bd", "sp", event("error"))
    play = Play(drawn(file(body + chain("start sp after end; bd outside end"), errors="err")))
    play.done("in")
    assert play.open == ["repair"]
    play.done("repair")
    assert play.open == ["after"]


def test_a_timer_starts_an_event_sub_process_that_nests_another() -> None:
    nested = handler("inner", event("message", "m"), side("inner", "deep"), interrupting=False)
    outer = handler("outer", event("timer", text="PT1H"), side("outer", "ruling") + nested, interrupting=False)
    inner = start("s1") + user("work") + end("e1") + chain("s1 work e1") + outer
    play = Play(drawn(file(start() + sub("sp", inner) + end() + chain("start sp end"), messages="m")))
    assert play.subscriptions == {}
    play.wait(hours=1)
    assert play.open == ["ruling", "work"]
    play.message("m")
    assert play.open == ["deep", "ruling", "work"]
    play.done("work")
    play.done("ruling")
    assert play.last.status == "running"
    play.done("deep")
    assert play.last.status == "completed"


def test_an_event_sub_process_of_the_process_itself() -> None:
    body = start() + user("a") + end() + chain("start a end") + handler("es", event("message", "m"), side("es", "b"))
    play = Play(drawn(file(body, messages="m")))
    play.message("m")
    assert play.open == ["b"]
    play.done("b")
    assert play.last.status == "completed"


def test_a_transaction_that_is_cancelled_goes_on_at_its_cancel_boundary() -> None:
    inner = start("s1") + node("fork", "parallelGateway") + user("in1") + user("in2") + end("e1", event("cancel")) + end("e2")
    inner += chain("s1 fork in1 e1; fork in2 e2")
    body = start() + sub("tx", inner, "transaction") + user("normal") + user("cancelled") + end()
    body += boundary("bd", "tx", event("cancel")) + chain("start tx normal end; bd cancelled end")
    play = Play(drawn(file(body)))
    play.done("in1")
    assert play.open == ["cancelled"]


def test_failing_takes_the_boundary_beside_that_item_only() -> None:
    service = {"operation": "sms.send"}
    body = start() + node("fork", "parallelGateway") + user("wa") + user("wb") + end()
    body += node("sa", "serviceTask", properties=service) + node("sb", "serviceTask", properties=service)
    body += boundary("ba", "sa", event("error", "err")) + boundary("bb", "sb", event("error", "err"))
    play = Play(drawn(file(body + chain("start fork sa end; fork sb end; ba wa end; bb wb end"), errors="err")))
    play.fail("sa", "err")
    assert play.open == ["sb", "wa"]
    with pytest.raises(WorkflowError) as refused:
        play.fail("sb", "other")
    assert refused.value.id == "engine.error_not_caught"


CALLED = (
    start("cs") + user("work", set__rounds="rounds + 1", set__result='"r" + string(rounds)') + end("ce") + chain("cs work ce")
)


def calling(inner: str = CALLED, *, extra: str = "", flows: str = "start call after end", **top: str) -> Play:
    properties = {"in.limit": "limit * 2", "out.result": "result", "out.given": "limit"}
    body = start() + node("call", "callActivity", properties=properties, calledElement="q") + user("after") + end() + extra
    definition = drawn(file(body + chain(flows), **top), called={"q": file(inner, "q", **top)}, variables={"limit": "5"})
    definition.manifests["q"] = ProcessManifest("q", variables={"rounds": VariableFacts(initial=feel("0"))})
    return Play(definition)


def test_a_called_process_has_variables_of_its_own() -> None:
    play = calling()
    frame = next(key for key in play.variables if key.startswith("q#"))
    assert play.variables[frame] == {"limit": 10, "rounds": 0}
    assert play.items[play.key("work")].process == "q"
    play.done("work")
    assert play.variables == {"limit": 5, "result": "r0", "given": 10}
    assert play.open == ["after"]


def test_a_second_call_begins_with_fresh_variables() -> None:
    call = node("call", "callActivity", properties={"out.n": "rounds"}, calledElement="q")
    body = start() + node("in", "exclusiveGateway") + call + end() + node("gw", "exclusiveGateway", default="f_gw_end")
    definition = drawn(file(body + chain("start in call gw end") + flow("gw", "in", "true")), called={"q": file(CALLED, "q")})
    definition.manifests["q"] = ProcessManifest("q", variables={"rounds": VariableFacts(initial=feel("0"))})
    play = Play(definition)
    for _ in range(3):
        play.done("work")
        assert play.variables["n"] == 1


def test_errors_and_terminations_of_a_called_process() -> None:
    wrong = start("cs") + user("work") + end("ce", event("error", "err")) + chain("cs work ce")
    extra = boundary("bd", "call", event("error", "err")) + user("caught")
    play = calling(wrong, extra=extra, flows="start call after end; bd caught end", errors="err")
    play.done("work")
    assert (play.open, list(play.variables)) == (["caught"], ["limit"])
    stop = start("cs") + node("f", "parallelGateway") + user("work") + user("idle") + end("ce", event("terminate")) + end("c2")
    play = calling(stop + chain("cs f work ce; f idle c2"))
    play.done("work")
    assert play.open == ["after"]


def test_an_event_sub_process_inside_a_called_process() -> None:
    inner = start("cs") + user("work") + end("ce") + chain("cs work ce")
    inner += handler("es", event("timer", text="PT1H"), side("es", "late"), interrupting=False)
    play = calling(inner)
    play.wait(hours=1)
    assert play.open == ["late", "work"]
    play.done("work")
    play.done("late")
    assert play.open == ["after"]


def test_calls_in_a_circle_and_to_nowhere_are_refused() -> None:
    call = node("call", "callActivity", calledElement="p")
    for target, rule in (("p", "bpmn.call_cycle"), ("nowhere", "bpmn.call_unknown")):
        with pytest.raises(BundleInvalid) as refused:
            drawn(file(start() + call.replace('"p"', f'"{target}"') + end() + chain("start call end")))
        assert rule in {finding.id for finding in refused.value.findings}


def test_an_ad_hoc_sub_process_does_every_part() -> None:
    inner = user("one") + user("two") + user("three") + chain("two three")
    play = Play(drawn(file(start() + sub("sp", inner, "adHocSubProcess") + user("after") + end() + chain("start sp after end"))))
    assert play.open == ["one", "two"]
    for task in ("two", "one", "three"):
        play.done(task)
    assert play.open == ["after"]


def test_an_error_of_a_side_path_has_escaped_its_scope() -> None:
    """Not a sibling event sub-process catches it, but the boundary outside."""
    asked = user("ask") + end("wrong", event("error", "err")) + chain("es_start ask wrong")
    inner = start("s1") + user("work") + end("e1") + chain("s1 work e1")
    inner += handler("es", event("message", "m"), asked, interrupting=False) + handler("es2", event("error", "err"), side("es2", "sibling"))
    body = start() + sub("sp", inner) + user("after") + user("outside") + end() + boundary("bd", "sp", event("error", "err"))
    play = Play(drawn(file(body + chain("start sp after end; bd outside end"), messages="m", errors="err")))
    play.message("m")
    play.done("ask")
    assert play.open == ["outside"]
