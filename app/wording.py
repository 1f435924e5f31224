"""The words the code must say to people, in Chinese and English, by key.

Templates have catalogues, processes their manifests. Here stands what is neither: states, outcomes,
verdicts, lights, units of a limit. A key is `group.word`; what is unknown is said as it is written.
"""

from collections.abc import Mapping
from typing import Any

LANGUAGES = ("zh", "en")

WORDS: Mapping[str, tuple[str, str]] = {
    # where a case stands (domain.md, issue states)
    "status.submitted": ("已提交", "Received"),
    "status.supplementing": ("待补充", "Waiting for your details"),
    "status.accepted": ("已受理", "Accepted"),
    "status.triaged": ("已分办", "Route decided"),
    "status.assigned": ("已交办", "Assigned"),
    "status.disputed": ("单位有异议", "Disputed by the unit"),
    "status.in_handling": ("办理中", "Being handled"),
    "status.extended": ("已延期", "Extended"),
    "status.replied": ("已答复", "Answered"),
    "status.closing": ("办结审核中", "Result being checked"),
    "status.closed": ("已办结", "Closed"),
    "status.rated": ("已评价", "Rated"),
    "status.rejected": ("不予受理", "Not accepted"),
    "status.withdrawn": ("已撤回", "Withdrawn"),
    "status.abandoned": ("逾期未补充，已终止", "Ended without details"),
    "status.merged": ("已并案", "Joined with another report"),
    "status.referred_out": ("已告知其他途径", "Referred elsewhere"),
    "status.rehandling": ("重新办理", "Handled again"),
    "status.escalated": ("已上提一级", "Passed to the next level"),
    "status.under_supervision": ("人大监督中", "Under supervision"),
    "status.proposed": ("拟议", "Proposed"),
    "status.studying": ("研判中", "Being studied"),
    "status.approved": ("已批准", "Approved"),
    "status.consulting": ("会商中", "Being consulted"),
    "status.ordered": ("已交办督办", "Ordered"),
    "status.checking": ("实地核查", "Being checked on site"),
    "status.judged": ("已评定", "Judged"),
    "status.done": ("监督完成", "Supervision done"),
    "status.dropped": ("不予立项", "Dropped"),
    "status.referenced": ("留作参考", "Kept for reference"),
    "status.raised": ("移交上级人大", "Handed to the congress above"),
    # what the unit says
    "outcome.solved": ("已解决", "Solved"),
    "outcome.partly": ("部分解决", "Partly solved"),
    "outcome.planned": ("列入计划", "Planned"),
    "outcome.explained": ("已说明", "Explained"),
    "outcome.not_possible": ("暂无法解决", "Not possible for now"),
    "outcome.not_ours": ("不属职责范围", "Not ours to solve"),
    # what the citizen says
    "verdict.solved": ("群众认为已解决", "The reporter says: solved"),
    "verdict.partly": ("群众认为部分解决", "The reporter says: partly"),
    "verdict.not": ("群众认为未解决", "The reporter says: not solved"),
    "stars.3": ("满意", "satisfied"),
    "stars.2": ("基本满意", "basically satisfied"),
    "stars.1": ("不满意", "dissatisfied"),
    # how much of the time is gone
    "light.green": ("绿灯：时间充裕", "green: enough time"),
    "light.yellow": ("黄灯：过半", "yellow: more than half gone"),
    "light.orange": ("橙灯：将到期", "orange: nearly due"),
    "light.red": ("红灯：已超期", "red: overdue"),
    "light.none": ("无期限", "no limit"),
    "priority.0": ("一般", "normal"),
    "priority.1": ("较急", "high"),
    "priority.2": ("紧急", "urgent"),
    # instances and work items
    "instance.running": ("运行中", "running"),
    "instance.suspended": ("已暂停", "suspended"),
    "instance.completed": ("已结束", "completed"),
    "instance.terminated": ("已终止", "terminated"),
    "item.open": ("待办", "open"),
    "item.claimed": ("办理中", "claimed"),
    "item.completed": ("已完成", "completed"),
    "item.withdrawn": ("已撤销", "withdrawn"),
    # units of a limit
    "unit.wd": ("个工作日", "working days"),
    "unit.cd": ("个自然日", "calendar days"),
    "unit.mo": ("个月", "months"),
    "unit.h": ("小时", "hours"),
    # who did something, when it was nobody with a name
    "actor.visitor": ("来访群众", "a visitor"),
    "actor.clock": ("系统计时", "the clock"),
    "actor.importer": ("导入程序", "the import"),
    "actor.system": ("外部系统", "an outside system"),
}


def say(key: str, lang: str = "zh", **facts: Any) -> str:
    """The words of this key in this language, with the facts filled in; an unknown key says its last part."""
    pair = WORDS.get(key)
    if pair is None:
        return key.rpartition(".")[2].replace("_", " ")
    text = pair[0] if lang.startswith("zh") else pair[1]
    return text.format(**facts) if facts else text


def choices(group: str, lang: str = "zh") -> list[tuple[str, str]]:
    """Every word of a group with its text, in the order in which they stand here."""
    prefix = f"{group}."
    return [(key.removeprefix(prefix), say(key, lang)) for key in WORDS if key.startswith(prefix)]


def pairs(group: str) -> dict[str, Mapping[str, str]]:
    """Every word of a group in both languages."""
    prefix = f"{group}."
    return {key.removeprefix(prefix): dict(zip(LANGUAGES, pair)) for key, pair in WORDS.items() if key.startswith(prefix)}
