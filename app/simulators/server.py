"""The HTTP door of the pretending platforms: `POST /events`, `/recalls`, `/switches`, `/act`, `GET /state`."""

import hmac
import json
import logging
import signal
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from app.config import Settings
from app.simulators.platforms import Platforms, signature

log = logging.getLogger(__name__)

TURN_SECONDS = 0.25
#: how long an answer takes where the switch stands at slow
SLOW_SECONDS = 3.0
LARGEST = 1_000_000


def serve(settings: Settings) -> None:
    """This will let the platforms pretend until told to stop."""
    address = urlsplit(settings.four_platforms_url)
    platforms = Platforms(settings.public_url, settings.four_platforms_key, settings.data_dir / "platforms.json")
    platforms.remember()
    server = open_door(platforms, address.hostname or "127.0.0.1", address.port or 80)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    log.info("the platforms pretend at %s", settings.four_platforms_url)
    while not stopping.wait(TURN_SECONDS):
        platforms.turn()
    server.shutdown()


def open_door(platforms: Platforms, host: str, port: int) -> ThreadingHTTPServer:
    """A server for these platforms; port 0 takes a free one."""
    door = type("Door", (_Door,), {"platforms": platforms})
    server = ThreadingHTTPServer((host, port), door)
    server.daemon_threads = True
    return server


class _Door(BaseHTTPRequestHandler):
    platforms: Platforms

    def do_GET(self) -> None:
        if self.path == "/state":
            self._answer(200, self.platforms.state())
        else:
            self._answer(404, {})

    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), LARGEST))
        verbs = {"/events": self._event, "/recalls": self._recall, "/switches": self._switch, "/act": self._act}
        if self.path not in verbs:
            self._answer(404, {})
            return
        if self.path in ("/events", "/recalls") and not self._may_speak(body):
            return
        try:
            verbs[self.path](json.loads(body or b"{}"))
        except (ValueError, KeyError, TypeError) as error:
            self._answer(422, {"wrong": str(error)})

    def log_message(self, format: str, *args: Any) -> None:
        log.info(format, *args)

    def _may_speak(self, body: bytes) -> bool:
        """Refuse while down, and whoever cannot sign; be slow where the switch says so."""
        if self.platforms.mode == "down":
            self._answer(503, {"wrong": "down"})
            return False
        right = signature(self.platforms.secret, self.headers.get("X-Luzhi-Timestamp", ""), self.path, body)
        if not hmac.compare_digest(right, self.headers.get("X-Luzhi-Signature", "")):
            self._answer(403, {"wrong": "signature"})
            return False
        if self.platforms.mode == "slow":
            time.sleep(SLOW_SECONDS)
        return True

    def _event(self, told: dict[str, Any]) -> None:
        self._answer(200, {"fp_event_id": self.platforms.receive(told).fp_event_id})

    def _recall(self, told: dict[str, Any]) -> None:
        known = self.platforms.recall(str(told["no"]))
        self._answer(200 if known else 404, {"recalled": known})

    def _switch(self, told: dict[str, Any]) -> None:
        self.platforms.switch(told)
        self._answer(200, self.platforms.state())

    def _act(self, told: dict[str, Any]) -> None:
        number, stage = str(told.pop("assignment_no")), str(told.pop("event"))
        self._answer(200, {"message_id": self.platforms.act(number, stage, **told)})

    def _answer(self, status: int, told: dict[str, Any]) -> None:
        body = json.dumps(told, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
