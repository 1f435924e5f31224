"""From a bundle to a definition: manifest, forms, tables and diagrams read together, or every reason why not."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows.bundle import Bundle
from workflows.compilation import compile_process
from workflows.dmn import DecisionModel
from workflows.dmn import read as read_decisions
from workflows.errors import BundleInvalid, FeelInvalid, FileInvalid, Finding
from workflows.feel import Expression
from workflows.feel import compile as compile_feel
from workflows.form import Form
from workflows.manifest import (
    ActFacts,
    EscalationFacts,
    LaneRole,
    ProcessManifest,
    VariableFacts,
    Words,
)
from workflows.model import CompiledProcess, Node

_TOP = frozenset({
    "key", "title", "opens", "start_form", "roles", "variables", "status", "case", "milestones", "escalations", "acts",
})
_INSIDE = {
    "roles": frozenset({"role", "organ", "visitor", "system"}), "variables": frozenset({"type", "initial"}),
    "escalations": frozenset({"to", "words"}), "acts": frozenset({"label", "form", "by", "allowed_when", "refusal"}),
}
LANGUAGES = frozenset({"zh", "en"})


@dataclass(frozen=True, slots=True)
class ElementFacts:
    """What a page may say about one element of a diagram."""

    id: str
    kind: str
    name: Words
    lane: str | None
    form: str | None = None
    role: str | None = None


@dataclass(frozen=True)
class Definition:
    """A process ready to run, with everything it calls; never changed after it was made."""

    key: str
    checksum: str
    compiled: CompiledProcess
    manifests: Mapping[str, ProcessManifest]
    diagrams: Mapping[str, bytes]
    #: shared decision models, by file stem
    shared: Mapping[str, DecisionModel] = field(default_factory=dict)

    @property
    def title(self) -> Words:
        """What people call the process."""
        return self.manifests[self.key].title

    @property
    def kind(self) -> str | None:
        """The kind of case it opens; none for a process that is only called."""
        return self.manifests[self.key].opens

    @property
    def processes(self) -> Mapping[str, ProcessManifest]:
        """The process itself and those it calls, by key."""
        return self.manifests

    @property
    def start_form(self) -> Form | None:
        """The form whose answers start it."""
        name = self.manifests[self.key].start_form
        return self.manifests[self.key].forms[name] if name else None

    @property
    def operations(self) -> frozenset[str]:
        """Every operation of a system the diagrams name."""
        return frozenset(
            name for plane in self.compiled.processes.values() for node in plane.every_node()
            for name in (node.operation, node.then) if name
        )

    @property
    def acts(self) -> tuple[ActFacts, ...]:
        """What people may begin without an open item."""
        return tuple(act for manifest in self.manifests.values() for act in manifest.acts.values())

    def manifest(self, process: str) -> ProcessManifest:
        """What the folder of a process says beside its diagram."""
        return self.manifests[process]

    def form(self, process: str, name: str) -> Form:
        """A form of a process."""
        return self.manifests[process].forms[name]

    def xml(self, process: str) -> bytes:
        """The diagram of a process, as it was drawn."""
        return self.diagrams[process]

    def element(self, process: str, id: str) -> ElementFacts | None:
        """One element of a diagram; none where there is no such element."""
        node = self.compiled.node(process, id)
        return _facts(node) if node else None

    def milestone_words(self, process: str, element: str) -> Words:
        """What the public reads when this element is reached; empty where it reads nothing."""
        return self.manifests[process].milestones.get(element, {})

    def escalation(self, process: str, code: str) -> EscalationFacts | None:
        """To whom an escalation goes."""
        return self.manifests[process].escalations.get(code)


def parse(bundle: Bundle) -> Definition:
    """Read a bundle into a definition. Raises BundleInvalid with everything that is wrong in its files."""
    reading = _Reading(bundle)
    manifests = {key: reading.manifest(key) for key in bundle.processes()}
    shared = {name.removesuffix(".dmn"): model for name, model in reading.decisions(bundle.shared(), "shared/")}
    diagrams = {key: bundle.of(key).get("process.bpmn", b"") for key in bundle.processes()}
    compiled = reading.compiled(diagrams)
    if compiled is None or any(finding.level == "error" for finding in reading.findings):
        raise BundleInvalid(reading.findings)
    return Definition(bundle.key, bundle.checksum, compiled, manifests, diagrams, shared)


class _Reading:
    """One reading of a bundle; collects what is wrong instead of stopping at the first."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.findings: list[Finding] = []
        self.source = ""

    def compiled(self, diagrams: Mapping[str, bytes]) -> CompiledProcess | None:
        called = {key: xml for key, xml in diagrams.items() if key != self.bundle.key}
        try:
            return compile_process(diagrams[self.bundle.key], key=self.bundle.key, called=called)
        except BundleInvalid as refused:
            self.findings += refused.findings
            return None

    def manifest(self, key: str) -> ProcessManifest:
        files = self.bundle.of(key)
        self.source = "process.toml" if key == self.bundle.key else f"called/{key}/process.toml"
        said = self._toml(files.get("process.toml"))
        self._unknown(said, _TOP, "")
        if said.get("key") != key:
            self._finding("manifest.key", facts={"key": said.get("key"), "folder": key})
        forms = dict(self._forms(files))
        start = said.get("start_form")
        if start is not None and start not in forms:
            self._finding("manifest.form_missing", facts={"form": start})
            start = None
        return ProcessManifest(
            key=key, title=self._words(said.get("title"), "title"), opens=said.get("opens"), start_form=start,
            roles={name: self._lane(one, name) for name, one in self._tables(said, "roles")},
            variables={name: self._variable(one, name) for name, one in self._tables(said, "variables")},
            status={name: self._or_feel(text, f"status.{name}") for name, text in said.get("status", {}).items()},
            case={name: self._feel(text, f"case.{name}") for name, text in said.get("case", {}).items()},
            milestones={name: self._words(one, f"milestones.{name}") for name, one in said.get("milestones", {}).items()},
            escalations={name: self._escalation(one, name) for name, one in self._tables(said, "escalations")},
            acts={name: self._act(one, name, forms) for name, one in self._tables(said, "acts")},
            forms=forms, decisions={name.removesuffix(".dmn"): model for name, model in self.decisions(files, "")},
        )

    def decisions(self, files: Mapping[str, bytes], prefix: str) -> Iterator[tuple[str, DecisionModel]]:
        for name, data in files.items():
            if name.endswith(".dmn"):
                try:
                    yield name, read_decisions(data, prefix + name)
                except FileInvalid as refused:
                    self.findings += refused.findings

    def _forms(self, files: Mapping[str, bytes]) -> Iterator[tuple[str, Form]]:
        for name, data in files.items():
            if name.startswith("forms/"):
                try:
                    yield name.removeprefix("forms/").removesuffix(".form.json"), Form.read(data, name)
                except FileInvalid as refused:
                    self.findings += refused.findings

    def _toml(self, data: bytes | None) -> dict[str, Any]:
        if data is None:
            self._finding("manifest.missing")
            return {}
        try:
            return tomllib.loads(data.decode("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            self._finding("manifest.unreadable", facts={"reason": str(error)})
            return {}

    def _tables(self, said: Mapping[str, Any], name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for key, one in said.get(name, {}).items():
            if isinstance(one, Mapping):
                self._unknown(one, _INSIDE[name], f"{name}.{key}")
                yield key, one
            else:
                self._finding("manifest.not_a_table", f"{name}.{key}")

    def _lane(self, said: Mapping[str, Any], name: str) -> LaneRole:
        place = f"roles.{name}"
        return LaneRole(
            role=self._or_feel(said.get("role"), place), organ=self._feel(said.get("organ"), place),  # type: ignore[arg-type]  # an expression is allowed, as on a task
            visitor=self._feel(said.get("visitor"), place), system=said.get("system", False) is True,
        )

    def _variable(self, said: Mapping[str, Any], name: str) -> VariableFacts:
        return VariableFacts(said.get("type"), self._feel(said.get("initial"), f"variables.{name}"))

    def _escalation(self, said: Mapping[str, Any], name: str) -> EscalationFacts:
        to, place = said.get("to", {}), f"escalations.{name}"
        return EscalationFacts(
            self._or_feel(to.get("role"), place), self._feel(to.get("organ"), place), self._words(said.get("words"), place)
        )

    def _act(self, said: Mapping[str, Any], name: str, forms: Mapping[str, Form]) -> ActFacts:
        place, form = f"acts.{name}", said.get("form")
        if form is not None and form not in forms:
            self._finding("manifest.form_missing", place, {"form": form})
        return ActFacts(
            message=name, label=self._words(said.get("label"), place), form=form, by=tuple(said.get("by", ())),
            allowed_when=self._feel(said.get("allowed_when"), place),
            refusal=self._words(said["refusal"], place) if "refusal" in said else {},
        )

    def _words(self, said: Any, place: str) -> Words:
        if not isinstance(said, Mapping) or set(said) != LANGUAGES:
            self._finding("manifest.words", place)
            return {"zh": "", "en": ""}
        return {name: str(text) for name, text in said.items()}

    def _or_feel(self, text: str | None, place: str) -> str | Expression | None:
        return self._feel(text, place) if isinstance(text, str) and text.startswith("=") else text

    def _feel(self, text: Any, place: str) -> Any:
        if text is None:
            return None
        try:
            return compile_feel(str(text))
        except FeelInvalid as refused:
            self._finding("manifest.expression", place, {"reason": refused.id, **refused.facts})
            return None

    def _unknown(self, said: Mapping[str, Any], known: frozenset[str], place: str) -> None:
        for name in sorted(set(said) - known):
            self._finding("manifest.unknown", place, {"name": name})

    def _finding(self, id: str, element: str = "", facts: Mapping[str, Any] | None = None) -> None:
        self.findings.append(Finding(id, element, facts or {}, self.source))


def _facts(node: Node) -> ElementFacts:
    role = node.role if isinstance(node.role, str) else None
    return ElementFacts(node.id, node.kind, node.words, node.lane, node.form, role)
