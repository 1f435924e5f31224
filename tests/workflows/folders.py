"""Process folders for tests, made in memory from few words."""

from pathlib import Path

from tests.workflows.engine import drawing as d
from workflows import Bundle, Calendar

CALENDAR = Calendar.read(Path("bpmn/calendars"))
FORM = '{"name": "NAME", "title": {"zh": "表", "en": "form"}, "fields": [FIELDS]}'
DECISION = ('{"key": "decision", "type": "choice", "label": {"zh": "意见", "en": "Decision"}, "required": true, "choices": '
            '[{"value": "yes", "label": {"zh": "是", "en": "yes"}}, {"value": "no", "label": {"zh": "否", "en": "no"}}]}')
ROLES = """
[roles.clerk]
role = "station_clerk"
organ = "case.station"
"""


def form(name, fields=DECISION):
    return {f"forms/{name}.form.json": FORM.replace("NAME", name).replace("FIELDS", fields).encode()}


def bundle(body, manifest=ROLES, *, forms=("ask",), files=None, shared=True, key="p", **tops):
    """A folder `p` with a diagram, a manifest and forms with one yes-or-no question each."""
    head = 'key = "p"\ntitle = { zh = "过程", en = "process" }\n'
    found = {"process.bpmn": d.file(body, key, **tops), "process.toml": (head + manifest).encode()}
    for name in forms:
        found |= form(name)
    if shared:
        found |= {f"shared/{path.name}": path.read_bytes() for path in Path("bpmn/shared").glob("*.dmn")}
    return Bundle("p", {**found, **(files or {})})


def task(name, **properties):
    """A user task of the clerk."""
    return d.user(name, **{"lane": "clerk", "form": "ask", **properties})
