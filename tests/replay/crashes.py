"""Runs that end at any moment: what a run logs is kept on a tape, and the beginning of a tape is a crashed run.

The writer commits in the order in which the run logged, so what a crash leaves in the file is always the beginning of
the tape; cutting the tape at every place is crashing at every moment, without killing anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from studio import run
from studio.engine.prepared import bind_inputs, prepare
from studio.engine.result import RunResult
from studio.graph import Graph
from studio.replay.continuing import resume
from studio.spec.registry import Registry
from studio.support.ids import new_run_id
from studio.support.values import Json, encode
from studio.trace import RunStart, open_run
from studio.trace.memory import LoggedFiring
from studio.trace.writer import close_writer
from tests.engine.players import REGISTRY, Services, seen
from tests.engine.same import is_torn
from tests.reference.records import Firing, Outcome
from tests.support.memory_log import MemoryLog

Call = tuple[str, tuple[Any, ...]]


class Tape(MemoryLog):
    """A memory log that also keeps every call that writes, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Call] = []

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name not in WRITES:
            return found
        calls: list[Call] = super().__getattribute__("calls")

        def kept(*args: Any, **keywords: Any) -> Any:
            assert not keywords
            calls.append((name, args))
            return found(*args)

        return kept


WRITES = {"paths", "firing", "open_firing", "effect_intent", "effect_result", "store_op", "alarm", "blob", "finish"}


def undisturbed(graph: Graph, replies: Sequence[Json] = (), **options: Any) -> tuple[RunResult, Tape]:
    """Run a graph to its end on tape."""
    tape = Tape()
    options.setdefault("registry", REGISTRY)
    options.setdefault("catalog", Services(replies))
    return run(graph, log=tape, db="unused.db", **options), tape


def crashed(
    db: Path,
    graph: Graph,
    calls: Sequence[Call],
    options: Mapping[str, Json] | None = None,
    parent: str = "",
    registry: Registry = REGISTRY,
    fork_seq: int | None = None,
) -> str:
    """Put the beginning of a tape into a database as a run that nothing more came of; return its id."""
    prepared = prepare(graph, registry)
    bound = bind_inputs(prepared.plan(True), {})
    start = RunStart(
        run_id=new_run_id(),
        graph_name=graph.name,
        graph_file="",
        graph_hash=prepared.hash,
        graph_text=prepared.text,
        inputs={name: encode(value) for name, value in bound.items()},
        options={"races": "ordered", "seed": 0, **(options or {})},
        started_at=1,
        parent_run=parent,
        fork_seq=fork_seq,
    )
    log = open_run(db, start)
    for name, args in calls:
        getattr(log, name)(*args)
    log.flush()
    close_writer(db)
    return start.run_id


def resumed(
    db: Path, run_id: str, replies: Sequence[Json] = (), *, services: Services | None = None, **options: Any
) -> tuple[RunResult, Tape]:
    """Resume a run, on tape."""
    tape = Tape()
    options.setdefault("registry", REGISTRY)
    result = resume(db, run_id, log=tape, catalog=services or Services(replies), **options)
    return result, tape


def outcome(played: tuple[RunResult, MemoryLog]) -> Outcome:
    """Return what tests compare."""
    return seen(*played)


def decided(tape: Tape, torn: Outcome | None = None) -> dict[tuple[str, str, int], tuple[Any, ...]]:
    """Return all that a run says of its firings, but for ids, times and where results came from.

    Firings beside a failure may differ (rule 2.10): those in the ticks that `torn` knows as torn are left out.
    """
    places = {one.id: (one.path, one.tick, one.attempt) for one in tape.firings}

    def origin(ref: Any) -> Any:
        if isinstance(ref, list):
            return [origin(one) for one in ref]
        return ref if ref is None or ref[0] == 0 else (*places[ref[0]][:2], ref[1])

    return {
        (one.path, one.tick, one.attempt): (
            one.type, one.status, one.reason, one.data, one.absent,
            {port: origin(ref) for port, ref in one.inputs.items()},
        )
        for one in tape.firings
        if torn is None or not beside_failure(one, torn)
    }  # fmt: skip


def beside_failure(one: LoggedFiring, torn: Outcome) -> bool:
    """True if the firing belongs to a tick of a region in which a node failed."""
    return is_torn(Firing(one.path, one.tick, "", "", {}, {}), torn)


def cuts(tape: Tape, most: int) -> list[int]:
    """Return places to cut a tape at: all of them, or `most` spread evenly."""
    last = len(tape.calls)
    places = range(1, last)
    return list(places) if last <= most else [1 + at * (last - 2) // (most - 1) for at in range(most)]


Played = Callable[[], tuple[RunResult, Tape]]
