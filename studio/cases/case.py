"""A recorded case: what goes in, what the outside answered, and what is expected of today's graph.

A case is a whole graph (`node` is "") or one node at one firing. `Recorded` is what a machine wrote and may write anew;
the rest is the author's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from studio.graph.model import Place
from studio.support.values import Json, is_blob


@dataclass(frozen=True, slots=True)
class Asked:
    """One effect: who asked (`node` and `tick`; in the case of one node, counted from that node), what, and what came.

    `round` counts executions of the same node and tick (regions that were tried again), `attempt` the node's attempts.
    `status` is ok or error; the response of an error says which.
    """

    node: str
    tick: str
    kind: str
    name: str
    request: Json
    response: Json
    status: str = "ok"
    error: str = ""
    attempt: int = 1
    round: int = 0


@dataclass(frozen=True, slots=True)
class StoreAnswer:
    """What a store outside of the case answered to one operation."""

    node: str
    tick: str
    store: str
    op: str
    result: Json
    round: int = 0


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded. `models` and `embedders` say what names stood for; `lost` why nodes lost a race."""

    run: str = ""
    status: str = "ok"
    outputs: Mapping[str, Json] = field(default_factory=dict)
    models: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    embedders: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    answers: Sequence[Asked] = ()
    stores: Sequence[StoreAnswer] = ()
    lost: Mapping[tuple[str, str], str] = field(default_factory=dict)
    ordered_races: bool = True
    seed: int = 0
    clock: str | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """An expression that has to be true."""

    text: str
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True)
class Case:
    """One test. `equal` True demands the recorded outputs, a list those ports of them."""

    name: str
    node: str = ""
    inputs: Mapping[str, Json] = field(default_factory=dict)
    expect: Sequence[Expectation] = ()
    equal: bool | Sequence[str] = False
    about: str = ""
    recorded: Recorded = field(default_factory=Recorded)
    place: Place = field(default_factory=Place)

    @property
    def equal_ports(self) -> Sequence[str]:
        """The outputs that have to be as recorded: all that were recorded, or those named."""
        if self.equal is True:
            return list(self.recorded.outputs)
        return [] if self.equal is False else list(self.equal)

    def with_recorded(self, recorded: Recorded) -> Case:
        """Return the case over other answers."""
        return replace(self, recorded=recorded)


def blobs_in(value: Json) -> Iterator[Json]:
    """Yield the values within a value that stand for images, sounds or files."""
    if isinstance(value, dict):
        if is_blob(value):
            yield value
        for inner in value.values():
            yield from blobs_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from blobs_in(inner)
