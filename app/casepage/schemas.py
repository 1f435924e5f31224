"""How a case is said on its page: one sentence, its timeline, its diagram, its trail."""

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from flask import Response
from flask_babel import gettext as _

from app.cases import queries as files
from app.cases.likeness import search_terms
from app.cases.numbers import parse_number
from app.casepage import queries
from app.definitions import queries as definitions
from app.directory import queries as directory
from app.enactment import queries as running
from app.identity import policy
from app.identity.policy import Permission
from app.uow import Actor
from app.web import entries, limits
from app.web.lang import words
from app.wiring import Reading, Wiring
from workflows import Definition


def filters(args: Any) -> dict[str, Any]:
    """What the reader asked the list of cases for: a number, or two characters of the text; words nobody offers are left out."""
    text = "".join(sign for sign in args.get("q", "") if sign.isprintable()).strip()[:60]
    number = parse_number(text)
    asked = {name: args.get(name, "") for name in ("status", "category", "kind")}
    known = {name: value if value.isidentifier() else "" for name, value in asked.items()}
    return known | {"text": text, "number": number and number[1], "terms": None if number else search_terms(text)}


def listed(row: Any) -> dict[str, Any]:
    """One case in a list."""
    return {
        "href": f"/cases/{row.number}", "number": row.number, "title": row.title, "at": row.recorded_at,
        "place": words({"zh": row.place_zh, "en": row.place_en}) if row.place_zh else "",
        "label": words(files.public_label(row.status, row.outcome, row.verdict)),
        "badges": [(words(said), tone) for said, tone in files.badges(row)],
    }


def sentence(house: Reading, wiring: Wiring, case: Any) -> dict[str, Any] | None:
    """Who has it, what comes next, by when: the most pressing of what is open."""
    open_now = files.sentences(house.db, case, for_reporter=False)
    if not open_now:
        return None
    first, more = open_now[0], len(open_now) - 1
    start = first.due_from or first.since
    return {
        "who": words(first.who), "next": words(first.step), "since": first.since, "due_at": first.due_at, "due_from": start,
        "facts": first.due_facts, "more": more, "light": limits.light(wiring.calendar, start, first.due_at, house.now),
        "days": limits.working_days_left(wiring.calendar, first.due_at, house.now), "others": open_now[1:],
    }


def shown_case(house: Reading, wiring: Wiring, actor: Actor, case: Any) -> dict[str, Any]:
    """Everything the page of a case says."""
    county, id = case.county, case.id
    return {
        "case": case, "now": house.now, "sentence": sentence(house, wiring, case),
        "label": words(files.public_label(case.status, case.outcome, case.verdict)),
        "badges": [(words(said), tone) for said, tone in files.badges(case)],
        "station": directory.organ(house.db, case.station_id) if case.station_id else None,
        "owner": directory.organ(house.db, case.owner_id) if case.owner_id else None,
        "entries": [entries.shown_entry(one) for one in reversed(files.timeline(house.db, case, "staff"))],
        "papers": [entries.paper(one) for one in files.attachments(house.db, county, id, audiences=files.SEES["staff"])],
        "links": files.links(house.db, county, id), "parties": files.parties(house.db, county, id),
        "acts": [one for one in queries.acts_waiting(house.db, case) if queries.may_begin(actor, one)],
        "items": my_items(house, actor, case), "processes": processes(house, case),
        "incidents": running.incidents(house.db, county, id),
        "may_audit": policy.allows(actor, Permission.SEE_CASE_AUDIT), "may_uncover": _may(actor, Permission.UNMASK_CONTACT, case),
    }


def my_items(house: Reading, actor: Actor, case: Any) -> list[dict[str, Any]]:
    """The open items of this case that are the reader's, with where to open them."""
    mine = [one for one in running.open_items(house.db, case.county, case.id) if policy.is_theirs(actor, one)]
    return [{"href": entries.item_address(one), "step": words({"zh": one.title_zh, "en": one.title_en})} for one in mine]


def processes(house: Reading, case: Any) -> list[dict[str, Any]]:
    """The diagrams this case has been on, the process that opened it first."""
    row = queries.instance(house.db, case.county, case.id)
    if row is None:
        return []
    definition = definitions.version(house.db, row.definition_id).definition
    path = running.element_path(house.db, case.county, case.id)
    been = {process for process, _element in path.visited} | {definition.key}
    return [
        {"key": key, "title": words(definition.manifest(key).title), "version": row.version}
        for key in sorted(definition.processes, key=lambda one: one != definition.key)
        if key in been
    ]


def diagram(house: Reading, case: Any, process: str) -> dict[str, Any] | None:
    """One diagram with what the case did on it, and the same in words; none for a process it has nothing to do with."""
    row = queries.instance(house.db, case.county, case.id)
    if row is None:
        return None
    definition = definitions.version(house.db, row.definition_id).definition
    if process not in definition.processes:
        return None
    path = running.element_path(house.db, case.county, case.id)
    elements = definition.processes[process].elements
    active = {one for key, one in path.active if key == process and one in elements and elements[one].kind != "event_gateway"}
    visited = {element: times for (key, element), times in path.visited.items() if key == process}
    return {
        "active": sorted(active), "visited": visited, "version": row.version, "title": words(definition.manifest(process).title),
        "outline": list(outline(definition, process, active, visited)),
    }


def outline(definition: Definition, process: str, active: set[str], visited: dict[str, int]) -> Iterable[tuple[str, str, str, int]]:
    """What people do in this process, with where the case is: name, word, tone, how often."""
    for element in (*visited, *sorted(active - visited.keys())):
        facts = definition.processes[process].elements.get(element)
        if facts is None or facts.kind not in ("user", "service", "rule", "call"):
            continue
        here = element in active
        yield words(facts.name), _("is here now") if here else _("done"), "blue" if here else "green", visited.get(element, 0)


def trail_row(row: Any) -> dict[str, Any]:
    """One line of the trail: who, what, where, and what was noted."""
    facts = json.loads(row.body)
    said = " · ".join(f"{name}: {_plain(value)}" for name, value in facts.items() if value not in (None, "", [], {}))
    return {
        "seq": row.seq, "at": row.at, "who": row.name or f"#{row.actor}", "action": row.action,
        "place": f"{row.process} {row.element}".strip(), "facts": said,
    }


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _may(actor: Actor, permission: Permission, case: Any) -> bool:
    rule = policy.PERMISSIONS[permission]
    offices = {case.station_id, case.township_id, case.owner_id} - {None}
    return any(grant.organ in offices and grant.role in rule.roles for grant in actor.grants)


def act_form(house: Reading, wiring: Wiring, case: Any, message: str) -> Any:
    """The form of an act as it can be filled in now, if it has one.

    Raises ActUnknown.
    """
    found = queries.act_waiting(house.db, case, message)
    row = queries.instance(house.db, case.county, case.id)
    if found.act.form is None or row is None:
        return None
    deployed = definitions.version(house.db, row.definition_id)
    form = deployed.definition.form(found.process, found.act.form)
    return running.act_form_now(house.db, wiring.workflow_engine, deployed, case, found.process, form)


def served(content: bytes, row: Any) -> Response:
    """A stored file as an answer: pictures are shown, everything else is saved; nothing is sniffed or run."""
    answer = Response(content, mimetype=row.type)
    shown = "inline" if row.type in ("image/jpeg", "image/png", "image/webp") else "attachment"
    answer.headers["Content-Disposition"] = f"{shown}; filename*=UTF-8''{quote(row.name)}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer
