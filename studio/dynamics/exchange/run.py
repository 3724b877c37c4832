"""One run of an agent, seen from outside: its modules, its goals, and what each module said when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice, repeat
from operator import attrgetter, itemgetter, le
from typing import TYPE_CHECKING, Literal

from studio.support.values import Json

if TYPE_CHECKING:
    from studio.dynamics.words.reading import Reading

Effect = Literal["read", "write"]
"""What a tool does to the world outside: it looks, or it changes something."""


@dataclass(frozen=True, slots=True)
class Module:
    """One module: `kind` is llm, tool, memory, human, timer or a word of the author's own; `inputs` are module ids."""

    id: str
    kind: str = "llm"
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal, opened at tick `t`; a closed one has `done` and, when that is known, the tick `t_done`.

    With `call` it is the call of a graph that contains itself, or of a sub-agent by its like: `text` is what it was
    given, `parent` the call within which it was made, and that it has returned is no progress.
    """

    id: str
    text: str
    parent: str | None = None
    t: int = 0
    done: bool = False
    t_done: int | None = None
    call: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """Module `module` fired at the logical tick `t`; several events may share a tick.

    `out` is what it gave, `err` the text of its failure if it failed ("" where it has none beside `out`).  `reading`
    stands in for `out` where the text was read when the module fired and only what was read of it has been kept.  With
    a `metric` nothing was said: the run measures its progress, and more than ever before is progress.  `firing` is its
    number in the trace that it was taken from, 0 where there is none.
    """

    t: int
    module: str
    out: Json = None
    err: str | None = None
    effect: Effect | None = None
    reading: Reading | None = None
    metric: float | None = None
    firing: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Run:
    """A whole run.

    `finished` says that it ended by itself, `t_end` is the last tick it was alive; `size` is the number of its modules
    where `modules` has other ones (each item of a map, none that never fired).  `token_bits` is how undecided models
    were where that is known: mean bits of entropy per token, by module.
    """

    id: str
    root_goal: str = ""
    modules: tuple[Module, ...] = ()
    goals: tuple[Goal, ...] = ()
    events: tuple[Event, ...] = field(default=(), repr=False)
    finished: bool = False
    t_end: int = 0
    size: int | None = None
    token_bits: Mapping[str, float] = field(default_factory=dict, repr=False)

    def ordered(self) -> list[Event]:
        """Return the events in the order in which they count: by tick, then by the modules' order, else as given."""
        place = {module.id: index for index, module in enumerate(self.modules)}
        ticks = map(attrgetter("t"), self.events)
        places = map(place.get, map(attrgetter("module"), self.events), repeat(len(place)))
        keys = list(zip(ticks, places, strict=False))
        if all(map(le, keys, islice(keys, 1, None))):
            return list(self.events)  # as most are: to look costs less than to sort
        return [event for _, event in sorted(zip(keys, self.events, strict=True), key=itemgetter(0))]

    def last_tick(self) -> int:
        """Return the last tick of which the run knows anything."""
        return max(self.t_end, max(map(attrgetter("t"), self.events), default=0))
