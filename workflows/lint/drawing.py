"""How it is drawn: ids, names, size, ways that begin or end nowhere, gateways that may find no way."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.errors import Finding
from workflows.lint.subject import Rule, Subject
from workflows.model import Node

#: nodes of one plane from which on nobody sees it at once
MOST_ON_A_PLANE = 40
LANGUAGES = ("zh", "en")
#: what an id begins with, by kind of node
PREFIXES = {
    "user": ("ut_",), "manual": ("ut_",), "service": ("svc_", "snd_"), "rule": ("br_",), "call": ("call_",), "sub": ("sp_", "es_"),
    "exclusive": ("gw_",), "parallel": ("gw_",), "inclusive": ("gw_",), "event_gateway": ("eg_", "gw_"), "end": ("end_",),
    "receive": ("evt_", "msg_"),
}
EVENT_PREFIXES = {
    "timer": ("tm_",), "message": ("msg_", "evt_"), "signal": ("sig_", "evt_"), "error": ("err_",), "escalation": ("esc_",),
    "condition": ("evt_",), "cancel": ("evt_",), None: ("ms_", "evt_", "start_"),
}
#: kinds whose name somebody reads
NAMED = frozenset({"user", "manual", "service", "rule", "call", "receive", "sub", "start", "catch", "boundary", "throw"})


def sizes(subject: Subject) -> Iterator[Finding]:
    """A plane fits on a screen."""
    for plane in subject.planes:
        if len(plane.nodes) > MOST_ON_A_PLANE:
            yield subject.warning("plane_too_large", plane.id, count=len(plane.nodes), most=MOST_ON_A_PLANE)


def ids(subject: Subject) -> Iterator[Finding]:
    """An id tells the kind of its element."""
    for node in subject.nodes:
        allowed = _prefixes(node)
        if not node.id.startswith(allowed):
            yield subject.warning("id_prefix", node.id, allowed=list(allowed))


def _prefixes(node: Node) -> tuple[str, ...]:
    if node.kind in PREFIXES:
        return PREFIXES[node.kind]
    found = EVENT_PREFIXES.get(node.events[0].kind if node.events else None, ("evt_",))
    return (*found, "start_") if node.kind == "start" else found


def words(subject: Subject) -> Iterator[Finding]:
    """What people read has a name in both languages; so has a gateway that asks a question."""
    for node in subject.nodes:
        asks = node.kind in ("exclusive", "inclusive") and len(node.outgoing) > 1
        if (node.kind in NAMED or asks) and not all(node.words.get(language) for language in LANGUAGES):
            yield subject.error("name_missing", node.id)


def ways(subject: Subject) -> Iterator[Finding]:
    """Everything is reached, and nothing stops before an end."""
    for plane in subject.planes:
        for node in plane.nodes.values():
            begins = node.kind in ("start", "boundary") or node in plane.handlers or node in plane.starts
            if not node.incoming and not begins and plane.kind != "adhoc":
                yield subject.error("unreachable", node.id)
            if not node.outgoing and node.kind != "end" and node not in plane.handlers and plane.kind != "adhoc":
                yield subject.error("ends_nowhere", node.id)
        if plane.kind != "adhoc" and not any(node.kind == "start" for node in plane.nodes.values()):
            yield subject.error("start_missing", plane.id)


def defaults(subject: Subject) -> Iterator[Finding]:
    """A gateway that decides has a default, and a condition on every other way."""
    for node in subject.nodes:
        if node.kind not in ("exclusive", "inclusive") or len(node.outgoing) < 2:
            continue
        if node.default is None:
            yield subject.error("default_missing", node.id)
        for flow in node.outgoing:
            if flow.condition is None and flow is not node.default:
                yield subject.error("condition_missing", node.id, flow=flow.id)


RULES: tuple[Rule, ...] = (sizes, ids, words, ways, defaults)
