"""What a story needs: people in front of browsers, a phone, and a clock that acts on its way to every instant.

A walk touches nothing but pages, the clock's own questions, and the sheets of the simulated systems;
it looks into tables only to find the address of an item.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app import jobs
from tests.fakes import HandClock
from tests.pages import Page, PageClient
from tests.plugins_town import STATION, Town

ROUNDS = 400
PHONE = "19900000417"
_NEXT = """
select min(at) from (
  select t.due_at as at from timer t join process_instance i on i.county = t.county and i.id = t.instance_id where i.status = 0
  union all select remind_at from work_item where status < 2
  union all select head_at from work_item where status = 0 and head_role_added is null
  union all select next_try from outbox where done_at is null) waiting"""


@dataclass
class Matter:
    """A report, as its reporter holds it: number, code, and the browser it was sent from."""

    number: str
    code: str
    citizen: PageClient

    def page(self) -> Page:
        """Where it stands, in the reporter's words."""
        return self.citizen.get(f"/t/{self.number}")


@dataclass
class Walk:
    """One story on its way."""

    town: Town
    clock: HandClock
    people: dict[str, PageClient] = field(default_factory=dict)

    def report(self, text: str, station: str = STATION, **fields: str) -> Matter:
        """Scan the code of a station, say what is wrong, and keep the receipt."""
        citizen = self.town.visitor()
        sent = citizen.submit(citizen.get(f"/s/{station}"), {"text": text, **fields}, 303)
        receipt = citizen.follow(sent)
        self.settle()
        return Matter(receipt.select(".receipt-number")[0].text_content(), receipt.select(".secret")[0].text_content(), citizen)

    def person(self, login: str) -> PageClient:
        """Somebody of the house, signed in."""
        if login not in self.people:
            self.people[login] = self.town.signed_in(login)
        return self.people[login]

    def do(self, number: str, login: str, element: str, status: int = 303, **answers: Any) -> Page:
        """Open the item a case waits at from one's own desk, fill its form, and send it."""
        client, address = self.person(login), self.town.address(number, element)
        page = client.get(address)
        for name, rows in [(name, value) for name, value in answers.items() if _is_rows(value)]:
            page = _with_rows(client, page, address, answers, name, rows)
        sent = client.submit(page, _flat(answers), status, form=address)
        self.settle()
        return sent

    def answer(self, matter: Matter, element: str, status: int = 303, **answers: str) -> Page:
        """Answer what the reporter is asked, from the page of the report."""
        item = self.town.item(matter.number, element)
        address = f"/t/{matter.number}/items/{item.id}"
        sent = matter.citizen.submit(matter.citizen.get(address), answers, status, form=address)
        self.settle()
        return sent

    def answer_by_phone(self, phone: str, **answers: str) -> Page:
        """Answer by the one-time link of the last text message, from another browser."""
        browser, address = self.town.visitor(), self.link(phone)
        sent = browser.submit(browser.get(address), answers, 303, form=address)
        self.settle()
        return browser.follow(sent)

    def begin(self, matter: Matter, message: str, status: int = 303, **answers: str) -> Page:
        """Let the reporter begin what his page offers."""
        address = f"/t/{matter.number}/acts/{message}"
        sent = matter.citizen.submit(matter.citizen.get(address), answers, status, form=address)
        self.settle()
        return sent

    def ask(self, number: str, login: str, message: str, status: int = 303, **answers: str) -> Page:
        """Let somebody of the house begin what the page of the case offers."""
        client, address = self.person(login), f"/cases/{number}/acts/{message}"
        sent = client.submit(client.get(address), answers, status, form=address)
        self.settle()
        return sent

    def settle(self) -> None:
        """Let the clock's process send what waits, until nothing is left for this instant."""
        for _round in range(ROUNDS):
            if not jobs.perform_outbox(self.town.wiring) + jobs.deliver_early(self.town.wiring):
                return
        raise AssertionError("the outbox never becomes empty")

    def go(self, month: int, day: int, hour: int = 9, minute: int = 0, *, year: int | None = None) -> None:
        """Let time pass until then; whatever is due on the way happens at its own instant."""
        target = HandClock().set(year or self.clock.now.year, month, day, hour, minute)
        self.until(target)

    def until(self, target: datetime) -> None:
        """The same, to an instant."""
        assert target >= self.clock.now, "time does not run backwards"
        for _round in range(ROUNDS):
            due = self.town.one(_NEXT)
            if due is None or due > target:
                self.clock.now = target
                return
            self.clock.now = max(self.clock.now, due)
            jobs.fire_due_timers(self.town.wiring)
            jobs.tell_holders(self.town.wiring)
            self.settle()
        raise AssertionError(f"time does not pass {self.clock.now}")

    def open(self, number: str) -> dict[str, str | None]:
        """Where a case waits for somebody, and for whom."""
        return dict(self.town.rows(
            "select w.element, w.role from work_item w join case_file c on c.county = w.county and c.id = w.instance_id "
            "where c.number = :number and w.status < 2 and w.kind <> 'system'", number=number,
        ))

    def last_day(self, number: str, element: str) -> str:
        """The last day of an item: limits end at midnight, so it is the day before."""
        due = self.town.item(number, element).due_at
        return str(self.town.one("select ((cast(:due as timestamptz) at time zone 'Asia/Shanghai') - interval '1 second')::date", due=due))

    def letters(self, phone: str = PHONE) -> list[str]:
        """The text messages a phone has received, oldest first."""
        return [row.body for row in self.town.rows("select body from sms_message where phone = :phone order by id", phone=phone)]

    def link(self, phone: str = PHONE) -> str:
        """The address of the last one-time link a phone has received."""
        found = [match for body in self.letters(phone) for match in re.findall(r"/a/[\w-]+", body)]
        return found[-1]

    def linked(self, number: str) -> str:
        """The number of the case that was opened for this one, as its page names it."""
        return self.town.one(
            "select o.number from case_link l join case_file c on c.county = l.county and c.id = l.case_id "
            "join case_file o on o.county = l.to_county and o.id = l.to_id where c.number = :number order by l.id desc limit 1",
            number=number,
        )

    def organ(self, code: str) -> str:
        """What a form sends for an organ."""
        return str(self.town.one("select id from organ where code = :code", code=code))


def _is_rows(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and bool(value) and isinstance(value[0], Mapping)


def _flat(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers under the names the form's fields have."""
    sent: dict[str, Any] = {}
    for name, value in answers.items():
        if _is_rows(value):
            sent |= {f"{name}.{at}.{key}": one for at, row in enumerate(value) for key, one in row.items()}
        elif name == "signature":
            sent |= {"signature": value, "signature.confirmed": "true"}
        else:
            sent[name] = value
    return sent


def _with_rows(client: PageClient, page: Page, address: str, answers: Mapping[str, Any], name: str, rows: Sequence[Any]) -> Page:
    """Press "add a row" until there are enough."""
    for count in range(1, len(rows)):
        so_far = _flat({**answers, name: rows[:count]})
        page = client.submit(page, so_far, 200, form=address, button=name)
    return page
