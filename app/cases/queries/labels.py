"""Words for where a matter stands, for the public and for staff. Status, outcome and verdict are three things."""

from collections.abc import Mapping
from typing import Any

from app import wording

Words = Mapping[str, str]


def _pair(zh: str, en: str) -> Words:
    return {"zh": zh, "en": en}


#: Where a case is; the words of the processes' state lists.
STATUS: Mapping[str, Words] = wording.pairs("status")

#: What the unit says was achieved.
OUTCOME: Mapping[str, Words] = wording.pairs("outcome")

#: What the reporter says.
VERDICT: Mapping[str, Words] = wording.pairs("verdict")

_OVER = ("closed", "rated")


def status_word(status: str) -> Words:
    """The word for a status; an unknown one is shown as it is."""
    return STATUS.get(status, _pair(status, status))


def public_label(status: str, outcome: str | None, verdict: str | None) -> Words:
    """One label from where the matter is, what the unit says, and what the reporter says."""
    word = status_word(status)
    parts = [word]
    if status in _OVER and outcome in OUTCOME:
        parts = [_pair("已办结", "Closed"), OUTCOME[outcome]]
    if status in _OVER and verdict in VERDICT:
        parts.append(VERDICT[verdict])
    return _pair(" · ".join(part["zh"] for part in parts), " · ".join(part["en"] for part in parts))


def badges(case: Any) -> list[tuple[Words, str]]:
    """What stands beside the status, each with the colour it is shown in."""
    known = (
        (case.priority >= 2 or case.safety_flag, _pair("紧急", "Urgent"), "red"),
        (case.supervised, _pair("人大监督", "Supervised"), "purple"),
        (case.extended, _pair("已延期", "Extended"), "orange"),
        (case.parent_id is not None, _pair("已并案", "Joined"), "blue"),
    )
    return [(words, tone) for applies, words, tone in known if applies]
