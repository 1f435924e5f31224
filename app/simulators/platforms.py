"""The pretending four platforms: takes events, and after a while accepts, reports and finishes them, or does not.

Switches: `well`, `slow` (everything takes ten times as long), `down` (answers 503), `rejecting` (takes an event and
gives it back), `silent` (takes an event and is never heard of again).
"""

import hashlib
import hmac
import json
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

MODES = ("well", "slow", "down", "rejecting", "silent")
SLOWNESS = 10
DOOR = "/exchange/four_platforms"
#: pauses between two tries to tell the house something
PAUSES = (1, 2, 5, 10, 30)
_STAGES = ("accepted", "progress", "done")
_TEXTS = {"accepted": "平台已受理，已派单。", "progress": "工作人员已到现场核查，正在处理。", "done": "现场已处理完毕，请核查。", "rejected": "不属于平台受理范围。"}


@dataclass
class Event:
    """One matter as the platforms hold it."""

    fp_event_id: str
    told: dict[str, Any]
    #: what was said last
    stage: str = "received"
    #: when the next thing is said, in seconds of the simulator's own clock; None when nothing is
    next_at: float | None = None
    recalled: bool = False


@dataclass
class Delays:
    """Seconds between receiving an event and saying something about it."""

    accepted: float = 5.0
    progress: float = 20.0
    done: float = 180.0


@dataclass
class Letter:
    """Something to tell the house, until it was heard."""

    id: str
    body: dict[str, Any]
    tries: int = 0
    next_at: float = 0.0


@dataclass
class Platforms:
    """The pretending platforms. Safe to use from several threads."""

    house: str
    secret: str
    kept_in: Path | None = None
    mode: str = "well"
    delays: Delays = field(default_factory=Delays)
    events: dict[str, Event] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def receive(self, told: Mapping[str, Any]) -> Event:
        """Take an event; the same assignment again is the same event."""
        with self.lock:
            number = str(told["assignment_no"])
            if number not in self.events:
                fresh = f"FP{datetime.now(UTC):%Y%m%d}{uuid.uuid4().hex[:8].upper()}"
                self.events[number] = Event(fresh, dict(told), next_at=self._when("accepted"))
                self.keep()
            return self.events[number]

    def recall(self, assignment_no: str) -> bool:
        """Stop working on an event; tells whether it was known."""
        with self.lock:
            event = self.events.get(assignment_no)
            if event is not None:
                event.recalled, event.next_at = True, None
                self.keep()
            return event is not None

    def switch(self, wanted: Mapping[str, Any]) -> None:
        """Change the mode or the delays.

        Raises ValueError.
        """
        with self.lock:
            if wanted.get("mode", self.mode) not in MODES:
                raise ValueError("mode")
            self.mode = wanted.get("mode", self.mode)
            for name in asdict(self.delays):
                setattr(self.delays, name, float(wanted.get(name, getattr(self.delays, name))))

    def act(self, assignment_no: str, stage: str, **facts: Any) -> str:
        """Say something about an event at once; gives back the number of the message.

        Raises KeyError.
        """
        with self.lock:
            return self._say(self.events[assignment_no], stage, facts)

    def state(self) -> dict[str, Any]:
        """Everything the demonstration page shows."""
        with self.lock:
            return {
                "mode": self.mode, "modes": list(MODES), "delays": asdict(self.delays), "untold": len(self.letters),
                "events": [
                    {"assignment_no": number, "fp_event_id": one.fp_event_id, "stage": one.stage, "recalled": one.recalled}
                    for number, one in self.events.items()
                ],
            }

    def turn(self) -> None:
        """Say what is due to be said, and tell the house what it has not heard yet."""
        with self.lock:
            now = time.time()
            for event in self.events.values():
                if event.next_at is not None and event.next_at <= now and self.mode not in ("down", "silent"):
                    self._go_on(event)
            due = [letter for letter in self.letters if letter.next_at <= now and self.mode != "down"]
        for letter in due:
            self._tell(letter)

    def keep(self) -> None:
        """Write down what would be missed after a restart."""
        if self.kept_in is not None:
            fresh = self.kept_in.with_suffix(".new")
            fresh.write_text(json.dumps({number: asdict(one) for number, one in self.events.items()}, ensure_ascii=False))
            fresh.replace(self.kept_in)

    def remember(self) -> None:
        """Take up again what was written down."""
        if self.kept_in is not None and self.kept_in.exists():
            self.events = {number: Event(**one) for number, one in json.loads(self.kept_in.read_text()).items()}

    def _go_on(self, event: Event) -> None:
        if self.mode == "rejecting" and event.stage == "received":
            self._say(event, "rejected", {"reason": _TEXTS["rejected"]})
            return
        self._say(event, _STAGES[("received", *_STAGES).index(event.stage)], {})

    def _say(self, event: Event, stage: str, facts: Mapping[str, Any]) -> str:
        event.stage = stage
        following = _STAGES[_STAGES.index(stage) + 1:][:1] if stage in _STAGES else ()
        event.next_at = self._when(following[0]) if following and not event.recalled else None
        units = event.told.get("units") or [{"id": None}]
        body = {
            "event": stage, "case_no": event.told["case_no"], "assignment_no": event.told["assignment_no"],
            "fp_event_id": event.fp_event_id, "text": _TEXTS[stage],
        }
        body |= {"accepted": {"unit": units[0]["id"]}, "done": {"outcome": "solved"}}.get(stage, {}) | dict(facts)
        letter = Letter(f"{event.fp_event_id}-{stage}-{uuid.uuid4().hex[:6]}", body)
        self.letters.append(letter)
        self.keep()
        return letter.id

    def _when(self, stage: str) -> float:
        return time.time() + getattr(self.delays, stage) * (SLOWNESS if self.mode == "slow" else 1)

    def _tell(self, letter: Letter) -> None:
        try:
            self.post(letter)
            heard = True
        except urllib.error.HTTPError as error:
            heard = error.code < 500 and error.code != 429
        except (urllib.error.URLError, OSError):
            heard = False
        with self.lock:
            if heard:
                self.letters.remove(letter)
            letter.tries += 1
            letter.next_at = time.time() + PAUSES[min(letter.tries, len(PAUSES)) - 1]

    def post(self, letter: Letter) -> dict[str, Any]:
        """Tell the house something, signed; gives back its answer."""
        body = json.dumps(letter.body).encode()
        timestamp = datetime.now(UTC).isoformat()
        request = urllib.request.Request(self.house.rstrip("/") + DOOR, data=body, method="POST", headers={
            "Content-Type": "application/json", "X-Luzhi-Timestamp": timestamp, "X-Luzhi-Message": letter.id,
            "X-Luzhi-Signature": signature(self.secret, timestamp, DOOR, body),
        })
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)


def signature(secret: str, timestamp: str, path: str, body: bytes) -> str:
    """The signature both sides put on what they say."""
    return hmac.new(secret.encode(), f"{timestamp}\nPOST\n{path}\n".encode() + body, hashlib.sha256).hexdigest()
