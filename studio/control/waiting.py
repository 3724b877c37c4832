"""A firing that is ready and waits for a person's leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studio.engine.outline import outline_order
from studio.support.ticks import tick_path
from studio.support.values import Absent, Json, encode, preview

if TYPE_CHECKING:
    from studio.engine.plan import NodePlan
    from studio.engine.region import Region

LONG = 4096
"""Bytes from which on other programs get the beginning of an input only."""


@dataclass(frozen=True, slots=True)
class Held:
    """A waiting firing as others see it: node path, tick, node type, inputs by port (not to be changed), whether it
    is a region that can be stepped into, and what a person put in its place (`frozen`, `knocked out`), if anything."""

    node: str
    tick: str
    type: str
    inputs: Mapping[str, Json]
    is_region: bool = False
    instead: str = ""

    def to_json(self) -> dict[str, Json]:
        """The firing for other programs; long inputs by their beginning, as `{"$preview": text, "size": bytes}`."""
        return {
            "node": self.node, "tick": self.tick, "type": self.type,
            "inputs": {name: _short(value) for name, value in self.inputs.items()},
            "is_region": self.is_region, "instead": self.instead,
        }  # fmt: skip


def _short(value: Json) -> Json:
    size = len(encode(value))
    return value if size <= LONG else {"$preview": preview(value, 400), "size": size}


class Waiting:
    """A waiting firing as the controller keeps it. `todo` is what the scheduler goes on with when it is let go."""

    __slots__ = ("met", "node", "order", "region", "tick_key", "todo", "values")

    def __init__(self, region: Region, node: NodePlan, values: Mapping[str, Any], todo: list[int]) -> None:
        self.region = region
        self.node = node
        self.values = values
        self.todo = todo
        self.met = False
        """True if a breakpoint was met here: it goes by it when it is let go."""
        self.tick_key = region.tick_key
        self.order = outline_order(region, node)

    @property
    def path(self) -> str:
        """Its node path."""
        return self.region.prefix + self.node.name

    @property
    def place(self) -> str:
        """Where it is, for people."""
        return f"`{self.path}` at tick {tick_path(self.tick_key)}"

    def shown(self, instead: str) -> Held:
        """What others see of it."""
        inputs = {name: value for name, value in self.values.items() if type(value) is not Absent}
        is_region = self.node.body is not None
        return Held(self.path, tick_path(self.tick_key), self.node.spec.type, inputs, is_region, instead)


def is_inside(region: Region, outer: Region) -> bool:
    """True if a region is this one or runs inside it."""
    around: Region | None = region
    while around is not None:
        if around is outer:
            return True
        around = around.parent
    return False


def is_within(region: Region, outer: Region, index: int) -> bool:
    """True if a region runs inside the region node with this index of `outer`."""
    while region.parent is not None:
        if region.parent is outer:
            return region.path_id == outer.path_base + index
        region = region.parent
    return False


def chains_under_way(region: Region, held: Mapping[Region, int]) -> int:
    """How many chains of the scheduler, here and inside, end at something else than a held firing.

    Every chain is a held firing, or is inside one firing. Region nodes under way are those with a live body; one
    that is between two of its bodies counts as under way itself.
    """
    chains = region.running - held.get(region, 0) + (region.idle is None)
    opened: set[int] = set()
    inside = 0
    for inner in region.live():
        opened.add(inner.path_id)
        inside += chains_under_way(inner, held) if inner.ticking else 1
    return chains - len(opened) + inside
