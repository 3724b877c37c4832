"""What reading a trace gives: plain records of runs, firings, effects, prompts and what else was recorded.

Times called `started_at`, `asked_at`, `at` are seconds since 1970, lengths are milliseconds (`_ms`) or seconds (`_s`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from studio.support.values import Json


@dataclass(frozen=True, slots=True)
class Ref:
    """Stands for a value kept by its content hash; `Trace.value` gives it. `size` in bytes."""

    hash: str
    size: int


def producers_of(wires: Json) -> list[tuple[int, str]]:
    """Return the wires of an input, as `Firing.inputs` has them, as pairs of producer and output port; whether it
    takes one or many. What a stranger wrote there that is no wire is left out."""
    if not isinstance(wires, list | tuple) or not wires:
        return []
    several = wires if isinstance(wires[0], list | tuple) else [wires]
    return [(wire[0], str(wire[1])) for wire in several if _is_wire(wire)]


def _is_wire(wire: Json) -> bool:
    return isinstance(wire, list | tuple) and len(wire) == 2 and type(wire[0]) is int


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `status`: running, ok, failed, paused, aborted or interrupted; `ended`: stop, quiet, max_ticks,
    limit:NAME, error, abort, or empty while there is no footer. `inputs` and `outputs` may hold `Ref`s."""

    id: str
    graph: str
    file: str
    graph_hash: str
    status: str
    ended: str
    error: Json
    inputs: Mapping[str, Json]
    outputs: Mapping[str, Json]
    options: Mapping[str, Json]
    parent_run: str
    fork_seq: int | None
    boundary: str
    started_at: float
    finished_at: float | None
    totals: Mapping[str, Json]

    @property
    def ordered_races(self) -> bool:
        """True if races were decided by the order of edges, not by who came first (design rule 2.10)."""
        return self.options.get("races") == "ordered"

    @property
    def duration_s(self) -> float | None:
        """Seconds from start to footer, None without a footer."""
        return None if self.finished_at is None else self.finished_at - self.started_at


@dataclass(frozen=True, slots=True)
class Firing:
    """One firing. `id` counts starts, `seq` decisions (None while undecided) within the run. `status`: ok, error,
    skipped, running or interrupted. `inputs` maps each port to `[firing id, output port]` (a list of those for a
    `many` port); `outputs` maps ports to values, large ones as `Ref`. `parent` is the id of the region firing
    around it (0: top), `plan_index` its place in the region. `absent` says of empty outputs why, if the node said."""

    run: str
    id: int
    seq: int | None
    node: str
    type: str
    tick: str
    tick_key: str
    parent: int
    item: int
    status: str
    reason: str
    origin: str
    started_at: float
    duration_ms: float | None
    inputs: Mapping[str, Json]
    outputs: Mapping[str, Json]
    attempt: int
    plan_index: int
    version: int
    absent: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Effect:
    """One question to the outside and its answer. `status`: ok, error, or unanswered (the process died before).
    `origin`: executed, cached or replayed; what was not executed cost nothing."""

    run: str
    firing: int
    n: int
    kind: str
    name: str
    request: Json
    response: Json
    status: str
    error: str
    attempt: int
    asked_at: float
    duration_ms: float | None
    tokens_in: int | None
    tokens_out: int | None
    cost_usd: float | None
    finish_reason: str
    entropy: float | None
    origin: str = "executed"


@dataclass(frozen=True, slots=True)
class Prompt:
    """One model call as a person reads it. `messages` are all messages in order; a completion's prompt is the one
    message of role `prompt`. `seq` is None while the firing is undecided; `tool_calls` is what the reply calls."""

    run: str
    seq: int | None
    firing: int
    n: int
    node: str
    tick: str
    model: str
    system: str
    messages: tuple[Mapping[str, Json], ...]
    reply: str | None
    status: str
    tokens: int | None
    cost: float | None
    tool_calls: Json = None


@dataclass(frozen=True, slots=True)
class StoreOp:
    """One operation on a store, in the order they were recorded."""

    run: str
    firing: int
    n: int
    store: str
    op: str
    args: Json
    result: Json


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something worth a person's eye. `firing` is 0 if it concerns the run."""

    run: str
    firing: int
    kind: str
    message: str
    evidence: Json
    at: float


@dataclass(frozen=True, slots=True)
class StoredReading:
    """What the output of the firing of `node` said, as it was read when it fired (see `RunLog.reading`). Equal readings
    of a run are one and the same object."""

    firing: int
    node: str
    failed: bool
    t: int
    symbol: int
    effect: str
    reading: Json


@dataclass(frozen=True, slots=True)
class Match:
    """A message found by a search: the first model call of its run that held it. `excerpt` shows the place,
    found words in `[…]`."""

    run: str
    firing: int
    n: int
    node: str
    tick: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Table:
    """The answer to a query. `more` says that rows were left out: by the limit, or as these are very large."""

    columns: tuple[str, ...]
    rows: list[tuple[Json, ...]]
    more: bool
