"""Tells by structure that something outside is waited for, in whatever words (dynamics notes, section 6, 3).

Words about waiting cannot be listed to the end.  What all polls have in common is their shape: a tool gives the same
short answer about one thing again, and meanwhile nobody says more than what that thing is called.
"""

from __future__ import annotations

from typing import NamedTuple

from studio.dynamics.words.lists import failing
from studio.dynamics.words.reading import Reading

_ANSWERERS = frozenset({"tool", "timer"})
_MOST_MASS = 8
"""An output that says more is no mere status, whatever it is about."""
_MOST_SALIENT, _MOST_RARE = 1, 2
"""A status names one thing; the word that says how it is may be a rare one too."""
_MOST_BESIDE = 4
"""Mass beside what the thing is called that one needs to ask how it is; a thought about the work has more."""


class _Answer(NamedTuple):
    number: int
    names: frozenset[str]
    matter: int


class Polling:
    """Follows who asks and what answers, at a cost per firing that does not grow.

    An answer is polled if it is short, no failure, not written, says the same as the last one of its tool or varies it
    around the same name, and if since then nobody has said anything with matter of its own.  An output of anybody else
    has none if it is as short and names nothing beyond the last answer; it belongs to the poll that goes on.
    """

    __slots__ = ("_answers", "_matter", "_names", "_polled")

    def __init__(self) -> None:
        self._answers: dict[str, _Answer] = {}
        self._matter = 0
        self._names: frozenset[str] = frozenset()
        self._polled = False

    def see(self, module: str, kind: str, reading: Reading, number: int, *, plain: bool) -> bool:
        """Take a firing; return whether it is part of a poll. `plain` tells that it neither failed nor wrote."""
        mass = reading.mass
        if mass > _MOST_MASS or not plain or not reading.content.isdisjoint(failing()):
            return self._matters()
        salient, rare = reading.salient, reading.rare
        if kind in _ANSWERERS:
            if len(salient) > _MOST_SALIENT or len(rare) > _MOST_RARE:
                return self._matters()
            return self._answers_with(module, number, salient | rare)
        names = self._names
        common = len(names & salient) + len(names & rare)
        if mass - 2 * common <= _MOST_BESIDE and salient <= names and (common or not rare):
            return self._polled
        return self._matters()

    def _answers_with(self, module: str, number: int, names: frozenset[str]) -> bool:
        before = self._answers.get(module)
        self._answers[module] = _Answer(number, names, self._matter)
        self._names = names
        self._polled = (
            before is not None
            and before.matter == self._matter
            and (before.number == number or (before.names == names and bool(names)))
        )
        return self._polled

    def _matters(self) -> bool:
        self._matter += 1
        self._polled = False
        return False
