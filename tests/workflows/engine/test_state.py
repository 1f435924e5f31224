"""The saved state: bytes that say nothing of the library, read for ever, damaged ones refused."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

from tests.workflows.engine.drawing import Drawn, Play, chain, drawn, end, event, file, node, start, sub, user
from workflows import Instance, Message, StateUnreadable
from workflows.engine.state import FORMAT, dump, load

STATES = Path(__file__).resolve().parents[1] / "states"


def golden() -> bytes:
    """The diagram that every kept state belongs to; never edited."""
    many = '<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality><inputDataItem name="i"/></multiInstanceLoopCharacteristics>'
    inner = start("s1") + user("in", due='duration("P1D")') + node("got", "intermediateCatchEvent", event("message", "m")) + end("e1")
    body = start() + node("fork", "parallelGateway") + node("join", "parallelGateway") + user("a")
    body += sub("sp", many + inner + chain("s1 in got e1"))
    body += node("bd", "boundaryEvent", event("timer", text="P3D"), attachedToRef="sp") + end() + end("late")
    return file(body + chain("start fork a join end; fork sp join; bd late"), messages="m")


def played() -> Play:
    play = Play(drawn(golden()))
    play.done("a")
    play.done("in")
    return play


@pytest.mark.parametrize("path", sorted(STATES.glob("format-*/*.json")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_state_ever_written_still_runs_to_its_end(path: Path) -> None:
    kept, play = json.loads(path.read_text()), Play(drawn(golden()))
    instance = Instance(play.definition, json.dumps(kept["state"]).encode(), kept["variables"])
    for key in kept["items"]:
        progress = play.engine.complete(instance, key, {}, play.at())
        instance = Instance(play.definition, progress.state, progress.variables)
    for _ in range(kept["messages"]):
        progress = play.engine.deliver(instance, Message("m", ()), play.at())
        instance = Instance(play.definition, progress.state, progress.variables)
    assert (progress.status, progress.ended) == ("completed", "end")


def test_a_state_reads_back_as_it_was() -> None:
    play = played()
    assert dump(load(play.last.state)) == play.last.state
    assert json.loads(play.last.state)[0] == FORMAT


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"[1]", b"[1,[],[],[],[]]", b"[99,[],[],[],[]]", b"[1,2,3,4,5]", b"\xff", b"null"])
def test_a_damaged_or_foreign_state_is_refused(data: bytes) -> None:
    with pytest.raises(StateUnreadable):
        load(data)


def test_a_state_cut_anywhere_is_refused() -> None:
    state = played().last.state
    for length in range(0, len(state), 7):
        with pytest.raises(StateUnreadable):
            load(state[:length])


def test_running_a_thousand_instances_changes_nothing_in_the_definition() -> None:
    definition = drawn(golden())
    before = fingerprint(definition)
    for _ in range(1000):
        play = Play(definition)
        play.done("a")
    played()
    assert fingerprint(definition) == before


def fingerprint(definition: Drawn) -> str:
    return "\n".join(
        f"{node.id} {node.kind} {[flow.id for flow in node.incoming]} {[flow.id for flow in node.outgoing]} {node.events}"
        f" {node.properties} {node.boundaries} {node.loop}"
        for plane in definition.compiled.planes.values() for node in plane.nodes.values()
    )


def test_the_state_does_not_grow_with_age() -> None:
    body = start() + node("in", "exclusiveGateway") + user("a") + user("b") + chain("start in a b in")
    play = Play(drawn(file(body)))
    sizes = []
    for _ in range(150):
        play.done("a")
        play.done("b")
        sizes.append(len(play.last.state))
    assert max(sizes) - min(sizes) < 20


def test_what_was_handed_in_is_not_changed() -> None:
    play = played()
    state, variables = play.last.state, copy.deepcopy(dict(play.variables))
    play.engine.complete(play.instance, play.key("in"), {"x": 1}, play.at())
    assert (play.last.state, dict(play.variables)) == (state, variables)
