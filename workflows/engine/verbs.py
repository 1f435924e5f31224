"""The verbs of the engine: each takes one event and returns the progress that follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from workflows.calendar import Calendar
from workflows.engine import activities, events, items, pausing, redirecting, scopes, waits
from workflows.engine.consistency import check
from workflows.engine.limits import Tables, lend
from workflows.engine.moving import move
from workflows.engine.run import Run
from workflows.engine.scheduler import advance, columns
from workflows.engine.state import ITEM, MOVE, SUSPENDED, TERMINATED, State, Token, Wait, dump, load
from workflows.engine.timing import Due
from workflows.engine.variables import to_json
from workflows.errors import NotWaiting, WorkflowError
from workflows.feel import Functions
from workflows.model import Node
from workflows.progress import Circumstances, Fact, Message, Progress, WorkItem


@dataclass(frozen=True, slots=True)
class Instance:
    """One running instance as it was stored: hand back what the last `Progress` held."""

    definition: Any
    state: bytes
    variables: Mapping[str, Any]


class Engine:
    """Runs definitions: a state and an event in, a `Progress` out. Holds no instance and reads no clock."""

    def __init__(self, calendar: Calendar | None = None, tables: Tables | None = None) -> None:
        #: the working days that limits are counted by
        self.calendar = calendar
        self._tables = tables

    def start(self, definition: Any, answers: Mapping[str, Any], at: Circumstances) -> Progress:
        """Begin an instance with the answers of its start form; without one they are its variables, as in a call."""
        process = definition.key
        run = self._run(definition, State(process), {}, at)
        scope = scopes.open_scope(run, run.compiled.processes[process], None)
        manifest = run.manifest(process)
        if manifest.start_form:
            run.put(scope, None, manifest.start_form, _form_answers(run, process, manifest.start_form, answers))
        for name, value in {} if manifest.start_form else answers.items():
            run.put(scope, None, name, value)
        activities.initialise(run, scope, run.variables)
        scopes.listen(run, scope)
        starts = run.plane(scope).starts
        for start in starts if starts[0].kind != "start" else [activities.entry(starts)]:
            run.move(scopes.new_token(run, scope, start))
        return self._finish(run)

    def complete(self, instance: Instance, item_key: str, answers: Mapping[str, Any], at: Circumstances) -> Progress:
        """Complete an open work item. Raises `NotWaiting` when it is not open any more."""
        run = self._resume(instance, at)
        self._complete(run, _item(run, item_key), answers)
        return self._finish(run)

    def fail(self, instance: Instance, item_key: str, code: str, at: Circumstances) -> Progress:
        """Offer an error to the boundaries beside the failing item, then outwards; never beside another item.

        Raises `WorkflowError` (`engine.error_not_caught`) when the diagram has nothing for it.
        """
        run = self._resume(instance, at)
        token = _item(run, item_key)
        run.fact("failed", run.node(token), code=code, key=item_key)
        if not events.throw_error(run, run.state.scopes[token.scope], code, token):
            raise WorkflowError("engine.error_not_caught", element=token.node, code=code)
        return self._finish(run)

    def deliver(self, instance: Instance, message: Message, at: Circumstances) -> Progress:
        """Give a message to the one place that waits for it. Raises `NotWaiting` when there is none."""
        run = self._resume(instance, at)
        wait = events.find_message(run, message.name, list(message.keys))
        if wait is None:
            raise NotWaiting("engine.no_receiver", message=message.name)
        self._deliver(run, wait, message.name, message.payload)
        return self._finish(run)

    def act(self, instance: Instance, message: str, answers: Mapping[str, Any], at: Circumstances) -> Progress:
        """A person starts something without an open item: deliver, and complete the form that follows at once.

        That item stands in both `opened` and `closed`, so that its answers have a row to belong to.
        """
        run = self._resume(instance, at)
        wait = events.find_message(run, message, None)
        if wait is None:
            raise NotWaiting("engine.no_receiver", message=message)
        process = waits.catcher(run, wait).process
        act = run.manifest(process).acts.get(message)
        form = act.form if act is not None else None
        self._deliver(run, wait, message, _form_answers(run, process, form, answers))
        advance(run)
        token = next((found for found in run.state.tokens.values() if found.does == ITEM and found.id > run.born
                      and form is not None and run.node(found).form == form), None)
        opened = None
        if token is not None:
            opened = run.output.opened.pop(items.key(token))
            self._complete(run, token, answers)
        progress = self._finish(run)
        return progress if opened is None else _with_opened(progress, opened)

    def fire(self, instance: Instance, at: Circumstances) -> Progress:
        """Let every timer happen that is due, in the order they became due."""
        run = self._run(instance.definition, load(instance.state), instance.variables, at)
        for wait in [] if run.state.status == SUSPENDED else waits.due_timers(run, at.now):
            if wait.id in run.state.waits and waits.is_due(wait, at.now):
                run.fact("timer_fired", waits.catcher(run, wait), key=waits.key(wait), due=wait.due)
                events.happen(run, wait)
                advance(run)
                pausing.refresh(run)
        return self._finish(run)

    def reschedule(self, instance: Instance, timer_key: str, due: datetime, reason: str, at: Circumstances) -> Progress:
        """Give a timer, or an open item, another due instant."""
        run = self._run(instance.definition, load(instance.state), instance.variables, at)
        pausing.reschedule(run, timer_key, Due(due), reason)
        return self._finish(run)

    def suspend(self, instance: Instance, reason: str, at: Circumstances) -> Progress:
        """Stop an instance until it is resumed: nothing can be completed, delivered or fired meanwhile."""
        run = self._resume(instance, at)
        pausing.suspend(run, reason)
        return self._finish(run)

    def resume(self, instance: Instance, reason: str, at: Circumstances) -> Progress:
        """Let a suspended instance go on; service limits are later by the pause, statutory ones are not."""
        run = self._run(instance.definition, load(instance.state), instance.variables, at)
        pausing.resume(run, reason)
        return self._finish(run)

    def redirect(self, instance: Instance, item_key: str, element: str, reason: str, at: Circumstances) -> Progress:
        """Withdraw an item's token and start afresh at another element (return, recall, re-routing)."""
        run = self._resume(instance, at)
        redirecting.redirect(run, _item(run, item_key), element, reason)
        return self._finish(run)

    def terminate(self, instance: Instance, reason: str, at: Circumstances) -> Progress:
        """End an instance by decision of a person; everything open is withdrawn."""
        run = self._run(instance.definition, load(instance.state), instance.variables, at)
        for scope in [scope for scope in run.state.scopes.values() if not scope.host]:
            scopes.close(run, scope)
        run.state.status, run.state.ended = TERMINATED, None
        run.output.facts.append(Fact("ended", "", run.state.process, {"reason": reason, "status": TERMINATED}))
        return self._finish(run)

    def move(self, instance: Instance, definition: Any, at: Circumstances) -> Progress:
        """Continue on another version of the definition, places mapped by equal ids. Raises `BundleInvalid`
        with every place that has no equal in the new version."""
        run = self._run(definition, load(instance.state), instance.variables, at)
        move(run)
        return self._finish(run)

    # looking, without changing anything

    def scope(self, instance: Instance, item_key: str, at: Circumstances) -> Mapping[str, Any]:
        """The typed names that the form of an open item sees. Raises `NotWaiting`."""
        run = self._run(instance.definition, load(instance.state), instance.variables, at)
        token = _item(run, item_key)
        return run.visible(run.state.scopes[token.scope], token)

    def functions(self, definition: Any, at: Circumstances) -> Functions:
        """The functions that expressions of a definition may call, as of a moment."""
        return self._run(definition, State(definition.key), {}, at).functions()

    def limit(self, definition: Any, key: str, start: datetime, area: Any = None) -> Mapping[str, Any]:
        """What `deadline(key, start)` gives in a diagram of this definition: due, rule, version, arithmetic."""
        lent = self.functions(definition, Circumstances(start))
        if lent.deadline is None:
            raise WorkflowError("limits.table_missing", table="deadlines")
        return lent.deadline(key, start, area)

    # one command

    def _run(self, definition: Any, state: State, variables: Mapping[str, Any], at: Circumstances) -> Run:
        tables = self._tables if self._tables is not None else getattr(definition, "shared", None)
        return Run(definition, state, variables, at, partial(lend, self.calendar, tables or {}))

    def _resume(self, instance: Instance, at: Circumstances) -> Run:
        run = self._run(instance.definition, load(instance.state), instance.variables, at)
        if run.state.status != "running":
            raise NotWaiting(f"engine.{run.state.status}")
        return run

    def _deliver(self, run: Run, wait: Wait, name: str, payload: Mapping[str, Any]) -> None:
        run.fact("message", waits.catcher(run, wait), name=name)
        events.happen(run, wait, {"message": payload})

    def _complete(self, run: Run, token: Token, answers: Mapping[str, Any]) -> None:
        """Keep the answers, perform what belongs to the completion, and go on."""
        node, scope = run.node(token), run.state.scopes[token.scope]
        form = node.form if node.kind in ("user", "manual") else None
        given = _form_answers(run, node.process, form, answers)
        if node.into and (given or form or node.kind == "service"):
            run.put(scope, token, node.into, given)
        if node.then is not None and not self._perform(run, token, node):
            return
        items.close_item(run, token, node, "completed")
        token.does = MOVE
        activities.finish(run, token, node)

    def _perform(self, run: Run, token: Token, node: Node) -> bool:
        """Perform the local operation of a completion; False when it failed and the diagram caught it."""
        columns(run)
        operation = str(node.then)
        if run.at.perform is None:
            raise WorkflowError("engine.no_performer", operation=operation)
        item = WorkItem(items.key(token), node.id, node.process, items.SYSTEM, operation=operation,
                        arguments=items.arguments(run, token, node), local=items.local_names(run, token))
        return activities.operate(run, token, node, item, operation.partition(".")[2])

    def _finish(self, run: Run) -> Progress:
        advance(run)
        pausing.refresh(run)
        items.amend(run)
        check(run)
        return _progress(run)


def _item(run: Run, key: str) -> Token:
    """The token of an open item, or the refusal that nothing of this key is open."""
    element, _, number = key.rpartition(":")
    token = run.state.tokens.get(int(number)) if number.isdecimal() else None
    if token is None or token.does != ITEM or token.node != element:
        raise NotWaiting(item=key)
    return token


def _form_answers(run: Run, process: str, form: str | None, answers: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of a form's answers only what may enter variables; answers without a form as they are."""
    known = run.manifest(process).forms.get(form or "")
    return known.variables(answers) if known is not None else to_json(answers)


def _with_opened(progress: Progress, item: WorkItem) -> Progress:
    changes = {name: getattr(progress, name) for name in Progress.__slots__}
    changes["opened"] = (item, *progress.opened)
    return Progress(**changes)


def _progress(run: Run) -> Progress:
    output, state = run.output, run.state
    if output.status is not None:
        output.facts.append(Fact("status", "", state.process, {"word": output.status}))
    if output.variables:
        output.facts.append(Fact("variables", "", state.process, output.variables))
    if state.status == "completed":
        output.facts.append(Fact("ended", state.ended or "", state.process, {"status": state.status}))
    return Progress(
        state=dump(state), variables=run.variables, status=state.status,  # type: ignore[arg-type]  # one of four words
        ended=state.ended if state.status == "completed" else None,
        opened=tuple(output.opened.values()), closed=tuple(output.closed.values()),
        amended=tuple(output.amended.values()), timers_set=tuple(output.timers_set.values()),
        timers_dropped=tuple(output.timers_dropped), subscriptions_set=tuple(output.subscriptions_set.values()),
        subscriptions_dropped=tuple(output.subscriptions_dropped), milestones=tuple(output.milestones),
        escalations=tuple(output.escalations), case_status=output.status, case_changes=output.case,
        facts=tuple(output.facts),
    )
