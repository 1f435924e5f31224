"""The tree of areas; an area is one range of twelve-digit codes."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from app.errors import NotFound
from app.identity.queries import escape_like


class AreaUnknown(NotFound):
    """There is no such area."""


def area(db: Connection, code: int) -> Row:
    """One area.

    Raises AreaUnknown.
    """
    row = db.execute(sa.text(f"select {_AREA} from area where code = :code"), {"code": code}).one_or_none()
    if row is None:
        raise AreaUnknown()
    return row


_AREA = "code, level, name_zh, name_en, parent"


def counties(db: Connection) -> Sequence[Row]:
    """The counties that have handling units of their own, by code."""
    statement = sa.text(f"""select {_AREA} from area where level = 4
        and exists (select 1 from organ o where o.area = area.code and o.kind = 'department') order by code""")
    return db.execute(statement).all()


def areas_below(db: Connection, code: int) -> Sequence[Row]:
    """The areas directly below one, in the order of their codes."""
    statement = sa.text(f"select {_AREA} from area where parent = :code order by code")
    return db.execute(statement, {"code": code}).all()


def area_path(db: Connection, code: int) -> Sequence[Row]:
    """An area and everything above it, the province first."""
    codes = [code, code // 1000 * 1000, code // 10**6 * 10**6, code // 10**8 * 10**8, code // 10**10 * 10**10]
    statement = sa.text(f"select {_AREA} from area where code = any(:codes) order by level, code")
    return db.execute(statement, {"codes": codes}).all()


def area_range(code: int) -> tuple[int, int]:
    """The lowest and the highest code inside an area; codes end in zeros where they name something larger."""
    for size in (10**10, 10**8, 10**6, 10**3):
        if code % size == 0:
            return code, code + size - 1
    return code, code


def like(text: str) -> str:
    """What a person typed as the middle of a pattern, so that its wildcards are letters."""
    return f"%{escape_like(text)}%"
