"""Opening, renaming and closing organs and handling units. Supervision groups are formed by oversight."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.directory import queries
from app.errors import Conflict, Invalid
from app.identity import operations as identity
from app.identity import policy
from app.identity.policy import Permission
from app.uow import UnitOfWork


class OrganClosed(Conflict):
    """This organ is closed."""


class OrganBusy(Conflict):
    """People still hold roles in this organ, or other organs are below it. Settle that first."""


class CodeTaken(Conflict):
    """Another organ has this code."""


@dataclass(frozen=True, slots=True)
class NewOrgan:
    """An organ about to be opened."""

    area: int
    kind: str
    name_zh: str
    name_en: str
    code: str | None = None
    short_zh: str = ""
    superior_id: int | None = None
    role: str | None = None
    head_role: str | None = None
    #: given for a handling unit: what it is usually asked about
    categories: Sequence[str] | None = None


def open_organ(uow: UnitOfWork, *, organ: NewOrgan) -> int:
    """This will add an organ with its queue, and make it a handling unit where categories are given.

    Raises NotPermitted, AreaUnknown, CodeTaken, Invalid.
    """
    policy.check(uow.actor, Permission.KEEP_ORGANS)
    organ_id = store_organ(uow, organ=organ)
    if organ.categories is not None:
        _store_unit(uow, organ_id, organ.categories)
    identity.record(uow, "organ_opened", f"organ:{organ_id}", {"name": organ.name_zh, "kind": organ.kind})
    return organ_id


def store_organ(uow: UnitOfWork, *, organ: NewOrgan) -> int:
    """This will write an organ's row; who may open it was decided before.

    Raises AreaUnknown, CodeTaken, Invalid.
    """
    for role in (organ.role, organ.head_role):
        if role is not None and role not in policy.ROLES:
            raise Invalid({"role": ["There is no such role."]})
    area = queries.area(uow.db, organ.area)
    values = {
        "code": organ.code, "area": organ.area, "kind": organ.kind, "level": area.level, "zh": organ.name_zh.strip(),
        "en": organ.name_en.strip(), "short": organ.short_zh or organ.name_zh, "superior": organ.superior_id,
        "role": organ.role, "head": organ.head_role, "on": identity.local_day(uow),
    }
    organ_id = uow.db.execute(_OPEN, values).scalar_one_or_none()
    if organ_id is None:
        raise CodeTaken(code=organ.code)
    return organ_id


_OPEN = sa.text("""
    insert into organ(code, area, kind, level, name_zh, name_en, short_zh, superior_id, role, head_role, opened_on)
    values (:code, :area, :kind, :level, :zh, :en, :short, :superior, :role, :head, :on)
    on conflict (code) do nothing returning id""")


def change_organ(uow: UnitOfWork, *, organ_id: int, names: Mapping[str, str], categories: Sequence[str] | None) -> None:
    """This will give an organ other names and, where it is a handling unit, other categories.

    Raises NotPermitted, OrganUnknown.
    """
    policy.check(uow.actor, Permission.KEEP_ORGANS)
    before = queries.organ(uow.db, organ_id)
    uow.db.execute(
        sa.text("update organ set name_zh = :zh, name_en = :en where id = :id"),
        {"id": organ_id, "zh": names["zh"].strip(), "en": names["en"].strip()},
    )
    if categories is not None:
        _store_unit(uow, organ_id, categories)
    facts = {"from": before.name_zh, "to": names["zh"], "categories": categories}
    identity.record(uow, "organ_changed", f"organ:{organ_id}", facts)


def close_organ(uow: UnitOfWork, *, organ_id: int) -> None:
    """This will close an organ that nobody works in and that has nothing below it; its history stays.

    Raises NotPermitted, OrganUnknown, OrganClosed, OrganBusy.
    """
    policy.check(uow.actor, Permission.KEEP_ORGANS)
    if queries.organ(uow.db, organ_id).closed_on is not None:
        raise OrganClosed()
    refuse_busy(uow, organ_id)
    end_organ(uow, organ_id)
    identity.record(uow, "organ_closed", f"organ:{organ_id}", {})


def end_organ(uow: UnitOfWork, organ_id: int) -> None:
    """This will write an organ's last day."""
    uow.db.execute(
        sa.text("update organ set closed_on = :on where id = :id"), {"id": organ_id, "on": identity.local_day(uow)}
    )


def refuse_busy(uow: UnitOfWork, organ_id: int) -> None:
    """Refuse to close what people still work in.

    Raises OrganBusy.
    """
    if uow.db.execute(_BUSY, {"id": organ_id, "on": identity.local_day(uow)}).scalar_one():
        raise OrganBusy()


_BUSY = sa.text("""
    select exists (select 1 from role_grant g join account a on a.id = g.account_id and a.closed_at is null
            where g.organ_id = :id and (g.to_on is null or g.to_on >= :on))
        or exists (select 1 from organ where superior_id = :id and closed_on is null)""")


def _store_unit(uow: UnitOfWork, organ_id: int, categories: Sequence[str]) -> None:
    known = {row.code for row in queries.categories(uow.db)}
    if set(categories) - known:
        raise Invalid({"categories": ["There is no such category."]})
    uow.db.execute(_UNIT, {"id": organ_id, "categories": list(categories)})


_UNIT = sa.text("""
    insert into handling_unit(organ_id, categories, platform_code)
    select id, cast(:categories as text[]), code from organ where id = :id
    on conflict (organ_id) do update set categories = excluded.categories""")
