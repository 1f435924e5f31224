"""The words of notices and text messages, in both languages. Plain templates, filled with facts; nothing is looked up.

A text message never carries what was reported in full, never a name, never a telephone number.
"""

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, StrictUndefined

from app.errors import NotFound

#: Text messages longer than this are cut into several and cost accordingly.
MOST_LETTERS = 300


class TemplateUnknown(NotFound):
    """There is no notice of this name."""


_SIGN = {"zh": "【履职】", "en": "[Lüzhi] "}

#: To the reporter, by text message.
_LETTERS: Mapping[str, Mapping[str, str]] = {
    "milestone": {
        "zh": "您反映的“{{ title }}”：{{ words }}。编号{{ number }}，凭查询码可在 {{ url }}/t 查看。",
        "en": "Your report \"{{ title }}\": {{ words }}. Number {{ number }}; look it up with your code at {{ url }}/t",
    },
    "your_turn": {
        "zh": "您反映的“{{ title }}”请您{{ words }}{% if due %}（{{ due }}前）{% endif %}：{{ url }}/a/{{ token }}",
        "en": "Your report \"{{ title }}\": your turn: {{ words }}{% if due %} (by {{ due }}){% endif %}: {{ url }}/a/{{ token }}",
    },
    "withdraw_refused": {
        "zh": "您反映的“{{ title }}”涉及安全或已在办理，未能撤回，我们会继续办理。编号{{ number }}。",
        "en": "Your report \"{{ title }}\" could not be withdrawn; we go on with it. Number {{ number }}.",
    },
    "explained": {
        "zh": "关于您对“{{ title }}”的评价，联络站已作说明，可在 {{ url }}/t 查看。编号{{ number }}。",
        "en": "The station has answered your rating of \"{{ title }}\"; read it at {{ url }}/t. Number {{ number }}.",
    },
    "disputed": {
        "zh": "您反映的“{{ title }}”正在确定办理单位，期限不变。编号{{ number }}。",
        "en": "Your report \"{{ title }}\": the unit in charge is being settled; the dates stay. Number {{ number }}.",
    },
    "supervision": {
        "zh": "您反映的“{{ title }}”由人大监督推进：{{ words }}。编号{{ number }}。",
        "en": "Your report \"{{ title }}\" is under supervision: {{ words }}. Number {{ number }}.",
    },
}

#: To staff and deputies, inside the house.
_NOTICES: Mapping[str, Mapping[str, str]] = {
    "item": {"zh": "待您办理：{{ words }}（{{ number }}）", "en": "For you: {{ words }} ({{ number }})"},
    "escalation": {"zh": "{{ words }}（{{ number }}）", "en": "{{ words }} ({{ number }})"},
    "reminder": {
        "zh": "期限已用 {{ percent }}%：{{ words }}（{{ number }}）", "en": "{{ percent }}% of the time is used: {{ words }} ({{ number }})",
    },
    "overdue": {"zh": "已超期：{{ words }}（{{ number }}）", "en": "Overdue: {{ words }} ({{ number }})"},
    "offered": {
        "zh": "一个工作日无人接办：{{ words }}（{{ number }}）", "en": "Nobody has taken this for a working day: {{ words }} ({{ number }})",
    },
    "recalled": {"zh": "交办已收回（{{ number }}）", "en": "The assignment was recalled ({{ number }})"},
    "late_message": {"zh": "收到迟到的消息，已附卷（{{ number }}）", "en": "A late message was put on file ({{ number }})"},
    "facts_added": {"zh": "反映人补充了情况（{{ number }}）", "en": "The reporter added facts ({{ number }})"},
}

_environment = Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False)
_compiled = {
    (name, lang): _environment.from_string(text)
    for table in (_LETTERS, _NOTICES) for name, pair in table.items() for lang, text in pair.items()
}


def letter(name: str, lang: str, facts: Mapping[str, Any]) -> str:
    """The text message of this name.

    Raises TemplateUnknown.
    """
    return _SIGN[_known(lang)] + _filled(_LETTERS, name, lang, facts)[:MOST_LETTERS]


def in_house(name: str, facts: Mapping[str, Any]) -> dict[str, str]:
    """The notice of this name, in both languages.

    Raises TemplateUnknown.
    """
    return {lang: _filled(_NOTICES, name, lang, facts) for lang in ("zh", "en")}


def _filled(table: Mapping[str, Any], name: str, lang: str, facts: Mapping[str, Any]) -> str:
    if name not in table:
        raise TemplateUnknown(template=name)
    lang = _known(lang)
    said = {key: value[lang] if isinstance(value, Mapping) and lang in value else value for key, value in facts.items()}
    return _compiled[name, lang].render(said)


def _known(lang: str) -> str:
    return lang if lang in _SIGN else "zh"
