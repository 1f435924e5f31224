"""Things on a case as the macros draw them: what happened, papers, the address of an item."""

from typing import Any

from app.web.lang import words


def shown_entry(entry: Any) -> dict[str, Any]:
    """One thing that happened, in the reader's language."""
    return {
        "title": words(entry.title), "at": entry.at, "by": words(entry.by) if entry.by else "", "text": entry.text,
        "tone": entry.tone,
    }


def paper(row: Any) -> dict[str, Any]:
    """One picture or paper."""
    address = f"/files/{row.county}-{row.id}"
    return {"href": address, "thumb": f"{address}?small" if row.type.startswith("image/") else "", "name": row.name, "note": ""}


def item_address(row: Any) -> str:
    """Where an item is opened."""
    return f"/desk/items/{row.county}-{row.id}"
