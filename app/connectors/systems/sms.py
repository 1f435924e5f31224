"""Text messages: to a gateway where one is configured, else to the twin, which only shows them.

The number and the text travel sealed through the outbox: whoever reads that table learns neither.
"""

import base64
from collections.abc import Mapping
from typing import Any

import httpx
import orjson
import sqlalchemy as sa

from app.config import Settings
from app.crypto import Vault
from app.errors import Unavailable
from app.system import Answer, Call, Operation
from app.uow import UnitOfWork

NAME = "sms"
ABOUT = "sms"
TIMEOUT = httpx.Timeout(10.0, connect=3.0)
REFUSED = "err_refused"

_KEEP = sa.text("""
    insert into sms_message (message_id, sent_at, phone, body, case_no) values (:message_id, :at, :phone, :body, :case_no)
    on conflict (message_id) do nothing
""")


class Sms:
    """The text message gateway as the house sees it."""

    name = NAME
    operations: Mapping[str, Operation] = {
        "send": Operation(local=False, schema={"phone": "text?", "text": "text?", "sealed": "text?", "no": "text?"})
    }

    def check(self, settings: Settings) -> list[str]:
        """What is wrong with the settings of the gateway."""
        return [] if not settings.sms_url or settings.sms_url.startswith(("http://", "https://")) else ["sms_url"]

    def pretends(self, settings: Settings) -> bool:
        """Whether the twin takes the messages."""
        return not settings.sms_url

    def twin(self, uow: UnitOfWork, call: Call) -> None:
        """Keep a message where the demonstration page shows it as on a phone; a repeat is kept once."""
        told = _told(call, uow.settings)
        uow.db.execute(_KEEP, {
            "message_id": call.message_id, "at": uow.now, "phone": told["phone"], "body": told["text"], "case_no": told.get("no"),
        })

    def perform(self, call: Call, settings: Settings) -> Answer:
        """Send a message through the gateway.

        Raises Unavailable.
        """
        told = _told(call, settings) | {"message_id": call.message_id}
        try:
            answer = httpx.post(settings.sms_url, content=orjson.dumps(told), timeout=TIMEOUT)
        except httpx.HTTPError as error:
            raise Unavailable(system=NAME, reason=type(error).__name__) from error
        if answer.status_code >= 500 or answer.status_code == 429:
            raise Unavailable(system=NAME, status=answer.status_code)
        return Answer({}, code=REFUSED if answer.status_code >= 400 else None)

    def translate(self, body: bytes, headers: Mapping[str, str], settings: Settings) -> Any:
        """Never called: a phone does not answer us."""
        raise LookupError(NAME)


def _told(call: Call, settings: Settings) -> dict[str, Any]:
    arguments = dict(call.arguments)
    sealed = arguments.pop("sealed", None)
    opened = orjson.loads(Vault(settings.field_key).open(base64.b64decode(sealed), about=ABOUT)) if sealed else {}
    return {**arguments, **opened}


SYSTEM = Sms()
