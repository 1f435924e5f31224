"""How codes look on paper: the picture of a code, and the pieces of a sheet."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import segno
from markupsafe import Markup

from app.directory.queries import StationView
from app.web.filters import safe_svg


@dataclass(frozen=True, slots=True)
class Card:
    """One code on a sheet."""

    code: str
    #: whose it is
    name: dict[str, str]
    #: of which congress, for a deputy
    congress: dict[str, str] | None
    #: when he meets the public
    days: dict[str, str] | None


def code_address(public_url: str, code: str) -> str:
    """What a phone opens when it has read a code."""
    return f"{public_url}/s/{code}"


def qr_picture(address: str, title: str = "") -> Markup:
    """A code as a drawing inside the page: sharp at every size, nothing to load; a quarter of it may be damaged."""
    symbol = segno.make(address, error="q", micro=False)
    drawn = symbol.svg_inline(scale=4, border=4, title=title or address, svgclass="qr", lineclass=None, light="#fff", omitsize=True)
    return safe_svg(drawn)


def cards(station: StationView, codes: Iterable[Any], mandates: Iterable[Any]) -> list[Card]:
    """The valid codes of a station: its own first, then those of its deputies."""
    seats = {row.id: row for row in mandates}
    valid = [row for row in codes if row.closed_at is None]
    own = [Card(row.code, station.name, None, None) for row in valid if row.kind == "station"]
    others = [
        Card(
            row.code, {"zh": row.name_zh, "en": row.name_en}, {"zh": seat.area_zh, "en": seat.area_en},
            {"zh": seat.contact_days_zh, "en": seat.contact_days_en},
        )
        for row in valid
        if row.mandate_id in seats and (seat := seats[row.mandate_id])
    ]
    return own + others
