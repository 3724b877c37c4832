"""One firing as the detectors see it, and the little that each detector must offer."""

from __future__ import annotations

import math
from typing import Protocol

from studio.dynamics.verdict import Alarm
from studio.dynamics.words.reading import Reading


class Said:
    """One thing that a module said, in whatever wordings: when, how often, its first and its last words."""

    __slots__ = ("count", "first", "first_t", "last", "last_position", "module", "number", "ticks")

    def __init__(self, number: int, module: str, t: int, first: Reading) -> None:
        self.number = number
        self.module = module
        self.first_t = t
        self.first = self.last = first
        self.count = 0
        self.last_position = -1
        self.ticks: tuple[int, ...] = ()


class Step:
    """One firing, read and compared with what was said before.

    `firing` counts all firings from 0.  `said` is what the module said; its `number` is the letter that stands for it
    in the run's word stream.
    `position` counts the firings that say something; it is -1 for one that says too little (`contentful` is False).
    `known` tells that the same was said before, `new` are the distinctive tokens that nobody had said.
    `goal` tells that it shares a word with the root goal, `waiting` that it is about waiting.
    `progress` is the signal of progress that this firing gave, in words, or "".
    `says` tells that it says something: it has content and is no filler; a failure must name what nobody had named.
    Filler also is, however many of its words are on no list, what is short, shares no word with any goal, names no
    thing and has no word that was not said before.

    A watch makes one at every firing and sets what is in it; nobody changes it afterwards.  An object with slots, as
    it is made and read in half the time of a tuple with names.
    """

    __slots__ = (
        "contentful",
        "effect",
        "failed",
        "firing",
        "goal",
        "kind",
        "known",
        "module",
        "new",
        "position",
        "progress",
        "reading",
        "said",
        "says",
        "t",
        "waiting",
    )

    firing: int
    t: int
    module: str
    kind: str
    reading: Reading
    said: Said
    position: int
    contentful: bool
    known: bool
    new: frozenset[str]
    goal: bool
    waiting: bool
    failed: bool
    effect: str | None
    progress: str
    says: bool


class Detector(Protocol):
    """A detector is fed each firing and says at any time how strongly it suspects its failure.

    `ratio` is its quantity divided by the threshold of a warning (1 at the threshold); `holds` that the run shows the
    failure now; `share` over which part of the run it held; `evidence` are sentences with modules, ticks and quotes.
    """

    name: str

    def see(self, step: Step) -> tuple[Alarm, ...]: ...

    def progressed(self, position: int, t: int) -> None: ...

    @property
    def holds(self) -> bool: ...

    @property
    def share(self) -> float: ...

    @property
    def ratio(self) -> float: ...

    def evidence(self) -> list[str]: ...


def strength(ratio: float) -> float:
    """Return how strongly a detector suspects: logistic(3·(x−θ)/θ), with x/θ the ratio (dynamics notes, section 6)."""
    return 1 / (1 + math.exp(-3 * (min(max(ratio, 0.0), 100.0) - 1)))
