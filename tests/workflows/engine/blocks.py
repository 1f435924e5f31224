"""Random block processes and an oracle that knows nothing of the engine: it runs the tree of blocks itself."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.workflows.engine.drawing import event, file, flow, node, sub

Place = tuple[str, tuple[tuple[str, int], ...]]


@dataclass
class Block:
    """One block of a process: a kind, and the blocks in it."""

    kind: str
    id: int
    parts: list[Block] = field(default_factory=list)
    count: int = 0


# ---------------------------------------------------------------- making blocks


def make(random: Random, depth: int, numbers: Iterator[int], messages: bool = True) -> Block:
    """A random block; what could not be told apart in several runs (messages, items of calls) is not put into them."""
    simple = ["task", "task", "seq"]
    deep = ["seq", "xor", "par", "inc", "sub", "loop", "many"] + (["call", "bound", "beside", "event"] if messages else [])
    kind = random.choice(deep if depth > 0 else simple if depth == 0 else ["task"])
    block = Block(kind, next(numbers), count=random.randrange(3))
    inner = messages and kind != "many"
    block.parts = [make(random, depth - 1, numbers, inner) for _ in range(_arity(kind, random))]
    return block


def _arity(kind: str, random: Random) -> int:
    if kind in ("task",):
        return 0
    if kind in ("sub", "call", "loop", "many"):
        return 1
    return 2 if kind in ("bound", "beside", "event") else random.randint(2, 3)


# ---------------------------------------------------------------- drawing them


class Pen:
    """Draws a block tree as BPMN; called processes go into files of their own."""

    def __init__(self) -> None:
        self.called: dict[str, bytes] = {}
        self.messages: list[str] = []

    def process(self, block: Block, key: str) -> bytes:
        body = self.scope(block, key)
        return file(body, key, messages=" ".join(dict.fromkeys(self.messages)))

    def scope(self, block: Block, name: str) -> str:
        body, first, last = self.draw(block)
        return (node(f"{name}_s", "startEvent") + body + node(f"{name}_e", "endEvent")
                + flow(f"{name}_s", first) + flow(last, f"{name}_e"))

    def draw(self, block: Block) -> tuple[str, str, str]:
        return getattr(self, f"_{block.kind}")(block)

    def _task(self, block: Block) -> tuple[str, str, str]:
        return node(f"t{block.id}", "userTask"), f"t{block.id}", f"t{block.id}"

    def _seq(self, block: Block) -> tuple[str, str, str]:
        drawn = [self.draw(part) for part in block.parts]
        body = "".join(part[0] for part in drawn)
        body += "".join(flow(before[2], after[1]) for before, after in itertools.pairwise(drawn))
        return body, drawn[0][1], drawn[-1][2]

    def _asked(self, block: Block) -> str:
        return node(f"d{block.id}", "userTask", properties={f"set.c{block.id}": f"d{block.id}.x"})

    def _fan(self, block: Block, tag: str, conditions: list[str | None]) -> tuple[str, str, str]:
        i = block.id
        default = {} if None not in conditions or tag == "parallelGateway" else {"default": f"f{i}_{conditions.index(None)}"}
        body = node(f"g{i}", tag, **default) + node(f"j{i}", tag)
        for position, (part, condition) in enumerate(zip(block.parts, conditions, strict=True)):
            drawn, first, last = self.draw(part)
            body += drawn + flow(f"g{i}", first, condition, f"f{i}_{position}") + flow(last, f"j{i}")
        return body, f"g{i}", f"j{i}"

    def _par(self, block: Block) -> tuple[str, str, str]:
        return self._fan(block, "parallelGateway", [None] * len(block.parts))

    def _xor(self, block: Block) -> tuple[str, str, str]:
        conditions = [None, *(f"c{block.id} = {number}" for number in range(1, len(block.parts)))]
        body, first, last = self._fan(block, "exclusiveGateway", conditions)
        return self._asked(block) + body + flow(f"d{block.id}", first), f"d{block.id}", last

    def _inc(self, block: Block) -> tuple[str, str, str]:
        conditions = [None, *(f"modulo(floor(c{block.id} / {2 ** number}), 2) = 1" for number in range(1, len(block.parts)))]
        body, first, last = self._fan(block, "inclusiveGateway", conditions)
        return self._asked(block) + body + flow(f"d{block.id}", first), f"d{block.id}", last

    def _sub(self, block: Block) -> tuple[str, str, str]:
        return sub(f"s{block.id}", self.scope(block.parts[0], f"s{block.id}")), f"s{block.id}", f"s{block.id}"

    def _call(self, block: Block) -> tuple[str, str, str]:
        key, pen = f"q{block.id}", Pen()
        pen.called = self.called
        self.called[key] = pen.process(block.parts[0], key)
        return node(f"s{block.id}", "callActivity", calledElement=key), f"s{block.id}", f"s{block.id}"

    def _loop(self, block: Block) -> tuple[str, str, str]:
        i = block.id
        body, first, last = self.draw(block.parts[0])
        body += node(f"in{i}", "exclusiveGateway") + self._asked(block) + node(f"g{i}", "exclusiveGateway", default=f"out{i}")
        body += flow(f"in{i}", first) + flow(last, f"d{i}") + flow(f"d{i}", f"g{i}") + flow(f"g{i}", f"in{i}", f"c{i} = 1")
        body += node(f"x{i}", "exclusiveGateway") + flow(f"g{i}", f"x{i}", None, f"out{i}")
        return body, f"in{i}", f"x{i}"

    def _many(self, block: Block) -> tuple[str, str, str]:
        i = block.id
        loop = (f'<multiInstanceLoopCharacteristics isSequential="{"true" if i % 2 else "false"}">'
                f'<loopCardinality>{block.count}</loopCardinality><inputDataItem name="i{i}"/></multiInstanceLoopCharacteristics>')
        return sub(f"s{i}", loop + self.scope(block.parts[0], f"s{i}")), f"s{i}", f"s{i}"

    def _message(self, block: Block) -> str:
        self.messages.append(f"m{block.id}")
        return event("message", f"m{block.id}")

    def _bound(self, block: Block) -> tuple[str, str, str]:
        i = block.id
        other, first, last = self.draw(block.parts[1])
        body = sub(f"s{i}", self.scope(block.parts[0], f"s{i}")) + other + node(f"x{i}", "exclusiveGateway")
        body += node(f"b{i}", "boundaryEvent", self._message(block), attachedToRef=f"s{i}")
        return body + flow(f"s{i}", f"x{i}") + flow(f"b{i}", first) + flow(last, f"x{i}"), f"s{i}", f"x{i}"

    def _beside(self, block: Block) -> tuple[str, str, str]:
        i = block.id
        other, first, last = self.draw(block.parts[1])
        body = sub(f"s{i}", self.scope(block.parts[0], f"s{i}")) + other + node(f"e{i}", "endEvent")
        body += node(f"b{i}", "boundaryEvent", self._message(block), attachedToRef=f"s{i}", cancelActivity="false")
        return body + flow(f"b{i}", first) + flow(last, f"e{i}"), f"s{i}", f"s{i}"

    def _event(self, block: Block) -> tuple[str, str, str]:
        i = block.id
        other, first, last = self.draw(block.parts[1])
        interrupting = "true" if block.count == 0 else "false"
        begin = node(f"h{i}_s", "startEvent", self._message(block), isInterrupting=interrupting)
        handler = sub(f"h{i}", begin + other + node(f"h{i}_e", "endEvent") + flow(f"h{i}_s", first) + flow(last, f"h{i}_e"),
                      triggeredByEvent="true")
        return sub(f"s{i}", self.scope(block.parts[0], f"s{i}") + handler), f"s{i}", f"s{i}"


# ---------------------------------------------------------------- the oracle


class Live:
    """One running block. `after` is what follows it."""

    def __init__(self, block: Block, scope: Area, path: tuple[tuple[str, int], ...], after: Callable[[], None]) -> None:
        self.block, self.scope, self.path, self.after = block, scope, path, after
        self.waiting: str | None = None
        self.left = 0
        scope.begin(self)
        getattr(self, f"_{block.kind}")()

    def done(self) -> None:
        self.scope.end(self)
        self.after()

    def inside(self, part: Block, after: Callable[[], None]) -> None:
        Live(part, self.scope, self.path, after)

    def answer(self, x: int) -> None:
        """The task this block waits at is completed."""
        self.waiting = None
        kind, parts = self.block.kind, self.block.parts
        if kind == "task":
            self.done()
        elif kind == "xor":
            self.inside(parts[x if x < len(parts) else 0], self.done)
        elif kind == "inc":
            chosen = [part for number, part in enumerate(parts) if number and x >> number & 1] or [parts[0]]
            self.all(chosen)
        elif x == 1:
            self._loop()
        else:
            self.done()

    def all(self, parts: list[Block]) -> None:
        self.left = len(parts)
        for part in parts:
            self.inside(part, self.one_less)

    def one_less(self) -> None:
        self.left -= 1
        if not self.left:
            self.done()

    def _task(self) -> None:
        self.waiting = f"t{self.block.id}"

    def _ask(self) -> None:
        self.waiting = f"d{self.block.id}"

    _xor = _inc = _ask

    def _seq(self, position: int = 0) -> None:
        if position == len(self.block.parts):
            self.done()
        else:
            self.inside(self.block.parts[position], lambda: self._seq(position + 1))

    def _par(self) -> None:
        self.all(self.block.parts)

    def _loop(self) -> None:
        self.inside(self.block.parts[0], self._ask)

    def _sub(self) -> None:
        self.area = Area(self.scope, self.block, self.path, self.block.parts[0], self.done)

    def _call(self) -> None:
        self.area = Area(self.scope, self.block, (), self.block.parts[0], self.done)

    def _event(self) -> None:
        self._sub()

    _bound = _beside = _sub

    def _many(self, position: int = 0) -> None:
        i, count = self.block.id, self.block.count
        if position == count:
            self.done()
        elif i % 2:
            Area(self.scope, self.block, (*self.path, (f"i{i}", position + 1)), self.block.parts[0],
                 lambda: self._many(position + 1))
        else:
            self.left = count
            for number in range(1, count + 1):
                Area(self.scope, self.block, (*self.path, (f"i{i}", number)), self.block.parts[0], self.one_less)


class Area:
    """One running scope: it is over when nothing lives in it."""

    def __init__(self, outer: Area | None, block: Block, path: Any, main: Block, after: Callable[[], None]) -> None:
        self.outer, self.block, self.path, self.after = outer, block, path, after
        self.living: list[Live] = []
        self.inner: list[Area] = []
        self.interrupted = self.over = False
        if outer is not None:
            outer.inner.append(self)
        self.busy = 1
        Live(main, self, path, lambda: None)
        self.busy = 0
        self.look()

    def begin(self, live: Live) -> None:
        self.living.append(live)

    def end(self, live: Live) -> None:
        self.living.remove(live)
        if not self.busy:
            self.busy = 1
            QUEUE.append(self.free)

    def free(self) -> None:
        self.busy = 0
        self.look()

    def look(self) -> None:
        if not self.living and not self.over and not self.busy:
            self.over = True
            if self.outer is not None:
                self.outer.inner.remove(self)
            self.after()

    def stop(self) -> None:
        """Everything in it is withdrawn."""
        self.over = True
        self.living.clear()
        self.inner.clear()

    def everything(self) -> Iterator[Live]:
        yield from self.living
        for area in self.inner:
            yield from area.everything()


QUEUE: list[Callable[[], None]] = []


def drain() -> None:
    """Let scopes end that became empty, until nothing changes."""
    while QUEUE:
        QUEUE.pop(0)()


class Oracle:
    """What must be open, and which messages can arrive."""

    def __init__(self, block: Block) -> None:
        self.finished = False
        QUEUE.clear()
        self.root = Area(None, Block("root", 0), (), block, self._finish)
        drain()

    def _finish(self) -> None:
        self.finished = True

    def open(self) -> list[Place]:
        return sorted((live.waiting, live.path) for live in self.root.everything() if live.waiting)

    def complete(self, place: Place, x: int) -> None:
        live = next(live for live in self.root.everything() if (live.waiting, live.path) == place)
        live.answer(x)
        drain()

    def messages(self) -> list[tuple[str, Live]]:
        return [(f"m{live.block.id}", live) for live in self.root.everything()
                if live.block.kind in ("bound", "beside", "event") and not live.area.over and not live.area.interrupted]

    def runs(self, block: Block) -> bool:
        """Whether a block runs now: side paths are not started twice at once, their items would look the same."""
        inner = {id(part) for part in _all(block)}
        return any(id(live.block) in inner for live in self.root.everything())

    def deliver(self, live: Live) -> None:
        other, area = live.block.parts[1], live.area
        if live.block.kind == "bound":
            area.stop()
            live.scope.inner.remove(area)
            Live(other, live.scope, live.path, live.done)
        elif live.block.kind == "beside":
            Live(other, live.scope, live.path, lambda: None)
        elif live.block.count == 0:
            area.living.clear()
            area.inner.clear()
            area.interrupted = True
            Live(other, area, live.path, lambda: None)
        else:
            Live(other, area, live.path, lambda: None)
        drain()


def _all(block: Block) -> Iterator[Block]:
    yield block
    for part in block.parts:
        yield from _all(part)
