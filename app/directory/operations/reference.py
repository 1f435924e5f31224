"""Loading what is given: areas, organs, categories. Running it again changes only what the files changed."""

import csv
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.db import json_text
from app.uow import UnitOfWork

DATA = Path(__file__).resolve().parents[1] / "data"
OPENED = date(2020, 1, 1)
PROVINCE, CITY, COUNTY, TOWNSHIP = 2, 3, 4, 5


def load_reference(uow: UnitOfWork) -> None:
    """This will bring areas, organs, units and categories to what the files say; nothing is removed."""
    areas = read_areas()
    uow.db.execute(_AREAS, {"rows": json_text(areas)})
    with_townships = {row["parent"] for row in areas if row["level"] == TOWNSHIP}
    organs = list(_organs(areas, with_townships))
    uow.db.execute(_ORGANS, {"rows": json_text(organs), "on": OPENED})
    uow.db.execute(_SUPERIORS, {"rows": json_text(organs)})
    uow.db.execute(_UNITS, {"rows": json_text([one for one in organs if one["categories"] is not None])})
    _load_categories(uow)


def read_areas() -> list[dict[str, Any]]:
    """Every area of the file, from the province down to the villages of the pilot counties."""
    with (DATA / "areas.csv").open(encoding="utf-8", newline="") as file:
        return [
            {**row, "code": int(row["code"]), "level": int(row["level"]), "parent": int(row["parent"] or 0) or None}
            for row in csv.DictReader(file)
        ]


def read_table(name: str) -> Mapping[str, Mapping[str, Any]]:
    """One of the tables beside the areas, by the word of its rows."""
    return tomllib.loads((DATA / f"{name}.toml").read_text("utf-8"))


def short_code(area: int) -> str:
    """An area's code as people write it: six digits for counties and above, nine for townships."""
    return str(area // 1_000_000) if area % 1_000_000 == 0 else str(area // 1000)


def _organs(areas: Sequence[Mapping[str, Any]], with_townships: Iterable[int]) -> Iterable[dict[str, Any]]:
    departments, offices = read_table("departments"), read_table("township_offices")
    for area in areas:
        if area["level"] <= COUNTY:
            yield from _congress_and_government(area)
        if area["level"] == COUNTY and area["code"] in with_townships:
            yield from _units(area, departments, "department")
        if area["level"] == TOWNSHIP:
            yield from _township(area)
            yield from _units(area, offices, "office")


def _congress_and_government(area: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    words = ("standing_committee", "人大常委会", "People's Congress Standing Committee")
    yield _organ(area, words, roles=("deputy_office", "chairs_meeting"))
    yield _organ(area, ("government", "人民政府", "People's Government"), roles=("gov_office", "government_leader"))


def _township(area: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    above = f"{short_code(area['parent'])}.standing_committee"
    if area["name_zh"].endswith("街道"):
        words = ("subdistrict_committee", "人大工委", "People's Congress Working Committee")
        government = ("government", "办事处", "Subdistrict Office")
    else:
        words = ("presidium", "人大主席团", "People's Congress Presidium")
        government = ("government", "人民政府", "People's Government")
    yield _organ(area, words, roles=("township_office", "presidium"), superior=above)
    # A township leads works of its own, so its government is a unit as well.
    yield _organ(area, government, roles=("gov_office", "government_leader"), categories=())


def _units(
    area: Mapping[str, Any], table: Mapping[str, Mapping[str, Any]], kind: str
) -> Iterable[dict[str, Any]]:
    above = f"{short_code(area['code'])}.government"
    for word, row in table.items():
        words = (word, row["zh"], row["en"])
        yield _organ(area, words, ("handler", "handler_chief"), above, kind=kind, categories=row["categories"])


def _organ(
    area: Mapping[str, Any], words: tuple[str, str, str], roles: tuple[str, str], superior: str | None = None,
    kind: str | None = None, categories: Sequence[str] | None = None,
) -> dict[str, Any]:
    word, zh, en = words
    if superior is None and area["parent"]:
        superior = f"{short_code(area['parent'])}.{word}"
    return {
        "code": f"{short_code(area['code'])}.{word}", "area": area["code"], "kind": kind or word, "level": area["level"],
        "name_zh": area["name_zh"] + zh, "name_en": f"{area['name_en']} {en}", "short_zh": zh, "superior": superior,
        "role": roles[0], "head_role": roles[1], "categories": categories,
    }


def _load_categories(uow: UnitOfWork) -> None:
    table = read_table("categories")
    rows = [{"code": code, "position": place, **row} for place, (code, row) in enumerate(table.items(), 1)]
    uow.db.execute(_CATEGORIES, {"rows": json_text(rows)})
    uow.db.execute(_ROUTES, {"rows": json_text(rows)})


_AREAS = sa.text("""
    insert into area(code, level, name_zh, name_en, parent)
    select * from jsonb_to_recordset(cast(:rows as jsonb))
        as r(code bigint, level smallint, name_zh text, name_en text, parent bigint) order by level
    on conflict (code) do update set name_zh = excluded.name_zh, name_en = excluded.name_en""")
_ORGANS = sa.text("""
    insert into organ(code, area, kind, level, name_zh, name_en, short_zh, role, head_role, opened_on)
    select r.*, cast(:on as date) from jsonb_to_recordset(cast(:rows as jsonb))
        as r(code text, area bigint, kind text, level smallint, name_zh text, name_en text, short_zh text, role text, head_role text)
    on conflict (code) do update set name_zh = excluded.name_zh, name_en = excluded.name_en, short_zh = excluded.short_zh,
        role = excluded.role, head_role = excluded.head_role""")
_SUPERIORS = sa.text("""
    update organ o set superior_id = s.id
    from jsonb_to_recordset(cast(:rows as jsonb)) as r(code text, superior text) join organ s on s.code = r.superior
    where o.code = r.code and o.superior_id is distinct from s.id""")
_UNITS = sa.text("""
    insert into handling_unit(organ_id, categories, platform_code)
    select o.id, array(select jsonb_array_elements_text(r.categories)), o.code
    from jsonb_to_recordset(cast(:rows as jsonb)) as r(code text, categories jsonb) join organ o on o.code = r.code
    on conflict (organ_id) do nothing""")
_CATEGORIES = sa.text("""
    insert into category(code, zh, en, position)
    select * from jsonb_to_recordset(cast(:rows as jsonb)) as r(code text, zh text, en text, position smallint)
    on conflict (code) do update set zh = excluded.zh, en = excluded.en, position = excluded.position""")
_ROUTES = sa.text("""
    insert into category_route(category, county, platform, department)
    select code, null, platform, department
    from jsonb_to_recordset(cast(:rows as jsonb)) as r(code text, platform bool, department text)
    on conflict (category, county) do update set platform = excluded.platform, department = excluded.department""")
