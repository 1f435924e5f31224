"""What the engine lends to expressions: the present, limits and thresholds from the shared tables, working days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from workflows.calendar import Calendar, LimitRule, deadline
from workflows.dmn import DecisionModel
from workflows.errors import ExpressionFailed
from workflows.feel import Functions
from workflows.feel.host import SHANGHAI

Tables = Mapping[str, DecisionModel]


def lend(calendar: Calendar | None, tables: Tables, moment: datetime, area: Any) -> Functions:
    """The functions of one evaluation; a limit without an area of its own follows the case's."""
    if calendar is None:
        return Functions(moment=moment)
    return Functions(
        moment=moment,
        deadline=partial(_deadline, calendar, tables, moment, area),
        threshold=partial(_threshold, tables, moment, area),
        is_working_day=calendar.is_working_day,
        add_working_days=calendar.add,
        working_days=calendar.count,
    )


def _deadline(calendar: Calendar, tables: Tables, moment: datetime, area: Any, key: str, start: datetime,
              given: Any) -> dict[str, Any]:
    row = _row(tables, "deadlines", moment, key, area if given is None else given, start)
    rule = LimitRule(
        key=key, amount=int(row["amount"]), unit=str(row["unit"]), rolls=row.get("rolls") is not False,
        statutory=row.get("statutory") is True, basis=str(row.get("basis") or ""), version=str(row.get("version") or ""),
    )
    return deadline(calendar, rule, start).facts()


def _threshold(tables: Tables, moment: datetime, area: Any, key: str, given: Any) -> Any:
    row = _row(tables, "thresholds", moment, key, area if given is None else given, moment)
    return row.get("value") if isinstance(row, Mapping) else row


def _row(tables: Tables, table: str, moment: datetime, key: str, area: Any, start: datetime) -> Any:
    model = tables.get(table)
    if model is None:
        raise ExpressionFailed("limits.table_missing", table=table)
    code = None if area is None else Decimal(int(area))
    names = {"key": key, "rule": key, "area": code, "start": start, "date": start.astimezone(SHANGHAI).date()}
    return model.decide(model.decisions[-1], names, Functions(moment=moment)).result
