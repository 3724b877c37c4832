"""What a run that goes on needs to know of the firings of the run before it, and how it gets at the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from studio.support.values import Json

if TYPE_CHECKING:
    from studio.engine.recorded import Answer, Spent
    from studio.trace.found import Ref, StoreOp

Identity = tuple[str, str]
"""Node path and tick path."""

Execution = tuple[int, int, int]
"""One execution of a body: id of the region firing, item, attempt."""


class Outcome(NamedTuple):
    """What became of one firing of the past run. `seq` is None while it was under way when the run ended."""

    id: int
    seq: int | None
    parent: int
    item: int
    type: str
    version: int
    status: str
    reason: str
    inputs: Mapping[str, Json]
    outputs: Mapping[str, Json]
    absent: Mapping[str, str]
    attempt: int
    origin: str


class Reading(NamedTuple):
    """How a `Past` gets at what it does not keep."""

    effects: Callable[[Outcome], Sequence[tuple[int, int, Answer]]]
    """Number, attempt and answer of each effect of a firing, of the run in which it was executed."""
    store_ops: Callable[[int], Sequence[StoreOp]]
    value: Callable[[Ref], Json]
    spent: Callable[[Outcome, str, str], Spent | None]
    memory: Callable[[str, str, Json], Answer | None]
    """Kind, name and request → what the past run was told to that, by anyone."""
