"""What is counted of each module while a run is watched, at a constant cost per firing."""

from __future__ import annotations

from typing import NamedTuple

from studio.dynamics.detecting.step import Said, Step

_MOST_SYMBOLS = 2**53


class Moment(NamedTuple):
    """What a module said at a tick, as the first words of it, and what that was."""

    t: int
    quote: str
    said: Said


class Tally:
    """The counts of one module of this kind, the `place`-th to fire.

    `symbols` is one more than the highest symbol of what it said, `letters` plus a symbol its number among the symbols
    of all modules.
    `distinct` counts the different things it said, `distinctive` its distinctive tokens and `new` those among them
    that nobody had said, `idle` the outputs without content.  `news` is the last thing it said that it had not said
    before; `heaviest` is the largest mass of an output.
    """

    __slots__ = (
        "_idle",
        "_last",
        "_news_at",
        "contentful",
        "distinct",
        "distinctive",
        "failed",
        "heaviest",
        "idle",
        "kind",
        "letters",
        "new",
        "news",
        "symbols",
        "writes",
    )

    def __init__(self, kind: str, place: int) -> None:
        self.kind = kind
        self.symbols = 0
        self.letters = place * _MOST_SYMBOLS
        self.contentful = self.idle = self.failed = self.distinct = self.distinctive = self.new = self._news_at = 0
        self.writes = self.heaviest = 0
        self.news: Said | None = None
        self._last: Said | None = None
        self._idle: Moment | None = None

    @property
    def last(self) -> Moment | None:
        """The last output with content; the first of all where none has any."""
        said = self._last
        if said is None:
            return self._idle
        return Moment(said.ticks[-1] if said.ticks else said.first_t, said.last.quote, said)

    @property
    def again(self) -> int:
        """The outputs with content since the last that the module had not said before."""
        return self.contentful - self._news_at

    @property
    def firings(self) -> int:
        """All firings of the module."""
        return self.contentful + self.idle

    def see(self, step: Step) -> None:
        """Count one firing of the module."""
        reading, said = step.reading, step.said
        if step.failed:
            self.failed += 1
        if reading.mass > self.heaviest:
            self.heaviest = reading.mass
        if step.effect == "write":
            self.writes += 1
        if not step.contentful:
            self.idle += 1
            if self._idle is None:
                self._idle = Moment(step.t, reading.quote, said)
            self.distinct += not step.known
            return
        self.contentful += 1
        self.distinctive += len(reading.distinctive)
        if new := step.new:
            self.new += len(new)
        self._last = said
        if not step.known:
            self.distinct += 1
            self.news = said
            self._news_at = self.contentful
