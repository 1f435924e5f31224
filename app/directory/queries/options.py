"""What may be chosen in a form: units, stations, organs, deputies, persons."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from app.directory.queries.areas import area_range
from app.directory.queries.deputies import TODAY
from app.uow import Actor


def choices(db: Connection, source: str, county: int, actor: Actor | None = None) -> list[tuple[int, str, str]]:
    """What may be chosen in a form's field of type organ or person: id and both names.

    An unknown source gives nothing: the lint of the diagram has named it before.
    """
    if source not in _CHOICES:
        return []
    low, high = area_range(county * 1_000_000)
    values = {"lo": low, "hi": high, "organs": [one.organ for one in actor.grants] if actor else []}
    return [tuple(row) for row in db.execute(_CHOICES[source], values)]


def field_options(db: Connection, form: Any, county: int, actor: Actor | None = None) -> dict[str, list[tuple[int, dict[str, str]]]]:
    """What the fields of organs and persons of a form may be answered with, by the field's key."""
    wanted = {field.key: field.choices_from for field in _fields(form) if field.choices_from}
    return {
        key: [(id, {"zh": zh, "en": en}) for id, zh, en in choices(db, source, county, actor)] for key, source in wanted.items()
    }


def _fields(form: Any) -> list[Any]:
    outer = list(form.fields) if form else []
    return outer + [inner for field in outer for inner in field.fields]


_OPEN = "o.area between :lo and :hi and o.closed_on is null"
_HELD = f"{TODAY} between g.from_on and coalesce(g.to_on, 'infinity') and a.closed_at is null"
_CHOICES = {
    "units": sa.text(f"""select o.id, o.name_zh, o.name_en from handling_unit u join organ o on o.id = u.organ_id
        where {_OPEN} order by o.level, o.id"""),
    "stations": sa.text(f"""select o.id, o.name_zh, o.name_en from station s join organ o on o.id = s.organ_id
        where {_OPEN} order by s.code"""),
    "organs": sa.text(f"""select o.id, o.name_zh, o.name_en from organ o
        where {_OPEN} and o.kind not in ('station', 'group') order by o.level, o.id"""),
    "deputies": sa.text(f"""select m.id, d.name_zh, d.name_en from mandate m join deputy d on d.id = m.deputy_id
        where m.area between :lo and :hi and {TODAY} between m.from_on and coalesce(m.to_on, 'infinity')
        order by m.level, d.name_zh, m.id"""),
    "persons": sa.text(f"""select distinct a.id, a.name, a.name as en from account a
        join role_grant g on g.account_id = a.id join organ o on o.id = g.organ_id
        where {_HELD} and o.area between :lo and :hi order by a.name, a.id"""),
    "group_members": sa.text(f"""select distinct a.id, a.name, a.name as en from account a
        join role_grant g on g.account_id = a.id where {_HELD} and g.role = 'group_member'
        and g.organ_id = any(:organs) order by a.name, a.id"""),
}
