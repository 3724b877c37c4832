"""Small batches for tests: a graph of scripted models, as many runs of it as wanted, and what came of them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgpack

from studio import Graph
from studio.batch.driving.driver import Driver, Outcome
from studio.batch.driving.jobs import Job
from studio.batch.engines.base import Engine, Link, WorkerLost
from studio.batch.work.messages import Frame, TakeGraph, unpack
from studio.engine.prepared import prepare
from studio.spec.registry import default_registry
from studio.support.ids import new_run_id
from studio.support.values import Json, encode, hash_bytes
from studio.trace.batches import Batches
from studio.trace.log import BatchResult, BatchStart
from studio.trace.runlog import ANSWER


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
