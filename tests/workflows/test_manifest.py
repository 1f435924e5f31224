"""A manifest is read strictly, and a definition answers from it."""

import pytest

from tests.workflows import folders
from tests.workflows.engine import drawing as d
from workflows import Bundle, BundleInvalid, WorkflowError, parse

BODY = d.start() + folders.task("ut_one", role="handler") + d.end() + d.chain("start ut_one end")
ACT = '[acts.msg_stop]\nlabel = { zh = "停", en = "stop" }\nby = ["reporter"]\n'
#: rule -> lines of a manifest that break it
WRONG = {
    "manifest.unknown": 'colour = "red"',
    "manifest.form_unknown": 'start_form = "none"',
    "manifest.words": '[milestones]\nms_a = { zh = "只有中文" }',
    "manifest.lane": "[roles.other]",
    "manifest.name_taken": '[variables]\ncase = { type = "text" }',
    "manifest.type": '[variables]\na = { type = "colour" }',
    "manifest.kind": "[status]\nut_one = 3",
    "manifest.column": '[case]\ncolour = "1"',
    "manifest.escalation": '[escalations.a]\nto = {}\nwords = { zh = "一", en = "one" }',
    "manifest.refusal_missing": ACT + 'allowed_when = "true"',
    "feel.unexpected": '[variables]\na = { type = "text", initial = "1 +" }',
    "manifest.unreadable": "= broken",
}
KINDS = ('roles = "all"', 'roles.a = "clerk"', 'key_of = 1\n[acts.msg_a]\nlabel = { zh = "一", en = "one" }\nby = "reporter"',
         'start_form = 1', 'before_every_end = "svc"', '[status]\nut_one = " "')


def found(lines):
    with pytest.raises(BundleInvalid) as refused:
        parse(folders.bundle(BODY, lines, shared=False))
    return {finding.id for finding in refused.value.findings}


@pytest.mark.parametrize("rule", sorted(WRONG))
def test_refuses(rule):
    ids = found(WRONG[rule])

    assert rule in ids or (rule.startswith("feel.") and any(one.startswith("feel.") for one in ids))


@pytest.mark.parametrize("lines", KINDS)
def test_refuses_another_kind_of_value(lines):
    assert "manifest.kind" in found(lines)


def test_refuses_the_key_of_another_folder():
    bundle = folders.bundle(BODY, shared=False)
    files = {**bundle.files, "process.toml": bundle.files["process.toml"].replace(b'key = "p"', b'key = "q"')}

    with pytest.raises(BundleInvalid) as refused:
        parse(Bundle("p", files))

    assert [finding.id for finding in refused.value.findings] == ["manifest.key"]


def test_a_role_that_begins_with_an_equals_sign_is_an_expression():
    lines = '[roles.clerk]\nrole = "= case.owner_role"\norgan = "case.owner"\n'

    manifest = parse(folders.bundle(BODY, lines, shared=False)).manifest("p")

    assert manifest.roles["clerk"].role.names == {"case"}


class TestDefinition:
    LINES = folders.ROLES + """
[status]
ut_one = "asked"
end = "= case.status"
[case]
outcome = "ask.decision"
[milestones]
ms_a = { zh = "一", en = "one" }
[escalations.esc_a]
to = { role = "handler", organ = "1" }
words = { zh = "一", en = "one" }
""" + ACT

    @pytest.fixture
    def definition(self):
        return parse(folders.bundle(BODY, 'opens = "issue"\nstart_form = "ask"\n' + self.LINES, shared=False))

    def test_answers_from_its_manifest(self, definition):
        assert (definition.kind, definition.title["en"], definition.start_form.name) == ("issue", "process", "ask")
        assert definition.status_words == {"asked"}
        assert definition.case_columns == {"outcome"}
        assert definition.milestone_words("p", "ms_a")["zh"] == "一"
        assert definition.milestone_words("p", "ms_b") == {}
        assert definition.escalation("p", "esc_a").role == "handler"
        assert definition.escalation("p", "esc_b") is None
        assert [act.message for act in definition.acts] == ["msg_stop"]
        assert definition.shared == {}

    def test_answers_from_its_diagram(self, definition):
        task = definition.element("p", "ut_one")

        assert (task.kind, task.lane, task.form, task.role, task.plane) == ("user", "clerk", "ask", "handler", "p")
        assert definition.operations == frozenset()
        assert b"ut_one" in definition.xml("p")

    def test_refuses_what_it_does_not_have(self, definition):
        with pytest.raises(WorkflowError, match="element_unknown"):
            definition.element("p", "ut_two")
        with pytest.raises(WorkflowError, match="element_unknown"):
            definition.element("q", "ut_one")
        with pytest.raises(WorkflowError, match="form_unknown"):
            definition.form("p", "none")


def test_all_files_are_read_before_anything_is_refused():
    files = {"forms/broken.form.json": b"{", "table.dmn": b"<table/>"}

    with pytest.raises(BundleInvalid) as refused:
        parse(folders.bundle("<task/>", "colour = 1", files=files, shared=False))

    assert {"p/forms/broken.form.json", "p/table.dmn", "p/process.toml"} <= {finding.source for finding in refused.value.findings}


class TestBundle:
    def test_refuses_an_archive_that_is_none(self):
        with pytest.raises(BundleInvalid, match="unreadable"):
            Bundle.unpack(b"no archive")

    def test_refuses_a_strange_name_in_an_archive(self):
        packed = Bundle("p", {"process.bpmn": b"", "../../etc/passwd": b""}).pack()

        with pytest.raises(BundleInvalid, match="unreadable"):
            Bundle.unpack(packed)

    def test_refuses_too_many_files(self):
        packed = Bundle("p", {f"forms/f{number}.form.json": b"" for number in range(2001)}).pack()

        with pytest.raises(BundleInvalid, match="too_large"):
            Bundle.unpack(packed)

    def test_refuses_a_called_process_that_is_missing(self, tmp_path):
        folder = tmp_path / "p"
        folder.mkdir()
        (folder / "process.toml").write_text("")
        (folder / "process.bpmn").write_text('<x calledElement="../p"/>')

        with pytest.raises(BundleInvalid, match="called_missing"):
            Bundle.read(folder, tmp_path)

    def test_a_diagram_without_a_manifest_is_refused(self, tmp_path):
        (tmp_path / "process.bpmn").write_text("<x/>")

        with pytest.raises(BundleInvalid, match="file_missing"):
            Bundle.read(tmp_path, tmp_path)
