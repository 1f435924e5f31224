"""Playing a step: one function for each thing that can be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workflows.engine.variables import to_json
from workflows.errors import WorkflowError
from workflows.feel import compile as compile_feel
from workflows.form import Form
from workflows.manifest import ActFacts, ProcessManifest
from workflows.progress import Message, WorkItem
from workflows.rehearsal.expecting import role_of, shown
from workflows.rehearsal.scenario import Scenario, Step, moment, plain
from workflows.rehearsal.stage import Stage

Answers = Mapping[str, Any]


class Unplayable(WorkflowError):
    """A step cannot be played; the story ends here."""

    id = "rehearsal.unplayable"


def play(stage: Stage, story: Scenario, step: Step) -> None:
    """Do what a step says. Raises Unplayable, or what the engine refuses."""
    stage.forget()
    stage.systems.here = step.said.get("operations", {}) if step.number else {}
    if step.number:
        stage.case |= plain(step.said.get("case", {}))
    _DOINGS[step.does](stage, story, step)


def _start(stage: Stage, story: Scenario, step: Step) -> None:
    form = stage.definition.start_form
    given = _given(stage, story.given)
    stage.start(given if form is None else _checked(stage, form, given, {"case": stage.case}))


def _complete(stage: Stage, story: Scenario, step: Step) -> None:
    item = _item(stage, step)
    _by(step, item)
    answers = _given(stage, step.said.get("answers", {}))
    if item.form is not None:
        form = stage.definition.form(item.process, item.form)
        answers = _checked(stage, form, answers, stage.engine.scope(stage.instance, item.key, stage.at()))
    stage.do(stage.engine.complete, item.key, answers)


def _act(stage: Stage, story: Scenario, step: Step) -> None:
    manifests = [stage.definition.manifest(key) for key in stage.definition.processes]
    manifest = next((one for one in manifests if step.what in one.acts), None)
    if manifest is None:
        raise Unplayable("rehearsal.no_act", act=step.what)
    act, scope = manifest.acts[step.what], stage.beside(manifest.key)
    _may(step, act, manifest)
    if act.allowed_when is not None and act.allowed_when.evaluate(scope, stage.systems.functions) is not True:
        raise WorkflowError("act.not_allowed", act=step.what)
    answers: Answers = _given(stage, step.said.get("answers", {}))
    if act.form is not None:
        answers = _checked(stage, stage.definition.form(manifest.key, act.form), answers, scope)
    stage.do(stage.engine.act, step.what, answers)


def _may(step: Step, act: ActFacts, manifest: ProcessManifest) -> None:
    """Whoever acts is named, and is one of those who may."""
    lanes = {name: "citizen" if lane.visitor is not None else lane.role for name, lane in manifest.roles.items()}
    may = {"citizen" if name == "reporter" else lanes.get(name, name) for name in act.by}
    if step.said.get("by") not in may and all(isinstance(role, str) for role in may):
        raise Unplayable("rehearsal.not_for", act=step.what, role=step.said.get("by", "–"), may=sorted(map(str, may)))


def _deliver(stage: Stage, story: Scenario, step: Step) -> None:
    keys = step.said.get("keys")
    if keys is None:
        places = [place for place in stage.places.values() if place.message == step.what]
        if not places:
            waiting = sorted({place.message for place in stage.places.values()})
            raise Unplayable("rehearsal.nobody_waits", message=step.what, waiting=waiting)
        found = places[-1].correlation
    else:
        found = tuple(str(_value(stage, key)) for key in keys)
    stage.deliver(Message(str(step.what), found, _given(stage, step.said.get("payload", {}))))


def _fail(stage: Stage, story: Scenario, step: Step) -> None:
    stage.do(stage.engine.fail, _item(stage, step).key, step.said.get("code", ""))


def _send_back(stage: Stage, story: Scenario, step: Step) -> None:
    stage.do(stage.engine.redirect, _item(stage, step).key, step.said.get("to", ""), "rehearsal")


def _pass(stage: Stage, story: Scenario, step: Step) -> None:
    stage.wait(stage.after(step.does, step.what))


def _until(stage: Stage, story: Scenario, step: Step) -> None:
    stage.wait(moment(_value(stage, step.what)))


def _item(stage: Stage, step: Step) -> WorkItem:
    item = stage.open(str(step.what), plain(step.said.get("where", {})))
    if item is None:
        raise Unplayable("rehearsal.not_open", element=step.what, open=shown(stage.items))
    return item


def _by(step: Step, item: WorkItem) -> None:
    """A step says who does it, and that is whom the item waits for; a system may stay unnamed."""
    role = role_of(item.participant)
    if step.said.get("by", "system") != role:
        raise Unplayable("rehearsal.other_person", element=item.element, by=step.said.get("by", "–"), role=role)


def _given(stage: Stage, answers: Answers) -> dict[str, Any]:
    return {name: _value(stage, value) for name, value in answers.items()}


def _value(stage: Stage, value: Any) -> Any:
    """A text that begins with `=` is an expression over the variables."""
    if isinstance(value, str) and value.startswith("="):
        return to_json(compile_feel(value).evaluate(stage.names(), stage.systems.functions))
    return plain(value)


def _checked(stage: Stage, form: Form, answers: Answers, scope: Mapping[str, Any]) -> Answers:
    """The answers as the form takes them, like in production."""
    found = form.check(answers, scope, stage.systems.functions)
    if not found.is_right:
        problems = {key: [problem.id for problem in of] for key, of in found.errors.items()}
        raise Unplayable("rehearsal.form", form=form.name, problems=problems)
    return found.values


_DOINGS: Mapping[str, Callable[[Stage, Scenario, Step], None]] = {
    "": _start, "complete": _complete, "act": _act, "deliver": _deliver, "fail": _fail, "send_back": _send_back,
    "working_days_pass": _pass, "days_pass": _pass, "hours_pass": _pass, "until": _until,
}
