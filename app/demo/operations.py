"""Moving the demonstration's clock and its switches. The clock goes only forward: what has happened cannot be waiting again."""

import json
from datetime import date, datetime, time, timedelta
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.config import Settings
from app.errors import Invalid, Unavailable
from app.uow import UnitOfWork
from workflows import Calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
#: One press moves at most so far; a longer way is several presses, so that nobody leaves the known calendars by a slip.
FARTHEST = timedelta(days=60)

_MOVE = sa.text("""
insert into clock_offset(id, shift) values (1, :by)
on conflict (id) do update set shift = clock_offset.shift + excluded.shift""")


class ClockOnlyForward(Invalid):
    """The clock can be moved forward only, by at most sixty days at a time."""


def move_clock(uow: UnitOfWork, *, by: timedelta) -> None:
    """Let the demonstration's clock run ahead by this much more.

    Raises ClockOnlyForward.
    """
    if not timedelta() < by <= FARTHEST:
        raise ClockOnlyForward()
    uow.db.execute(_MOVE, {"by": by})


def move_to_working_day(uow: UnitOfWork, *, days: int, calendar: Calendar) -> None:
    """Let the clock run ahead by so many working days, to nine in the morning of the last one.

    Raises ClockOnlyForward.
    """
    if not 0 < days <= 30:
        raise ClockOnlyForward()
    here = uow.now.astimezone(SHANGHAI)
    day: date = calendar.add(here.date(), days)
    move_clock(uow, by=datetime.combine(day, time(9), SHANGHAI) - uow.now)


#: The switches of the pretending platforms, in the words of the page.
MODES = {
    "well": {"zh": "正常", "en": "Well"}, "slow": {"zh": "缓慢", "en": "Slow"}, "down": {"zh": "中断", "en": "Down"},
    "rejecting": {"zh": "退回", "en": "Rejecting"}, "silent": {"zh": "不回应", "en": "Silent"},
}
_SECONDS = 2.0


class SimulatorSilent(Unavailable):
    """The simulated system does not answer. Start it with `make run`."""


def simulator_mode(settings: Settings) -> str:
    """How the pretending platforms behave at present; empty when they do not run."""
    try:
        with urlopen(f"{settings.four_platforms_url}/state", timeout=_SECONDS) as answer:
            return str(json.load(answer)["mode"])
    except (OSError, ValueError, KeyError):
        return ""


def switch_simulator(settings: Settings, mode: str) -> None:
    """Make the pretending platforms behave so.

    Raises Invalid for an unknown mode, SimulatorSilent.
    """
    if mode not in MODES:
        raise Invalid({"mode": ["There is no such switch."]})
    body = json.dumps({"mode": mode}).encode()
    asked = Request(f"{settings.four_platforms_url}/switches", body, {"Content-Type": "application/json"})
    try:
        urlopen(asked, timeout=_SECONDS).close()
    except OSError as error:
        raise SimulatorSilent() from error
