"""A case as its page shows it: what is read besides the file itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from app.definitions import queries as definitions
from app.errors import Conflict
from app.identity import policy
from app.uow import Actor
from workflows import Definition

_LISTED = """
select c.county, c.id, c.number, c.title, c.kind, c.category, c.status, c.outcome, c.verdict, c.recorded_at, c.closed_at,
       c.supervised, c.extended, c.priority, c.safety_flag, c.parent_id, a.name_zh as place_zh, a.name_en as place_en
from case_file c left join area a on a.code = c.area
left join case_text t on t.county = c.county and t.case_id = c.id
where {scope} {filters}
order by c.id desc limit :count"""

_INSTANCE = sa.text("""
select i.definition_id, i.status, i.started_at, i.ended_at, i.ended_with, i.variables, d.version, d.key
from process_instance i join process_definition d on d.id = i.definition_id
where i.county = :county and i.id = :id""")

_WAITING = sa.text("select process, message, correlation from subscription where county = :county and instance_id = :id")

_AUDIT = sa.text("""
select e.seq, e.at, e.actor, e.action, e.process, e.element, e.body, a.name
from audit_entry e left join account a on a.id = e.actor
where e.county = :county and e.instance_id = :id order by e.seq""")

_UNITS = sa.text("select distinct org from work_item where county = :county and instance_id = :id and org is not null")


class ActUnknown(Conflict):
    """The case does not take this at the moment."""


def cases(
    db: Connection, actor: Actor, filters: Mapping[str, Any], *, after: int | None = None, count: int = 51
) -> Sequence[Row[Any]]:
    """The cases an actor may see, the newest first; filters are those of `filter_condition`."""
    scope, values = policy.case_condition(actor, "c")
    condition, more = filter_condition(filters)
    statement = sa.text(_LISTED.format(scope=scope, filters=condition + (" and c.id < :after" if after else "")))
    return db.execute(statement, values | more | {"count": count} | ({"after": after} if after else {})).all()


def filter_condition(filters: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """A condition for what was asked: status, category, kind, number, and any two characters of the text."""
    parts, values = [], {}
    for column in ("status", "category", "kind", "number"):
        if filters.get(column):
            parts.append(f"and c.{column} = :{column}")
            values[column] = filters[column]
    if filters.get("terms"):
        parts.append("and t.grams @@ cast(:terms as tsquery) and strpos(lower(t.title || ' ' || t.body), :text) > 0")
        values |= {"terms": filters["terms"], "text": filters["text"].lower()}
    return " ".join(parts), values


def instance(db: Connection, county: int, id: int) -> Row[Any] | None:
    """The instance that runs a case and the version of its definition; none where the start failed."""
    return db.execute(_INSTANCE, {"county": county, "id": id}).one_or_none()


def trail(db: Connection, county: int, id: int) -> Sequence[Row[Any]]:
    """Everything recorded about a case, in order, with the names of those who acted."""
    return db.execute(_AUDIT, {"county": county, "id": id}).all()


def organs_at_work(db: Connection, county: int, id: int) -> list[int]:
    """The organs that were given work in a case."""
    return list(db.execute(_UNITS, {"county": county, "id": id}).scalars())


def seen(db: Connection, actor: Actor, case: Row[Any]) -> Row[Any]:
    """The case itself, if the actor may see it; whoever was given work in it may.

    Raises NotYourCase.
    """
    if not policy.may_see_case(actor, case, organs_at_work(db, case.county, case.id)):
        raise policy.NotYourCase()
    return case


@dataclass(frozen=True)
class ActWaiting:
    """An act that the case would take at this moment."""

    act: Any
    process: str
    #: correlation keys of the place that waits for it
    keys: tuple[str, ...]
    #: roles named in the manifest, lanes replaced by their roles
    roles: frozenset[str]


def acts_waiting(db: Connection, case: Row[Any]) -> list[ActWaiting]:
    """What somebody may begin in this case without an open item, as its definition and its state allow."""
    row = instance(db, case.county, case.id)
    if row is None:
        return []
    definition = definitions.version(db, row.definition_id).definition
    waiting = {(one.process, one.message): tuple(one.correlation) for one in db.execute(_WAITING, {"county": case.county, "id": case.id})}
    return [
        ActWaiting(act, process, waiting[process, message], _roles(definition, process, act))
        for process in definition.processes
        for message, act in definition.manifest(process).acts.items()
        if (process, message) in waiting
    ]


def act_waiting(db: Connection, case: Row[Any], message: str) -> ActWaiting:
    """The act that begins with this message.

    Raises ActUnknown.
    """
    found = next((one for one in acts_waiting(db, case) if one.act.message == message), None)
    if found is None:
        raise ActUnknown()
    return found


def may_begin(actor: Actor, act: ActWaiting) -> bool:
    """Whether one of the actor's roles is named for the act."""
    return policy.holds(actor, act.roles)


def _roles(definition: Definition, process: str, act: Any) -> frozenset[str]:
    lanes = definition.manifest(process).roles
    named = (lanes[one].role if one in lanes else one for one in act.by)
    return frozenset(one for one in named if isinstance(one, str))
