"""What happened, in plain words, for the public, for the reporter, and for staff.

Milestones come from the trail of the running case, everything else from the rows of this room.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from app.cases.queries import files
from app.cases.queries.files import SEES, Audience
from app.cases.queries.labels import OUTCOME, VERDICT, Words
from app.definitions import queries as definitions
from app.directory import queries as directory


@dataclass(frozen=True)
class Entry:
    """One thing that happened."""

    at: datetime
    title: Words
    text: str = ""
    by: Words | None = None
    #: neutral, green, blue, orange, red, purple
    tone: str = "neutral"
    is_current: bool = False
    link: str | None = None
    link_label: str | None = None


_NOTES: Mapping[str, tuple[str, str, str]] = {
    "note": ("备注", "Note", "neutral"),
    "facts": ("反映人补充情况", "The reporter added facts", "blue"),
    "answer": ("反映人回复", "The reporter answered", "blue"),
    "transferred": ("转交其他联络站", "Passed to another station", "blue"),
    "escalated": ("上提一级人大", "Passed to the congress above", "purple"),
    "returned": ("退回上一环节", "Sent back to an earlier step", "orange"),
    "question": ("请反映人补充", "The reporter was asked", "orange"),
    "recalled": ("收回交办", "The assignment was recalled", "orange"),
    "late_message": ("收到迟到的消息，已附卷", "A late message was put on file", "orange"),
    "released": ("关联事项已提前结束", "A linked matter ended early", "neutral"),
    "similar": ("发现相似反映", "Similar reports were found", "neutral"),
    "library": ("收入民意库", "Added to the library of opinions", "neutral"),
    "reporter_left": ("反映人已退出", "The reporter has left", "neutral"),
    "letter": ("已通知", "A message was sent", "neutral"),
    "not_started": ("已登记，流程尚未启动", "Registered, the process has not started yet", "red"),
    "started": ("已登记", "Registered", "neutral"),
    "withdraw_refused": ("未能撤回，继续办理", "It could not be withdrawn; we go on", "orange"),
    "explained": ("联络站作出说明", "The station has answered your rating", "blue"),
    "disputed": ("正在确定办理单位，期限不变", "The unit in charge is being settled; the dates stay", "orange"),
    "flood": ("短时间内大量提交，请核对", "One of very many within an hour; please check", "orange"),
    "report": ("调研报告", "A report was filed", "blue"),
}
_CHANNELS = {"platform": ("四平台反馈进展", "Progress from the platforms"), "unit": ("办理进展", "Progress")}


def timeline(db: Connection, case: Row[Any], audience: Audience) -> list[Entry]:
    """Everything this audience may know, oldest first."""
    begun = Entry(case.recorded_at, {"zh": "收到反映", "en": "Report received"}, tone="blue")
    parts: Sequence[Callable[[Connection, Row[Any], Audience], Iterator[Entry]]] = (
        _milestones, _notes, _progress, _replies, _ratings, _assignments, _links,
    )
    entries = [begun, *(entry for part in parts for entry in part(db, case, audience))]
    return sorted(entries, key=lambda entry: entry.at)


def _milestones(db: Connection, case: Row[Any], audience: Audience) -> Iterator[Entry]:
    rows = db.execute(_REACHED, {"county": case.county, "id": case.id}).all()
    if not rows:
        return
    definition = definitions.version(db, rows[0].definition_id).definition
    for row in rows:
        words = definition.milestone_words(row.process, row.element)
        if words:
            yield Entry(row.at, words, tone="green")


def _notes(db: Connection, case: Row[Any], audience: Audience) -> Iterator[Entry]:
    for row in files.notes(db, case.county, case.id):
        if row.audience in SEES[audience]:
            zh, en, tone = _NOTES.get(row.kind, (row.kind, row.kind, "neutral"))
            said = row.text or (_facts(row.facts) if audience == "staff" else "")
            yield Entry(row.at, {"zh": zh, "en": en}, said, tone=tone)


def _progress(db: Connection, case: Row[Any], audience: Audience) -> Iterator[Entry]:
    for row in db.execute(_STEPS, {"county": case.county, "id": case.id}):
        if row.audience in SEES[audience]:
            zh, en = _CHANNELS.get(row.source, _CHANNELS["unit"])
            yield Entry(row.at, {"zh": zh, "en": en}, row.text)


def _replies(db: Connection, case: Row[Any], audience: Audience) -> Iterator[Entry]:
    # A signed letter goes to the reporter at once; the public reads it once the page is released.
    if audience == "public" and case.published_at is None:
        return
    letters = files.replies(db, case.county, case.id)
    names = directory.organs(db, [row.unit for row in letters if row.unit])
    for row in letters:
        said = OUTCOME.get(row.outcome or "", {"zh": "", "en": ""})
        title = {"zh": f"答复 {said['zh']}".strip(), "en": f"Reply {said['en']}".strip()}
        yield Entry(row.at, title, row.text, _name(names.get(row.unit)), "green")


def _ratings(db: Connection, case: Row[Any], audience: Audience) -> Iterator[Entry]:
    for row in files.ratings(db, case.county, case.id):
        said = VERDICT.get(row.solved, {"zh": "", "en": ""})
        title = {"zh": f"评价 {row.stars} 星 {said['zh']}", "en": f"Rated {row.stars} of 3. {said['en']}"}
        yield Entry(row.at, title, (row.text or "") if audience != "public" else "", tone="purple")


def _assignments(db: Connection, case: Row[Any], audience: Audience) -> Iterator[Entry]:
    if audience == "public":
        return
    rows = files.assignments(db, case.county, case.id)
    names = directory.organs(db, [row.unit for row in rows if row.unit])
    for row in rows:
        unit = _name(names.get(row.unit))
        title = {"zh": f"交由{unit['zh']}办理", "en": f"Assigned to {unit['en']}"} if unit else {
            "zh": "转基层治理四平台", "en": "Passed to the four platforms",
        }
        yield Entry(row.assigned_at, title, row.no if audience == "staff" else "", tone="blue")


def _links(db: Connection, case: Row[Any], audience: Audience) -> Iterator[Entry]:
    words = {
        "supervision": ("启动人大监督", "Supervision started"), "merged": ("与同类反映并案", "Joined with a like report"),
        "moved": ("移送其他县（市、区）", "Moved to another county"), "raised": ("移交上级人大", "Handed to the congress above"),
    }
    for row in files.links(db, case.county, case.id):
        if row.direction == "to" and row.kind in words and audience != "public":
            zh, en = words[row.kind]
            yield Entry(row.created_at, {"zh": zh, "en": en}, (row.number or "") if audience == "staff" else "", tone="purple")


def _name(organ: Row[Any] | None) -> Words | None:
    return {"zh": organ.name_zh, "en": organ.name_en} if organ is not None else None


def _facts(facts: Any) -> str:
    if not isinstance(facts, dict):
        return ""
    plain = [str(value) for value in facts.values() if isinstance(value, str | int) and value not in ("", None)]
    return " · ".join(plain)


_REACHED = sa.text("""
    select a.at, a.process, a.element, i.definition_id from audit_entry a
    join process_instance i on i.county = a.county and i.id = a.instance_id
    where a.county = :county and a.instance_id = :id and a.action = 'milestone' order by a.seq
""")
_STEPS = sa.text("select at, source, audience, text from progress where county = :county and case_id = :id order by id")
