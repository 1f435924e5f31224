"""What a congress does about a matter: the group, the order, its milestones, and the judgement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.errors import Invalid, NotFound
from app.uow import UnitOfWork


class MilestoneUnknown(NotFound):
    """The order has no milestone with this number."""


class NoCongressAbove(NotFound):
    """There is no congress above this one."""


@dataclass(frozen=True)
class Planned:
    """A milestone as it was agreed."""

    no: str
    name: str
    unit: int | None = None
    due_at: datetime | None = None


@dataclass(frozen=True)
class Order:
    """What is ordered."""

    lead: int | None
    due_at: datetime | None = None
    co: Sequence[int] = ()
    funding: str | None = None
    text: str = ""
    milestones: Sequence[Planned] = field(default_factory=tuple)


def form_group(
    uow: UnitOfWork, *, county: int, case_id: int, number: str, owner_id: int, mandates: Sequence[int]
) -> int:
    """This will make a supervision group an organ of its own, with a dated right for each member.

    Members are named by their seat; one without an account is a member all the same.
    Raises Invalid when nobody is named.
    """
    if not mandates:
        raise Invalid({"persons": ["Please choose at least one member."]})
    group = uow.db.execute(_GROUP, {
        "owner": owner_id, "code": f"group.{number}", "zh": f"{number} 监督小组", "en": f"Supervision group {number}",
        "short": "监督小组", "now": uow.now,
    }).scalar_one()
    uow.db.execute(_END_MEMBERS, {"county": county, "case_id": case_id, "group": group, "now": uow.now})
    uow.db.execute(_END_GRANTS, {"group": group, "now": uow.now})
    uow.db.execute(_MEMBERS, {
        "county": county, "case_id": case_id, "group": group, "mandates": sorted(set(mandates)), "actor": uow.actor.id,
        "now": uow.now,
    })
    return group


def close_group(uow: UnitOfWork, *, county: int, case_id: int, number: str) -> None:
    """This will end a group and its members' rights with the day."""
    group = uow.db.execute(_CLOSE_GROUP, {"code": f"group.{number}", "now": uow.now}).scalar_one_or_none()
    if group is not None:
        uow.db.execute(_END_GRANTS, {"group": group, "now": uow.now})
        uow.db.execute(_END_MEMBERS, {"county": county, "case_id": case_id, "group": group, "now": uow.now})


def issue_order(uow: UnitOfWork, *, county: int, case_id: int, order: Order) -> list[Planned]:
    """This will issue an order; an earlier one is superseded, and what is done of it stays done.

    Gives back the milestones that are still open, in their order.
    """
    done = {row.no for row in uow.db.execute(_DONE, {"county": county, "case_id": case_id})}
    uow.db.execute(_SUPERSEDE, {"county": county, "case_id": case_id, "now": uow.now})
    order_id = uow.db.execute(_ORDER, {
        "county": county, "case_id": case_id, "lead": order.lead, "co": list(order.co), "funding": order.funding,
        "text": order.text or None, "now": uow.now, "due_at": order.due_at,
    }).scalar_one()
    still = [one for one in order.milestones if one.no not in done]
    if still:
        uow.db.execute(_MILESTONE, [{
            "county": county, "case_id": case_id, "order": order_id, "no": one.no, "name": one.name, "unit": one.unit,
            "due_at": one.due_at,
        } for one in still])
    return still


def finish_milestone(uow: UnitOfWork, *, county: int, case_id: int, no: str, report: str = "") -> None:
    """This will mark a milestone of the present order as done, with its report.

    Raises MilestoneUnknown.
    """
    values = {"county": county, "case_id": case_id, "no": no, "report": report or None, "now": uow.now}
    if not uow.db.execute(_FINISH, values).rowcount:
        raise MilestoneUnknown(no=no)


def judge(uow: UnitOfWork, *, county: int, case_id: int, result: str) -> None:
    """This will keep what the group thinks of how the order was carried out."""
    uow.db.execute(_JUDGE, {"county": county, "case_id": case_id, "result": result, "now": uow.now})


def congress_above(uow: UnitOfWork, *, owner_id: int) -> int:
    """The organ that would take over a supervision.

    Raises NoCongressAbove.
    """
    above = uow.db.execute(_ABOVE, {"owner": owner_id}).scalar_one_or_none()
    if above is None:
        raise NoCongressAbove(organ=owner_id)
    return above


def planned(rows: Sequence[Mapping[str, Any]]) -> list[Planned]:
    """Milestones as a form gives them; without a number they are M1, M2 …"""
    return [
        Planned(str(row.get("no") or f"M{at}"), str(row.get("name") or row.get("title") or ""), row.get("unit"), row.get("due"))
        for at, row in enumerate(rows, 1)
    ]


_GROUP = sa.text("""
    insert into organ(code, area, kind, level, name_zh, name_en, short_zh, superior_id, role, opened_on)
    select :code, o.area, 'group', o.level, :zh, :en, :short, o.id, 'group_member',
        cast(cast(:now as timestamptz) at time zone 'Asia/Shanghai' as date)
    from organ o where o.id = :owner
    on conflict (code) do update set closed_on = null
    returning id
""")
_MEMBERS = sa.text("""
    with m as (select m.id as mandate, a.id as account from mandate m left join account a on a.deputy_id = m.deputy_id
            and a.closed_at is null where m.id = any(cast(:mandates as int[]))),
    g as (insert into role_grant(account_id, role, organ_id, scope, mandate_id, from_on, granted_by, granted_at)
        select account, 'group_member', :group, 'own', mandate,
            cast(cast(:now as timestamptz) at time zone 'Asia/Shanghai' as date), :actor, :now
        from m where account is not null)
    insert into supervision_member(county, case_id, group_id, mandate_id, account_id, from_at)
    select :county, :case_id, :group, mandate, account, :now from m
""")
_END_MEMBERS = sa.text("""
    update supervision_member set to_at = :now
    where county = :county and case_id = :case_id and group_id = :group and to_at is null
""")
_CLOSE_GROUP = sa.text("""
    update organ set closed_on = cast(cast(:now as timestamptz) at time zone 'Asia/Shanghai' as date)
    where code = :code returning id
""")
_END_GRANTS = sa.text("""
    update role_grant set to_on = cast(cast(:now as timestamptz) at time zone 'Asia/Shanghai' as date)
    where organ_id = :group and to_on is null
""")
_DONE = sa.text("""
    select no from supervision_milestone where county = :county and case_id = :case_id and done_at is not null
""")
_SUPERSEDE = sa.text("""
    update supervision_order set superseded_at = :now
    where county = :county and case_id = :case_id and superseded_at is null
""")
_ORDER = sa.text("""
    insert into supervision_order(county, case_id, n, lead, co, funding, text, issued_at, due_at)
    select :county, :case_id, 1 + coalesce(max(n), 0), :lead, cast(:co as int[]), :funding, :text, :now, :due_at
    from supervision_order where county = :county and case_id = :case_id
    returning id
""")
_MILESTONE = sa.text("""
    insert into supervision_milestone(county, case_id, order_id, no, name, unit, due_at)
    values (:county, :case_id, :order, :no, :name, :unit, :due_at)
""")
_FINISH = sa.text("""
    update supervision_milestone m set done_at = :now, report = coalesce(:report, report)
    from supervision_order o
    where o.county = m.county and o.id = m.order_id and o.superseded_at is null
      and m.county = :county and m.case_id = :case_id and m.no = :no
""")
_JUDGE = sa.text("""
    update supervision_order set judgement = :result, judged_at = :now
    where county = :county and case_id = :case_id and superseded_at is null
""")
_ABOVE = sa.text("select superior_id from organ where id = :owner and superior_id is not null")
