"""What changes a case file. Where the case moves on is the enactment service's business."""

from app.cases.operations.assignments import (
    Assigned,
    AssignmentUnknown,
    assign,
    recall,
    record_answer,
    record_progress,
    record_reply,
    record_ruling,
    take_unit,
)
from app.cases.operations.contacts import Contact, TooManyUncovered, Uncovered, uncover
from app.cases.operations.links import (
    Link,
    LinkUnknown,
    WouldCloseRing,
    merge,
    open_linked,
    open_moved,
    open_raised,
    open_supervision,
    receive,
    release,
    settle,
    tell_waiting,
)
from app.cases.operations.opening import (
    Opened,
    Opening,
    Photo,
    Receipt,
    Report,
    file_issue,
    open_case,
    start_again,
    title_of,
)
from app.cases.operations.papers import PhotoTooHeavy, TooManyPhotos, add_note, attach, keep_photos
from app.cases.operations.results import record_closure, record_duty, record_rating
from app.cases.operations.telling import tell, write_letter

__all__ = [
    "Assigned", "AssignmentUnknown", "Contact", "Link", "LinkUnknown", "Opened", "Opening", "Photo", "PhotoTooHeavy",
    "Receipt", "Report", "TooManyPhotos", "TooManyUncovered", "Uncovered", "WouldCloseRing", "add_note", "assign",
    "attach", "file_issue", "keep_photos", "merge", "open_case", "open_linked", "open_moved", "open_raised",
    "open_supervision", "recall", "receive", "record_answer", "record_closure", "record_duty", "record_progress",
    "record_rating", "record_reply", "record_ruling", "release", "settle", "start_again", "take_unit", "tell",
    "tell_waiting", "title_of", "uncover", "write_letter",
]
