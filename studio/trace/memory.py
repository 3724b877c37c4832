"""`MemoryLog`: a run log that keeps everything in lists, for looking at a run that needs no file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from studio.support.errors import EnvironmentProblem
from studio.support.ticks import tick_path
from studio.support.values import Json, decode, hash_bytes
from studio.trace.log import EXECUTED, NodePath


@dataclass(slots=True)
class LoggedFiring:
    """One firing as the engine logged it. `data` maps each present output to its encoded value."""

    id: int
    path: str
    type: str
    version: int
    tick: str
    tick_key: str
    plan_index: int
    parent: int
    item: int
    status: int
    reason: str
    origin: int
    inputs: dict[str, Any]
    data: dict[str, bytes]
    attempt: int
    seq: int
    started_at: int
    duration: int
    absent: dict[str, str] = field(default_factory=dict)

    @property
    def outputs(self) -> dict[str, Json]:
        """The present outputs by port."""
        return {port: decode(value) for port, value in self.data.items()}


@dataclass
class MemoryLog:
    """Plays `RunLog` and keeps what it is told. Reading is for when the run is over."""

    run_id: str = "memory"
    known_paths: dict[int, tuple[str, str, int, int]] = field(default_factory=dict)
    """Path, type, version and place in the plan by path id."""
    firings: list[LoggedFiring] = field(default_factory=list)
    places: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Node path and tick of every firing that has started, by its id."""
    intents: list[tuple[int, int, str, str, Json]] = field(default_factory=list)
    results: list[tuple[int, int, str, Json]] = field(default_factory=list)
    store_ops: list[tuple[int, int, str, str, Json, Json]] = field(default_factory=list)
    memories: int = 0
    """How many stores were used."""
    alarms: list[tuple[int, str, str, Json]] = field(default_factory=list)
    readings: list[tuple[int, int, int, str, Json]] = field(default_factory=list)
    finished: tuple[str, str] | None = None
    """Status and ending of the run."""
    error: Json = None
    outputs: dict[str, bytes] = field(default_factory=dict)

    def paths(
        self, first_id: int, prefix: str, nodes: Sequence[NodePath], parent_path: int, first_index: int = 0
    ) -> None:
        for place, (name, type, version) in enumerate(nodes):
            self.known_paths[first_id + place] = (prefix + name, type, version, first_index + place)

    def firing(
        self,
        id: int,
        seq: int,
        path_id: int,
        tick: str,
        parent: int,
        item: int,
        status: int,
        reason: str,
        origin: int,
        started_at: int,
        duration: int,
        inputs: Mapping[str, Json] | None,
        outputs: Mapping[str, bytes] | None,
        attempt: int,
        absent: Mapping[str, str] | None = None,
    ) -> None:
        path, type, version, plan_index = self.known_paths[path_id]
        shown = tick_path(tick)
        self.places[id] = (path, shown)
        self.firings.append(
            LoggedFiring(
                id, path, type, version, shown, tick, plan_index, parent, item, status, reason, origin,
                dict(inputs or {}), dict(outputs or {}), attempt, seq, started_at, duration, dict(absent or {}),
            )
        )  # fmt: skip

    def open_firing(self, id: int, path_id: int, tick: str, parent: int, item: int, started_at: int) -> None:
        self.places[id] = (self.known_paths[path_id][0], tick_path(tick))

    def effect_intent(self, firing: int, n: int, kind: str, name: str, request: Json, attempt: int, at: int) -> None:
        self.intents.append((firing, n, kind, name, request))

    def effect_result(
        self,
        firing: int,
        n: int,
        status: str,
        response: Json,
        error: str,
        duration: int,
        tokens_in: int | None,
        tokens_out: int | None,
        cost_usd: float | None,
        finish_reason: str,
        entropy: float | None,
        origin: int = EXECUTED,
    ) -> None:
        self.results.append((firing, n, status, response))

    def store_op(
        self, firing: int, n: int, store: str, op: str, args: Json, result: bytes, memory: int = 0, after: int = 0
    ) -> None:
        self.store_ops.append((firing, n, store, op, args, decode(result)))

    def memory(
        self, store: str, kind: str, prefix: str, tick: str, firing: int, item: int, attempt: int, base: int, after: int
    ) -> int:
        self.memories += 1
        return self.memories

    def memory_content(self, memory: int, after: int, content: bytes) -> None:
        """The operations tell it as well."""

    def alarm(self, firing: int, kind: str, message: str, evidence: Json, at: int) -> None:
        self.alarms.append((firing, kind, message, evidence))

    def reading(self, firing: int, t: int, symbol: int, effect: str, reading: bytes) -> None:
        self.readings.append((firing, t, symbol, effect, decode(reading)))

    def finish(
        self, status: str, ended: str, error: Json, outputs: Mapping[str, bytes], totals: Mapping[str, Json], at: int
    ) -> None:
        self.finished = (status, ended)
        self.error = error
        self.outputs = dict(outputs)

    def blob(self, data: bytes, media_type: str) -> str:
        """Return the hash the bytes would be kept by."""
        return hash_bytes(data)

    def when_durable(self, call: Callable[[EnvironmentProblem | None], None]) -> None:
        """Memory is as durable as it gets."""
        call(None)

    def flush(self) -> None:
        """Nothing waits."""

    def raise_if_broken(self) -> None:
        """Memory does not break."""

    def outline(self) -> list[LoggedFiring]:
        """Return the firings depth-first (rule 2.7): siblings by item, tick and plan order, a region after its body."""
        inside: dict[int, list[LoggedFiring]] = {}
        for one in self.firings:
            inside.setdefault(one.parent, []).append(one)
        ordered: list[LoggedFiring] = []

        def visit(parent: int) -> None:
            for one in sorted(inside.pop(parent, ()), key=lambda f: (f.item, f.tick_key, f.plan_index)):
                visit(one.id)
                ordered.append(one)

        visit(0)
        for orphans in list(inside):  # a region node that a pause left undecided, its body stands at the end
            visit(orphans)
        return ordered
