"""Tokens along flows: sequences, gateways, joins, loops, ends."""

from __future__ import annotations

import pytest

from tests.workflows.engine.drawing import Play, chain, drawn, end, file, flow, node, start, user
from workflows.errors import NotWaiting, WorkflowError


def test_a_task_waits_and_then_the_process_ends() -> None:
    play = Play(drawn(file(start() + user("a") + end() + chain("start a end"))))
    assert play.open == ["a"]
    play.done("a")
    assert (play.last.status, play.last.ended, play.items) == ("completed", "end", {})


def test_an_item_cannot_be_completed_twice() -> None:
    play = Play(drawn(file(start() + user("a") + user("b") + end() + chain("start a b end"))))
    key = play.key("a")
    play.done("a")
    with pytest.raises(NotWaiting):
        play.complete(key)


def exclusive() -> bytes:
    gateway = node("gw", "exclusiveGateway", default="f_gw_c")
    flows = chain("start gw") + flow("gw", "a", "x > 10") + flow("gw", "b", "x > 5") + chain("gw c; a end; b end; c end")
    return file(start() + gateway + user("a") + user("b") + user("c") + end() + flows)


@pytest.mark.parametrize(("x", "way"), [("11", "a"), ("7", "b"), ("1", "c"), ("null", "c")])
def test_an_exclusive_gateway_takes_the_first_true_flow(x: str, way: str) -> None:
    assert Play(drawn(exclusive(), variables={"x": x})).open == [way]


def test_a_gateway_without_a_way_refuses() -> None:
    flows = chain("start gw") + flow("gw", "a", "x = 1") + flow("gw", "b", "x = 2") + chain("a end; b end")
    definition = drawn(file(start() + node("gw", "exclusiveGateway") + user("a") + user("b") + end() + flows))
    with pytest.raises(WorkflowError) as refused:
        Play(definition)
    assert refused.value.id == "gateway.no_way"


def parallel_in_loop() -> bytes:
    body = start() + node("in", "exclusiveGateway") + node("split", "parallelGateway") + user("a") + user("b")
    body += node("join", "parallelGateway") + user("c") + node("gw", "exclusiveGateway", default="f_gw_end") + end()
    return file(body + chain("start in split a join c gw end; split b join") + flow("gw", "in", "c.again = true"))


def test_a_join_in_a_loop_counts_only_the_tokens_of_its_round() -> None:
    play = Play(drawn(parallel_in_loop()))
    for _ in range(5):
        assert play.open == ["a", "b"]
        play.done("b")
        assert play.open == ["a"]
        play.done("a")
        play.done("c", again=True)
    play.done("a")
    assert play.open == ["b"]
    play.done("b")
    play.done("c", again=False)
    assert play.last.status == "completed"


def test_a_join_counts_flows_not_nodes() -> None:
    """Two flows from one node into a join are two tokens."""
    body = start() + node("split", "parallelGateway") + node("join", "parallelGateway") + user("a") + end()
    body += chain("start split; join a end") + flow("split", "join", name="f1") + flow("split", "join", name="f2")
    assert Play(drawn(file(body))).open == ["a"]


def test_several_flows_out_of_a_task_run_at_once() -> None:
    play = Play(drawn(file(start() + user("a") + user("b") + end() + chain("start a end; start b end"))))
    assert play.open == ["a", "b"]
    play.done("a")
    assert play.last.status == "running"
    play.done("b")
    assert play.last.status == "completed"


def inclusive_in_loop() -> bytes:
    body = start() + node("in", "exclusiveGateway") + node("split", "inclusiveGateway", default="f_split_c")
    body += user("a") + user("b") + user("c") + node("join", "inclusiveGateway") + user("d")
    body += node("gw", "exclusiveGateway", default="f_gw_end") + end()
    flows = chain("start in split c join d gw end; a join; b join")
    flows += flow("split", "a", "x > 0") + flow("split", "b", "x > 1") + flow("gw", "in", "d.again = true")
    return file(body + flows)


@pytest.mark.parametrize(("x", "branches"), [("0", ["c"]), ("1", ["a"]), ("2", ["a", "b"])])
def test_an_inclusive_join_waits_for_just_the_tokens_that_come(x: str, branches: list[str]) -> None:
    play = Play(drawn(inclusive_in_loop(), variables={"x": x}))
    for _ in range(3):
        assert play.open == branches
        for branch in reversed(branches):
            assert "d" not in play.open
            play.done(branch)
        assert play.open == ["d"]
        play.done("d", again=True)


def test_an_inclusive_join_goes_on_when_a_token_leaves_by_another_way() -> None:
    body = start() + node("split", "inclusiveGateway") + user("a") + user("b") + node("gw", "exclusiveGateway", default="f_gw_join")
    body += node("join", "inclusiveGateway") + user("d") + end("out") + end()
    flows = chain("start split; b gw join; a join d end")
    flows += flow("split", "a", "true") + flow("split", "b", "true") + flow("gw", "out", "b.leave = true")
    play = Play(drawn(file(body + flows)))
    play.done("a")
    assert play.open == ["b"]
    play.done("b", leave=True)
    assert play.open == ["d"]


def test_conditional_flows_out_of_a_task() -> None:
    body = start() + node("a", "userTask", default="f_a_d") + user("b") + user("c") + user("d") + end()
    flows = chain("start a; a d end; b end; c end") + flow("a", "b", "a.x > 1") + flow("a", "c", "a.x > 2")
    for x, ways in ((3, ["b", "c"]), (2, ["b"]), (1, ["d"])):
        play = Play(drawn(file(body + flows)))
        play.done("a", x=x)
        assert play.open == ways


def test_a_loop_without_an_end_is_an_incident_not_a_hang() -> None:
    body = start() + node("in", "exclusiveGateway") + node("gw", "exclusiveGateway", default="f_gw_in") + end()
    with pytest.raises(WorkflowError) as refused:
        Play(drawn(file(body + chain("start in gw in") + flow("gw", "end", "false"))))
    assert refused.value.id == "engine.too_many_steps"


def test_a_join_that_nothing_can_complete_is_an_incident() -> None:
    body = start() + node("gw", "exclusiveGateway", default="f_gw_join") + user("a") + node("join", "parallelGateway") + end()
    with pytest.raises(WorkflowError) as refused:
        Play(drawn(file(body + chain("start gw join end; a join") + flow("gw", "a", "false"))))
    assert refused.value.id == "engine.stuck"


def test_a_terminate_end_takes_everything_with_it() -> None:
    body = start() + user("a") + user("b") + end("stop", "<terminateEventDefinition/>") + end()
    play = Play(drawn(file(body + chain("start a stop; start b end"))))
    play.done("a")
    assert (play.last.status, play.last.ended, play.items) == ("completed", "stop", {})


def test_a_none_throw_event_is_a_milestone() -> None:
    play = Play(drawn(file(start() + node("ms", "intermediateThrowEvent") + user("a") + end() + chain("start ms a end"))))
    assert play.milestones == ["ms"]


def test_links_are_flows() -> None:
    body = start() + node("out", "intermediateThrowEvent", '<linkEventDefinition name="x"/>')
    body += node("back", "intermediateCatchEvent", '<linkEventDefinition name="x"/>') + user("a") + end()
    play = Play(drawn(file(body + chain("start out; back a end"))))
    assert (play.open, play.milestones) == (["a"], [])


def test_assignments_run_on_leaving_and_read_what_was_before() -> None:
    body = start() + user("a", set__n="n + 1", set__m="n * 10") + end() + chain("start a end")
    play = Play(drawn(file(body), variables={"n": "1"}))
    assert play.variables["n"] == 1
    play.done("a")
    assert (play.variables["n"], play.variables["m"]) == (2, 10)


def test_two_tokens_on_one_flow_do_not_make_up_for_a_missing_one() -> None:
    body = start() + node("split", "parallelGateway") + user("a") + user("b") + user("c") + node("m", "exclusiveGateway")
    body += node("join", "parallelGateway") + user("d") + end()
    play = Play(drawn(file(body + chain("start split a m join d end; split b m; split c join"))))
    play.done("a")
    play.done("b")
    assert play.open == ["c"]
    play.done("c")
    assert play.open == ["d"]
