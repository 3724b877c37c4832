"""Tells by structure that something outside is asked after, in whatever words (dynamics notes, section 6, 3).

Words about waiting cannot be listed to the end.  What polls have in common is their shape: a tool gives the
same short answer about one thing again, and meanwhile nobody says more than one needs to ask how it is.  Where nobody
asks, many short texts have nothing in common but what that thing is called; models that go on so among themselves
wait for nothing but themselves, which is a circle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from studio.dynamics.detecting.step import Said
from studio.dynamics.words.lists import failing
from studio.dynamics.words.reading import Reading

_FAILING: Final = failing()
_ANSWERERS: Final = frozenset({"tool", "timer", "human"})
_PERSON: Final = "human"
"""Who is asked again what he has answered says the same again: only his words tell whether he lets one wait."""
_MOST_MASS, _MOST_OF_USUAL = 8, 0.8
"""An output that says more is no mere status, whatever it is about: in mass, or by what is usual in the run."""
_MOST_SALIENT, _MOST_RARE = 2, 2
"""A status names a thing and a stage of it; the word that says how it is may be a rare one too."""
_MOST_BESIDE, _MOST_BESIDE_OF_USUAL = 4, 0.33
"""Words beside what the thing is called that one needs to ask how it is; a thought about the work has more."""
_CALM = 2
"""Answers without matter before them for each that had some, from which a poll goes on all the same."""
_LEAST_TALK, _LEAST_WORDINGS = 6, 3
"""Outputs about one name, and texts among them, from which it can be seen that nothing but the name stays."""
_MOST_COMMON = 1
"""Words that such texts share beside the name: what kind of thing it is."""


@dataclass(slots=True)
class _Answer:
    """What a module answered last, and what was said before each time that it did: nothing of its own, or matter."""

    number: int
    names: frozenset[str]
    calm: int = 0
    stirred: int = 0


class Polling:
    """Follows who asks and what answers, at a cost per firing that does not grow.

    An answer is polled if it is short, no failure, not written, says the same as the last one of its module or varies
    it around the same name, if between such answers nobody says anything with matter of its own, as a rule, and if
    anybody asks: a tool that is all that ever speaks waits for nothing.  An output of anybody else has no matter if it
    is as short and names nothing beyond the last answer; then it belongs to the poll that goes on.  What was said
    before is no new matter, but no sign of a poll either, unless the answer is in words of waiting.
    """

    __slots__ = ("_alone", "_answers", "_asks", "_matter", "_names", "_polled", "_talk", "_told")

    def __init__(self) -> None:
        self._answers: dict[str, _Answer] = {}
        self._names: frozenset[str] = frozenset()
        self._polled = self._matter = self._told = False
        self._asks = True
        self._alone: str | None = ""
        self._talk = _Talk()

    @property
    def asked(self) -> bool:
        """Whether more than one module has spoken, so that one may wait for another."""
        return self._alone is None

    def see(self, module: str, kind: str, reading: Reading, said: Said, usual: float, *, plain: bool) -> bool:
        """Take a firing; return whether it is part of a poll.

        `usual` is the mass of what is said at a time in this run, `plain` tells that it neither failed nor wrote.
        """
        if self._alone is not None and self._alone != module:
            self._alone = module if not self._alone else None
        known = said.count > 0
        mass = reading.mass
        light = mass <= _MOST_MASS or mass <= _MOST_OF_USUAL * usual
        plain = plain and (light or known) and reading.content.isdisjoint(_FAILING)  # else it matters nowhere
        short = plain and light
        talk = self._talk
        if short:
            talks = talk.goes_on(reading, outside=kind != "llm")
        else:
            talks, talk.count = False, 0
        if kind in _ANSWERERS:
            if short:
                return self._answers_with(module, said.number, reading, kind) or talks
            self._answers.pop(module, None)
            self._matter, self._polled, self._told = True, False, False
        elif short and self._only_asks(reading, known, usual):
            return self._polled or talks
        elif plain and known:
            self._asks = False
            return self._told or talks
        else:
            self._matter = True
        return talks

    def _only_asks(self, reading: Reading, known: bool, usual: float) -> bool:
        """Whether a short output names nothing beyond the last answer, and has few words beside."""
        names, salient = self._names, reading.salient
        if salient and len(salient - names) > known:
            return False
        return _beside(reading, names) <= max(_MOST_BESIDE, _MOST_BESIDE_OF_USUAL * usual)

    def _answers_with(self, module: str, number: int, reading: Reading, kind: str) -> bool:
        names = reading.distinctive
        last = self._answers.get(module)
        same = last is not None and (last.number == number or (last.names == names and bool(names)))
        if last is None or not same:
            last = self._answers[module] = _Answer(number, names)
        elif self._matter:
            last.stirred += 1
        elif self._asks:
            last.calm += 1
        last.number = number
        self._matter, self._asks, self._names = False, True, names
        self._told = same and reading.waiting
        self._polled = (
            same
            and self.asked
            and kind != _PERSON
            and last.calm > 0
            and last.calm >= _CALM * last.stirred
            and len(reading.salient) <= _MOST_SALIENT
            and len(reading.rare) <= _MOST_RARE
        )
        return self._polled


def _beside(reading: Reading, names: frozenset[str]) -> int:
    """Return how many words stand beside the names, each counted once; too many where none of the names occurs."""
    rare = len(names & reading.rare)
    common = rare + len(names & reading.salient)
    if not common and reading.rare:
        return reading.mass + _MOST_BESIDE
    return reading.mass - 2 * common - (len(reading.rare) - rare)


class _Talk:
    """Whether the last outputs have a name in common and, in several wordings, hardly a word beside.

    `count` is how many they are; with an output that is not short it is 0 again, for whoever sees that to set.
    """

    __slots__ = ("_about", "_common", "_outside", "_wordings", "count")

    def __init__(self) -> None:
        self._about: frozenset[str] = frozenset()
        self._common: frozenset[str] = frozenset()
        self._outside = False
        self._wordings: set[str] = set()
        self.count = 0

    def goes_on(self, reading: Reading, *, outside: bool) -> bool:
        """Take a short output; somebody who is no model must be among those who speak, as `outside` tells of this
        one."""
        if self.count:
            about = self._about
            if about.isdisjoint(reading.salient) and about.isdisjoint(reading.rare):
                self.count = 0
                return False
            about &= reading.distinctive
            if len(reading.salient - about) > 1 or _beside(reading, about) > _MOST_BESIDE:
                self.count = 0
                return False
        else:
            named = len(reading.salient) + len(reading.rare)
            if not named or reading.mass - 2 * named > _MOST_BESIDE:
                return False
            about = reading.distinctive
            self._common = reading.content
            self._outside = False
            self._wordings.clear()
        self._about = about
        self._common &= reading.content
        self.count += 1
        self._outside = self._outside or outside
        if len(self._wordings) < _LEAST_WORDINGS:
            self._wordings.add(reading.hash)
        return (
            self._outside
            and self.count >= _LEAST_TALK
            and len(self._wordings) >= _LEAST_WORDINGS
            and len(about) == 1
            and len(self._common - about) <= _MOST_COMMON
        )
