"""Calls of graphs that contain themselves, as goals: what a call is given is what it is for (dynamics notes, 6).

Only calls of one graph within each other are compared, by themselves or by way of other graphs: a graph that hands its
text to another hands work on, one that calls itself with the text that it was given puts it off. Items of a map are
calls beside each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from studio.dynamics.detecting.procrastination import Procrastination
from studio.dynamics.verdict import Alarm
from studio.engine.aims import call_of
from studio.support.ticks import tick_path
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.dynamics.settings import Settings
    from studio.dynamics.words.reader import Reader
    from studio.engine.modules import Modules
    from studio.engine.region import Region

THE_RUN = "the run"
"""What the call of the top graph is known by."""


class Call(NamedTuple):
    """A call that begins, with the firing that makes it (0: the run itself). `is_new` is False where it is taken over
    from an earlier run."""

    id: str
    parent: str | None
    text: str
    firing: int
    is_new: bool

    def as_json(self) -> dict[str, Json]:
        """Return what is recorded of it."""
        return {"id": self.id, "parent": self.parent, "text": self.text}


class Return(NamedTuple):
    """A call that is over."""

    id: str


def call_id(path: str, tick: str, attempt: int) -> str:
    """Return what a call is known by: the path of the node that makes it (with the item), its tick, and the attempt
    where it is not the first."""
    if not path:
        return THE_RUN
    return f"{path}@{tick}" if attempt == 1 else f"{path}@{tick}#{attempt}"


class Calls:
    """The calls of one run that are under way.

    `warns_early` judges a call when it is made, while other parts of the run are still under way: what it is beside
    those above it is known then, only its place in the record is not.
    """

    def __init__(self, modules: Modules, settings: Settings, reader: Reader) -> None:
        self._modules = modules
        self._reader = reader
        self._early = Procrastination(settings)
        self._under_way: dict[Region, str] = {}

    def enter(self, region: Region, *, is_new: bool) -> Call | None:
        """Return the call that this region is, None if its graph does not contain itself."""
        graph = region.plan.graph
        if not self._modules.calls_itself(graph):
            return None
        around = region.parent
        while around is not None and around.plan.graph is not graph:
            around = around.parent
        tick = "" if region.parent is None else tick_path(region.parent.tick_key)
        id_ = self._under_way[region] = call_id(region.prefix.rstrip("/"), tick, region.attempt)
        parent = None if around is None else self._under_way.get(around)
        given = {name: value for name, (value, _) in region.inputs.items()}
        text = call_of(graph, given, is_item=_is_item(region))
        return Call(id_, parent, text, region.parent_firing, is_new)

    def leave(self, region: Region) -> Return | None:
        """Return which call is over with this region, None if it is none."""
        id_ = self._under_way.pop(region, None)
        if id_ is None:
            return None
        self._early.closed(id_, frame=True)
        return Return(id_)

    def warns_early(self, call: Call, t: int) -> tuple[Alarm, ...]:
        """Return the alarms that a call raises when it is made."""
        return self._early.called(call.id, call.parent, t, call.text, self._reader)


def _is_item(region: Region) -> bool:
    around = region.parent
    return around is not None and around.plan.nodes[region.path_id - around.path_base].role == "map"
