"""What a run view keeps by node: per path as the run knows it, and per place as the window shows it."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

from studio.editing.document.ops import At
from studio.gui.live.watching.places import Spot
from studio.gui.live.watching.values import Shot
from studio.support.ticks import tick_path

if TYPE_CHECKING:
    from studio.gui.live.watching.parts import FilePart

SHOTS: Final = 48
"""Decided firings kept per place, over all items and ticks; older ones are in the trace."""

TAIL: Final = 2000
"""Signs kept of the end of streaming text."""

PROMPTS: Final = 12
"""Model calls kept of a place's latest firing that asked."""


RECENT: Final = 1000
"""Lines that the list of a run's events remembers."""


class Told(NamedTuple):
    """One line of the list of events that is no firing: what happened, where, and what about it."""

    kind: str
    path: str
    tick: str
    text: str


def told_of(line: Told | Shot) -> Told:
    """Return a line of the list as what is shown of it."""
    if isinstance(line, Told):
        return line
    return Told(line.status_name, line.path, tick_path(line.tick), line.summary(200))


class RegionTrack:
    """One execution place of a graph: the top, a subgraph, or one item of a map. `prefix` ends with `/`."""

    __slots__ = ("at", "last_tick", "prefix", "ticks")

    def __init__(self, prefix: str, at: At | None) -> None:
        self.prefix = prefix
        self.at = at
        self.ticks: dict[str, None] = {}
        """Ticks seen (sortable), in the order they came."""
        self.last_tick = ""

    @property
    def label(self) -> str:
        """What people call it: the path of the region node, with the item."""
        return self.prefix.rstrip("/")


class Asked:
    """A model call: what was asked and, when it has come, the reply."""

    __slots__ = ("error", "firing", "key", "messages", "model", "path", "reply", "tick", "tokens")

    def __init__(
        self, key: int, firing: int, path: str, tick: str, model: str, messages: list[tuple[str, str]]
    ) -> None:
        self.key = key
        self.firing = firing
        self.path = path
        self.tick = tick
        self.model = model
        self.messages = messages
        self.reply: str | None = None
        self.error = ""
        self.tokens = 0


class NodeTrack:
    """A node by the path the run knows it by. `spot` None: its body stands in another file; `there` says where."""

    __slots__ = ("name", "path", "place", "region", "spot", "there")

    def __init__(
        self,
        region: RegionTrack,
        name: str,
        spot: Spot | None,
        place: PlaceTrack,
        there: tuple[FilePart, Spot] | None = None,
    ) -> None:
        self.there = there
        self.region = region
        self.name = name
        self.path = region.prefix + name
        self.spot = spot
        self.place = place


class Opened:
    """A firing under way."""

    __slots__ = ("calls", "cost", "firing", "parent", "started", "tick", "tokens", "track")

    def __init__(self, firing: int, track: NodeTrack, tick: str, parent: int, started: float) -> None:
        self.firing = firing
        self.track = track
        self.tick = tick
        self.parent = parent
        self.started = started
        self.cost: float | None = 0.0
        self.tokens = 0
        self.calls = 0


class PlaceTrack:
    """A node of the document over all items and ticks of the run."""

    __slots__ = ("failed", "fired", "held", "opened", "paths", "prompts", "said", "shots", "skipped", "waits")

    def __init__(self) -> None:
        self.fired = 0
        self.failed = 0
        self.skipped = 0
        self.paths = 0
        """Under how many paths the run knows it: more than one in bodies of maps."""
        self.shots: deque[Shot] = deque(maxlen=SHOTS)
        self.opened: dict[int, Opened] = {}
        self.said: dict[tuple[str, str], str] = {}
        """Streaming text by node path and tick (as written, not sortable)."""
        self.held: dict[tuple[str, str], None] = {}
        """Firings that wait for leave: node path and tick."""
        self.waits: dict[int, tuple[str, str, str]] = {}
        """Questions to a person, by number: node path, tick, question."""
        self.prompts: deque[Asked] = deque(maxlen=PROMPTS)

    @property
    def decided(self) -> int:
        """How often it was decided."""
        return self.fired + self.failed + self.skipped

    def last(self, region: str | None = None, tick: str | None = None) -> Shot | None:
        """Return the latest firing kept, of one region (prefix) and tick (sortable) if they are given."""
        for shot in reversed(self.shots):
            if region in (None, shot.region) and tick in (None, shot.tick):
                return shot
        return None

    def say(self, path: str, tick: str, text: str) -> None:
        """Take streaming text."""
        self.said[path, tick] = (self.said.get((path, tick), "") + text)[-TAIL:]
