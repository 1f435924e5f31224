"""Limits as pages show them: the light, the working days left, the end of the next working day."""

from datetime import date, datetime, timedelta

from app.web.filters import NEVER, local
from workflows import Calendar, share

#: Shares of the working time of a limit at which the light changes: green below one half.
STEPS = ((1.0, "red"), (0.8, "orange"), (0.5, "yellow"))


def light(calendar: Calendar, start: datetime | None, due: datetime | None, now: datetime) -> str:
    """The colour of a limit: how much of its working time is used. Empty where there is no limit."""
    if due is None or due.year >= NEVER:
        return ""
    used = share(calendar, start or due, due, now)
    return next((colour for step, colour in STEPS if used >= step), "green")


def working_days_left(calendar: Calendar, due: datetime | None, now: datetime) -> int | None:
    """Whole working days until a limit ends, or since it ended; none where there is no limit."""
    if due is None or due.year >= NEVER:
        return None
    today, last = local(now).date(), local(due - timedelta(microseconds=1)).date()
    first, end = sorted((today, last))
    return calendar.count(first, end)


def soon(calendar: Calendar, now: datetime) -> datetime:
    """The end of the next working day: what a view of things due shows up to."""
    day: date = calendar.add(local(now).date(), 1)
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), local(now).tzinfo)
