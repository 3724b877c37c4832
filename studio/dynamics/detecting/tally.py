"""What is counted of each module while a run is watched, at a constant cost per firing."""

from __future__ import annotations

from typing import NamedTuple

from studio.dynamics.detecting.step import Said
from studio.dynamics.words.reading import Reading


class Moment(NamedTuple):
    """What is kept of a step for each module: its words would be too much where there are thousands."""

    t: int
    quote: str
    said: Said


_as_moment = tuple.__new__  # a third of the time that calling the class takes


class Tally:
    """The counts of one module.

    `distinct` counts the different things it said, `distinctive` its distinctive tokens and `new` those among them
    that nobody had said, `idle` the outputs without content.  `news` is the last moment at which it said something
    that it had not said before, `again` counts the outputs with content since, `last` is the last of these;
    `heaviest` is the largest mass of an output.
    """

    __slots__ = (
        "again",
        "contentful",
        "distinct",
        "distinctive",
        "failed",
        "heaviest",
        "idle",
        "last",
        "new",
        "news",
        "writes",
    )

    def __init__(self) -> None:
        self.contentful = self.idle = self.failed = self.distinct = self.distinctive = self.new = self.again = 0
        self.writes = self.heaviest = 0
        self.news: Moment | None = None
        self.last: Moment | None = None

    @property
    def firings(self) -> int:
        """All firings of the module."""
        return self.contentful + self.idle

    def see(
        self, t: int, reading: Reading, said: Said, contentful: bool, known: bool, new: frozenset[str], failed: bool,
        effect: str | None,
    ) -> None:  # fmt: skip
        """Count one firing of the module; what is given is that of its `Step`."""
        if failed:
            self.failed += 1
        if reading.mass > self.heaviest:
            self.heaviest = reading.mass
        if effect == "write":
            self.writes += 1
        if not contentful:
            self.idle += 1
            if self.last is None:
                self.last = Moment(t, reading.quote, said)
            self.distinct += not known
            return
        self.contentful += 1
        self.distinctive += len(reading.salient) + len(reading.rare)
        if new:
            self.new += len(new)
        self.last = moment = _as_moment(Moment, (t, reading.quote, said))
        if known:
            self.again += 1
        else:
            self.distinct += 1
            self.again = 0
            self.news = moment
