"""Cases for the demonstration, made by running the processes with a moved clock; never by inserting rows.

A robot opens a report at some past instant and goes on as its story says: it completes what is open in the name of
somebody who may, delivers what outside systems would say, and lets timers act, each at its own moved time. What is
not over at the present stays open. Cases are held until they have reached it, so the clock does not see them before.
The stories lie beside the diagrams (`stories.toml`): which step is answered how is not decided here.
"""

import logging
import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from app import jobs
from app.cases import operations as cases
from app.cases.operations import Contact, Report
from app.definitions import queries as definitions
from app.demo import queries
from app.directory.operations import reference as directory
from app.enactment import operations as enactment
from app.enactment import queries as running
from app.errors import AppError
from app.uow import IMPORTER, Actor, UnitOfWork, visitor
from app.web.filters import SHANGHAI
from app.wiring import Wiring
from workflows import Message

log = logging.getLogger(__name__)

HERE = Path(__file__).parent
BPMN = HERE.parent.parent / "bpmn"
#: How far back the first report lies, and how many steps one case may take.
DAYS_BACK, MOST_STEPS = 170, 80
OPENS, CLOSES = time(8, 40), time(17, 20)
WHOLE_DAY = (CLOSES.hour * 60 + CLOSES.minute - OPENS.hour * 60 - OPENS.minute) / 60


def seed(wiring: Wiring, cases: int, seed: int = 1) -> None:
    """This will bring the number of the demonstration's reports up to `cases`; what is there already is kept."""
    with wiring.read() as house:
        there = queries.reports(house.db)
    world = _World(wiring)
    for number in range(there, cases):
        _Robot(world, random.Random(f"{seed}-{number}"), number / max(cases, 1)).tell()
        if number % 50 == 49:
            log.info("%d of %d cases of the demonstration are made", number + 1, cases)


@dataclass(frozen=True)
class _Story:
    """How one matter goes."""

    answers: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    hours: Mapping[str, Sequence[float]] = field(default_factory=dict)
    messages: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    skip: frozenset[str] = frozenset()
    weight: float = 1


class _World:
    """What all robots share: places, people, texts, stories by process, and the present."""

    def __init__(self, wiring: Wiring) -> None:
        self.wiring, self.calendar = wiring, wiring.calendar
        texts = tomllib.loads((HERE / "data" / "texts.toml").read_text(encoding="utf-8"))
        self.places, self.texts = texts["places"], texts["texts"]
        self.stories = {path.parent.name: _stories(path) for path in sorted(BPMN.glob("*/stories.toml"))}
        with wiring.read() as house:
            self.present = house.now
            self.stations = queries.stations(house.db)
            self.units = queries.units(house.db)
            self.shares = {code: facts["share"] for code, facts in directory.read_table("categories").items()}
            self.holders = {(row.role, row.organ_id): row.id for row in queries.holders(house.db)}

    def actor(self, item: Any) -> Actor:
        """Somebody who may complete an item."""
        if item.kind == "visitor":
            return visitor(item.county, item.party_id)
        account = self.holders.get((item.role, item.org))
        return Actor(kind="person", id=account, county=item.county) if account else IMPORTER

    def later(self, now: datetime, hours: float, anytime: bool) -> datetime:
        """The instant so many working hours later; citizens keep no office hours."""
        if anytime:
            return now + timedelta(hours=hours)
        here = now.astimezone(SHANGHAI)
        while True:
            if not self.calendar.is_working_day(here.date()) or here.time() >= CLOSES:
                here = datetime.combine(here.date() + timedelta(days=1), OPENS, SHANGHAI)
                continue
            here = max(here, datetime.combine(here.date(), OPENS, SHANGHAI))
            left = (datetime.combine(here.date(), CLOSES, SHANGHAI) - here) / timedelta(hours=1)
            if hours <= left:
                return here + timedelta(hours=hours)
            hours -= left
            here = datetime.combine(here.date() + timedelta(days=1), OPENS, SHANGHAI)


class _Robot:
    """Tells one matter from its report to its end, or to the present."""

    def __init__(self, world: _World, chance: random.Random, share: float) -> None:
        self.world, self.chance, self.wiring = world, chance, world.wiring
        begun = world.present - timedelta(days=DAYS_BACK * (1 - share) + 0.2)
        self.now = world.later(begun, chance.uniform(0, 6), anytime=False)
        self.told: list[tuple[int, int]] = []
        self.rounds: dict[tuple[int, str], int] = {}
        self.chosen: dict[int, _Story] = {}

    def tell(self) -> None:
        """Open the report and go on until nothing moves any more before the present."""
        self.told.append(self._report())
        for _step in range(MOST_STEPS):
            if not any(self._move(county, id) for county, id in list(self.told)):
                break
        for county, id in self.told:
            self._run(lambda uow, c=county, i=id: enactment.let_go(uow, county=c, id=i))

    def _report(self) -> tuple[int, int]:
        chance, world = self.chance, self.world
        self.station = chance.choice(world.stations)
        self.category = chance.choices(list(world.shares), list(world.shares.values()))[0]
        self.text = chance.choice(world.texts[self.category]).format(place=chance.choice(world.places))
        phone = f"199{chance.randrange(10**8):08d}" if chance.random() < 0.7 else ""
        report = Report(
            station_id=self.station.id, text=self.text, place=chance.choice(world.places),
            lat=self.station.lat + chance.uniform(-0.02, 0.02), lon=self.station.lon + chance.uniform(-0.02, 0.02),
            contact=Contact(phone=phone), channel=chance.choices(("scan", "app", "deputy", "desk"), (55, 10, 22, 13))[0],
        )

        def open_held(uow: UnitOfWork) -> list[int]:
            uow.held = True
            receipt = cases.file_issue(uow, report=report)
            return [receipt.county, receipt.case_id]

        county, id = self.wiring.run(open_held, actor=visitor(self.station.county), now=self.now, name="report")
        return county, id

    def _move(self, county: int, id: int) -> bool:
        """One thing that happens next in one case; false when nothing does before the present."""
        jobs.tell_past_outbox(self.wiring, county, id, self.now)
        self._find_linked(county, id)
        with self.wiring.read(self.now) as house:
            open_now = running.open_items(house.db, county, id)
            waiting = queries.waiting(house.db, county, id)
            timers = running.timers(house.db, county, id)
            story = self._story(queries.process_of(house.db, county, id), id)
        item = next((one for one in open_now if one.kind != "system" and one.element not in story.skip), None)
        said = next((one for one in waiting if one.message in story.messages), None)
        if said is not None and (item is None or self.chance.random() < 0.5):
            return self._hear(county, id, said, story)
        if item is not None:
            return self._complete(item, story, timers)
        return bool(timers) and self._wait(county, id, timers[0].due_at)

    def _complete(self, item: Any, story: _Story, timers: Sequence[Any]) -> bool:
        low, high = story.hours.get(item.element, (0.5, 8))
        at = self.world.later(max(self.now, item.opened_at), self.chance.uniform(low, high), item.kind == "visitor")
        if timers and timers[0].due_at <= min(at, self.world.present):
            return self._wait(item.county, item.instance_id, timers[0].due_at)
        if at > self.world.present:
            return False
        self.now = at
        answers = self._answers(item, story)
        self.wiring.run(
            lambda uow: enactment.complete(uow, county=item.county, item_id=item.id, answers=answers) and None,
            actor=self.world.actor(item), now=at, county=item.county, name="complete",
        )
        return True

    def _hear(self, county: int, id: int, place: Any, story: _Story) -> bool:
        at = self.world.later(self.now, self.chance.uniform(0.2, 5), anytime=False)
        if at > self.world.present:
            return False
        self.now = at
        message = Message(place.message, tuple(place.correlation), self._filled(story.messages[place.message]))
        self._run(lambda uow: enactment.deliver(uow, county=county, id=id, message=message) and None)
        return True

    def _wait(self, county: int, id: int, due: datetime) -> bool:
        if due > self.world.present:
            return False
        self.now = max(self.now, due)
        return jobs.fire_one(self.wiring, county, id, self.now)

    def _find_linked(self, county: int, id: int) -> None:
        with self.wiring.read() as house:
            for row in queries.linked(house.db, county, id):
                if (row.to_county, row.to_id) not in self.told:
                    self.told.append((row.to_county, row.to_id))

    def _story(self, process: str, id: int) -> _Story:
        if id not in self.chosen:
            known = self.world.stories[process]
            self.chosen[id] = self.chance.choices(known, [one.weight for one in known])[0]
        return self.chosen[id]

    def _answers(self, item: Any, story: _Story) -> Mapping[str, Any]:
        told = story.answers.get(item.element)
        if not told:
            return self._from_form(item)
        seen = self.rounds.get((item.instance_id, item.element), 0)
        self.rounds[item.instance_id, item.element] = seen + 1
        return self._filled(told[min(seen, len(told) - 1)])

    def _from_form(self, item: Any) -> dict[str, Any]:
        """Answers where the story has none: what the form proposes, else the first choice."""
        if item.form is None:
            return {}
        with self.wiring.read(self.now) as house:
            deployed = definitions.version(house.db, queries.definition_of(house.db, item.county, item.instance_id))
            form = deployed.definition.form(item.process, item.form)
            form = running.form_now(house.db, self.wiring.workflow_engine, deployed, item, form)
        given = {one.key: one.default_value for one in form.fields if one.default_value is not None}
        firsts = {one.key: one.choices[0].value for one in form.fields if one.required and one.choices}
        return firsts | given

    def _filled(self, told: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._fill(value) for name, value in told.items()}

    def _fill(self, value: Any) -> Any:
        if not isinstance(value, str) or not value.startswith("$"):
            return value
        name = value[1:]
        if name.startswith("date"):
            return (self.now.astimezone(SHANGHAI).date() + timedelta(days=int(name.partition("+")[2] or 0))).isoformat()
        fillers = {
            "category": lambda: self.category, "households": lambda: str(self.chance.randint(1, 12)),
            "title": lambda: self.text[:24], "unit": lambda: str(self._unit(0)), "other_unit": lambda: str(self._unit(1)),
            "signature": lambda: {"name": "负责人", "confirmed": True}, "deputies": self._deputies, "milestones": self._milestones,
        }
        return fillers[name]()

    def _unit(self, nth: int) -> int:
        fitting = [row.id for row in self.world.units if row.county == self.station.county and self.category in row.categories]
        others = [row.id for row in self.world.units if row.county == self.station.county]
        found = (fitting or others)[:1] + [id for id in others if id not in fitting[:1]]
        return found[min(nth, len(found) - 1)]

    def _deputies(self) -> list[str]:
        with self.wiring.read() as house:
            return [str(id) for id in queries.deputies_of(house.db, self.station.id)[:5]]

    def _milestones(self) -> list[dict[str, Any]]:
        first: date = self.now.astimezone(SHANGHAI).date()
        names = ("设计与审批", "施工", "竣工验收")
        return [
            {"no": f"M{n}", "name": name, "unit": str(self._unit(0)), "due": (first + timedelta(days=18 * n)).isoformat()}
            for n, name in enumerate(names, 1)
        ]

    def _run(self, command: Any) -> Any:
        try:
            return self.wiring.run(command, actor=IMPORTER, now=self.now, name="seed")
        except AppError as refusal:
            log.warning("a case of the demonstration stopped: %s %s", refusal.key, dict(refusal.facts))
            return None


def _stories(path: Path) -> list[_Story]:
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    return list(_read(told))


def _read(told: Mapping[str, Any]) -> Iterator[_Story]:
    for one in told["story"]:
        yield _Story(
            answers=told["common"] | one.get("answers", {}), hours=told.get("hours", {}) | one.get("slow", {}),
            messages=one.get("messages", {}), skip=frozenset(one.get("skip", ())), weight=one["weight"],
        )
