"""How alike two reports are: first place and time, then the share of character pairs they have in common.

Text alone cannot tell two lamps in two streets apart; place alone cannot tell two matters at one spot apart.
A likeness is a hint for a person, never a decision.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

#: Same spot: 500 metres and 30 days; without a position: the county and three days, and a closer likeness.
NEAR_METRES, NEAR_DAYS, NEAR_LIKENESS = 500, 30, 0.40
COUNTY_DAYS, COUNTY_LIKENESS = 3, 0.52
MOST = 5
EARTH = 6_371_000
#: The middle of the province: degrees become metres on a plane that touches the earth near it.
ORIGIN_LAT, ORIGIN_LON = 29.2, 120.2
_SPLIT = re.compile(r"[^0-9a-z一-鿿]+")

_NEAR = sa.text("""
    select t.case_id, c.number, t.title, t.body, t.place, t.created_at, c.status
    from case_text t join case_file c on c.county = t.county and c.id = t.case_id
    where t.county = :county and t.case_id <> :case_id and t.created_at between :since and :until
      and t.loc <@ circle(point(:x, :y), :metres)
    order by t.created_at desc limit 200
""")
_LATELY = sa.text("""
    select t.case_id, c.number, t.title, t.body, t.place, t.created_at, c.status
    from case_text t join case_file c on c.county = t.county and c.id = t.case_id
    where t.county = :county and t.case_id <> :case_id and t.created_at between :since and :until
    order by t.created_at desc limit 500
""")
_ITSELF = sa.text("select title, body, lat, lon, created_at from case_text where county = :county and case_id = :case_id")


@dataclass(frozen=True)
class Alike:
    """Another report that may be about the same matter."""

    case_id: int
    number: str
    title: str
    place: str
    recorded_at: datetime
    status: str
    #: Share of common character pairs, 0 to 1.
    likeness: float


def alike(db: Connection, *, county: int, case_id: int) -> list[Alike]:
    """The reports most like this one, the likest first; five at most."""
    own = db.execute(_ITSELF, {"county": county, "case_id": case_id}).one()
    has_place = own.lat is not None and own.lon is not None
    days, mark = (NEAR_DAYS, NEAR_LIKENESS) if has_place else (COUNTY_DAYS, COUNTY_LIKENESS)
    values: dict[str, Any] = {
        "county": county, "case_id": case_id,
        "since": own.created_at - timedelta(days=days), "until": own.created_at + timedelta(days=days),
    }
    if has_place:
        x, y = plane(own.lat, own.lon)
        values |= {"x": x, "y": y, "metres": NEAR_METRES}
    mine = pairs(f"{own.title} {own.body}")
    rows = db.execute(_NEAR if has_place else _LATELY, values).all()
    found = [(jaccard(mine, pairs(f"{row.title} {row.body}")), row) for row in rows]
    best = sorted((pair for pair in found if pair[0] >= mark), key=lambda pair: -pair[0])[:MOST]
    return [Alike(r.case_id, r.number, r.title, r.place, r.created_at, r.status, round(share, 2)) for share, r in best]


def pairs(text: str) -> frozenset[str]:
    """The pairs of neighbouring characters; cut like the function `grams` of the database."""
    runs = [run for run in _SPLIT.split(text.lower()) if run]
    return frozenset(run[at : at + 2] for run in runs for at in range(max(len(run) - 1, 1)))


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Common pairs over all pairs."""
    return len(one & other) / len(one | other) if one or other else 0.0


def plane(lat: float, lon: float) -> tuple[float, float]:
    """Metres east and north of the middle of the province; good to a few metres within 500."""
    east = math.radians(lon - ORIGIN_LON) * EARTH * math.cos(math.radians(ORIGIN_LAT))
    return east, math.radians(lat - ORIGIN_LAT) * EARTH


def search_terms(text: str) -> str | None:
    """A search text as a `tsquery` over pairs; None when it is shorter than two characters."""
    wanted: Iterable[str] = sorted(pair for pair in pairs(text) if len(pair) == 2)
    return " & ".join("'" + pair + "'" for pair in wanted) or None
