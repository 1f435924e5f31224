"""Items and participants, operations, multi-instance, loops, acts, redirections, moves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.workflows.engine.drawing import NOON, Play, chain, drawn, end, event, file, flow, node, start, sub, user
from workflows.errors import BundleInvalid, BusinessError, EngineLimit, ExpressionFailed, NotWaiting, WorkflowError
from workflows.feel import compile as feel
from workflows.manifest import ActFacts, LaneRole
from workflows.progress import Performed, WorkItem

LANES = (
    '<laneSet id="ls"><lane id="station"><flowNodeRef>a</flowNodeRef><flowNodeRef>sp</flowNodeRef></lane>'
    '<lane id="citizen"><flowNodeRef>b</flowNodeRef></lane></laneSet>'
)
ROLES = {
    "station": LaneRole(role="station_clerk", organ=feel("case.station")),
    "citizen": LaneRole(visitor=feel("case.reporter")),
    "office": LaneRole(role=feel("case.owner_role"), organ=feel("case.owner")),
}


def boundary(name: str, host: str, definition: str) -> str:
    return node(name, "boundaryEvent", definition, attachedToRef=host)


def test_lanes_name_the_participant() -> None:
    inner = start("s1") + user("in") + user("office", lane="office") + user("own", role="station_head", organ="7") + end("e1")
    inner += chain("s1 in office own e1")
    body = LANES + start() + user("a") + user("b") + sub("sp", inner) + end() + chain("start a b sp end")
    case = {"station": 3, "reporter": 40, "owner": 9, "owner_role": "township_office"}
    play = Play(drawn(file(body), roles=ROLES), case=case)
    seen = []
    for name in ("a", "b", "in", "office", "own"):
        who = play.items[play.key(name)].participant
        seen.append((who.kind, who.role, who.organ, who.party))
        play.done(name)
    assert seen == [
        ("role", "station_clerk", 3, None), ("visitor", None, None, 40), ("role", "station_clerk", 3, None),
        ("role", "township_office", 9, None), ("role", "station_head", 7, None),
    ]


def test_an_open_item_follows_what_its_participant_and_limit_read() -> None:
    body = start() + node("fork", "parallelGateway") + user("a", set__unit="a.unit", set__until="a.until") + end()
    body += user("b", role="handler", organ="unit", due="until", urgent="unit = 8")
    play = Play(drawn(file(body + chain("start fork a end; fork b end")), variables={"unit": "5", "until": "null"}))
    before = play.items[play.key("b")]
    assert (before.participant.organ, before.due, before.urgent) == (5, None, False)
    play.done("a", unit=8, until="2026-04-01T00:00:00+08:00")
    after = play.items[before.key]
    assert (after.participant.organ, after.urgent) == (8, True)
    assert after.due is not None and after.due.isoformat() == "2026-04-01T00:00:00+08:00"


def test_an_item_follows_the_case_even_when_it_changed_elsewhere() -> None:
    body = start() + node("fork", "parallelGateway") + user("a") + user("b", role="clerk", organ="case.owner") + end()
    play = Play(drawn(file(body + chain("start fork a end; fork b end"))), case={"owner": 1})
    play.case["owner"] = 2
    play.done("a")
    assert play.items[play.key("b")].participant.organ == 2


def test_a_day_as_due_ends_with_that_day_in_shanghai() -> None:
    play = Play(drawn(file(start() + user("a", due='date("2026-03-05")') + end() + chain("start a end"))))
    due = play.items[play.key("a")].due
    assert due is not None and due.isoformat() == "2026-03-06T00:00:00+08:00"


def performer(calls: list[tuple[str, Any]]) -> Any:
    def perform(item: WorkItem, case: Mapping[str, Any]) -> Performed:
        calls.append((item.operation or "", dict(item.arguments)))
        if item.arguments.get("fail"):
            raise BusinessError("err_business")
        return Performed({"no": len(calls)}, {"owner": 77})

    return perform


def test_local_operations_are_performed_in_the_same_step_and_change_the_case() -> None:
    calls: list[tuple[str, Any]] = []
    service = node("svc_assign", "serviceTask", properties={"operation": "assignment.assign", "arg.unit": "unit + 1"})
    body = start() + service + user("a", role="clerk", organ="case.owner", set__seen="assign.no") + end()
    play = Play(drawn(file(body + chain("start svc_assign a end")), variables={"unit": "4"}), case={"owner": 1},
                perform=performer(calls), local={"assignment.assign"})
    assert calls == [("assignment.assign", {"unit": 5})]
    assert play.items[play.key("a")].participant.organ == 77
    assert (play.last.case_changes, play.variables["assign"]) == ({"owner": 77}, {"no": 1})
    play.done("a")
    assert play.variables["seen"] == 1


def test_a_local_operation_that_refuses_is_an_error_beside_its_task() -> None:
    calls: list[tuple[str, Any]] = []
    service = node("svc", "serviceTask", properties={"operation": "x.y", "arg.fail": "true"})
    body = start() + service + boundary("bd", "svc", event("error", "err_business")) + user("a") + user("b") + end()
    xml = file(body + chain("start svc a end; bd b end"), errors="err_business")
    assert Play(drawn(xml), perform=performer(calls), local={"x.y"}).open == ["b"]
    bare = file(start() + service + user("a") + end() + chain("start svc a end"))
    with pytest.raises(BusinessError):
        Play(drawn(bare), perform=performer(calls), local={"x.y"})


def test_other_operations_wait_as_items_of_a_system() -> None:
    service = node("svc_push", "serviceTask", properties={"operation": "four_platforms.push", "arg.no": "case.no"})
    play = Play(drawn(file(start() + service + user("a") + end() + chain("start svc_push a end"))), case={"no": "C-1"})
    item = play.items[play.key("svc_push")]
    assert (item.participant.kind, item.operation, dict(item.arguments)) == ("system", "four_platforms.push", {"no": "C-1"})
    play.done("svc_push", ticket="T9")
    assert play.variables["push"] == {"ticket": "T9"}


def test_an_operation_performed_with_a_completion() -> None:
    calls: list[tuple[str, Any]] = []
    task = user("a", then="casefile.merge", arg__main="a.main", into="a")
    play = Play(drawn(file(start() + task + user("b") + end() + chain("start a b end"))), perform=performer(calls))
    play.done("a", main=12)
    assert calls == [("casefile.merge", {"main": 12})]
    assert (play.variables["merge"], play.open) == ({"no": 1}, ["b"])


def test_an_operation_adds_to_the_answers_of_its_own_name() -> None:
    task = user("a", then="casefile.rate", into="rate")
    play = Play(drawn(file(start() + task + user("b") + end() + chain("start a b end"))), perform=performer([]))
    play.done("a", stars=1)
    assert play.variables["rate"] == {"stars": 1, "no": 1}


def test_columns_of_the_case_follow_variables_at_once() -> None:
    body = start() + user("a", set__level="a.level") + node("gw", "exclusiveGateway", default="f_gw_b") + user("b") + user("c") + end()
    flows = chain("start a gw b end; c end") + flow("gw", "c", "case.level > 2")
    play = Play(drawn(file(body + flows), case={"level": feel("level"), "other": feel("null")}), case={"level": 0})
    play.done("a", level=3)
    assert (play.open, play.last.case_changes) == (["c"], {"level": 3})


def test_status_words_follow_the_elements_entered() -> None:
    body = start() + user("a") + user("b") + end() + chain("start a b end")
    play = Play(drawn(file(body), status={"a": "submitted", "b": feel('if a.x = 1 then "one" else "many"')}))
    assert play.last.case_status == "submitted"
    assert play.done("a", x=2).case_status == "many"
    assert play.done("b").case_status is None


MANY = '<multiInstanceLoopCharacteristics{0}><loopCardinality>{1}</loopCardinality>{2}</multiInstanceLoopCharacteristics>'
OVER = '<multiInstanceLoopCharacteristics isSequential="{0}">{1}</multiInstanceLoopCharacteristics>'


def several(sequential: str = "false", inner: str = "", properties: Mapping[str, str] | None = None, extra: str = "",
            flows: str = "start many after end", variables: Mapping[str, str] | None = None, **top: str) -> Play:
    said = {"collection": "units", "item": "unit", "role": "handler", "organ": "unit", **(properties or {})}
    body = start() + node("many", "userTask", OVER.format(sequential, inner), said) + user("after") + end() + extra
    return Play(drawn(file(body + chain(flows), **top), variables={"units": "[4, 5, 6]", **(variables or {})}))


def test_parallel_runs_over_a_list() -> None:
    play = several()
    assert sorted(item.participant.organ for item in play.items.values()) == [4, 5, 6]
    assert [item.local["unit"] for item in play.items.values()] == [4, 5, 6]
    for _ in range(3):
        assert "after" not in play.open
        play.done("many")
    assert play.open == ["after"]


def test_sequential_runs_one_after_the_other() -> None:
    play = several("true")
    for organ in (4, 5, 6):
        assert [item.participant.organ for item in play.items.values()] == [organ]
        play.done("many")
    assert play.open == ["after"]


def test_an_empty_list_passes_at_once() -> None:
    assert several(variables={"units": "[]"}).open == ["after"]
    assert several(variables={"units": "null"}).open == ["after"]


def test_each_run_keeps_its_answers_to_itself_and_the_output_collects_them() -> None:
    inner = '<loopDataOutputRef>opinions</loopDataOutputRef><outputDataItem name="opinion"/>'
    play = several(inner=inner, properties={"set.opinion": "many.text + string(unit)"})
    keys = sorted(play.items)
    for key, text in zip(reversed(keys), "cba", strict=True):
        play.complete(key, text=text)
    assert play.variables["opinions"] == ["a4", "b5", "c6"]
    assert set(play.variables) == {"units", "opinions"}


def test_a_declared_variable_belongs_to_the_process_even_inside_a_run() -> None:
    play = several(properties={"set.total": "total + unit"}, variables={"total": "0"})
    for _ in range(3):
        play.done("many")
    assert play.variables["total"] == 15


def test_a_completion_condition_withdraws_the_rest() -> None:
    play = several(inner="<completionCondition>numberOfCompletedInstances = 2</completionCondition>")
    play.done("many")
    play.done("many")
    assert play.open == ["after"]


def test_a_boundary_interrupts_all_runs_and_the_activity_may_be_entered_again() -> None:
    extra = boundary("bd", "many", event("message", "m")) + user("change", set__units="[9]")
    play = several(extra=extra, flows="start many after end; bd change many", messages="m")
    play.message("m")
    assert play.open == ["change"]
    play.done("change")
    assert [item.participant.organ for item in play.items.values()] == [9]
    play.done("many")
    assert play.open == ["after"]


def test_runs_of_a_sub_process_each_see_their_item() -> None:
    inner = start("s1") + user("in", role="handler", organ="unit", set__n="n + 1") + end("e1") + chain("s1 in e1")
    loop = OVER.format("false", "<loopDataInputRef>units</loopDataInputRef><inputDataItem name=\"unit\"/>")
    body = start() + sub("sp", loop + inner) + user("after") + end()
    play = Play(drawn(file(body + chain("start sp after end")), variables={"units": "[1, 2]", "n": "0"}))
    assert sorted(item.participant.organ for item in play.items.values()) == [1, 2]
    play.done("in")
    play.done("in")
    assert (play.open, play.variables["n"]) == (["after"], 2)


def test_cardinality_and_its_bounds() -> None:
    def play(count: str) -> Play:
        body = start() + node("many", "userTask", MANY.format("", count, "")) + user("after") + end()
        return Play(drawn(file(body + chain("start many after end"))))

    assert play("3").open == ["many"] * 3
    assert play("0").open == ["after"]
    with pytest.raises(ExpressionFailed):
        play("1.5")
    with pytest.raises(EngineLimit):
        play("1001")
    with pytest.raises(BundleInvalid):
        play("-1")


@pytest.mark.parametrize(("before", "rounds"), [("true", 0), ("false", 1)])
def test_a_standard_loop_tests_before_or_after(before: str, rounds: int) -> None:
    loop = f'<standardLoopCharacteristics testBefore="{before}"><loopCondition>n &lt; 0</loopCondition></standardLoopCharacteristics>'
    body = start() + node("a", "userTask", loop, {"set.n": "n + 1"}) + user("after") + end()
    play = Play(drawn(file(body + chain("start a after end")), variables={"n": "0"}))
    for _ in range(rounds):
        assert play.open == ["a"]
        play.done("a")
    assert play.open == ["after"]


def test_a_standard_loop_runs_while_its_condition_holds_and_at_most_its_maximum() -> None:
    loop = '<standardLoopCharacteristics loopMaximum="{0}"><loopCondition>n &lt; 3</loopCondition></standardLoopCharacteristics>'
    for most, rounds in ((9, 3), (2, 2)):
        body = start() + node("a", "userTask", loop.format(most), {"set.n": "n + 1"}) + user("after") + end()
        play = Play(drawn(file(body + chain("start a after end")), variables={"n": "0"}))
        for _ in range(rounds):
            play.done("a")
        assert (play.open, play.variables["n"]) == (["after"], rounds)


def acting() -> Play:
    ask = user("ask", form="ask") + user("approve") + end("ee")
    begin = node("es_start", "startEvent", event("message", "msg_ask"), isInterrupting="false")
    handler = sub("es", begin + ask + chain("es_start ask approve ee"), triggeredByEvent="true")
    body = start() + user("work") + end() + chain("start work end") + handler
    return Play(drawn(file(body, messages="msg_ask"), acts={"msg_ask": ActFacts("msg_ask", form="ask")}))


def test_an_act_completes_the_form_that_follows_at_once() -> None:
    play = acting()
    progress = play.engine.act(play.instance, "msg_ask", {"until": "x"}, play.at())
    assert [item.element for item in progress.opened] == ["ask", "approve"]
    assert [closed.how for closed in progress.closed] == ["completed"]
    assert progress.closed[0].key == progress.opened[0].key
    assert progress.variables["ask"] == {"until": "x"}
    with pytest.raises(NotWaiting):
        play.act("msg_other")


def sections() -> Play:
    first = start("s1") + user("intake") + user("check") + end("e1") + chain("s1 intake check e1")
    second = start("s2") + user("triage") + end("e2") + chain("s2 triage e2")
    body = start() + sub("sp1", first) + sub("sp2", second) + boundary("tm", "sp2", event("timer", text="P1D")) + end()
    return Play(drawn(file(body + chain("start sp1 sp2 end; tm end"))))


def test_redirecting_within_a_scope_and_to_the_start_of_a_sub_process_beside_it() -> None:
    play = sections()
    play.done("intake")
    play.verb("redirect", play.key("check"), "intake", "wrong")
    assert play.open == ["intake"]
    play.done("intake")
    play.done("check")
    assert len(play.timers) == 1
    play.verb("redirect", play.key("triage"), "check", "wrong")
    assert (play.open, play.timers) == (["intake"], {})
    with pytest.raises(WorkflowError) as refused:
        play.verb("redirect", play.key("intake"), "nowhere", "wrong")
    assert refused.value.id == "redirect.no_such_element"


def test_redirecting_is_refused_while_a_branch_runs_beside() -> None:
    body = start() + user("first") + node("fork", "parallelGateway") + user("a") + user("b") + end()
    play = Play(drawn(file(body + chain("start first fork a end; fork b end"))))
    play.done("first")
    with pytest.raises(WorkflowError) as refused:
        play.verb("redirect", play.key("a"), "first", "wrong")
    assert refused.value.id == "redirect.parallel_branch"
    play.done("b")
    play.verb("redirect", play.key("a"), "first", "wrong")
    assert play.open == ["first"]


def test_moving_to_a_new_version_keeps_places_and_limits() -> None:
    def version(extra: str, flows: str) -> Any:
        return drawn(file(start() + user("a") + user("b") + end() + extra + chain(flows), messages="m"))

    old = version(boundary("bd", "a", event("timer", text="PT5H")), "start a b end; bd end")
    play = Play(old)
    play.now += timedelta(hours=1)
    play.verb("move", version(boundary("bd", "a", event("timer", text="PT5H")) + boundary("new", "a", event("message", "m"))
                              + user("c"), "start a c b end; bd end; new end"))
    assert [timer.due for timer in play.timers.values()] == [NOON + timedelta(hours=5)]
    assert len(play.subscriptions) == 1
    play.definition = version(user("c"), "start a c b end")
    play.verb("move", play.definition)
    assert (play.timers, play.subscriptions) == ({}, {})
    play.done("a")
    assert play.open == ["c"]
    with pytest.raises(BundleInvalid) as refused:
        play.verb("move", old)
    assert [finding.id for finding in refused.value.findings] == ["move.element_missing"]


def test_what_a_form_of_an_open_item_sees() -> None:
    play = several()
    key = sorted(play.items)[1]
    seen = play.engine.scope(play.instance, key, play.at())
    assert (seen["unit"], seen["units"], seen["case"]) == (5, [4, 5, 6], {})


def test_a_process_without_a_start_form_begins_with_what_it_is_handed():
    body = start() + user("ut_a") + end() + chain("start ut_a end")
    play = Play(drawn(file(body), variables={"limit": '"ordinary"', "rounds": "0"}), {"limit": "complex"})

    assert play.variables == {"limit": "complex", "rounds": 0}


def test_the_lane_a_sub_process_names_is_the_lane_of_what_is_drawn_in_it():
    inner = start("s2") + user("b2", lane="citizen") + user("c2") + end("e2") + chain("s2 c2 b2 e2")
    body = LANES + start() + user("a") + node("sp", "subProcess", inner, {"lane": "office"}) + end() + chain("start a sp end")

    compiled = drawn(file(body)).compiled

    assert [compiled.node("p", name).lane for name in ("a", "sp", "c2", "b2")] == ["station", "office", "office", "citizen"]
