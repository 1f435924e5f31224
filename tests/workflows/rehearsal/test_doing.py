"""Everything a step may do, and whom the scenario lets do it."""

from datetime import UTC, date, datetime

from tests.workflows import folders
from tests.workflows.engine import drawing as d
from workflows import parse, rehearse

MANIFEST = folders.ROLES + """
[roles.many]
role = "handler"
organ = "unit"
[variables]
told = { type = "text" }
units = { type = "list", initial = "[7, 8]" }
[acts.msg_stop]
label = { zh = "停", en = "stop" }
form = "ask"
by = ["reporter", "clerk"]
allowed_when = "case.safety_flag = false"
refusal = { zh = "不行", en = "no" }
"""
BODY = (
    d.start() + d.node("svc_far", "serviceTask", properties={"operation": "far.ask", "arg.no": "case.no"})
    + d.node("err_far", "boundaryEvent", d.event("error", "err_far"), attachedToRef="svc_far")
    + d.node("svc_near", "serviceTask", properties={"operation": "near.keep", "arg.told": "told"})
    + d.node("err_near", "boundaryEvent", d.event("error", "err_near"), attachedToRef="svc_near")
    + folders.task("ut_one")
    + d.node("ut_many", "userTask", "<multiInstanceLoopCharacteristics/>",
             {"lane": "many", "collection": "units", "item": "unit", "form": "ask", "into": "many"})
    + d.node("msg_told", "intermediateCatchEvent", d.event("message", "msg_told"),
             {"correlation": "[case.no, near.no]", "set.told": "message.text"})
    + folders.task("ut_last", into="last") + folders.task("ut_failed", into="failed") + d.end()
    + d.chain("start svc_far svc_near ut_one ut_many msg_told ut_last end; err_far ut_failed end; err_near ut_failed")
    + d.sub("es_stop", d.node("msg_stop", "startEvent", d.event("message", "msg_stop"), isInterrupting="false")
            + folders.task("ut_stop") + d.end("end_stop") + d.chain("msg_stop ut_stop end_stop"), triggeredByEvent="true")
)
TOPS = {"messages": "msg_told msg_stop", "errors": "err_far err_near"}
NEAR = {"near.keep": {"no": '= string(call) + "/" + case.no', "case": {"category": "= null"}}}
FAR = {"complete": "svc_far", "answers": {"ok": True}}


def answered(element, by="station_clerk", **more):
    return {"complete": element, "by": by, "answers": {"decision": "yes"}, **more}


def played(*steps, **top):
    definition = parse(folders.bundle(BODY, MANIFEST, **TOPS))
    return rehearse(definition, {"step": list(steps), "operations": NEAR, **top}, folders.CALENDAR)


def ids(*steps, **top):
    return [failure.id for failure in played(*steps, **top).failures]


UNTIL_MANY = (FAR, answered("ut_one"))
UNTIL_MESSAGE = (*UNTIL_MANY, answered("ut_many", "handler", where={"unit": 8}), answered("ut_many", "handler"))


def test_remote_operations_wait_and_local_ones_answer_at_once():
    rehearsal = played(FAR | {"expect": {"open": "ut_one", "variables": {"near.no": '= "1/" + case.no', "far.ok": True}}})

    assert [str(failure) for failure in rehearsal.failures] == []


def test_one_item_of_several_is_told_apart_by_its_local_names():
    left = answered("ut_many", "handler", where={"unit": 8}, expect={"open": "ut_many"})

    assert ids(*UNTIL_MANY, left, answered("ut_many", "handler", where={"unit": 8})) == ["rehearsal.not_open"]


def test_a_message_finds_its_place_by_keys_or_by_its_name():
    right = {"deliver": "msg_told", "keys": ["= case.no", "= near.no"], "payload": {"text": "it is"}}
    wrong = {"deliver": "msg_told", "keys": ["= case.no", "2"], "expect": {"refused": "engine.no_receiver"}}

    assert ids(*UNTIL_MESSAGE, wrong, right | {"expect": {"variables": {"told": "it is"}, "open": "ut_last"}}) == []
    assert ids(*UNTIL_MESSAGE, {"deliver": "msg_told"}) == []


def test_a_message_nobody_waits_for_says_what_is_waited_for():
    rehearsal = played({"deliver": "msg_told"})

    assert str(rehearsal.failures[0]) == "Step 1: nothing waits for the message “msg_told”; waited for are: msg_stop."


def test_a_failing_system_goes_to_its_boundary():
    assert ids({"fail": "svc_far", "code": "err_far", "expect": {"open": "ut_failed"}}) == []


def test_a_refusing_local_operation_goes_to_its_boundary():
    refusing = FAR | {"operations": {"near.*": {"error": "err_near"}}, "expect": {"open": "ut_failed"}}

    assert ids(refusing) == []


def test_an_uncaught_refusal_of_the_engine_ends_the_story():
    assert ids({"fail": "svc_far", "code": "err_other"}, FAR) == ["rehearsal.refused"]


def test_an_item_can_be_sent_back():
    back = {"send_back": "ut_last", "to": "ut_one", "expect": {"open": "ut_one", "closed": "ut_last"}}

    assert ids(*UNTIL_MESSAGE, {"deliver": "msg_told"}, back) == []


class TestAct:
    STOP = {"act": "msg_stop", "by": "citizen", "answers": {"decision": "yes"}, "expect": {"closed": "ut_stop"}}

    def test_is_completed_at_once(self):
        assert ids(FAR, self.STOP) == []
        assert ids(self.STOP | {"by": "station_clerk"}) == []

    def test_is_for_those_the_manifest_names(self):
        assert ids(self.STOP | {"by": "presidium"}) == ["rehearsal.not_for"]

    def test_is_refused_when_it_is_not_allowed(self):
        refused = self.STOP | {"case": {"safety_flag": True}, "expect": {"refused": "act.not_allowed"}}

        assert ids(refused) == []
        assert ids(self.STOP | {"case": {"safety_flag": True}}) == ["rehearsal.refused"]

    def test_must_exist(self):
        assert ids({"act": "msg_go", "by": "citizen"}) == ["rehearsal.no_act"]

    def test_is_checked_by_its_form(self):
        assert ids(self.STOP | {"answers": {}}) == ["rehearsal.form"]


class TestTime:
    BODY = d.start() + folders.task("ut_one") + d.node(
        "tm_day", "boundaryEvent", d.event("cycle", text="R/P1D"), attachedToRef="ut_one", cancelActivity="false",
        properties={"set.rounds": "rounds + 1"}) + d.end() + d.end("end_day") + d.chain("start ut_one end; tm_day end_day")
    MANIFEST = folders.ROLES + '[variables]\nrounds = { type = "number", initial = "0" }\n'

    def after(self, starts=datetime(2026, 3, 6, 9, 0), **step):
        definition = parse(folders.bundle(self.BODY, self.MANIFEST))
        rounds = step.pop("rounds")
        story = {"starts": starts, "step": [{**step, "expect": {"variables": {"rounds": rounds}}}]}
        return [str(failure) for failure in rehearse(definition, story, folders.CALENDAR).failures]

    def test_every_timer_happens_at_its_own_moment(self):
        assert self.after(days_pass=3, rounds=3) == []

    def test_working_days_leave_the_weekend_out(self):
        assert self.after(working_days_pass=1, rounds=3) == []

    def test_hours_and_moments(self):
        assert self.after(hours_pass=23, rounds=0) == []
        assert self.after(until=date(2026, 3, 9), rounds=2) == []
        assert self.after(until="2026-03-09T10:00:00", rounds=3) == []
        assert self.after(starts=datetime(2026, 3, 6, 1, 0, tzinfo=UTC), until=datetime(2026, 3, 7, 1, 0, tzinfo=UTC), rounds=1) == []


def test_dates_and_lists_are_given_as_a_form_would_bring_them():
    fields = ('{"key": "days", "type": "rows", "label": {"zh": "日", "en": "days"}, "fields": '
              '[{"key": "day", "type": "date", "label": {"zh": "日", "en": "day"}}]}')
    body = d.start() + folders.task("ut_one") + folders.task("ut_two", form="other") + d.end() + d.chain("start ut_one ut_two end")
    definition = parse(folders.bundle(body, files=folders.form("ask", fields), forms=("other",)))
    step = {"complete": "ut_one", "by": "station_clerk", "answers": {"days": [{"day": date(2026, 3, 2)}]}}

    rehearsal = rehearse(definition, {"step": [step | {"expect": {"variables": {"ask.days": [{"day": date(2026, 3, 2)}]}}}]}, folders.CALENDAR)

    assert [str(failure) for failure in rehearsal.failures] == []
