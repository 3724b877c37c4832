"""Keeps who introduced which term, and whether anyone took it up: novelty, uptake and the flow between modules.

A term is a distinctive token.  It is taken up when `taken_uses` firings use it, or one uses it again `taken_later`
firings after it appeared (dynamics notes, sections 6 and 7).  Each firing costs as much as it has distinctive tokens.
"""

from __future__ import annotations

from studio.dynamics.settings import Settings
from studio.dynamics.words.reading import Reading

_TAKEN = 0
"""Stands for the number of uses of a term that is taken up; all other numbers are true."""
_KNOWN = -1
"""Stands for the position at which a term appeared of which nothing more is asked: that it was said is known."""


class Terms:
    """The terms of one run.

    `introduced` and `taken` count terms by the position at which they appeared, in a ring as long as the window;
    `flow[a, b]` counts terms first said by a that b said within `flow_within` firings, `heard[a]` those that
    anyone else did, `first[a]` all of a.
    """

    def __init__(self, settings: Settings) -> None:
        self._uses_needed = settings.taken_uses
        self._later = settings.taken_later
        self._within = settings.flow_within
        self._ring = settings.wander_window
        self._half = max(1, settings.kept // 2)
        # Plain texts and numbers only: a run has many terms, and objects would keep the garbage collector busy.
        # Of each term it is kept at which position it appeared.
        self._young: dict[str, int] = {}
        self._old: dict[str, int] = {}
        self._noted: set[str] = set()
        self._uses: dict[str, int] = {}
        self._heard: dict[str, tuple[str, ...]] = {}
        self._size = self._within + 1
        self._speakers = [""] * self._size
        self.introduced = [0] * self._ring
        self.taken = [0] * self._ring
        self.total_introduced = 0
        self.total_taken = 0
        self.first: dict[str, int] = {}
        self.heard: dict[str, int] = {}
        self.flow: dict[tuple[str, str], int] = {}

    def see(self, position: int, module: str, reading: Reading) -> frozenset[str]:
        """Take the distinctive tokens of the firing at `position`; return those that nobody had said."""
        slot = position % self._ring
        self.introduced[slot] = self.taken[slot] = 0
        self._speakers[position % self._size] = module
        said = reading.distinctive
        new = said.difference(self._young)
        if new and self._old:
            new = new.difference(self._old)
        if len(new) < len(said):
            self._use(said - new, position, module)
        if new:
            self._introduce(new, slot, position, module)
        return new

    def note(self, tokens: frozenset[str]) -> frozenset[str]:
        """Take the tokens of an output that says too little to count; return those that nobody had said or noted."""
        new = tokens.difference(self._young, self._old, self._noted)
        if new:
            if len(self._noted) >= self._half:
                self._noted.clear()
            self._noted |= new
        return new

    def _introduce(self, new: frozenset[str], slot: int, position: int, module: str) -> None:
        count = len(new)
        self.introduced[slot] = count
        self.total_introduced += count
        self.first[module] = self.first.get(module, 0) + count
        if len(self._young) >= self._half:
            self._forget()
        self._young.update(dict.fromkeys(new, position))

    def _forget(self) -> None:
        """Let the older half go; what it introduced can no longer be taken up."""
        gone, self._old, self._young = self._old, self._young, {}
        for token in [token for token in self._uses if token in gone]:
            del self._uses[token]
        for token in [token for token in self._heard if token in gone]:
            del self._heard[token]

    def _use(self, tokens: frozenset[str], position: int, module: str) -> None:
        """Take that terms are said again; one that is taken up and old is followed no more."""
        for token in tokens:
            place = self._young if token in self._young else self._old
            born = place[token]
            if born == _KNOWN:
                continue
            age = position - born
            uses = self._uses.get(token, 1)
            if uses:
                uses += 1
                if uses >= self._uses_needed or age >= self._later:
                    uses = _TAKEN
                    self.total_taken += 1
                    if age < self._ring:
                        self.taken[born % self._ring] += 1
                self._uses[token] = uses
            if age <= self._within:
                source = self._speakers[born % self._size]
                if source != module:
                    self._hear(token, source, module)
            elif not uses:
                place[token] = _KNOWN
                self._uses.pop(token, None)
                self._heard.pop(token, None)

    def _hear(self, token: str, source: str, module: str) -> None:
        """Take that a module says a term soon after another one has brought it up."""
        heard = self._heard.get(token, ())
        if module not in heard:
            self._heard[token] = (*heard, module)
            if not heard:
                self.heard[source] = self.heard.get(source, 0) + 1
            pair = (source, module)
            self.flow[pair] = self.flow.get(pair, 0) + 1
