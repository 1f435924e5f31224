"""Each rule of the inspector: a folder it lets pass and one it finds."""

import pytest

from tests.workflows import folders
from tests.workflows.engine import drawing as d
from tests.workflows.lint.specimen import MANIFEST, ask, body, findings, ids, node, service
from workflows.lint import RULES
from workflows.words import LANGUAGES, catalogue

CLERK = 'role = "station_clerk"\norgan = "case.station"'
TIMER = d.event("timer", text="PT30S")


def test_a_right_folder_passes_every_rule():
    assert findings() == []


def with_lines(text):
    return MANIFEST + text


def replaced(before, after):
    assert before in MANIFEST
    return MANIFEST.replace(before, after)


#: rule -> what spoils the right folder
WRONG = {
    "role_unknown": {"manifest": replaced("station_clerk", "station_clark")},
    "form_unknown": {"drawn": body(task=ask(form="asks"), question='rounds = 1')},
    "decision_unknown": {"drawn": body(work=node("br_note", "businessRuleTask", properties={"decision": "none.dmn"}),
                                       way="start_p ut_ask gw_more ms_told br_note end_p")},
    "operation_unknown": {"drawn": body(work=service(operation="casefile.knot"))},
    "operation_missing": {"drawn": body(work=node("svc_note", "serviceTask", properties={"lane": "system"}))},
    "operation_remote": {"drawn": body(task=ask(then="sms.send"))},
    "argument_unknown": {"drawn": body(work=service(arg__txt="rounds"))},
    "argument_missing": {"drawn": body(work=service())},
    "id_prefix": {"drawn": body(work=service("note"), way="start_p ut_ask gw_more ms_told note end_p")},
    "name_missing": {"drawn": body(told=d.node("ms_told", "intermediateThrowEvent"))},
    "unreachable": {"drawn": body(more=ask("ut_island") + d.chain("ut_island end_p"))},
    "ends_nowhere": {"drawn": body(more=ask("ut_cliff"), back="gw_more ut_again; ut_again ut_cliff")},
    "default_missing": {"drawn": body(gateway=None)},
    "condition_missing": {"drawn": body(gateway=None)},
    "variable_unknown": {"drawn": body(question="turns = 0")},
    "field_unknown": {"drawn": body(question='ask.decisions = "no"')},
    "limit_unknown": {"drawn": body(task=ask(due='deadline("intake.chek", now())'))},
    "variable_undeclared": {"drawn": body(task=ask(set__turns="1"))},
    "nobody": {"drawn": body(task=ask(lane="nowhere"))},
    "person_in_system_lane": {"drawn": body(task=ask(lane="system"))},
    "role_without_organ": {"drawn": body(task=ask(lane="nowhere", role="handler"))},
    "limit_silent": {"drawn": body(task=ask(due='deadline("intake.check", now())'))},
    "timer_short": {"drawn": body(more=node("tm_ask", "boundaryEvent", TIMER, attachedToRef="ut_ask") + d.chain("tm_ask end_p"))},
    "element_unknown": {"manifest": replaced('ut_ask = "asked"', 'ut_asks = "asked"')},
    "milestone_words": {"manifest": replaced("ms_told", "ut_ask")},
    "escalation_to_nobody": {
        "drawn": body(told=node("ms_told", "intermediateThrowEvent", d.event("escalation", "esc_late"))), "escalations": "esc_late"},
    "escalation_never": {"manifest": with_lines('[escalations.esc_late]\nto = { role = "handler", organ = "1" }\n'
                                                'words = { zh = "迟", en = "late" }')},
    "act_without_catch": {"manifest": with_lines('[acts.msg_stop]\nlabel = { zh = "停", en = "stop" }\nby = ["reporter"]')},
    "lane_idle": {"manifest": with_lines(f"[roles.other]\n{CLERK}")},
    "form_idle": {"forms": ("ask", "unasked")},
    "variable_idle": {"manifest": replaced("[variables]", '[variables]\nunread = { type = "text" }')},
    "end_tells_nobody": {"manifest": 'before_every_end = ["ut_again"]\n' + MANIFEST},
}


@pytest.mark.parametrize("rule", sorted(WRONG))
def test_finds(rule):
    assert rule in ids(**WRONG[rule])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_rule_has_a_wrong_folder_and_a_sentence(lang):
    said = {id.removeprefix("lint.") for id in catalogue(lang) if id.startswith("lint.")}

    assert said == set(WRONG) | ELSEWHERE


#: rules with tests of their own below
ELSEWHERE = {"plane_too_large", "join_starves", "join_starves_again", "answers_stale", "handed_unknown", "start_missing"}


def test_there_is_one_function_for_each_rule():
    assert len(RULES) == len(set(RULES)) >= 24
    assert all(rule.__doc__ for rule in RULES)


def test_unread_files_are_findings_themselves():
    found = findings("<task/>")

    assert found and all(not finding.id.startswith("lint.") for finding in found)


def test_a_plane_of_more_than_forty_is_too_large():
    names = [f"ut_{number}" for number in range(45)]
    many = "".join(ask(name) for name in names)

    assert "plane_too_large" in ids(body(more=many + d.chain(f"end_p2 {' '.join(names)} end_p3")
                                         + node("end_p2", "intermediateThrowEvent") + node("end_p3", "endEvent")))


def test_a_plane_without_a_start():
    lonely = ask("ut_ask") + node("end_p", "endEvent") + d.chain("ut_ask end_p")

    assert "start_missing" in ids(lonely)


def test_what_is_handed_to_a_call_must_be_known_there():
    inner = folders.bundle(d.start("start_q") + node("end_q", "endEvent") + d.chain("start_q end_q"), "", forms=(), key="q")
    files = {f"called/q/{name}": text.replace(b'key = "p"', b'key = "q"') for name, text in inner.files.items() if "/" not in name}
    call = node("call_q", "callActivity", calledElement="q", properties={"in.turns": "rounds"})

    found = ids(body(work=call, way="start_p ut_ask gw_more ms_told call_q end_p"), files=files)

    assert "handed_unknown" in found


class TestJoins:
    FORK = (node("gw_fork", "parallelGateway") + node("gw_join", "parallelGateway") + ask("ut_a", into="a") + ask("ut_b", into="b")
            + node("gw_q", "exclusiveGateway", default="f_gw_q_gw_join") + d.chain("gw_fork ut_a gw_q gw_join end_p; gw_fork ut_b gw_join"))

    def drawn(self, more):
        return body(more=self.FORK + more, way="start_p ut_ask gw_more ms_told svc_note gw_fork")

    def test_branches_of_a_fork_may_meet(self):
        assert not {"join_starves", "join_starves_again"} & ids(self.drawn(d.flow("gw_q", "end_p", 'a.decision = "no"')))

    def test_branches_of_a_choice_may_not(self):
        way = d.flow("gw_more", "gw_join", 'rounds = 3') + self.FORK

        assert "join_starves" in ids(body(more=way, way="start_p ut_ask gw_more ms_told svc_note gw_fork"))

    LOOP = (node("gw_fork", "parallelGateway") + node("gw_join", "parallelGateway") + ask("ut_a", into="a") + ask("ut_b", into="b")
            + ask("ut_c", into="c") + node("gw_in", "exclusiveGateway") + node("gw_c", "exclusiveGateway", default="f_gw_c_end_p")
            + d.flow("gw_c", "gw_in", 'c.decision = "no"') + d.chain("gw_fork gw_in ut_a"))

    def looped(self, more):
        return body(more=self.LOOP + more, way="start_p ut_ask gw_more ms_told svc_note gw_fork")

    def test_a_way_back_may_not_pass_the_join_again(self):
        drawn = self.looped(d.chain("ut_a gw_join ut_c gw_c end_p; gw_fork ut_b gw_join"))

        assert "join_starves_again" in ids(drawn)

    def test_unless_a_gateway_that_asks_the_same_leads_it_past(self):
        past = node("gw_past", "exclusiveGateway", default="f_gw_past_gw_join") + d.flow("gw_past", "gw_out", 'c.decision = "no"')
        drawn = self.looped(past + node("gw_out", "exclusiveGateway")
                            + d.chain("ut_a gw_past gw_join gw_out ut_c gw_c end_p; gw_fork ut_b gw_join"))

        assert "join_starves_again" not in ids(drawn)


class TestStale:
    def drawn(self, **properties):
        """A gateway that reads the form of a way back."""
        return body(
            more=node("gw_last", "exclusiveGateway", default="f_gw_last_end_p") + d.flow("gw_last", "ut_again", 'again.decision = "no"'),
            way="start_p ut_ask gw_more ms_told svc_note gw_last end_p", task=ask(set__rounds="rounds + 1", **properties),
        )

    def test_answers_of_an_earlier_round_are_noticed(self):
        assert "answers_stale" in ids(self.drawn())

    def test_putting_them_back_is_enough(self):
        assert "answers_stale" not in ids(self.drawn(set__again="null"))


def test_what_no_application_offers_is_left_unchecked():
    assert ids(body(work=service(operation="casefile.knot")), operations=None) == set()




def test_an_act_for_nobody_the_house_knows():
    act = '[acts.msg_stop]\nlabel = { zh = "停", en = "stop" }\nby = ["reporter", "clerk", "station_clark"]\n'

    assert {finding.facts.get("role") for finding in findings(manifest=MANIFEST + act)} == {None, "station_clark"}


def test_an_element_promised_before_every_end_must_be_drawn():
    assert "element_unknown" in ids(manifest='before_every_end = ["svc_gone"]\n' + MANIFEST)


def test_a_table_asks_for_names_that_exist():
    task = node("br_late", "businessRuleTask", properties={"decision": "deadlines.dmn", "lane": "system"})

    found = findings(body(work=task, way="start_p ut_ask gw_more ms_told br_late end_p"))

    assert {finding.facts["name"] for finding in found if finding.id == "lint.variable_unknown"} == {"key", "area", "date"}


def test_what_a_loop_collects_and_what_a_status_reads_are_names_too():
    loop = ('<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality><loopDataOutputRef>all</loopDataOutputRef>'
            '<outputDataItem id="o" name="ask"/></multiInstanceLoopCharacteristics>')
    task = node("ut_ask", "userTask", loop, {"lane": "clerk", "form": "ask"})

    found = findings(body(task=task, question="count(all) = rounds"), MANIFEST.replace('"asked"', '"= all[1].decision + string(turn)"'))

    assert [(finding.id, finding.element, finding.facts["name"]) for finding in found] == [("lint.variable_unknown", "status.ut_ask", "turn")]
