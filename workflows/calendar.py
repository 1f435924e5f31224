"""Working days, and counting forward by them.

Days are those of Asia/Shanghai. Holidays and make-up days come from `bpmn/calendars/<year>.toml`;
a year without a file counts Monday to Friday, and whatever is counted in it is provisional.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from workflows.errors import CalendarInvalid

SHANGHAI = ZoneInfo("Asia/Shanghai")
_DAY = timedelta(days=1)
_DAY_SECONDS = 86_400
#: furthest anyone counts
_MOST_DAYS = 4000


@dataclass(frozen=True)
class Year:
    """The holidays and make-up days of one year."""

    #: the year
    year: int
    #: days off besides ordinary weekends
    off: frozenset[date]
    #: weekends that are worked
    working: frozenset[date]
    #: the announcement it follows
    source: str = ""

    @classmethod
    def from_toml(cls, text: str, name: str) -> Year:
        """Read a calendar file; raises CalendarInvalid when it contradicts itself."""
        try:
            data = tomllib.loads(text)
            off = frozenset(day for entry in data.get("off", ()) for day in _days(entry["from"], entry["to"]))
            year = cls(data["year"], off, frozenset(data["working"]), data["source"])
        except (tomllib.TOMLDecodeError, KeyError, TypeError) as broken:
            raise CalendarInvalid("calendar.unreadable", source=name, found=str(broken)[:80]) from broken
        wrong = next((day for day in sorted(off | year.working) if day.year != year.year), None)
        wrong = wrong or next((day for day in sorted(year.working) if day.weekday() < 5 or day in off), None)
        if wrong is not None:
            raise CalendarInvalid("calendar.wrong_day", source=name, day=wrong.isoformat())
        return year


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


@lru_cache(maxsize=64)
def _worked_before(year: int, facts: Year | None) -> tuple[int, ...]:
    """For each day of the year, how many working days of it lie before that day."""
    first = date(year, 1, 1)
    length = date(year, 12, 31).timetuple().tm_yday
    worked = (_is_worked(first + timedelta(days=number), facts) for number in range(length))
    return (0, *accumulate(int(day) for day in worked))


def _is_worked(day: date, facts: Year | None) -> bool:
    if facts is None:
        return day.weekday() < 5
    return day in facts.working or (day.weekday() < 5 and day not in facts.off)


class Calendar:
    """Which days are worked. A value: two calendars of the same years say the same."""

    def __init__(self, years: Mapping[int, Year]) -> None:
        self._years = dict(years)

    @classmethod
    def read(cls, folder: Path) -> Calendar:
        """Read every `<year>.toml` of a folder; raises CalendarInvalid."""
        years = {}
        for path in sorted(folder.glob("*.toml")):
            year = Year.from_toml(path.read_text(encoding="utf-8"), path.name)
            if path.stem != str(year.year):
                raise CalendarInvalid("calendar.wrong_year", source=path.name, year=year.year)
            years[year.year] = year
        return cls(years)

    @property
    def years(self) -> tuple[int, ...]:
        """The years it knows, ascending."""
        return tuple(sorted(self._years))

    def source(self, year: int) -> str:
        """Return the announcement behind a year; empty when the year is unknown."""
        return self._years[year].source if year in self._years else ""

    def knows(self, year: int) -> bool:
        """Tell whether the holidays of the year are known."""
        return year in self._years

    def is_working_day(self, day: date) -> bool:
        """Tell whether the day is worked."""
        return _is_worked(day, self._years.get(day.year))

    def kind(self, day: date) -> str:
        """Return the day's kind: work, makeup, weekend or holiday."""
        facts = self._years.get(day.year)
        if facts and day in facts.working:
            return "makeup"
        if facts and day in facts.off:
            return "holiday"
        return "work" if day.weekday() < 5 else "weekend"

    def add(self, day: date, working_days: int) -> date:
        """Return the n-th working day after (before, if negative) a day; the day itself for 0."""
        if abs(working_days) > _MOST_DAYS:
            raise CalendarInvalid("calendar.too_far", days=working_days)
        step = _DAY if working_days > 0 else -_DAY
        left = abs(working_days)
        while left:
            day += step
            left -= self.is_working_day(day)
        return day

    def count(self, first: date, last: date) -> int:
        """Count the working days after `first`, up to and with `last`; negative when it lies before."""
        if last < first:
            return -self.count(last, first)
        return self._worked_until(last) - self._worked_until(first) + self._worked_between(first.year, last.year)

    def _worked_until(self, day: date) -> int:
        return _worked_before(day.year, self._years.get(day.year))[day.timetuple().tm_yday]

    def _worked_between(self, first: int, last: int) -> int:
        return sum(_worked_before(year, self._years.get(year))[-1] for year in range(first, last))

    def working_seconds(self, start: datetime, end: datetime) -> int:
        """Count the seconds between two instants that lie in working days (each of 24 hours)."""
        return self._worked_seconds(end, start.astimezone(SHANGHAI).date()) - self._worked_seconds(
            start, start.astimezone(SHANGHAI).date()
        )

    def _worked_seconds(self, moment: datetime, since: date) -> int:
        """Count working seconds from the midnight that begins `since` until the moment."""
        local = moment.astimezone(SHANGHAI)
        today = local.date()
        whole = self.count(since - _DAY, today - _DAY)
        passed = int((local - midnight(today)).total_seconds()) if self.is_working_day(today) else 0
        return whole * _DAY_SECONDS + passed


def midnight(day: date) -> datetime:
    """Return the first moment of a day in Shanghai."""
    return datetime.combine(day, time(0), tzinfo=SHANGHAI)


def share(calendar: Calendar, start: datetime, due: datetime, now: datetime) -> float:
    """Return which share of the working time between start and due has passed; 1 or more once it is due.

    Where no working time lies between them, plain time counts.
    """
    if now <= start:
        return 1.0 if now >= due else 0.0
    whole, passed = calendar.working_seconds(start, due), calendar.working_seconds(start, now)
    if whole <= 0:
        whole, passed = max(1, int((due - start).total_seconds())), int((now - start).total_seconds())
    if now >= due:
        return max(1.0, passed / whole)
    return min(passed / whole, 0.999999)


def light(portion: float) -> str:
    """Return the colour of a share: green below half, yellow to 80 per cent, orange until due, red after."""
    if portion >= 1:
        return "red"
    if portion >= 0.8:
        return "orange"
    return "yellow" if portion >= 0.5 else "green"


@dataclass(frozen=True)
class LimitRule:
    """One limit as the table of limits has it."""

    #: rule key, for example `immediate.handle`
    key: str
    #: how many; negative counts backwards from the event
    amount: int
    #: `wd` working days, `cd` calendar days, `mo` months, `h` hours
    unit: str
    #: whether an end on a day off moves to the next working day
    rolls: bool = True
    #: set by law; such limits never pause
    statutory: bool = False
    #: the law or rule behind it
    basis: str = ""
    #: version of the table it was read from
    version: str = ""


@dataclass(frozen=True)
class Deadline:
    """When a limit ends, and how that was counted."""

    #: the moment at which it is over (a limit that ends at 24:00 is over at the next midnight)
    due: datetime
    #: the moment it runs from
    start: datetime
    #: the rule it follows
    rule: LimitRule
    #: years whose holidays were asked for
    years: tuple[int, ...]
    #: whether one of those years is not announced yet
    provisional: bool
    #: (day, kind, number counted so far) for each day that mattered
    steps: tuple[tuple[date, str, int], ...]

    def facts(self) -> dict[str, Any]:
        """Return it as plain JSON: what `deadline()` gives in FEEL and what is stored beside a timer."""
        last = self.steps[-1][0] if self.steps else self.start.astimezone(SHANGHAI).date()
        return {
            "due": self.due.isoformat(),
            "start": self.start.isoformat(),
            "rule": self.rule.key,
            "version": self.rule.version,
            "amount": self.rule.amount,
            "unit": self.rule.unit,
            "statutory": self.rule.statutory,
            "basis": self.rule.basis,
            "year": last.year,
            "years": list(self.years),
            "provisional": self.provisional,
            "steps": [[day.isoformat(), kind, number] for day, kind, number in self.steps],
        }


@dataclass(frozen=True)
class _Count:
    """Counting one limit from one day."""

    calendar: Calendar
    rule: LimitRule
    first: date

    @cached_property
    def steps(self) -> list[tuple[date, str, int]]:
        """The days that mattered, the last of which is the day the limit ends on."""
        count = {"wd": self._working_days, "cd": self._calendar_days, "mo": self._months}[self.rule.unit]
        return [(self.first, "start", 0), *count()]

    def _working_days(self) -> list[tuple[date, str, int]]:
        steps, day, number = [], self.first, 0
        step = _DAY if self.rule.amount >= 0 else -_DAY
        while number < abs(self.rule.amount):
            day += step
            kind = self.calendar.kind(day)
            number += kind in ("work", "makeup")
            steps.append((day, kind, number))
        return steps if self.rule.amount else self._rolled(self.first, 0)

    def _calendar_days(self) -> list[tuple[date, str, int]]:
        day = self.first + timedelta(days=self.rule.amount)
        return self._ends_on(day)

    def _months(self) -> list[tuple[date, str, int]]:
        return self._ends_on(_moved_by_months(self.first, self.rule.amount))

    def _ends_on(self, day: date) -> list[tuple[date, str, int]]:
        counted = [(day, "counted", self.rule.amount)]
        return counted + (self._rolled(day, self.rule.amount) if self.rule.rolls and self.rule.amount else [])

    def _rolled(self, day: date, number: int) -> list[tuple[date, str, int]]:
        steps = []
        while not self.calendar.is_working_day(day) and self.rule.rolls:
            steps.append((day, self.calendar.kind(day), number))
            day += _DAY
        return [*steps, (day, "rolled", number)] if steps else []


def _moved_by_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - _DAY).day))


def deadline(calendar: Calendar, rule: LimitRule, start: datetime) -> Deadline:
    """Count a limit: the day of the event is day 0, the last day ends at 24:00 in Shanghai.

    Hours are counted from the moment itself. Raises CalendarInvalid for an unknown unit or a limit out of bounds.
    """
    if rule.unit not in ("wd", "cd", "mo", "h") or abs(rule.amount) > _MOST_DAYS:
        raise CalendarInvalid("calendar.no_limit", key=rule.key, unit=rule.unit, amount=rule.amount)
    start = start.astimezone(UTC)
    if rule.unit == "h":
        return Deadline(start + timedelta(hours=rule.amount), start, rule, (), False, ())
    steps = tuple(_Count(calendar, rule, start.astimezone(SHANGHAI).date()).steps)
    asked = {day.year for day, kind, _ in steps if kind not in ("start", "counted")}
    if rule.rolls and rule.amount > 0:
        asked.add(steps[-1][0].year)
    due = midnight(steps[-1][0] + _DAY).astimezone(UTC)
    unknown = any(not calendar.knows(year) for year in asked)
    return Deadline(due, start, rule, tuple(sorted(asked)), unknown, steps)
