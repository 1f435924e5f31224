"""How a matter ended: closing, publishing, the reporter's verdict, and what it counts for the deputies."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.errors import Invalid
from app.uow import UnitOfWork

SOLVED = ("solved", "partly", "not")
MOST_STARS = 3


def record_closure(
    uow: UnitOfWork, *, county: int, case_id: int, finding: str, outcome: str | None = None, reason: str = ""
) -> None:
    """This will keep what the checker found when the matter was closed (or given back)."""
    uow.db.execute(_CLOSE, {
        "county": county, "case_id": case_id, "finding": finding, "outcome": outcome, "reason": reason or None,
        "actor": uow.actor.id, "now": uow.now,
    })


def record_rating(
    uow: UnitOfWork, *, county: int, case_id: int, stars: int, solved: str, text: str = ""
) -> int:
    """This will keep what the reporter thinks: stars for the way, and apart from them whether it is solved.

    Gives back the round (1 for the first rating). Raises Invalid.
    """
    if not 1 <= stars <= MOST_STARS or solved not in SOLVED:
        raise Invalid({"stars": ["Please choose the stars and say whether it is solved."]})
    return uow.db.execute(_RATE, {
        "county": county, "case_id": case_id, "party": uow.actor.party, "stars": stars, "solved": solved,
        "text": text.strip() or None, "now": uow.now,
    }).scalar_one()


def record_duty(uow: UnitOfWork, *, county: int, case_id: int, mandates: Sequence[int], code: str, source: str) -> int:
    """This will note for each deputy what an act on this case counts as; the same fact counts once."""
    if not mandates:
        return 0
    return uow.db.execute(_DUTY, {
        "county": county, "case_id": case_id, "mandates": list(mandates), "code": code, "source": source, "now": uow.now,
    }).rowcount


_CLOSE = sa.text("""
    insert into closure(county, case_id, finding, outcome, reason, closed_by, at)
    values (:county, :case_id, :finding, :outcome, :reason, :actor, :now)
""")
_RATE = sa.text("""
    insert into rating(county, case_id, party_id, round, stars, solved, text, at)
    select :county, :case_id, :party, 1 + coalesce(max(round), 0), :stars, :solved, :text, :now
    from rating where county = :county and case_id = :case_id returning round
""")
_DUTY = sa.text("""
    insert into duty_event(county, case_id, mandate_id, code, source, at)
    select :county, :case_id, m, :code, :source, :now from unnest(cast(:mandates as int[])) m
    on conflict (county, case_id, mandate_id, code, source) do nothing
""")
