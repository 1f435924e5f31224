"""The one table of permissions, and what an actor sees.

A permission names the roles that may do such a thing at all, and the condition under which they may
do it to one particular thing. Everything needed was copied into the grants, so no directory is asked.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from app.errors import Conflict, Forbidden
from app.uow import Actor, Grant


class NotPermitted(Forbidden):
    """Your account has no role that may do this."""


class NotYourItem(Forbidden):
    """This work item belongs to somebody else."""


class NotYourCase(Forbidden):
    """This case lies outside what you may see."""


class TakenByAnother(Conflict):
    """Somebody else has taken this work item."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role an account may hold."""

    #: what people call it
    words: Mapping[str, str]
    #: the scope it is granted with unless said otherwise
    scope: str
    #: the role asked when nobody of this one acts
    head: str | None = None


def _role(zh: str, en: str, scope: str = "own", head: str | None = None) -> Role:
    return Role({"zh": zh, "en": en}, scope, head)


ROLES: Mapping[str, Role] = {
    "deputy": _role("人大代表", "Deputy"),
    "station_clerk": _role("联络站工作人员", "Station clerk", "station", "station_head"),
    "station_head": _role("联络站站长", "Head of station", "station"),
    "township_office": _role("乡镇（街道）人大办公室", "Township congress office", "area_subtree", "presidium"),
    "presidium": _role("人大主席团", "Presidium", "area_subtree"),
    "deputy_office": _role("代表工作委员会", "Deputy affairs office", "area_subtree", "chairs_meeting"),
    "chairs_meeting": _role("主任会议", "Chairs' meeting", "area_subtree"),
    "supervisor": _role("监督员", "Supervisor", "area_subtree"),
    "committee_staff": _role("专委工作人员", "Committee staff"),
    "committee_chair": _role("专委主任", "Committee chair"),
    "session_secretariat": _role("大会秘书处", "Session secretariat"),
    "group_member": _role("督办组成员", "Member of a supervision group"),
    "gov_office": _role("政府办公室", "Government office"),
    "government_leader": _role("政府领导", "Government leader"),
    "handler": _role("承办人员", "Officer of a handling unit", "unit", "handler_chief"),
    "handler_chief": _role("承办单位负责人", "Chief of a handling unit", "unit"),
    "election_officer": _role("选举工作人员", "Election officer"),
    "credentials": _role("代表资格审查委员会", "Credentials committee"),
    "analyst": _role("分析员", "Analyst", "area_subtree"),
    "system_admin": _role("系统管理员", "System administrator"),
    "security_admin": _role("安全管理员", "Security administrator"),
    "auditor": _role("审计员", "Auditor"),
}
HEADS: Mapping[str, str] = {name: role.head for name, role in ROLES.items() if role.head}
#: One person holds at most one of these.
ADMINISTRATORS = frozenset({"system_admin", "security_admin", "auditor"})
#: Whoever holds one of these in an area sees every case of it.
AREA_SIGHT = frozenset({"township_office", "presidium", "deputy_office", "chairs_meeting"})
STATION_SIGHT = frozenset({"station_clerk", "station_head", "deputy"})
UNIT_SIGHT = frozenset({"handler", "handler_chief", "gov_office", "government_leader", "group_member"})

_STATION = frozenset({"station_clerk", "station_head"})
_CONGRESS = AREA_SIGHT
_COMMITTEE = frozenset({"committee_staff", "committee_chair", "session_secretariat", "supervisor"})
_UNIT = frozenset({"gov_office", "government_leader", "handler", "handler_chief"})
_ELECTION = frozenset({"election_officer", "credentials"})
_WORKING = _STATION | _CONGRESS | _COMMITTEE | _UNIT | _ELECTION | {"deputy", "group_member"}


class Permission(Enum):
    """What somebody may be allowed to do."""

    SEE_DESK = "see_desk"
    CLAIM_ITEM = "claim_item"
    COMPLETE_ITEM = "complete_item"
    RETURN_ITEM = "return_item"
    SEE_CASE = "see_case"
    SEE_CASE_AUDIT = "see_case_audit"
    ACT_ON_CASE = "act_on_case"
    ADD_NOTE = "add_note"
    ATTACH_FILE = "attach_file"
    FILE_ISSUE = "file_issue"
    UNMASK_CONTACT = "unmask_contact"
    SUPERVISE = "supervise"
    SEE_FIGURES = "see_figures"
    SEE_INCIDENTS = "see_incidents"
    REPAIR_CASE = "repair_case"
    REDIRECT_CASE = "redirect_case"
    SEE_DEFINITIONS = "see_definitions"
    EDIT_DEFINITION = "edit_definition"
    DEPLOY = "deploy"
    ACTIVATE = "activate"
    PRINT_CODES = "print_codes"
    ADMINISTER = "administer"
    SEE_ACCOUNTS = "see_accounts"
    KEEP_ACCOUNTS = "keep_accounts"
    GRANT_ROLES = "grant_roles"
    KEEP_ORGANS = "keep_organs"
    KEEP_STATIONS = "keep_stations"
    KEEP_DEPUTIES = "keep_deputies"
    SEE_ACCESS_LOG = "see_access_log"


Condition = Callable[[Actor, Any], None]


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may do a thing at all, and what must hold for one particular thing."""

    roles: frozenset[str]
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What an actor sees: queues he works, and whole areas he looks over."""

    #: organ and the roles held there
    queues: tuple[tuple[int, tuple[str, ...]], ...] = ()
    #: lowest and highest area code of each area whose cases are all visible
    ranges: tuple[tuple[int, int], ...] = ()
    #: the same for those who see supervised cases only
    supervised: tuple[tuple[int, int], ...] = ()
    #: stations whose cases are visible
    stations: tuple[int, ...] = ()
    #: organs that see the cases they own or were given work in
    units: tuple[int, ...] = ()


def scope(actor: Actor) -> Scope:
    """The one answer to the question what an actor may look at."""
    return Scope(
        queues=tuple(queue_pairs(actor)),
        ranges=_ranges(actor.grants, AREA_SIGHT),
        supervised=_ranges(actor.grants, {"supervisor"}),
        stations=tuple(sorted({grant.organ for grant in actor.grants if grant.role in STATION_SIGHT})),
        units=tuple(sorted({grant.organ for grant in actor.grants if grant.role in UNIT_SIGHT})),
    )


def queue_pairs(actor: Actor) -> list[tuple[int, tuple[str, ...]]]:
    """The queues of an actor: each organ once, with the roles held in it."""
    held: dict[int, set[str]] = {}
    for grant in actor.grants:
        if grant.role in _WORKING:
            held.setdefault(grant.organ, set()).add(grant.role)
    return [(organ, tuple(sorted(roles))) for organ, roles in sorted(held.items())]


def may_see_case(actor: Actor, case: Any, organs: Iterable[int] = ()) -> bool:
    """Whether an actor may open this case; `organs` are those that were given work in it."""
    if actor.kind == "system":
        return True
    if actor.kind == "visitor":
        return actor.party is not None and actor.party == case.reporter_id
    seen = scope(actor)
    return (
        _within(case.area, seen.ranges)
        or (case.supervised and _within(case.area, seen.supervised))
        or case.station_id in seen.stations
        or not {case.owner_id, *organs}.isdisjoint(organ for organ, _ in seen.queues)
        or (getattr(case, "mandate_id", None) is not None and case.mandate_id in actor.mandates)
        or (getattr(case, "entered_by", None) == actor.id)
    )


def case_condition(actor: Actor, alias: str = "case_file") -> tuple[str, dict[str, Any]]:
    """The same as a condition of a statement over `case_file`, with its parameters."""
    if actor.kind == "system":
        return "true", {}
    seen = scope(actor)
    organs = [organ for organ, _ in seen.queues]
    parts = [f"({alias}.area between :lo_{n} and :hi_{n})" for n in range(len(seen.ranges))]
    parts += [f"({alias}.supervised and {alias}.area between :slo_{n} and :shi_{n})" for n in range(len(seen.supervised))]
    parts += [
        f"{alias}.station_id = any(:scope_stations)", f"{alias}.owner_id = any(:scope_organs)",
        f"{alias}.mandate_id = any(:scope_mandates)", f"{alias}.entered_by = :scope_actor",
        f"exists (select 1 from work_item w where w.county = {alias}.county and w.instance_id = {alias}.id "
        "and w.org = any(:scope_organs))",
    ]
    values = {f"{side}_{n}": code for n, pair in enumerate(seen.ranges) for side, code in zip(("lo", "hi"), pair, strict=True)}
    values |= {f"{side}_{n}": code for n, pair in enumerate(seen.supervised) for side, code in zip(("slo", "shi"), pair, strict=True)}
    values |= {
        "scope_stations": list(seen.stations), "scope_organs": organs, "scope_mandates": list(actor.mandates),
        "scope_actor": actor.id,
    }
    return f"({' or '.join(parts)})", values


def holds(actor: Actor, roles: Iterable[str]) -> bool:
    """Whether an actor holds one of these roles anywhere."""
    return not {grant.role for grant in actor.grants}.isdisjoint(roles)


def allows(actor: Actor, permission: Permission) -> bool:
    """Whether an actor may do such a thing at all."""
    if actor.kind == "system":
        return True
    if actor.kind == "visitor":
        return permission in _VISITOR
    return holds(actor, PERMISSIONS[permission].roles)


def check(actor: Actor, permission: Permission, item: Any = None) -> None:
    """Refuse what an actor may not do, to this item if one is given.

    Raises NotPermitted, NotYourItem, NotYourCase, TakenByAnother.
    """
    if not allows(actor, permission):
        raise NotPermitted(permission=permission.value)
    condition = PERMISSIONS[permission].condition
    if item is not None and condition is not None and actor.kind != "system":
        condition(actor, item)


def is_theirs(actor: Actor, item: Any) -> bool:
    """Whether an open item is this actor's, whoever has taken it meanwhile."""
    if item.kind == "visitor":
        return actor.kind == "visitor" and actor.party is not None and actor.party == item.party_id
    if actor.kind != "person":
        return False
    if item.kind == "mandate":
        return item.mandate_id in actor.mandates
    if item.kind == "person":
        return item.assignee == actor.id
    return item.kind == "role" and _holds_in(actor, item.org, (item.role, item.head_role_added))


def reach(actor: Actor) -> tuple[int, int]:
    """The range of areas an administrator's lists show: everything, or the office's own area."""
    ranges = _ranges(actor.grants, AREA_SIGHT)
    if holds(actor, ADMINISTRATORS):
        return 0, 10**13
    return (min(low for low, _ in ranges), max(high for _, high in ranges)) if ranges else (0, -1)


def _in_queue(actor: Actor, item: Any) -> None:
    if not is_theirs(actor, item):
        raise NotYourItem()
    if item.kind == "role" and item.assignee not in (None, actor.id):
        raise TakenByAnother()


def _sees_case(actor: Actor, case: Any) -> None:
    if not may_see_case(actor, case):
        raise NotYourCase()


def _has_case_in_hand(actor: Actor, case: Any) -> None:
    """Contacts are for the station that has the case and for the office that leads it, nobody else."""
    offices = {case.station_id, case.township_id, case.owner_id} - {None}
    if not any(g.organ in offices and g.role in PERMISSIONS[Permission.UNMASK_CONTACT].roles for g in actor.grants):
        raise NotYourCase()


def _in_area(actor: Actor, thing: Any) -> None:
    """System administrators work everywhere; an office only inside its area."""
    if not holds(actor, {"system_admin"}) and not _within(thing.area, _ranges(actor.grants, AREA_SIGHT)):
        raise NotPermitted()


def _holds_in(actor: Actor, organ: int | None, roles: Iterable[str | None]) -> bool:
    return any(grant.organ == organ and grant.role in roles for grant in actor.grants)


def _ranges(grants: Iterable[Grant], roles: Iterable[str]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted({(one.lo, one.hi) for one in grants if one.role in roles and one.scope == "area_subtree"}))


def _within(area: int, ranges: Iterable[tuple[int, int]]) -> bool:
    return any(lo <= area <= hi for lo, hi in ranges)


def _rule(*groups: Iterable[str], when: Condition | None = None) -> Rule:
    return Rule(frozenset().union(*groups), when)


_REPAIR = {"system_admin"}
_VISITOR = frozenset({Permission.COMPLETE_ITEM, Permission.ACT_ON_CASE, Permission.FILE_ISSUE, Permission.SEE_CASE})

PERMISSIONS: Mapping[Permission, Rule] = {
    Permission.SEE_DESK: _rule(_WORKING),
    Permission.CLAIM_ITEM: _rule(_WORKING, when=_in_queue),
    Permission.COMPLETE_ITEM: _rule(_WORKING, when=_in_queue),
    Permission.RETURN_ITEM: _rule(_WORKING, when=_in_queue),
    Permission.SEE_CASE: _rule(_WORKING, when=_sees_case),
    Permission.SEE_CASE_AUDIT: _rule({"station_head"}, _CONGRESS, when=_sees_case),
    Permission.ACT_ON_CASE: _rule(_WORKING, when=_sees_case),
    Permission.ADD_NOTE: _rule(_WORKING, when=_sees_case),
    Permission.ATTACH_FILE: _rule(_WORKING, when=_sees_case),
    Permission.FILE_ISSUE: _rule(_STATION, {"deputy", "township_office", "deputy_office"}),
    Permission.UNMASK_CONTACT: _rule(_STATION, {"township_office", "deputy_office"}, when=_has_case_in_hand),
    Permission.SUPERVISE: _rule(_CONGRESS, {"supervisor", "group_member"}, when=_sees_case),
    Permission.SEE_FIGURES: _rule(_CONGRESS, {"station_head", "supervisor", "committee_staff", "committee_chair", "analyst"}),
    Permission.SEE_INCIDENTS: _rule(_REPAIR),
    Permission.REPAIR_CASE: _rule(_REPAIR),
    Permission.REDIRECT_CASE: _rule({"station_head", "presidium", "chairs_meeting", "deputy_office"}, when=_sees_case),
    Permission.SEE_DEFINITIONS: _rule({"analyst", "deputy_office", "chairs_meeting"}, _REPAIR),
    Permission.EDIT_DEFINITION: _rule({"analyst"}),
    Permission.DEPLOY: _rule({"analyst"}, _REPAIR),
    Permission.ACTIVATE: _rule({"chairs_meeting", "deputy_office"}, _REPAIR),
    Permission.PRINT_CODES: _rule(_STATION, {"deputy"}, _CONGRESS, _REPAIR),
    Permission.ADMINISTER: _rule(ADMINISTRATORS, {"deputy_office"}),
    Permission.SEE_ACCOUNTS: _rule(ADMINISTRATORS),
    Permission.KEEP_ACCOUNTS: _rule({"system_admin"}),
    Permission.GRANT_ROLES: _rule({"security_admin"}),
    Permission.KEEP_ORGANS: _rule({"system_admin"}),
    Permission.KEEP_STATIONS: _rule({"system_admin", "deputy_office"}, when=_in_area),
    Permission.KEEP_DEPUTIES: _rule({"system_admin", "deputy_office"}, when=_in_area),
    Permission.SEE_ACCESS_LOG: _rule({"auditor"}),
}
