"""Random processes against an oracle written without the engine; restored from bytes between every two steps."""

from __future__ import annotations

import itertools
import os
from random import Random

import pytest

from tests.workflows.engine.blocks import Oracle, Pen, Place, make
from tests.workflows.engine.drawing import Play, drawn

PROCESSES = int(os.environ.get("ORACLE_PROCESSES", "50"))
PATHS = int(os.environ.get("ORACLE_PATHS", "5"))
STEPS = 60


def places(play: Play) -> dict[Place, str]:
    found: dict[Place, str] = {}
    for key, item in play.items.items():
        path = tuple((name, value) for name, value in item.local.items() if name.startswith("i"))
        assert (item.element, path) not in found
        found[item.element, path] = key
    return found


@pytest.mark.parametrize("seed", range(PROCESSES))
def test_the_engine_agrees_with_the_oracle(seed: int) -> None:
    block = make(Random(seed), 3, itertools.count(1))
    pen = Pen()
    definition = drawn(pen.process(block, "p"), called=pen.called)
    for path in range(PATHS):
        random, oracle, play = Random(f"{seed}/{path}"), Oracle(block), Play(definition)
        for _ in range(STEPS):
            assert sorted(places(play)) == oracle.open()
            assert (play.last.status == "completed") == oracle.finished
            assert sorted(place.message for place in play.subscriptions.values()) == sorted(name for name, _ in oracle.messages())
            if oracle.finished:
                break
            step(random, oracle, play)


def step(random: Random, oracle: Oracle, play: Play) -> None:
    messages = [(name, live) for name, live in oracle.messages() if not oracle.runs(live.block.parts[1])]
    if messages and random.random() < 0.2:
        name, live = random.choice(messages)
        oracle.deliver(live)
        play.message(name)
        return
    place, x = random.choice(oracle.open()), random.randrange(8)
    key = places(play)[place]
    oracle.complete(place, x)
    play.complete(key, x=x)
