"""What a listener gets: the records of a run in the order they were put, after they became durable.

Times are nanoseconds since 1970 (`at`, `started_at`) or lengths in nanoseconds; ids count within the run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from studio.support.values import Json
from studio.trace.log import BatchResult, BatchStart, NodePath, RunStart


class StartRecord(NamedTuple):
    """The run's header."""

    start: RunStart


class PathsRecord(NamedTuple):
    """The node paths of a region, declared before its first firing: `prefix + name` has the id `first_id` and the
    plan index `first_index`, each plus its place in `nodes` (name, type, version of the type)."""

    first_id: int
    prefix: str
    nodes: Sequence[NodePath]
    parent_path: int
    first_index: int


class FiringRecord(NamedTuple):
    """A decided firing. `tick` is the sortable key; `status` and `origin` index `STATUS_NAMES` and `ORIGIN_NAMES`;
    `outputs` maps ports to encoded values, `absent` empty ones to the reason where the node gave one."""

    id: int
    seq: int
    path_id: int
    tick: str
    parent: int
    item: int
    status: int
    reason: str
    origin: int
    started_at: int
    duration: int
    inputs: Mapping[str, Json] | None
    outputs: Mapping[str, bytes] | None
    attempt: int
    absent: Mapping[str, str] | None


class OpenRecord(NamedTuple):
    """A firing that has started and will have effects or inner firings."""

    id: int
    path_id: int
    tick: str
    parent: int
    item: int
    started_at: int


class AskRecord(NamedTuple):
    """An effect about to be asked. `key` numbers the run's effects. `request` is encoded JSON; for `chat` and
    `complete` its texts stand apart: `messages` lists `(role, text)` or `(whole message encoded, text or None)`."""

    key: int
    firing: int
    n: int
    kind: str
    name: str
    request: bytes
    messages: list[tuple[str | bytes, str | None]] | None
    attempt: int
    at: int


class AnswerRecord(NamedTuple):
    """The answer to the effect with the same `key`. `reply` is the model's text, left out of the encoded `response`;
    `origin` indexes `ORIGIN_NAMES`."""

    key: int
    firing: int
    n: int
    status: str
    response: bytes
    reply: str | None
    error: str
    duration: int
    tokens_in: int | None
    tokens_out: int | None
    cost_usd: float | None
    finish_reason: str
    entropy: float | None
    origin: int


class StoreRecord(NamedTuple):
    """An operation on a store; `args` and `result` are encoded JSON. `memory` numbers the store that the firing sees,
    `after` is the `seq` of the last firing decided before."""

    key: int
    firing: int
    n: int
    store: str
    op: str
    args: bytes
    result: bytes
    memory: int
    after: int


class MemoryRecord(NamedTuple):
    """A store that is used for the first time (see `RunLog.memory`)."""

    key: int
    store: str
    kind: str
    prefix: str
    tick: str
    firing: int
    item: int
    attempt: int
    base: int
    after: int


class ContentRecord(NamedTuple):
    """What a store held: `content` is what it dumped, encoded."""

    key: int
    memory: int
    after: int
    content: bytes


class AlarmRecord(NamedTuple):
    """Something worth a person's eye."""

    key: int
    firing: int
    kind: str
    message: str
    evidence: bytes
    at: int


class ReadingRecord(NamedTuple):
    """What a module's output said; `reading` is encoded JSON."""

    key: int
    firing: int
    t: int
    symbol: int
    effect: str
    reading: bytes


class BlobRecord(NamedTuple):
    """Bytes kept by their hash."""

    hash: bytes
    data: bytes
    media_type: str


class FinishRecord(NamedTuple):
    """The run's footer; `error` and `totals` are encoded JSON."""

    status: str
    ended: str
    error: bytes
    outputs: Mapping[str, bytes]
    totals: bytes
    at: int


class BatchRecord(NamedTuple):
    """A batch begins, or goes on."""

    start: BatchStart


class TryRecord(NamedTuple):
    """A run of the batch was handed to a worker for the `attempt`th time, under this run id."""

    key: str
    attempt: int
    run: str
    at: int


class ScoredRecord(NamedTuple):
    """A run of the batch has ended, and how it was scored."""

    result: BatchResult


class BatchEndRecord(NamedTuple):
    """A batch is complete, or stops for now and why."""

    status: str
    reason: str
    at: int


BY_KIND: tuple[type[tuple], ...] = (  # type: ignore[type-arg]
    FiringRecord,
    PathsRecord,
    OpenRecord,
    AskRecord,
    AnswerRecord,
    StoreRecord,
    AlarmRecord,
    BlobRecord,
    StartRecord,
    FinishRecord,
    MemoryRecord,
    ContentRecord,
    ReadingRecord,
    BatchRecord,
    TryRecord,
    ScoredRecord,
    BatchEndRecord,
)
"""Record classes by the number that stands in a queued tuple (`studio.trace.runlog`)."""
