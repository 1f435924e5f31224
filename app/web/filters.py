"""Dates, spans, numbers and names as a reader wants them, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup, escape

from app.web.lang import current
from app.wording import say

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NEVER = 9000  # years beyond this stand for PostgreSQL's infinity: an item without a limit
SVG = re.compile(r"<svg\b.*</svg>", re.DOTALL)
UNSAFE = re.compile(r"<(?:script|foreignObject|style)\b|\son\w+\s*=|javascript:|\sstyle\s*=", re.IGNORECASE)


def local(instant: datetime) -> datetime:
    """An instant on the clocks of Zhejiang."""
    return instant.astimezone(SHANGHAI)


def when(instant: datetime | None, year: int | None = None) -> str:
    """`7月20日 周二 15:30`; with the year where it is not the given one."""
    if instant is None or instant.year >= NEVER:
        return "—"
    here = local(instant)
    return f"{day(here.date(), year)} {here:%H:%M}"


def until(instant: datetime | None, year: int | None = None) -> str:
    """The end of a limit: `7月20日 周二 24:00` where it is the midnight after that day."""
    if instant is None or instant.year >= NEVER:
        return "—"
    here = local(instant)
    if (here.hour, here.minute, here.second) == (0, 0, 0):
        return f"{day(here.date() - timedelta(days=1), year)} 24:00"
    return when(instant, year)


def day(value: date | datetime | None, year: int | None = None) -> str:
    """`7月20日 周二`; with the year where it is not the given one."""
    if value is None or value.year >= NEVER:
        return "—"
    on = local(value).date() if isinstance(value, datetime) else value
    shown = "" if year in (None, on.year) else str(on.year)
    if current() == "en":
        return f"{WEEKDAYS['en'][on.weekday()]} {on.day} {MONTHS[on.month - 1]} {shown}".rstrip()
    return f"{shown and shown + '年'}{on.month}月{on.day}日 周{WEEKDAYS['zh'][on.weekday()]}"


def full_day(value: date | datetime | None) -> str:
    """`2021年7月20日`, for letters and files that outlive the year."""
    if value is None or value.year >= NEVER:
        return "—"
    on = local(value).date() if isinstance(value, datetime) else value
    if current() == "en":
        return f"{on.day} {MONTHS[on.month - 1]} {on.year}"
    return f"{on.year}年{on.month}月{on.day}日"


def iso(instant: datetime | date | None) -> str:
    """The machine's reading of an instant, for `<time datetime>`."""
    if instant is None:
        return ""
    return local(instant).isoformat(timespec="minutes") if isinstance(instant, datetime) else instant.isoformat()


def ago(instant: datetime | None, now: datetime) -> str:
    """How long since: minutes, then hours, then days."""
    if instant is None:
        return "—"
    return _("just now") if now - instant < timedelta(minutes=1) else _("%(span)s ago", span=_span(now - instant))


def due(instant: datetime | None, now: datetime, working_days: int | None = None) -> str:
    """How much is left or past; in working days where they were counted."""
    if instant is None or instant.year >= NEVER:
        return _("no limit")
    late = instant <= now
    if isinstance(working_days, int) and abs(instant - now) >= timedelta(days=1):
        span = ngettext("%(num)d working day", "%(num)d working days", max(1, abs(working_days)))
    else:
        span = _span(abs(instant - now))
    return _("overdue by %(span)s", span=span) if late else _("%(span)s left", span=span)


def light_word(light: str) -> str:
    """What a light says to those who do not see its colour."""
    said = {"green": _("on time"), "yellow": _("half used"), "orange": _("nearly due"), "red": _("overdue")}
    return said.get(light, _("no limit"))


def limit_words(limit: Mapping[str, Any] | None) -> str:
    """A limit's length, `5 个工作日`, from its amount and unit."""
    if not limit or "amount" not in limit:
        return ""
    between = "" if current() == "zh" else " "
    return f"{limit['amount']}{between}{say('unit.' + str(limit['unit']), current())}"


def step_words(step: Sequence[Any]) -> str:
    """One counted day of a limit: `7月21日 周三：第1个工作日`."""
    on, kind, number = step
    said = {
        "start": _("the day it began, not counted"),
        "work": _("working day %(number)d", number=number),
        "makeup": _("working day %(number)d (worked in exchange for a holiday)", number=number),
        "weekend": _("weekend, not counted"),
        "holiday": _("public holiday, not counted"),
        "counted": _("day %(number)d", number=number),
        "rolled": _("the limit ends here"),
    }
    return _("%(day)s: %(what)s", day=day(date.fromisoformat(on)), what=said.get(kind, kind))


def status_word(status: str | None) -> str:
    """Where a case stands, in words."""
    return say(f"status.{status}", current()) if status else "—"


def safe_svg(drawing: str) -> Markup:
    """A drawing of our own making, set into a page as it is; anything else stays text."""
    return Markup(drawing) if SVG.fullmatch(drawing.strip()) and not UNSAFE.search(drawing) else escape(drawing)


def mask_phone(number: str | None) -> str:
    """`138****5678`: enough to recognise, too little to call."""
    if not number:
        return "—"
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 9 else "*" * len(number)


def mask_name(name: str | None) -> str:
    """`王**`: the family name only."""
    return f"{name[0]}{'*' * (len(name) - 1)}" if name else "—"


def grouped(code: str) -> str:
    """A tracking code in groups of four, as it is printed and read aloud."""
    plain = code.replace("-", "").replace(" ", "")
    return "-".join(plain[start : start + 4] for start in range(0, len(plain), 4))


def money(amount: object) -> str:
    """`12,300.00 元`."""
    return "—" if amount is None else _("%(amount)s yuan", amount=f"{amount:,.2f}")


CHOSEN = (
    when, until, day, full_day, iso, ago, due, light_word, limit_words, step_words, status_word, safe_svg,
    mask_phone, mask_name, grouped, money,
)  # fmt: skip


def install(app: Flask) -> None:
    """Give templates all of these by name."""
    app.jinja_env.filters.update({each.__name__: each for each in CHOSEN})


def _span(length: timedelta) -> str:
    minutes = max(1, int(length.total_seconds() // 60))
    if minutes < 60:
        return ngettext("%(num)d minute", "%(num)d minutes", minutes)
    if minutes < 48 * 60:
        return ngettext("%(num)d hour", "%(num)d hours", minutes // 60)
    return ngettext("%(num)d day", "%(num)d days", minutes // (24 * 60))
