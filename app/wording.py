"""The words the code must say to people, in Chinese and English, by key.

Templates have catalogues, processes their manifests. Here stands what is neither: states, outcomes,
verdicts, lights, units of a limit. A key is `group.word`; what is unknown is said as it is written.
"""

from collections.abc import Mapping
from typing import Any

LANGUAGES = ("zh", "en")

WORDS: Mapping[str, tuple[str, str]] = {
    # where a case stands (domain.md, issue states)
    "status.submitted": ("已提交", "submitted"),
    "status.supplementing": ("待补充", "waiting for more facts"),
    "status.accepted": ("已受理", "accepted"),
    "status.triaged": ("已分办", "route decided"),
    "status.assigned": ("已交办", "assigned"),
    "status.disputed": ("有异议", "assignment disputed"),
    "status.in_handling": ("办理中", "being handled"),
    "status.extended": ("已延期", "extended"),
    "status.replied": ("已答复", "replied"),
    "status.closing": ("待办结审核", "result being checked"),
    "status.closed": ("已办结", "closed"),
    "status.rated": ("已评价", "rated"),
    "status.rejected": ("不予受理", "not accepted"),
    "status.withdrawn": ("已撤回", "withdrawn"),
    "status.abandoned": ("逾期未补充", "abandoned"),
    "status.merged": ("已合并", "merged"),
    "status.referred_out": ("已转其他途径", "referred elsewhere"),
    "status.rehandling": ("重新办理", "being handled again"),
    "status.escalated": ("已提级", "raised to the next level"),
    "status.under_supervision": ("依法监督中", "under supervision"),
    "status.referenced": ("已入库备查", "kept for reference"),
    # what the unit says
    "outcome.solved": ("已解决", "solved"),
    "outcome.partly": ("部分解决", "partly solved"),
    "outcome.planned": ("列入计划", "planned"),
    "outcome.explained": ("已作解释", "explained"),
    "outcome.not_possible": ("无法办理", "not possible"),
    "outcome.not_ours": ("不属本单位职责", "not ours to decide"),
    # what the citizen says
    "verdict.solved": ("已解决", "solved"),
    "verdict.partly": ("部分解决", "partly solved"),
    "verdict.not": ("未解决", "not solved"),
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
