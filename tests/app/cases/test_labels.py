"""One label is made of three truths: where the matter is, what the unit says, what the reporter says."""

import pytest

from app.cases.queries.labels import public_label, status_word


class TestPublicLabel:
    @pytest.mark.parametrize(("status", "outcome", "verdict", "label"), [
        ("submitted", None, None, "已提交"),
        ("in_handling", None, None, "办理中"),
        ("in_handling", "solved", None, "办理中"),
        ("closed", "solved", None, "已办结 · 已解决"),
        ("rated", "solved", "not", "已办结 · 已解决 · 群众认为未解决"),
        ("rated", "planned", "partly", "已办结 · 列入计划 · 群众认为部分解决"),
        ("withdrawn", None, None, "已撤回"),
    ])
    def test_says_what_each_side_says(self, status, outcome, verdict, label):
        assert public_label(status, outcome, verdict)["zh"] == label

    def test_shows_an_unknown_status_as_it_is(self):
        assert status_word("somewhere") == {"zh": "somewhere", "en": "somewhere"}
