"""A bundle made ready: everything that the engine and the pages ask of a process, from one value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from workflows import dmn
from workflows.bundle import Bundle
from workflows.compilation import compile_process
from workflows.errors import BundleInvalid, DmnInvalid, FileInvalid, Finding, FormInvalid, WorkflowError
from workflows.form import Form
from workflows.manifest import ActFacts, EscalationFacts, ProcessManifest
from workflows.model import CompiledProcess, Node
from workflows.reading import ManifestReader

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ElementFacts:
    """What is drawn at one place."""

    id: str
    process: str
    #: user, service, rule, call, sub, start, end, catch, throw, boundary, exclusive, …
    kind: str
    #: names by language; empty where the drawing says nothing
    name: Words
    #: key of `[roles]` that acts here
    lane: str | None
    form: str | None = None
    #: literal role; None where the lane decides or an expression does
    role: str | None = None
    operation: str | None = None
    #: id of the sub-process around it; the process key at the top
    plane: str = ""


@dataclass(frozen=True, slots=True)
class ProcessFacts:
    """One process of the bundle, in short."""

    key: str
    title: Words
    #: kind of case it opens; None for a process that is only called
    kind: str | None
    elements: Mapping[str, ElementFacts]


class Definition:
    """A process with all it calls, ready to run; never changes, so it may be shared between threads."""

    def __init__(self, bundle: Bundle, compiled: CompiledProcess, manifests: Mapping[str, ProcessManifest]) -> None:
        self.key = bundle.key
        self.checksum = bundle.checksum
        self.compiled = compiled
        self.bundle = bundle
        self._manifests = manifests

    @property
    def title(self) -> Words:
        """Name of the process by language."""
        return self._manifests[self.key].title

    @property
    def kind(self) -> str | None:
        """The kind of case it opens; None for a process that is only called."""
        return self._manifests[self.key].opens

    @property
    def start_form(self) -> Form | None:
        """The form whose answers start it."""
        name = self._manifests[self.key].start_form
        return None if name is None else self.form(self.key, name)

    @property
    def shared(self) -> Mapping[str, Any]:
        """The decision models that `deadline()` and `threshold()` read, by file stem."""
        return self._manifests[self.key].decisions

    def manifest(self, process: str) -> ProcessManifest:
        """What the manifest of a process of this bundle says."""
        return self._manifests[process]

    def form(self, process: str, name: str) -> Form:
        """A form of a process. Raises `WorkflowError` (`definition.form_unknown`)."""
        found = self._manifests[process].forms.get(name) if process in self._manifests else None
        if found is None:
            raise WorkflowError("definition.form_unknown", process=process, form=name)
        return found

    def xml(self, process: str) -> bytes:
        """The diagram as its author saved it."""
        return self.bundle.of(process)["process.bpmn"]

    @cached_property
    def processes(self) -> Mapping[str, ProcessFacts]:
        """The process itself and every called one, by key."""
        return {key: self._facts(key, manifest) for key, manifest in self._manifests.items()}

    def element(self, process: str, id: str) -> ElementFacts:
        """What is drawn under this id. Raises `WorkflowError` (`definition.element_unknown`)."""
        found = self.processes[process].elements.get(id) if process in self._manifests else None
        if found is None:
            raise WorkflowError("definition.element_unknown", process=process, element=id)
        return found

    def milestone_words(self, process: str, element: str) -> Words:
        """What the public reads when this milestone is reached; empty when it is nobody's business."""
        return self._manifests[process].milestones.get(element, {})

    @property
    def acts(self) -> tuple[ActFacts, ...]:
        """What a person may start without an open item, in this process and in called ones."""
        return tuple(act for manifest in self._manifests.values() for act in manifest.acts.values())

    def escalation(self, process: str, code: str) -> EscalationFacts | None:
        """To whom an escalation goes, and its words; None when the manifest does not address it."""
        return self._manifests[process].escalations.get(code)

    @property
    def status_words(self) -> frozenset[str]:
        """Every literal status word of the manifests."""
        found = (word for manifest in self._manifests.values() for word in manifest.status.values())
        return frozenset(word for word in found if isinstance(word, str))

    @property
    def case_columns(self) -> frozenset[str]:
        """Columns of the case that the processes write."""
        return frozenset(column for manifest in self._manifests.values() for column in manifest.case)

    @cached_property
    def operations(self) -> frozenset[str]:
        """Names of all operations the diagrams use, `then` included."""
        nodes = (node for plane in self.compiled.processes.values() for node in plane.every_node())
        return frozenset(name for node in nodes for name in (node.operation, node.then) if name)

    def _facts(self, key: str, manifest: ProcessManifest) -> ProcessFacts:
        nodes = self.compiled.processes[key].every_node()
        return ProcessFacts(key, manifest.title, manifest.opens, {node.id: _element(node, manifest) for node in nodes})


def parse(bundle: Bundle) -> Definition:
    """Make a bundle ready to run. Raises `BundleInvalid` with everything that is wrong in any of its files."""
    findings: list[Finding] = []
    manifests = {key: manifest for key in bundle.processes() if (manifest := read_manifest(bundle, key, findings)) is not None}
    diagrams = {key: bundle.of(key).get("process.bpmn", b"") for key in bundle.processes()}
    compiled = None
    try:
        compiled = compile_process(diagrams.pop(bundle.key), key=bundle.key, called=diagrams)
    except BundleInvalid as invalid:
        findings += invalid.findings
    if compiled is None or any(finding.level == "error" for finding in findings):
        raise BundleInvalid(findings)
    return Definition(bundle, compiled, manifests)


def read_manifest(bundle: Bundle, key: str, findings: list[Finding]) -> ProcessManifest | None:
    """Read manifest, forms and tables of one process of the bundle; adds what is wrong to ``findings``."""
    files, shared = bundle.of(key), bundle.shared()
    forms = dict(_read_all(_named(shared, "forms/", ".form.json"), "shared/forms/{}.form.json", Form.read, findings))
    forms |= _read_all(_named(files, "forms/", ".form.json"), key + "/forms/{}.form.json", Form.read, findings)
    decisions = dict(_read_all(_named(shared, "", ".dmn"), "shared/{}.dmn", dmn.read, findings))
    decisions |= _read_all(_named(files, "", ".dmn"), key + "/{}.dmn", dmn.read, findings)
    reader = ManifestReader(f"{key}/process.toml")
    manifest = reader.read(files.get("process.toml", b""), forms, decisions)
    if manifest is not None and manifest.key != key:
        reader.find("manifest.key", "key", key=manifest.key, folder=key)
    findings += reader.findings
    return manifest


def _named(files: Mapping[str, bytes], prefix: str, suffix: str) -> dict[str, bytes]:
    found = {name: text for name, text in files.items() if name.startswith(prefix) and name.endswith(suffix)}
    return {name.removeprefix(prefix).removesuffix(suffix): text for name, text in found.items() if "/" not in name.removeprefix(prefix)}


def _read_all(
    files: Mapping[str, bytes], source: str, read: Callable[[bytes, str], Any], findings: list[Finding]
) -> Iterator[tuple[str, Any]]:
    for name, text in files.items():
        try:
            yield name, read(text, source.format(name))
        except (FormInvalid, DmnInvalid) as invalid:
            findings += _placed(invalid, source.format(name))


def _placed(invalid: FileInvalid, source: str) -> list[Finding]:
    return [Finding(f.id, f.element, f.facts, f.source or source, f.level, f.line, f.column) for f in invalid.findings]


def _element(node: Node, manifest: ProcessManifest) -> ElementFacts:
    lane = node.properties.get("lane") or node.lane
    stated = manifest.roles.get(lane or "")
    role = node.role or (stated.role if stated else None)
    return ElementFacts(node.id, node.process, node.kind, node.words, lane, node.form,
                        role if isinstance(role, str) else None, node.operation, node.plane)
