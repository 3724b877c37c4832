"""What every firing of an execution did, in words that two executions share, for comparing them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from studio.support.values import Json
from studio.trace.found import producers_of
from studio.trace.log import STATUS_NAMES
from studio.trace.memory import MemoryLog

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


def deeds_of(log: MemoryLog) -> dict[Identity, Deed]:
    """Return what each firing did, in the order in which they were decided."""
    return {
        (one.path, one.tick): Deed(
            one.path,
            one.tick,
            one.type,
            one.version,
            STATUS_NAMES[one.status],
            one.reason,
            origins(one.inputs, log.places.get),
            one.data,
        )
        for one in log.firings
    }


def origins(inputs: Mapping[str, Json] | None, place: Callable[[int], Identity | None]) -> dict[str, tuple[str, ...]]:
    """Return where each input came from in words that two executions share. `place` finds a firing by its id."""
    made: dict[str, tuple[str, ...]] = {}
    for port, wires in (inputs or {}).items():
        made[port] = tuple(_origin(id, output, place) for id, output in producers_of(wires))
    return made


def _origin(id: int, output: str, place: Callable[[int], Identity | None]) -> str:
    found = place(id) if id else None
    return output if found is None else f"{found[0]}.{output} at {found[1]}"
