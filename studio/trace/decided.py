"""What reading a run step by step gives: firings whose values are not decoded yet, regions, node paths and counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import orjson

from studio.support.ticks import tick_path
from studio.support.values import Json
from studio.trace.assemble import values_of
from studio.trace.log import ORIGIN_NAMES, STATUS_NAMES
from studio.trace.views import ID_MASK, RUN_BITS

RUN_OF = f"/ {1 << RUN_BITS}"
"""`f.id / 2^32` is the run: written as the index by step has it."""

DECIDED = f"""f.id & {ID_MASK}, f.seq, f.path & {ID_MASK}, p.path, p.type, p.plan_index, f.tick, f.parent, f.item,
 f.status, f.reason, f.origin, f.started_at, f.duration, f.inputs, f.outputs, f.absent, f.attempt"""
STARTED = f"""f.id & {ID_MASK}, NULL, f.path & {ID_MASK}, p.path, p.type, p.plan_index, f.tick, f.parent, f.item,
 NULL, NULL, 0, f.started_at, NULL, NULL, NULL, NULL, 1"""


class Decided(NamedTuple):
    """A firing as a cursor reads it, its values not decoded yet. Times are nanoseconds since 1970.

    `seq`, `status` and `duration` are None of one that was not decided; `path` is the number of its node path.
    """

    id: int
    seq: int | None
    path: int
    node: str
    type: str
    plan_index: int
    tick_key: str
    parent: int
    item: int
    status_number: int | None
    why: str | None
    origin_number: int | None
    started_at: int
    duration: int | None
    inputs_text: str | None
    outputs_text: str | None
    absent_text: str | None
    attempt: int

    @property
    def tick(self) -> str:
        """The tick path."""
        return tick_path(self.tick_key)

    @property
    def status(self) -> str:
        """ok, error, skipped, or "" while undecided."""
        return "" if self.status_number is None else STATUS_NAMES[self.status_number]

    @property
    def reason(self) -> str:
        """Why it was skipped or how it failed."""
        return self.why or ""

    @property
    def origin(self) -> str:
        """executed, cached, frozen or replayed."""
        return ORIGIN_NAMES[self.origin_number or 0]

    @property
    def ended_at(self) -> int:
        """When it was decided."""
        return self.started_at + (self.duration or 0)

    @property
    def inputs(self) -> Mapping[str, Json]:
        """Where each input came from: see `Firing.inputs`."""
        return {} if self.inputs_text is None else orjson.loads(self.inputs_text)

    @property
    def outputs(self) -> dict[str, Json]:
        """The present outputs, large ones as `Ref`."""
        return values_of(self.outputs_text)

    @property
    def absent(self) -> Mapping[str, str]:
        """Why other outputs hold nothing, where the node said so."""
        return {} if self.absent_text is None else orjson.loads(self.absent_text)


class Span(NamedTuple):
    """One execution of a region: the numbers of its node paths, and what its ticks begin with."""

    first: int
    last: int
    ticks: str

    @property
    def beyond(self) -> str:
        """A text that sorts behind all its ticks."""
        return self.ticks[:-1] + "/" if self.ticks else "~"  # "/" comes after "."


class PathRow(NamedTuple):
    """A node path of a run. `parent` is the number of the region node's path around it, 0 at the top."""

    path: int
    node: str
    type: str
    version: int
    plan_index: int
    parent: int


class Spent(NamedTuple):
    """What model calls used; `unpriced` counts those whose price is not known."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float = 0.0
    unpriced: int = 0


class Counts(NamedTuple):
    """A run up to and including a step: `taken` of the decided firings are those of the run that this one continues,
    and `inherited` is what these had used there."""

    decided: int
    skipped: int
    errors: int
    taken: int
    spent: Spent
    inherited: Spent
