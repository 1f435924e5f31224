"""Timers, messages, boundaries, event gateways, signals, conditions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.workflows.engine.drawing import NOON, Play, chain, drawn, end, event, file, node, start, sub, user
from workflows.errors import ExpressionFailed, NotWaiting


def boundary(name: str, host: str, definition: str, *, interrupting: bool = True, **properties: str) -> str:
    return node(name, "boundaryEvent", definition, {key.replace("__", "."): text for key, text in properties.items()},
                attachedToRef=host, cancelActivity="true" if interrupting else "false")


def with_boundary(definition: str, *, interrupting: bool = True, **top: str) -> Play:
    body = start() + user("a") + user("b") + user("late") + end()
    body += boundary("bd", "a", definition, interrupting=interrupting)
    return Play(drawn(file(body + chain("start a b end; bd late end"), **top)))


def test_a_timer_holds_its_token_until_it_is_due() -> None:
    body = start() + node("tm", "intermediateCatchEvent", event("timer", text="PT2H")) + user("a") + end()
    play = Play(drawn(file(body + chain("start tm a end"))))
    assert [timer.due for timer in play.timers.values()] == [NOON + timedelta(hours=2)]
    play.wait(minutes=119)
    assert play.open == []
    play.wait(minutes=1)
    assert (play.open, play.timers) == (["a"], {})


def test_an_interrupting_boundary_withdraws_the_item() -> None:
    play = with_boundary(event("timer", text="P1D"))
    key = play.key("a")
    play.wait(days=1)
    assert (play.open, play.last.closed[0].how, play.timers) == (["late"], "withdrawn", {})
    with pytest.raises(NotWaiting):
        play.complete(key)


def test_completing_an_activity_drops_its_boundaries() -> None:
    play = with_boundary(event("timer", text="P1D"))
    play.done("a")
    assert (play.open, play.timers) == (["b"], {})


def test_a_boundary_that_does_not_interrupt_fires_once() -> None:
    play = with_boundary(event("timer", text="P1D"), interrupting=False)
    play.wait(days=1)
    assert (play.open, play.timers) == (["a", "late"], {})
    play.wait(days=1)
    assert play.open == ["a", "late"]


def test_a_cycle_fires_as_often_as_it_says() -> None:
    play = with_boundary(event("cycle", text="R3/PT1H"), interrupting=False)
    for round in range(1, 5):
        play.wait(hours=1)
        assert play.open == ["a"] + ["late"] * min(round, 3)
    assert play.timers == {}


def test_a_cycle_that_was_late_catches_up_one_by_one() -> None:
    play = with_boundary(event("cycle", text="R3/PT1H"), interrupting=False)
    play.wait(hours=10)
    play.wait(hours=0)
    assert play.open == ["a", "late", "late"]


def test_a_period_under_a_minute_is_refused() -> None:
    with pytest.raises(ExpressionFailed) as refused:
        with_boundary(event("cycle", text="R/PT0S"), interrupting=False)
    assert refused.value.id == "timer.period_short"


def test_a_message_reaches_its_boundary_with_all_its_keys() -> None:
    body = start() + user("a", set__x="1") + user("late") + end()
    body += boundary("bd", "a", event("message", "m"), correlation="[case.no, n]", set__x="message.amount * 2")
    play = Play(drawn(file(body + chain("start a end; bd late end"), messages="m"), variables={"n": "7"}), case={"no": "C-1"})
    assert [place.correlation for place in play.subscriptions.values()] == [("C-1", "7")]
    for keys in (("C-1",), ("C-1", "8"), ()):
        with pytest.raises(NotWaiting):
            play.message("m", *keys)
    play.message("m", "C-1", "7", amount=21)
    assert (play.open, play.variables["x"], play.subscriptions) == (["late"], 42, {})


def test_one_message_wakes_one_place_the_innermost() -> None:
    inner = start("s1") + node("got", "intermediateCatchEvent", event("message", "m")) + user("in") + end("e1") + chain("s1 got in e1")
    body = start() + node("split", "parallelGateway") + sub("sp", inner)
    body += node("outer", "intermediateCatchEvent", event("message", "m")) + user("out") + end()
    play = Play(drawn(file(body + chain("start split outer out end; split sp end"), messages="m")))
    play.message("m")
    assert play.open == ["in"]
    play.message("m")
    assert play.open == ["in", "out"]


def event_gateway() -> bytes:
    body = start() + node("gw", "eventBasedGateway") + user("a") + user("b") + user("c") + user("d") + end()
    body += node("soon", "intermediateCatchEvent", event("timer", text="PT1H"))
    body += node("later", "intermediateCatchEvent", event("timer", text="PT2H"))
    body += node("got", "intermediateCatchEvent", event("message", "m1")) + node("task", "receiveTask", messageRef="m2")
    flows = "start gw soon a end; gw later b end; gw got c end; gw task d end"
    return file(body + chain(flows), messages="m1 m2")


@pytest.mark.parametrize(("happens", "open"), [("time", "a"), ("m1", "c"), ("m2", "d")])
def test_the_first_event_behind_a_gateway_wins(happens: str, open: str) -> None:
    play = Play(drawn(event_gateway()))
    assert len(play.timers) == 2
    if happens == "time":
        play.wait(hours=5)
    else:
        play.message(happens)
    assert (play.open, play.timers, play.subscriptions) == ([open], {}, {})


def test_a_signal_reaches_everything_that_waits_for_it() -> None:
    body = start() + node("split", "parallelGateway") + user("a") + user("x") + user("y") + end()
    body += node("one", "intermediateCatchEvent", event("signal", "s")) + node("two", "intermediateCatchEvent", event("signal", "s"))
    body += node("send", "endEvent", event("signal", "s"))
    play = Play(drawn(file(body + chain("start split a send; split one x end; split two y end"), signals="s")))
    play.done("a")
    assert play.open == ["x", "y"]


def test_a_condition_happens_when_it_becomes_true() -> None:
    body = start() + node("split", "parallelGateway") + user("a", set__n="n + 1") + user("b") + user("c") + user("d") + end()
    body += node("cond", "intermediateCatchEvent", event("conditional", text="n > 0"))
    body += boundary("bd", "b", event("conditional", text="n > 0"))
    play = Play(drawn(file(body + chain("start split a end; split b end; split cond c end; bd d end")), variables={"n": "0"}))
    assert play.open == ["a", "b"]
    play.done("a")
    assert play.open == ["c", "d"]


def test_a_condition_that_is_already_true_does_not_hold_the_token() -> None:
    body = start() + node("cond", "intermediateCatchEvent", event("conditional", text="n = 0")) + user("c") + end()
    assert Play(drawn(file(body + chain("start cond c end")), variables={"n": "0"})).open == ["c"]


def test_timers_follow_the_variables_they_read() -> None:
    body = start() + node("split", "parallelGateway") + user("a", set__hours="hours + 24") + user("b") + user("late") + end()
    body += boundary("bd", "b", '<timerEventDefinition><timeDate>now() + duration("PT1H") * hours</timeDate></timerEventDefinition>')
    play = Play(drawn(file(body + chain("start split a end; split b end; bd late end")), variables={"hours": "2"}))
    key = next(iter(play.timers))
    assert play.timers[key].due == NOON + timedelta(hours=2)
    play.now += timedelta(hours=1)
    play.done("a")
    # counted from the moment the timer was set, not from that of the change
    assert {key: timer.due for key, timer in play.timers.items()} == {key: NOON + timedelta(hours=26)}
    assert any(fact.action == "rescheduled" for fact in play.last.facts)


def test_a_timer_without_an_instant_is_silent_until_a_variable_gives_one() -> None:
    body = start() + node("split", "parallelGateway") + user("a", set__until='date and time("2026-03-03T00:00:00Z")') + user("b")
    body += user("late") + end() + boundary("bd", "b", "<timerEventDefinition><timeDate>until</timeDate></timerEventDefinition>")
    play = Play(drawn(file(body + chain("start split a end; split b end; bd late end")), variables={"until": "null"}))
    assert play.timers == {}
    play.wait(days=9)
    assert play.open == ["a", "b"]
    play.done("a")
    assert len(play.timers) == 1
    play.wait(days=0)
    assert play.open == ["late"]


def test_rescheduling_moves_a_timer_and_an_item() -> None:
    body = start() + user("a", due='duration("PT3H")') + user("late") + end() + boundary("bd", "a", event("timer", text="PT1H"))
    play = Play(drawn(file(body + chain("start a end; bd late end"))))
    assert play.items[play.key("a")].due == NOON + timedelta(hours=3)
    play.verb("reschedule", next(iter(play.timers)), NOON + timedelta(hours=9), "asked")
    play.verb("reschedule", play.key("a"), NOON + timedelta(hours=8), "asked")
    assert play.items[play.key("a")].due == NOON + timedelta(hours=8)
    play.wait(hours=8)
    assert play.open == ["a"]
    play.wait(hours=1)
    assert play.open == ["late"]
    with pytest.raises(NotWaiting):
        play.verb("reschedule", "bd:99", NOON, "asked")


def test_a_suspended_instance_stands_still_and_its_limits_move_by_the_pause() -> None:
    play = with_boundary(event("timer", text="PT2H"))
    play.verb("suspend", "asked")
    assert play.last.status == "suspended"
    for attempt in (lambda: play.done("a"), lambda: play.message("m"), lambda: play.verb("suspend", "again")):
        with pytest.raises(NotWaiting):
            attempt()
    play.wait(hours=5)
    assert play.open == ["a"]
    play.verb("resume", "asked")
    assert [timer.due for timer in play.timers.values()] == [NOON + timedelta(hours=7)]
    play.done("a")
    assert play.open == ["b"]


def test_termination_withdraws_everything() -> None:
    play = with_boundary(event("timer", text="PT2H"))
    play.verb("terminate", "mistake")
    assert (play.last.status, play.items, play.timers) == ("terminated", {}, {})


def test_a_boundary_on_a_sub_process_takes_everything_in_it() -> None:
    deep = start("s2") + user("deep") + end("e2") + chain("s2 deep e2")
    inner = start("s1") + node("fork", "parallelGateway") + user("in") + sub("sp2", deep) + end("e1")
    inner += boundary("tm2", "in", event("timer", text="P1D")) + chain("s1 fork in e1; fork sp2 e1; tm2 e1")
    body = start() + sub("sp", inner) + user("late") + end() + boundary("bd", "sp", event("message", "m"))
    play = Play(drawn(file(body + chain("start sp end; bd late end"), messages="m")))
    assert play.open == ["deep", "in"]
    play.message("m")
    assert (play.open, play.timers, play.subscriptions) == (["late"], {}, {})


def test_messages_thrown_inside_reach_a_place_inside() -> None:
    body = start() + node("split", "parallelGateway") + node("got", "intermediateCatchEvent", event("message", "m")) + user("a")
    body += user("b") + node("throw", "intermediateThrowEvent", event("message", "m")) + end()
    play = Play(drawn(file(body + chain("start split got a end; split b throw end"), messages="m")))
    play.done("b")
    assert play.open == ["a"]




def test_a_timer_put_off_by_another_that_is_due_at_the_same_call_does_not_fire() -> None:
    body = start() + node("split", "parallelGateway") + user("b") + user("late") + end()
    body += node("first", "intermediateCatchEvent", event("timer", text="PT1H"), {"set.hours": "99"}) + user("a")
    body += boundary("bd", "b", '<timerEventDefinition><timeDate>now() + duration("PT1H") * hours</timeDate></timerEventDefinition>')
    play = Play(drawn(file(body + chain("start split first a end; split b end; bd late end")), variables={"hours": "2"}))
    play.wait(hours=5)
    assert play.open == ["a", "b"]
    assert [timer.due for timer in play.timers.values()] == [NOON + timedelta(hours=99)]
