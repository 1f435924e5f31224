"""Reading case files: the file, its papers, its timeline for each audience, and what may be public."""

from app.cases.queries.files import (
    SEES,
    CaseUnknown,
    ReceiptUnknown,
    assignments,
    attachment,
    attachments,
    case_by_id,
    case_by_number,
    case_by_tracking,
    children,
    closures,
    inbox_text,
    is_publishable,
    links,
    live_assignment,
    mandate_of,
    notes,
    parent_of,
    parties,
    question,
    ratings,
    replies,
    search,
    text_of,
)
from app.cases.queries.labels import STATUS, badges, public_label, status_word
from app.cases.queries.privacy import redacted
from app.cases.queries.sentence import Sentence, is_over, sentences
from app.cases.queries.timeline import Entry, timeline

__all__ = [
    "CaseUnknown", "Entry", "SEES", "STATUS", "ReceiptUnknown", "Sentence", "assignments", "attachment", "attachments", "badges", "case_by_id",
    "case_by_number", "case_by_tracking", "children", "closures", "inbox_text", "is_over", "is_publishable", "links", "live_assignment",
    "mandate_of", "notes", "parent_of", "parties", "public_label", "question", "ratings", "redacted", "replies", "search", "sentences",
    "status_word", "text_of", "timeline",
]
