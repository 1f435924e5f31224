"""The four platforms of a county: an event goes out, acceptance, progress, result or refusal come back.

Both ways are signed with one secret: HMAC-SHA256 over time, method, path and body, good for five minutes.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx
import orjson
from sqlalchemy.engine import Connection

from app import clock
from app.cases import queries as cases
from app.config import Settings
from app.directory import queries as directory
from app.errors import Forbidden, Invalid, Unavailable
from app.system import Answer, Call, Incoming, Operation

NAME = "four_platforms"
#: the id under which the platforms act
ACTOR = 10
WINDOW = timedelta(minutes=5)
TIMEOUT = httpx.Timeout(10.0, connect=3.0)
#: code of a refusal, as diagrams know it
REFUSED = "err_refused"
EVENTS = {"accepted": "msg_fp_accepted", "progress": "msg_fp_progress", "done": "msg_fp_done", "rejected": "msg_fp_rejected"}
_FIELDS = ("unit", "outcome", "reason")


class SignatureWrong(Forbidden):
    """The signature of this message is wrong, or it is too old."""


def sign(secret: str, timestamp: str, method: str, path: str, body: bytes) -> str:
    """The signature of a message."""
    text = f"{timestamp}\n{method}\n{path}\n".encode() + body
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


class FourPlatforms:
    """The platforms as the house sees them."""

    name = NAME
    actor = ACTOR
    operations: Mapping[str, Operation] = {
        "push": Operation(
            local=False, schema={"no": "text", "category": "text?", "limit": "text?", "due": "datetime?"}, answers=("fp_event_id",)
        ),
        "recall": Operation(local=False, schema={"no": "text?", "reason": "text?"}),
    }

    def check(self, settings: Settings) -> list[str]:
        """What is wrong with the settings of the platforms."""
        return [] if settings.four_platforms_url.startswith(("http://", "https://")) else ["four_platforms_url"]

    def pretended(self, settings: Settings) -> Mapping[str, Any] | None:
        """How the pretending platforms stand; nothing where real ones are, or none answer."""
        return _switchboard(settings, "GET", "/state") if settings.demo else None

    def switch(self, settings: Settings, mode: str) -> None:
        """Let the pretending platforms be slow, silent, rejecting, down, or well again.

        Raises Unavailable.
        """
        if not settings.demo or _switchboard(settings, "POST", "/switches", {"mode": mode}) is None:
            raise Unavailable(system=NAME)

    def brief(self, db: Connection, call: Call) -> Mapping[str, Any]:
        """Gather what the platforms are told of a matter; the reporter's contact leaves the house masked."""
        if call.operation != "push" or call.case_id is None:
            return call.arguments
        case = cases.case_by_id(db, call.county, call.case_id)
        text = cases.text_of(db, call.county, call.case_id)
        people = [one for one in cases.parties(db, call.county, call.case_id) if one.id == case.reporter_id]
        category = call.arguments.get("category") or case.category
        return {
            **call.arguments, "case_no": case.number, "assignment_no": call.arguments["no"], "title": case.title, "text": text.body,
            "place": text.place, "lat": text.lat, "lon": text.lon, "area": case.area, "category": category,
            "contact": {"name": people[0].name_mask, "phone": people[0].phone_mask} if people else None,
            "units": [{"id": one.id, "name": one.name_zh} for one in directory.units_for(db, category, call.county, case.area)[:5]],
        }

    def perform(self, call: Call, settings: Settings) -> Answer:
        """Send an event, or take it back.

        Raises Unavailable.
        """
        if call.operation == "recall" and not call.arguments.get("no"):
            return Answer({})
        path = {"push": "/events", "recall": "/recalls"}[call.operation]
        answer = _post(settings, path, call)
        if call.operation == "recall" and answer.status_code == 404:
            return Answer({})
        if answer.status_code in (408, 425, 429) or answer.status_code >= 500:
            raise Unavailable(system=NAME, status=answer.status_code)
        if answer.status_code >= 400:
            return Answer({}, code=REFUSED)
        return Answer(_values(answer) if call.operation == "push" else {})

    def translate(self, body: bytes, headers: Mapping[str, str], settings: Settings) -> Incoming:
        """Check the signature of what the platforms say and read it.

        Raises SignatureWrong, Invalid.
        """
        _check(body, headers, settings)
        told = _read(body)
        payload = {name: told[name] for name in _FIELDS if told.get(name) is not None} | {"ref": headers["X-Luzhi-Message"]}
        keys = (str(told["case_no"]), str(told["assignment_no"]))
        return Incoming(headers["X-Luzhi-Message"], EVENTS[told["event"]], keys, payload, told | {"payload": payload})


def _switchboard(settings: Settings, method: str, path: str, told: Any = None) -> Mapping[str, Any] | None:
    try:
        answer = httpx.request(method, settings.four_platforms_url.rstrip("/") + path, json=told, timeout=1.0)
        return answer.json() if answer.status_code == 200 else None
    except (httpx.HTTPError, ValueError):
        return None


def _post(settings: Settings, path: str, call: Call) -> httpx.Response:
    body = orjson.dumps(dict(call.arguments))
    timestamp = clock.now().isoformat()
    headers = {
        "Content-Type": "application/json", "X-Luzhi-Timestamp": timestamp, "X-Luzhi-Message": call.message_id,
        "X-Luzhi-Signature": sign(settings.four_platforms_key, timestamp, "POST", path, body),
    }
    try:
        return httpx.post(settings.four_platforms_url.rstrip("/") + path, content=body, headers=headers, timeout=TIMEOUT)
    except httpx.HTTPError as error:
        raise Unavailable(system=NAME, reason=type(error).__name__) from error


def _values(answer: httpx.Response) -> dict[str, Any]:
    """What a push gave back; half a body or a page instead of JSON counts as no answer."""
    try:
        told = orjson.loads(answer.content)
    except orjson.JSONDecodeError as error:
        raise Unavailable(system=NAME, reason="not JSON") from error
    if not isinstance(told, dict) or not isinstance(told.get("fp_event_id"), str):
        raise Unavailable(system=NAME, reason="no event id")
    return {"fp_event_id": told["fp_event_id"]}


def _check(body: bytes, headers: Mapping[str, str], settings: Settings) -> None:
    timestamp, message = headers.get("X-Luzhi-Timestamp", ""), headers.get("X-Luzhi-Message", "")
    right = sign(settings.four_platforms_key, timestamp, "POST", f"/exchange/{NAME}", body)
    try:
        age = abs(clock.now() - datetime.fromisoformat(timestamp))
    except (ValueError, TypeError) as error:
        raise SignatureWrong() from error
    if not message or age > WINDOW or not hmac.compare_digest(right, headers.get("X-Luzhi-Signature", "")):
        raise SignatureWrong()


def _read(body: bytes) -> dict[str, Any]:
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Invalid({"body": ["not JSON"]}) from error
    missing = [name for name in ("event", "case_no", "assignment_no") if not isinstance(told, dict) or not told.get(name)]
    if missing or told["event"] not in EVENTS:
        raise Invalid({name: ["missing"] for name in missing or ["event"]})
    return told


SYSTEM = FourPlatforms()
