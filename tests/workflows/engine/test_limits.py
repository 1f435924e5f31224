"""Limits on items and timers: counted by the announced working days, from the shared tables of the definition."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.workflows.engine.drawing import Play, chain, drawn, end, file, node, start, user
from workflows import Calendar, Engine, ExpressionFailed
from workflows.dmn import read
from workflows.progress import Circumstances

LIBRARY = Path(__file__).resolve().parents[3] / "bpmn"
CALENDAR = Calendar.read(LIBRARY / "calendars")
SHARED = {stem: read((LIBRARY / "shared" / f"{stem}.dmn").read_bytes()) for stem in ("deadlines", "thresholds")}
#: the Monday before the holiday of October
NOW = datetime(2026, 9, 28, 2, 0, tzinfo=UTC)


def definition(body: str, flows: str, **variables: str) -> Any:
    found = drawn(file(body + chain(flows)), variables=variables)
    found.shared = SHARED
    return found


class Limited(Play):
    """Plays with the calendar, from that Monday."""

    def __init__(self, made: Any) -> None:
        super().__init__(made, calendar=CALENDAR, now=NOW)


def test_an_item_carries_its_limit_with_start_and_reasons() -> None:
    body = start() + user("a", due='deadline("triage.decide", now())') + end()
    item = next(iter(Limited(definition(body, "start a end")).items.values()))
    assert item.due == datetime(2026, 9, 30, 16, 0, tzinfo=UTC)
    assert item.due_from == NOW
    assert (item.due_facts["rule"], item.due_facts["unit"], item.due_facts["year"]) == ("triage.decide", "wd", 2026)


def test_a_limit_stored_as_a_variable_serves_items_and_timers() -> None:
    body = start() + node("gw", "exclusiveGateway", properties={"set.until": 'deadline("triage.decide", now())'})
    body += user("a", due="until") + end() + node("late", "userTask")
    timer = '<timerEventDefinition><timeDate>deadline("overdue.tell", until)</timeDate></timerEventDefinition>'
    body += node("bd", "boundaryEvent", timer, attachedToRef="a")
    play = Limited(definition(body, "start gw a end; bd late end"))
    item, (wait,) = next(iter(play.items.values())), play.timers.values()
    assert item.due == datetime(2026, 9, 30, 16, 0, tzinfo=UTC)
    assert item.due_facts["rule"] == "triage.decide"
    # three working days after that, and the holiday of October is not worked
    assert wait.due > datetime(2026, 10, 8, 16, 0, tzinfo=UTC)
    assert wait.facts["rule"] == "overdue.tell"


def test_thresholds_steer_gateways() -> None:
    body = start() + node("gw", "exclusiveGateway", properties={"set.least": 'threshold("rating.dissatisfied")'}) + user("a") + end()
    assert Limited(definition(body, "start gw a end")).variables["least"] == 1


def test_an_unknown_limit_is_an_incident() -> None:
    with pytest.raises(ExpressionFailed):
        Limited(definition(start() + user("a", due='deadline("no.such", now())') + end(), "start a end"))


def test_a_limit_can_be_asked_for_before_a_case_exists() -> None:
    made = definition(start() + user("a") + end(), "start a end")
    facts = Engine(CALENDAR).limit(made, "intake.check", NOW)
    assert facts["rule"] == "intake.check"
    assert Engine(CALENDAR).functions(made, Circumstances(NOW)).now() == NOW


def test_service_limits_pause_with_the_instance() -> None:
    body = start() + user("a", due='deadline("triage.decide", now())') + end()
    play = Limited(definition(body, "start a end"))
    before = next(iter(play.items.values())).due
    play.verb("suspend", "asked")
    play.now = datetime(2026, 9, 29, 2, 0, tzinfo=UTC)
    play.verb("resume", "asked")
    after = next(iter(play.items.values())).due
    assert before is not None and after is not None and (after - before).days == 1
