"""Words for where a matter stands, for the public and for staff. Status, outcome and verdict are three things."""

from collections.abc import Mapping
from typing import Any

Words = Mapping[str, str]


def _pair(zh: str, en: str) -> Words:
    return {"zh": zh, "en": en}


#: Where a case is; the words of the processes' state lists.
STATUS: Mapping[str, Words] = {
    "submitted": _pair("已提交", "Received"),
    "supplementing": _pair("待补充", "Waiting for your details"),
    "accepted": _pair("已受理", "Accepted"),
    "triaged": _pair("已分办", "Route decided"),
    "assigned": _pair("已交办", "Assigned"),
    "disputed": _pair("单位有异议", "Disputed by the unit"),
    "in_handling": _pair("办理中", "Being handled"),
    "extended": _pair("已延期", "Extended"),
    "replied": _pair("已答复", "Answered"),
    "closing": _pair("办结审核中", "Result being checked"),
    "closed": _pair("已办结", "Closed"),
    "rated": _pair("已评价", "Rated"),
    "rejected": _pair("不予受理", "Not accepted"),
    "withdrawn": _pair("已撤回", "Withdrawn"),
    "abandoned": _pair("逾期未补充，已终止", "Ended without details"),
    "merged": _pair("已并案", "Joined with another report"),
    "referred_out": _pair("已告知其他途径", "Referred elsewhere"),
    "rehandling": _pair("重新办理", "Handled again"),
    "escalated": _pair("已上提一级", "Passed to the next level"),
    "under_supervision": _pair("人大监督中", "Under supervision"),
    "proposed": _pair("拟议", "Proposed"),
    "studying": _pair("研判中", "Being studied"),
    "approved": _pair("已批准", "Approved"),
    "consulting": _pair("会商中", "Being consulted"),
    "ordered": _pair("已交办督办", "Ordered"),
    "checking": _pair("实地核查", "Being checked on site"),
    "judged": _pair("已评定", "Judged"),
    "done": _pair("监督完成", "Supervision done"),
    "dropped": _pair("不予立项", "Dropped"),
    "referenced": _pair("留作参考", "Kept for reference"),
    "raised": _pair("移交上级人大", "Handed to the congress above"),
}

#: What the unit says was achieved.
OUTCOME: Mapping[str, Words] = {
    "solved": _pair("已解决", "Solved"),
    "partly": _pair("部分解决", "Partly solved"),
    "planned": _pair("列入计划", "Planned"),
    "explained": _pair("已说明", "Explained"),
    "not_possible": _pair("暂无法解决", "Not possible for now"),
    "not_ours": _pair("不属职责范围", "Not ours to solve"),
}

#: What the reporter says.
VERDICT: Mapping[str, Words] = {
    "solved": _pair("群众认为已解决", "The reporter says: solved"),
    "partly": _pair("群众认为部分解决", "The reporter says: partly"),
    "not": _pair("群众认为未解决", "The reporter says: not solved"),
}

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
