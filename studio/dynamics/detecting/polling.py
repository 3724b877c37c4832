"""Tells by structure that something outside is waited for, in whatever words (dynamics notes, section 6, 3).

Words about waiting cannot be listed to the end.  What polls have in common is their shape: a tool gives the same
short answer about one thing again, and meanwhile nobody says more than what that thing is called.  Where nobody asks,
many short texts have nothing in common but that name; models that go on so among themselves wait for nothing but
themselves, which is a circle.
"""

from __future__ import annotations

from typing import NamedTuple

from studio.dynamics.words.lists import failing
from studio.dynamics.words.reading import Reading

_FAILING = failing()
_ANSWERERS = frozenset({"tool", "timer"})
_MOST_MASS = 8
"""An output that says more is no mere status, whatever it is about."""
_MOST_SALIENT, _MOST_RARE = 1, 2
"""A status names one thing; the word that says how it is may be a rare one too."""
_MOST_BESIDE = 4
"""Words beside what the thing is called that one needs to ask how it is; a thought about the work has more."""
_LEAST_TALK, _LEAST_WORDINGS = 6, 3
"""Outputs about one name, and texts among them, from which it can be seen that nothing but the name stays."""
_MOST_COMMON = 1
"""Words that such texts share beside the name: what kind of thing it is."""


class _Answer(NamedTuple):
    number: int
    names: frozenset[str]
    matter: int


class Polling:
    """Follows who asks and what answers, at a cost per firing that does not grow.

    An answer is polled if it is short, no failure, not written, says the same as the last one of its tool or varies it
    around the same name, if since then nobody has said anything with matter of its own, and if anybody asks: a tool
    that is all that ever speaks waits for nothing.  An output of anybody else
    has none if it is as short and names nothing beyond the last answer; it belongs to the poll that goes on.
    """

    __slots__ = (
        "_about",
        "_alone",
        "_answers",
        "_common",
        "_matter",
        "_names",
        "_outside",
        "_polled",
        "_talk",
        "_wordings",
    )

    def __init__(self) -> None:
        self._answers: dict[str, _Answer] = {}
        self._matter = 0
        self._names: frozenset[str] = frozenset()
        self._polled = False
        self._about: frozenset[str] = frozenset()
        self._common: frozenset[str] = frozenset()
        self._talk = 0
        self._outside = False
        self._wordings: set[str] = set()
        self._alone: str | None = ""

    @property
    def asked(self) -> bool:
        """Whether more than one module has spoken, so that one may wait for another."""
        return self._alone is None

    def see(self, module: str, kind: str, reading: Reading, number: int, *, plain: bool) -> bool:
        """Take a firing; return whether it is part of a poll. `plain` tells that it neither failed nor wrote."""
        if self._alone is not None and self._alone != module:
            self._alone = module if not self._alone else None
        if reading.mass > _MOST_MASS or not plain or not reading.content.isdisjoint(_FAILING):
            self._talk = 0
            self._matter += 1
            self._polled = False
            return False
        talks = self._talks(reading, kind != "llm")
        salient, rare = reading.salient, reading.rare
        if kind in _ANSWERERS:
            if len(salient) > _MOST_SALIENT or len(rare) > _MOST_RARE:
                return self._matters() or talks
            return self._answers_with(module, number, salient | rare) or talks
        if not salient <= self._names or _beside(reading, self._names) > _MOST_BESIDE:
            return self._matters() or talks
        return self._polled or talks

    def _answers_with(self, module: str, number: int, names: frozenset[str]) -> bool:
        before = self._answers.get(module)
        self._answers[module] = _Answer(number, names, self._matter)
        self._names = names
        self._polled = (
            before is not None
            and self.asked
            and before.matter == self._matter
            and (before.number == number or (before.names == names and bool(names)))
        )
        return self._polled

    def _talks(self, reading: Reading, outside: bool) -> bool:
        """Whether the last outputs have a name in common and, in several wordings, hardly a word beside.

        Somebody who is no model must be among those who speak, as `outside` tells of this one.
        """
        names = reading.distinctive
        about = self._about & names if self._talk else names
        if not about or len(reading.salient - about) > 1 or _beside(reading, about) > _MOST_BESIDE:
            self._talk = 0
            return False
        if not self._talk:
            self._common = reading.content
            self._outside = False
            self._wordings.clear()
        self._about = about
        self._common &= reading.content
        self._talk += 1
        self._outside = self._outside or outside
        if len(self._wordings) < _LEAST_WORDINGS:
            self._wordings.add(reading.hash)
        return (
            self._outside
            and self._talk >= _LEAST_TALK
            and len(self._wordings) >= _LEAST_WORDINGS
            and len(about) == 1
            and len(self._common - about) <= _MOST_COMMON
        )

    def _matters(self) -> bool:
        self._matter += 1
        self._polled = False
        return False


def _beside(reading: Reading, names: frozenset[str]) -> int:
    """Return how many words stand beside the names, each counted once; too many where none of the names occurs."""
    rare = len(names & reading.rare)
    common = rare + len(names & reading.salient)
    if not common and reading.rare:
        return reading.mass + _MOST_BESIDE
    return reading.mass - 2 * common - (len(reading.rare) - rare)
