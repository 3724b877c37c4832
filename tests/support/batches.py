"""Small batches for tests: a graph of scripted models, as many runs of it as wanted, and what came of them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import msgpack

from studio import Graph
from studio.batch.driving.driver import Driver, Outcome
from studio.batch.driving.jobs import Job
from studio.batch.engines.base import Engine, Link, WorkerLost
from studio.batch.work.messages import (
    STOPPED,
    CouldNot,
    DoRun,
    DoScore,
    Ended,
    Frame,
    FromWorker,
    Ready,
    TakeGraph,
    pack,
    unpack,
)
from studio.engine.prepared import prepare
from studio.spec.registry import default_registry
from studio.support.ids import new_run_id
from studio.support.values import Json, encode, hash_bytes
from studio.trace.batches import Batches
from studio.trace.log import BatchResult, BatchStart, RunStart
from studio.trace.runlog import ANSWER, FINISH, START


def small_graph() -> Graph:
    """Two model calls, one after the other, over the input `topic`."""
    graph = Graph("small")
    graph.add("flow.input", "topic", value="tide pools")
    graph.add("llm.function", "first", instructions="Write about {topic}.", output="text")
    graph.add("llm.function", "second", instructions="Shorten: {draft}", output="text")
    graph.add("flow.output", "result")
    graph.connect("topic.value", "first.topic")
    graph.connect("first.text", "second.draft")
    graph.connect("second.text", "result.value")
    return graph


def chain_graph(nodes: int = 20, models: int = 6) -> Graph:
    """A chain of so many nodes from input to output; so many of them, evenly spread, are model calls, all others are
    pure templates."""
    graph = Graph("chain")
    graph.add("flow.input", "topic", value="tide pools")
    before = "topic.value"
    inner = nodes - 2
    for place in range(inner):
        name = f"n{place + 1}"
        if (place + 1) * models // inner > place * models // inner:
            graph.add("llm.function", name, instructions="Go on: {text}", output="text")
        else:
            graph.add("text.template", name, template="{text}")
        graph.connect(before, f"{name}.text")
        before = f"{name}.text"
    graph.add("flow.output", "result")
    graph.connect(before, "result.value")
    return graph


def script(folder: Path, lines: Sequence[Json], name: str = "replies.jsonl") -> str:
    """Write a script of replies and return the model's name."""
    path = folder / name
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return f"scripted:{path}"


@dataclass
class SmallJobs:
    """`count` runs of one graph, row by row; `graph` is the graph, `options` go to each run."""

    graph: Graph
    count: int
    options: Mapping[str, Any] = field(default_factory=dict)
    scoring: Json = None
    inputs: Callable[[int], dict[str, Json]] = lambda row: {}

    def __post_init__(self) -> None:
        prepared = prepare(self.graph, default_registry())
        self.hash = prepared.hash
        self.judges = 0
        self.graphs = {prepared.hash: TakeGraph(prepared.hash, self.graph.name, prepared.text, "")}

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Job]:
        for row in range(self.count):
            key = hash_bytes(encode([self.hash, row]))
            yield Job(
                key, row, self.graph.name, "whole", row, 0, self.hash, encode(self.inputs(row)),
                encode({"index": row, "values": {"row": row}}), dict(self.options),
            )  # fmt: skip


def drive(jobs: SmallJobs, engine: Engine, db: Path, *, batch: str = "", workers: int = 2, **more: Any) -> Outcome:
    """Drive a batch to the end of its session, or go on with the one that is named."""
    start = BatchStart(batch or new_run_id(), "small", {}, len(jobs), b"", time.time_ns())
    return asyncio.run(Driver(start, jobs, engine, db, workers=workers, **more).drive())


def results_of(db: Path, batch: str = "last") -> list[BatchResult]:
    """Return what came of a batch."""
    with Batches(db) as batches:
        return list(batches.results(batch))


def has_answered(heard: list[Any]) -> bool:
    """True if the worker has told the answer of a model."""
    frames = [one.frame for one in heard if isinstance(one, Frame)]
    return any(
        record[0] == ANSWER and record[6] is not None
        for frame in frames
        for _, records in msgpack.unpackb(frame)
        for record in records
    )


class Breaking:
    """An engine whose workers are killed once `when(worker, heard)` says so, which gets all messages that the worker
    has sent: where it happens is told by what they have said, not by the clock."""

    def __init__(self, engine: Engine, when: Callable[[int, list[Any]], bool]) -> None:
        self._engine = engine
        self._when = when
        self.started = 0

    async def open(self) -> None:
        await self._engine.open()

    async def start(self) -> Link:
        self.started += 1
        number = self.started
        return _BreakingLink(await self._engine.start(), number, self._when)

    async def close(self) -> None:
        await self._engine.close()


class _BreakingLink:
    def __init__(self, link: Link, number: int, when: Callable[[int, list[Any]], bool]) -> None:
        self._link = link
        self._number = number
        self._when = when
        self._heard: list[Any] = []

    @property
    def name(self) -> str:
        return self._link.name

    def send(self, message: bytes) -> None:
        self._link.send(message)

    async def receive(self) -> bytes:
        if self._heard and self._when(self._number, self._heard):
            self._link.kill()
            raise WorkerLost("was killed by the test")
        message = await self._link.receive()
        self._heard.append(unpack(message))
        return message

    def kill(self) -> None:
        self._link.kill()


PLAYED = (
    *("ended", "late", "lost", "lost at once", "lost when begun", "lost when ended", "fault", "refused", "stopped"),
    *("garbage", "no footer", "ends twice", "speaks of others"),
)
"""What a worker of a `FakeEngine` does with a run: some of it is right, some bad luck, some what no worker does."""


class FakeEngine:
    """Workers without processes: what each does with its runs is told beforehand, by words of `PLAYED`; when there are
    no more words, runs end well. All of it happens in the driver's event loop, in the same order each time."""

    def __init__(self, words: Sequence[str] = ()) -> None:
        self._words = list(words)
        self.given_away: list[str] = []
        """Runs whose worker was lost."""
        self.started = 0

    async def open(self) -> None:
        """Nothing is needed."""

    async def start(self) -> FakeLink:
        self.started += 1
        return FakeLink(self, self.started)

    async def close(self) -> None:
        """Nothing is left."""

    def word(self) -> str:
        return self._words.pop(0) if self._words else "ended"


class FakeLink:
    """A worker of a `FakeEngine`."""

    def __init__(self, engine: FakeEngine, number: int) -> None:
        self._engine = engine
        self._number = number
        self._says: asyncio.Queue[bytes | WorkerLost] = asyncio.Queue()
        self._later: list[FromWorker] = []
        self._is_ready = self._is_over = False

    @property
    def name(self) -> str:
        return f"worker {self._number}"

    def send(self, message: bytes) -> None:
        order = unpack(message)
        if isinstance(order, DoRun | DoScore) and not self._is_over:
            self._play(self._engine.word(), order)

    async def receive(self) -> bytes:
        if self._says.empty():
            self.say(*reversed(self._later))
            self._later.clear()
        said = await self._says.get()
        if isinstance(said, bytes):
            return said
        self._says.put_nowait(said)
        raise said

    def kill(self) -> None:
        self._lose("was ended")

    def _play(self, word: str, order: DoRun | DoScore) -> None:
        run = order.run
        if word != "lost at once" and not self._is_ready:
            self._is_ready = True
            self.say(Ready(1))
        is_made = isinstance(order, DoRun)
        begins, ends = ([_frame(run, START)], [_frame(run, FINISH)]) if is_made else ([], [])
        ended = Ended(run, "ok", encode({"status": "ok", "seconds": 0.01}), {})
        if word in ("lost", "lost at once", "lost when begun", "lost when ended"):
            self.say(*{"lost when begun": begins, "lost when ended": begins + ends}.get(word, []))
            self._engine.given_away.append(run)
            self._lose("was ended by the test")
        elif word == "late":
            self.say(*begins)
            self._later += [ended, *ends]  # said in the reverse order, after those of later runs
        elif word == "fault":
            self.say(*begins, CouldNot(run, "a fault", is_fault=True))
        elif word == "refused":
            self.say(CouldNot(run, "It cannot be made."))
        elif word == "stopped":
            self.say(*begins, CouldNot(run, STOPPED))
        elif word == "garbage":
            self._says.put_nowait(b"\x93what")
        elif word == "no footer":
            self.say(*begins, ended)
        elif word == "ends twice":
            self.say(*begins, *ends, ended, ended, *ends)
        elif word == "speaks of others":
            others = [frame for one in self._engine.given_away for frame in (_frame(one, START), _frame(one, FINISH))]
            self.say(*others, *begins, *ends, ended)
        else:
            self.say(*begins, *ends, ended)

    def say(self, *messages: FromWorker) -> None:
        """Say something, unless it is lost."""
        if not self._is_over:
            for message in messages:
                self._says.put_nowait(pack(message))

    def _lose(self, how: str) -> None:
        if not self._is_over:
            self._is_over = True
            self._says.put_nowait(WorkerLost(how))


def _frame(run: str, kind: int) -> Frame:
    """The header or the footer of a run, as a frame."""
    record = (
        (START, asdict(RunStart(run, "small", "", "hash", "text")))
        if kind == START
        else (FINISH, "ok", "quiet", b"null", {}, b"{}", 1)
    )
    return Frame(msgpack.packb([[run, [record]]]))


def frame_of(run: str) -> list[Frame]:
    """All records of a run that does nothing."""
    return [_frame(run, START), _frame(run, FINISH)]
