"""A folder that nothing is wrong with, and ways to spoil it."""

from tests.workflows import folders
from tests.workflows.engine import drawing as d
from workflows import OperationFacts, inspect

ROLES = {"station_clerk", "handler"}
OPERATIONS = {
    "casefile.note": OperationFacts(frozenset({"text"}), frozenset({"no"}), True, frozenset({"text"})),
    "sms.send": OperationFacts(frozenset(), frozenset(), False),
}
MANIFEST = """
[roles.clerk]
role = "station_clerk"
organ = "case.station"
[roles.system]
system = true
[variables]
rounds = { type = "number", initial = "0" }
[status]
ut_ask = "asked"
[milestones]
ms_told = { zh = "已告知", en = "Told" }
"""


def node(name, tag, inner="", properties=None, **attributes):
    """A node with a name in both languages."""
    return d.node(name, tag, inner, {"name.en": name, **(properties or {})}, **attributes).replace(" id=", f' name="{name}" id=', 1)


def ask(name="ut_ask", **properties):
    return node(name, "userTask", properties={"lane": "clerk", "form": "ask", **{k.replace("__", "."): v for k, v in properties.items()}})


def service(name="svc_note", operation="casefile.note", **properties):
    given = {key.replace("__", "."): value for key, value in properties.items()}
    return node(name, "serviceTask", properties={"lane": "system", "operation": operation, **given})


START, END = node("start_p", "startEvent"), node("end_p", "endEvent")
QUESTION = 'ask.decision = "no" and rounds = 0'


def body(
    *, task=None, gateway="f_gw_more_ms_told", question=QUESTION, work=None, told=None, more="",
    way="start_p ut_ask gw_more ms_told svc_note end_p", back="gw_more ut_again; ut_again ms_told",
):
    """One question, one gateway that decides, a milestone and a note."""
    attributes = {"default": gateway} if gateway else {}
    back_from, back_to = back.split(";")[0].split()
    return (
        START + (task or ask(set__rounds="rounds + 1")) + node("gw_more", "exclusiveGateway", **attributes)
        + ask("ut_again", into="again") + (told or node("ms_told", "intermediateThrowEvent"))
        + (work or service(arg__text="ask.decision")) + END
        + d.chain(way) + d.flow(back_from, back_to, question) + d.chain(back.split(";")[1]) + more
    )


def findings(drawn=None, manifest=MANIFEST, *, roles=ROLES, operations=OPERATIONS, **more):
    return inspect(folders.bundle(drawn or body(), manifest, **more), roles=roles, operations=operations)


def ids(*arguments, **more):
    return {finding.id.removeprefix("lint.") for finding in findings(*arguments, **more)}
