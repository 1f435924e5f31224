"""What the documents must say: every setting, every command, every word of the house."""

import re

from app.config import sentences, variable
from tests.house.sources import ROOT

OPERATIONS = ROOT / "docs" / "operations.md"


def test_every_setting_is_explained():
    text = OPERATIONS.read_text("utf-8")

    assert {name for name, says in sentences().items() if not re.search(rf"^\| `{name}` \|[^|]*\| {re.escape(says)} \|$", text, re.MULTILINE)} == set()


def test_no_setting_is_explained_that_is_none():
    named = set(re.findall(r"^\| `([A-Z_]+)` \|", OPERATIONS.read_text("utf-8"), re.MULTILINE))

    assert named == set(sentences())


def test_names_of_variables_follow_one_rule():
    assert variable("database_url") == "DATABASE_URL"
    assert variable("field_key") == "LUZHI_FIELD_KEY"


def test_every_make_target_is_explained_where_it_stands():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()

    assert [name for name in targets if not re.search(rf"^{name}:.*## \w", makefile, re.MULTILINE)] == []


def test_links_between_documents_lead_somewhere():
    lost = {}
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "bpmn").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text("utf-8")):
            if not (path.parent / target).exists():
                lost.setdefault(str(path.relative_to(ROOT)), []).append(target)

    assert lost == {}


def test_decisions_are_numbered_without_gaps():
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "decisions").glob("*.md"))

    assert numbers == list(range(1, len(numbers) + 1))
