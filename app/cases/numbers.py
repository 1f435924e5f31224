"""Case numbers and letter numbers, and whether a tracking code opens a file.

A number is public (`330825-CI-2021-000417`); the code beside it is the secret of the reporter.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from app import crypto

SHANGHAI = ZoneInfo("Asia/Shanghai")
#: Letters of a number for each kind of case.
LETTERS = {
    "citizen_issue": "CI", "supervision": "SV", "special_inquiry": "SI", "special_report": "SR", "law_inspection": "LI",
    "query": "QC", "investigation": "IV", "motion": "MO", "suggestion": "SU", "livelihood_project": "LP",
    "activity": "DA", "promise": "PR", "election": "EL", "voter_registration": "VR", "evaluation": "DE",
}
_NUMBER = re.compile(r"(\d{6})-([A-Z]{2})-(\d{4})-(\d{6,9})")

#: One statement draws a number and both identities, so that the rows can name each other at once.
_DRAW = sa.text("""
    insert into counter(county, kind, year, last) values (:county, :letters, :year, 1)
    on conflict (county, kind, year) do update set last = counter.last + 1
    returning last, nextval(pg_get_serial_sequence('case_file', 'id')) as case_id,
        nextval(pg_get_serial_sequence('party', 'id')) as party_id
""")


@dataclass(frozen=True)
class Drawn:
    """What a new case is given: its number and the identities of its file and of its reporter."""

    number: str
    case_id: int
    party_id: int


def draw(db: Connection, *, county: int, kind: str, now: datetime) -> Drawn:
    """This will take the next number of the county, kind and Shanghai year; the counter stays locked until the end."""
    year = now.astimezone(SHANGHAI).year
    letters = LETTERS[kind]
    row = db.execute(_DRAW, {"county": county, "letters": letters, "year": year}).one()
    return Drawn(f"{county:06d}-{letters}-{year}-{row.last:06d}", row.case_id, row.party_id)


def draw_letter(db: Connection, *, county: int, now: datetime) -> str:
    """This will take the next number of a reply letter: `330825-R-2021-000012`."""
    year = now.astimezone(SHANGHAI).year
    row = db.execute(_DRAW, {"county": county, "letters": "R", "year": year}).one()
    return f"{county:06d}-R-{year}-{row.last:06d}"


def parse_number(text: str) -> tuple[int, str] | None:
    """County and the number as it is written; None when it cannot be one. Width, case and spaces do not matter."""
    plain = _narrow(text).upper().strip().replace(" ", "")
    found = _NUMBER.fullmatch(re.sub("[–—−_]", "-", plain))
    return (int(found[1]), found[0]) if found else None


def is_code(code: str | None, kept: bytes | None) -> bool:
    """Whether this is the code that was handed out; takes the same time for every answer."""
    offered = crypto.digest(code or "")
    return crypto.same(offered, kept or bytes(32)) and kept is not None and code is not None


def _narrow(text: str) -> str:
    return "".join(chr(ord(sign) - 0xFEE0) if 0xFF01 <= ord(sign) <= 0xFF5E else sign for sign in text)
