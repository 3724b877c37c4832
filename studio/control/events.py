"""What a listener hears of a run that is controlled, in batches, in the order it happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from studio.control.breakpoints import Breakpoint
from studio.control.waiting import Held
from studio.support.values import Json

StateName = Literal["running", "pausing", "paused", "stepping", "ended"]


@dataclass(frozen=True, slots=True)
class State:
    """`running`: nobody is held. `pausing`: nothing new starts, something is still under way. `paused`: the run is
    held. `stepping`: some may fire. `ended`. `why` says in a sentence what brought it there."""

    name: StateName
    why: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """A node that was decided: `status` is ok, error or skipped; outputs by port, or the reason for a skip."""

    node: str
    tick: str
    status: str
    outputs: Mapping[str, Json]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Frontier:
    """All firings that wait for leave, in outline order, and the last few that were decided since the run was held
    before; told whenever the run is held."""

    waiting: tuple[Held, ...]
    done: tuple[Done, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A breakpoint was met at this node and tick."""

    breakpoint: Breakpoint
    node: str
    tick: str


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence for the person, such as what became of an order that came from elsewhere."""

    text: str


Event = State | Frontier | Hit | Note
