"""Every id that the engine raises has a sentence in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workflows.words import catalogue

SOURCES = Path(__file__).resolve().parents[3] / "workflows"
FILES = [*sorted((SOURCES / "engine").glob("*.py")), *(SOURCES / f"{name}.py" for name in ("compilation", "normalise", "refusals"))]
ID = re.compile(r'"((?:bpmn|decision|engine|gateway|limits|loop|move|redirect|state|timer)\.[a-z_]+)"')


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_id_has_a_sentence(lang: str) -> None:
    said = catalogue(lang)
    raised = {name for path in FILES for name in ID.findall(path.read_text(encoding="utf-8"))}
    raised |= {f"bpmn.rewritten.{rule}" for rule in re.findall(r'_note\("(\w+)"', (SOURCES / "normalise.py").read_text())}
    raised |= {f"bpmn.{rule}" for rule in ("script_task", "complex_gateway", "compensation", "choreography")}
    assert len(raised) > 60
    assert sorted(raised - said.keys()) == []
