"""Two players of one game: the reference interpreter and the engine, seen through the same `Outcome`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from studio import run
from studio.engine.result import RunResult
from studio.graph import Graph
from studio.models.scripted import Scripted
from studio.support.errors import UsageError
from studio.support.values import Json
from studio.trace.log import STATUS_NAMES
from tests.reference.interpreter import interpret
from tests.reference.records import INITIAL, Failure, Firing, Origin, Outcome, cause_of
from tests.support.memory_log import MemoryLog
from tests.support.toys import toy_registry

Play = Callable[..., Outcome]


class Services:
    """Stands for the catalog: one scripted model behind every name, and nobody to ask."""

    def __init__(self, replies: Sequence[Json] = (), *, scripted: bool = True) -> None:
        self.model = Scripted(replies, name="scripted:test" if scripted else "test")

    def provider(self, name: str = "default") -> Scripted:
        return self.model

    def embedder(self, name: str = "default") -> Any:
        raise UsageError("these tests embed nothing")

    def human(self, answers: Path | None = None) -> Any:
        return Nobody()

    async def aclose(self) -> None:
        """Nothing to close."""


class Nobody:
    """A person who is not there."""

    deterministic_order = False

    async def ask(self, call: Any) -> str:
        raise UsageError("nobody answers in these tests")


REGISTRY = toy_registry()
"""One registry for all runs of these tests, so that a graph is compiled once."""


def by_reference(graph: Graph, **inputs: Json) -> Outcome:
    """Play a graph by the book."""
    return interpret(graph, inputs, registry=REGISTRY)


def by_engine(graph: Graph, **inputs: Json) -> Outcome:
    """Play a graph with the engine, races in scripted mode."""
    return seen(*run_logged(graph, inputs=inputs))


def run_logged(graph: Graph, replies: Sequence[Json] = (), **options: Any) -> tuple[RunResult, MemoryLog]:
    """Run a graph with the engine and return its result and what it logged."""
    log = MemoryLog()
    options.setdefault("registry", REGISTRY)
    options.setdefault("db", "unused.db")
    options.setdefault("catalog", Services(replies))
    return run(graph, log=log, **options), log


def seen(result: RunResult, log: MemoryLog) -> Outcome:
    """Return a run of the engine as an `Outcome`."""
    by_id = {one.id: one for one in log.firings}

    def origin(pair: Json) -> Origin:
        if pair[0] == 0:
            return INITIAL
        source = by_id[pair[0]]
        return (source.path, source.tick, pair[1])

    outline = [
        Firing(
            one.path,
            one.tick,
            STATUS_NAMES[one.status],
            "failed" if STATUS_NAMES[one.status] == "error" else cause_of(one.reason),
            one.outputs,
            {
                port: origin(source) if isinstance(source[0], int) else tuple(map(origin, source))
                for port, source in one.inputs.items()
            }
            if STATUS_NAMES[one.status] != "skipped"
            else {},
        )
        for one in log.outline()
    ]
    error = result.error if result.status == "failed" else None
    failure = None if error is None else Failure(error["node"], error["tick"], error["code"], error["message"])
    return Outcome(result.status, result.ended, result.outputs, outline, failure)


PLAYERS: dict[str, Play] = {"reference": by_reference, "engine": by_engine}


def ticks(outcome: Outcome, path: str, status: str = "ok") -> list[str]:
    """Return the ticks at which a node was decided with this status, in order of the outline."""
    return [firing.tick for firing in outcome.outline if firing.path == path and firing.status == status]


def values(outcome: Outcome, path: str, port: str = "out") -> list[Json]:
    """Return what a node put out, firing by firing, absence left out."""
    return [firing.outputs[port] for firing in outcome.outline if firing.path == path and port in firing.outputs]


def causes(outcome: Outcome, path: str) -> list[str]:
    """Return the causes for which a node was skipped or failed, in order."""
    return [firing.cause for firing in outcome.outline if firing.path == path and firing.cause]
