"""What differs between two versions of a process, and where an instance must not stand to be moved.

Both versions are laid out as things (an element, a flow, a field of a form, a row of a table, an entry of the
manifest) with their settings as text; the rest is comparing texts.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from workflows.definition import Definition
from workflows.dmn.reach import tables
from workflows.model import Event, Loop, Node, Plane

#: what a thing is: element, flow, form, table, manifest
Place = tuple[str, str, str]
Settings = Mapping[str, str]
_WORDS = frozenset({"zh", "en", "name.en"})
_WAITING = frozenset({"user", "manual", "service", "receive", "catch", "call", "sub", "event_gateway", "parallel", "inclusive"})


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as it was."""

    process: str
    #: element, flow, form, table or manifest
    sort: str
    #: id of the element or flow; `form.field`, `table.rule`, key of the manifest
    name: str
    how: Literal["added", "removed", "changed"]
    #: setting -> (before, after); empty texts where there was none
    settings: Mapping[str, tuple[str, str]]

    @property
    def is_wording(self) -> bool:
        """Whether only words changed, nothing that runs."""
        return self.how == "changed" and set(self.settings) <= _WORDS


@dataclass(frozen=True, slots=True)
class Comparison:
    """All changes from one version to another."""

    changes: tuple[Change, ...]
    #: (process, element) where a waiting instance has no equal place in the new version
    lost: frozenset[tuple[str, str]]

    def may_move(self, places: Iterable[tuple[str, str]]) -> bool:
        """Whether an instance that stands at these places, (process, element), can go on in the new version."""
        return self.lost.isdisjoint(places)


def compare(old: Definition, new: Definition) -> Comparison:
    """Return what changed from ``old`` to ``new``, in the order of the new version, what is gone last."""
    before, after = dict(_things(old)), dict(_things(new))
    changes = [change for place in [*after, *sorted(set(before) - set(after))]
               if (change := _change(place, before.get(place), after.get(place))) is not None]
    return Comparison(tuple(changes), frozenset(_lost(before, after)))


def _change(place: Place, before: Settings | None, after: Settings | None) -> Change | None:
    if before == after:
        return None
    how: Literal["added", "removed", "changed"] = "added" if before is None else "removed" if after is None else "changed"
    first, last = before or {}, after or {}
    names = [name for name in {**first, **last} if first.get(name) != last.get(name)]
    return Change(*place, how, {name: (first.get(name, ""), last.get(name, "")) for name in names})


def _lost(before: Mapping[Place, Settings], after: Mapping[Place, Settings]) -> Iterator[tuple[str, str]]:
    for place, settings in before.items():
        process, sort, name = place
        if sort == "element" and settings["kind"] in _WAITING:
            now = after.get(place)
            if now is None or any(now.get(one) != settings.get(one) for one in ("kind", "inside", "several")):
                yield process, name


# laying a version out


def _things(definition: Definition) -> Iterator[tuple[Place, Settings]]:
    for key in definition.processes:
        for sort, name, settings in (*_drawn(definition.compiled.processes[key]), *_forms(definition, key),
                                     *_tables(definition, key), *_manifest(definition, key)):
            yield (key, sort, name), settings


def _drawn(plane: Plane) -> Iterator[tuple[str, str, Settings]]:
    for node in plane.nodes.values():
        yield "element", node.id, _element(node)
        for flow in node.outgoing:
            condition = flow.condition.text if flow.condition is not None else ""
            yield "flow", flow.id, {"from": flow.source, "to": flow.target, "condition": condition,
                                    "default": "true" if flow is node.default else ""}
        if node.inner is not None:
            yield from _drawn(node.inner)


def _element(node: Node) -> dict[str, str]:
    found = {"kind": node.kind, "inside": node.plane, **node.words, **node.properties, "lane": node.lane or ""}
    found["several"] = node.loop.kind if node.loop is not None else ""
    if node.loop is not None:
        found |= _loop(node.loop)
    for number, event in enumerate(node.events):
        found[f"event {number + 1}"] = _event(event)
    if node.attached:
        found["attached"] = node.attached
    if node.kind in ("boundary", "start") and not node.interrupting:
        found["interrupting"] = "false"
    return found | ({"called": node.called} if node.called else {})


def _event(event: Event) -> str:
    said = event.name or event.text or (event.expression.text if event.expression is not None else "")
    return f"{event.kind} {said}".strip()


def _loop(loop: Loop) -> dict[str, str]:
    texts = {"collection": loop.collection, "cardinality": loop.cardinality, "completion": loop.condition}
    return {name: text.text for name, text in texts.items() if text is not None}


def _forms(definition: Definition, key: str) -> Iterator[tuple[str, str, Settings]]:
    for name, text in definition.bundle.of(key).items():
        if name.startswith("forms/"):
            content = json.loads(text)
            for one in content["fields"]:
                yield "form", f"{content['name']}.{one['key']}", dict(_flat(one))


def _tables(definition: Definition, key: str) -> Iterator[tuple[str, str, Settings]]:
    for file, model in definition.manifest(key).decisions.items():
        for box in (model.node(name).box for name in model.decisions):
            for rule in (rule for table in tables(box) for rule in table.rules):
                cells = {f"if {number + 1}": cell.text for number, cell in enumerate(rule.cells)}
                cells |= {f"then {number + 1}": cell.text for number, cell in enumerate(rule.answers)}
                yield "table", f"{file}.{rule.id}", cells


def _manifest(definition: Definition, key: str) -> Iterator[tuple[str, str, Settings]]:
    content = tomllib.loads(definition.bundle.of(key)["process.toml"].decode())
    for name, entry in content.items():
        for inner, value in entry.items() if isinstance(entry, dict) else [("", entry)]:
            yield "manifest", f"{name}.{inner}".rstrip("."), dict(_flat(value))


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}".lstrip("."))
    else:
        yield name or "value", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
