"""A whole bundle: manifest, form, table and diagram read together and played."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from tests.workflows.engine.drawing import Play, chain, end, file, flow, node, start, user
from workflows import Bundle, Calendar, parse

LIBRARY = Path(__file__).resolve().parents[3] / "bpmn"

MANIFEST = """
key = "sample"
title = { zh = "样例", en = "Sample" }
opens = "sample"
start_form = "report"
[roles.station]
role = "station_clerk"
organ = "case.station"
[variables]
rounds = { type = "number", initial = "0" }
until = { type = "datetime" }
[status]
ut_check = "submitted"
[case]
category = "report.category"
[milestones]
ms_seen = { zh = "已阅", en = "Seen" }
"""
WORDS = {"zh": "字", "en": "word"}


def form(name: str, *fields: dict[str, object]) -> bytes:
    drawn = [{"label": WORDS, **one} for one in fields]
    return json.dumps({"name": name, "title": WORDS, "fields": drawn}).encode()


TABLE = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
<decision id="urgency" name="urgency"><decisionTable id="t" hitPolicy="FIRST">
<input id="i"><inputExpression id="ie" typeRef="number"><text>report.people</text></inputExpression></input>
<output id="o" name="level" typeRef="string"/>
<rule id="r1"><inputEntry id="e1"><text>&gt;= 10</text></inputEntry><outputEntry id="o1"><text>"high"</text></outputEntry></rule>
<rule id="r2"><inputEntry id="e2"><text>-</text></inputEntry><outputEntry id="o2"><text>"normal"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def bundle() -> Bundle:
    lanes = '<laneSet id="l"><lane id="station" name="station"><flowNodeRef>ut_check</flowNodeRef></lane></laneSet>'
    rule = node("br_urgency", "businessRuleTask", properties={"decision": "urgency.dmn"})
    check = user("ut_check", form="check", due='deadline("intake.check", report.seen)', set__until="check.day_after", set__rounds="rounds + 1")
    gate = node("gw", "exclusiveGateway", default="f_gw_end")
    body = lanes + start() + rule + check + gate + node("ms_seen", "intermediateThrowEvent") + user("ut_late") + end()
    flows = chain("start br_urgency ut_check ms_seen gw end; ut_late end")
    flows += flow("gw", "ut_late", "until > report.seen and report.people > 5")
    report = form("report", {"key": "people", "type": "number"}, {"key": "seen", "type": "datetime"},
                  {"key": "category", "type": "choice", "choices": [{"value": "road", "label": WORDS}]})
    answers = form("check", {"key": "day_after", "type": "datetime"}, {"key": "reason", "type": "text"})
    shared = {f"shared/{path.name}": path.read_bytes() for path in (LIBRARY / "shared").glob("*.dmn")}
    return Bundle("sample", {
        "process.toml": MANIFEST.encode(), "process.bpmn": file(body + flows, "sample"), "urgency.dmn": TABLE,
        "forms/report.form.json": report, "forms/check.form.json": answers, **shared,
    })


def test_a_bundle_is_read_and_played_to_its_end() -> None:
    definition = parse(bundle())
    seen = datetime(2026, 9, 30, 2, 0, tzinfo=UTC)
    answers = {"people": Decimal(12), "seen": seen, "category": "road"}
    play = Play(definition, answers, case={"station": 7}, calendar=Calendar.read(LIBRARY / "calendars"), now=seen)
    item = play.items[play.key("ut_check")]
    assert (item.participant.role, item.participant.organ, item.form) == ("station_clerk", 7, "check")
    # one working day after 30 September is 8 October, until its end
    assert item.due == datetime(2026, 10, 8, 16, 0, tzinfo=UTC)
    assert (play.last.case_status, play.last.case_changes) == ("submitted", {"category": "road"})
    decision = next(fact for fact in play.last.facts if fact.action == "decision")
    assert decision.payload["rules"][0]["id"] == "r1"
    play.done("ut_check", day_after=datetime(2026, 10, 1, 2, 0, tzinfo=UTC), reason="never a variable")
    assert (play.milestones, play.open, play.variables["rounds"]) == (["ms_seen"], ["ut_late"], 1)
    assert "never a variable" not in json.dumps(dict(play.variables))
    assert play.variables["check"] == {"day_after": play.variables["check"]["day_after"]}
    play.done("ut_late")
    assert play.last.status == "completed"
