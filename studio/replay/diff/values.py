"""Values of a run compared without decoding them, and looked up by wire where that is not enough."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from studio.replay.firsts import FirstValues
from studio.support.values import Json, encode, hash_bytes
from studio.trace.found import Ref

if TYPE_CHECKING:
    from studio.trace import Trace
    from studio.trace.found import Firing

KEPT = 2000
"""Producers whose outputs are kept for the next look-up."""


DONE = "done"
"""The output of every node that is present, and true, where it fired (design rule 2.2). No value is recorded for it."""


class Given(NamedTuple):
    """A value on a wire; a `Ref` if it is large."""

    value: Json


class Values:
    """Looks up what lay on the wires of one run."""

    def __init__(self, trace: Trace, run: str) -> None:
        self._firsts = FirstValues(trace, run)
        self._outputs = lru_cache(KEPT)(lambda id: trace.firing(run, id).outputs)

    def on_wire(self, firing: Firing, port: str, producer: int, output: str) -> Given | None:
        """Return the value that came from a producer (0: the first value of the wire) to the port, None if unknown."""
        if not producer:
            first = self._firsts.find(firing.node, port)
            return None if first is None else Given(first.value)
        if output == DONE:
            return Given(True)
        outputs = self._outputs(producer)
        return Given(outputs[output]) if output in outputs else None


def same_value(one: Json, other: Json) -> bool:
    """True if two values are the same as they are stored: by hash where they are large."""
    if type(one) is not type(other):
        if isinstance(one, Ref):
            return one.hash == hash_bytes(encode(other))
        return isinstance(other, Ref) and other.hash == hash_bytes(encode(one))
    if isinstance(one, Ref):
        return bool(one.hash == other.hash)
    if isinstance(one, dict | list):
        return encode(one) == encode(other)
    return bool(one == other)
