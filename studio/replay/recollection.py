"""`Recollection`: a run log that keeps what every firing did, for comparing two executions. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from studio.support.errors import EnvironmentProblem
from studio.support.ticks import tick_path
from studio.support.values import Json, hash_bytes
from studio.trace.log import STATUS_NAMES

Identity = tuple[str, str]
"""Node path and tick: what a firing is known by in every execution (design rule 2.7)."""


class Deed(NamedTuple):
    """What a firing did. `inputs` maps ports to where their values came from (`node.port at tick`)."""

    node: str
    tick: str
    type: str
    version: int
    status: str
    reason: str
    inputs: Mapping[str, tuple[str, ...]]
    outputs: Mapping[str, bytes]


def origins(inputs: Mapping[str, Json] | None, place: Callable[[int], Identity | None]) -> dict[str, tuple[str, ...]]:
    """Return where each input came from in words that two executions share. `place` finds a firing by its id."""
    made: dict[str, tuple[str, ...]] = {}
    for port, wires in (inputs or {}).items():
        if not wires:
            made[port] = ()
            continue
        several: Iterable[Json] = wires if isinstance(wires[0], list | tuple) else [wires]
        made[port] = tuple(_origin(int(id), str(output), place) for id, output in several)
    return made


def _origin(id: int, output: str, place: Callable[[int], Identity | None]) -> str:
    found = place(id) if id else None
    return output if found is None else f"{found[0]}.{output} at {found[1]}"


class Recollection:
    """Plays `RunLog` in memory. `deeds` maps each firing to what it did."""

    def __init__(self) -> None:
        self.run_id = "verification"
        self.deeds: dict[Identity, Deed] = {}
        self.finished: tuple[str, str, Json] | None = None
        self.outputs: dict[str, bytes] = {}
        self._paths: dict[int, tuple[str, str, int]] = {}
        self._places: dict[int, Identity] = {}

    def path(self, path_id: int, path: str, type: str, version: int, plan_index: int, parent_path: int) -> None:
        """A node path is declared."""
        self._paths[path_id] = (path, type, version)

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
    ) -> None:
        """A firing is decided; its producers were decided before it."""
        path, type, version = self._paths[path_id]
        identity = (path, tick_path(tick))
        self._places[id] = identity
        self.deeds[identity] = Deed(
            *identity,
            type,
            version,
            STATUS_NAMES[status],
            reason,
            origins(inputs, self._places.get),
            dict(outputs or {}),
        )

    def open_firing(self, id: int, path_id: int, tick: str, parent: int, item: int, started_at: int) -> None:
        """A firing has started."""
        self._places[id] = (self._paths[path_id][0], tick_path(tick))

    def effect_intent(self, firing: int, n: int, kind: str, name: str, request: Json, attempt: int, at: int) -> None:
        """Effects come from the recorded run: nothing to keep."""

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
    ) -> None:
        """Effects come from the recorded run: nothing to keep."""

    def store_op(self, firing: int, n: int, store: str, op: str, args: Json, result: bytes) -> None:
        """Store operations show in the outputs of their nodes."""

    def alarm(self, firing: int, kind: str, message: str, evidence: Json, at: int) -> None:
        """Alarms change nothing."""

    def blob(self, data: bytes, media_type: str) -> str:
        """Return the hash the bytes would be kept by."""
        return hash_bytes(data)

    def finish(
        self, status: str, ended: str, error: Json, outputs: Mapping[str, bytes], totals: Mapping[str, Json], at: int
    ) -> None:
        """The execution ended."""
        self.finished = (status, ended, error)
        self.outputs = dict(outputs)

    def flush(self) -> None:
        """Nothing waits."""

    def when_durable(self, call: Callable[[EnvironmentProblem | None], None]) -> None:
        """Memory is as durable as it gets."""
        call(None)

    def raise_if_broken(self) -> None:
        """Memory does not break."""
