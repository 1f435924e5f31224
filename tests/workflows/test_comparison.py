"""Two versions of a process: what changed, and from where nobody can move."""

from tests.workflows import folders
from tests.workflows.engine import drawing as d
from workflows import compare, parse


def version(body=None, manifest=folders.ROLES, **more):
    return parse(folders.bundle(body or drawn(), manifest, **more))


def drawn(middle=None, way="start ut_one end", condition=None):
    extra = d.flow("ut_one", "end", condition, "f_more") if condition else ""
    return d.start() + (middle or folders.task("ut_one")) + d.end() + d.chain(way) + extra


def changes(old, new):
    return [(one.sort, one.name, one.how, dict(one.settings)) for one in compare(old, new).changes]


def test_a_version_does_not_differ_from_itself():
    assert compare(version(), version()).changes == ()


def test_a_setting_that_changed_is_named_with_both_values():
    new = version(drawn(folders.task("ut_one", due="now()")))

    assert changes(version(), new) == [("element", "ut_one", "changed", {"due": ("", "now()")})]


def test_a_task_that_is_gone_is_lost_to_those_who_wait_there():
    new = version(drawn(folders.task("ut_two"), "start ut_two end"))

    found = compare(version(), new)

    assert {(one.name, one.how) for one in found.changes if one.sort == "element"} == {("ut_two", "added"), ("ut_one", "removed")}
    assert not found.may_move([("p", "ut_one")])
    assert found.may_move([("p", "ut_other")])


def test_another_kind_of_element_under_the_same_id_is_lost_too():
    new = version(drawn(d.node("ut_one", "serviceTask")))

    assert compare(version(), new).lost == {("p", "ut_one")}


def test_a_gateway_is_nowhere_to_wait():
    old = version(drawn(folders.task("ut_one") + d.node("gw", "exclusiveGateway"), "start ut_one gw end"))

    assert compare(old, version()).lost == frozenset()


def test_conditions_of_flows_are_compared():
    found = changes(version(drawn(condition="1 = 1")), version(drawn(condition="1 = 2")))

    assert found == [("flow", "f_more", "changed", {"condition": ("1 = 1", "1 = 2")})]


def test_words_alone_are_wording():
    named = drawn(folders.task("ut_one").replace('id="ut_one"', 'id="ut_one" name="办理"'))

    [change] = compare(version(), version(named)).changes

    assert change.is_wording
    assert change.settings == {"zh": ("", "办理")}


def test_fields_of_forms_and_entries_of_the_manifest_are_compared():
    optional = folders.form("ask", folders.DECISION.replace("true", "false"))
    manifest = folders.ROLES + '[status]\nut_one = "asked"\n'

    found = changes(version(), version(manifest=manifest, files=optional))

    assert found == [("form", "ask.decision", "changed", {"required": ("true", "false")}),
                     ("manifest", "status.ut_one", "added", {"value": ("", "asked")})]


def test_rows_of_tables_are_compared():
    old = version()
    text = old.bundle.files["shared/deadlines.dmn"].decode().replace("<text>10</text>", "<text>11</text>", 1)

    found = changes(old, version(files={"shared/deadlines.dmn": text.encode()}))

    assert [(sort, settings) for sort, _, _, settings in found] == [("table", {"then 1": ("10", "11")})]


def test_events_loops_and_calls_are_described():
    several = d.node("ut_one", "userTask", "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality>"
                     "</multiInstanceLoopCharacteristics>", {"lane": "clerk"})
    timer = d.node("tm", "boundaryEvent", d.event("timer", text="PT2H"), attachedToRef="ut_one", cancelActivity="false")

    found = compare(version(), version(drawn(several + timer, "start ut_one end; tm end"), forms=()))

    [task] = [one for one in found.changes if one.name == "ut_one"]
    [boundary] = [one for one in found.changes if one.name == "tm"]
    assert task.settings["several"] == ("", "parallel") and task.settings["cardinality"] == ("", "2")
    assert boundary.settings["event 1"][1] == "timer PT2H" and boundary.settings["interrupting"][1] == "false"
    assert found.lost == {("p", "ut_one")}


def test_a_call_names_what_it_calls():
    called = {"called/q/process.bpmn": d.file(drawn(d.node("ut_one", "manualTask")), "q"), "called/q/process.toml":
              b'key = "q"\ntitle = { zh = "q", en = "q" }\n'}
    call = version(drawn(d.node("ut_one", "callActivity", calledElement="q")), files=called)

    [change] = [one for one in compare(version(), call).changes if (one.process, one.name) == ("p", "ut_one")]

    assert change.settings["called"] == ("", "q")
    assert {one.process for one in compare(version(), call).changes} == {"p", "q"}
