"""Keeps who introduced which term, and whether anyone took it up: novelty, uptake and the flow between modules.

A term is a distinctive token.  It is taken up when `taken_uses` firings use it, or one uses it again `taken_later`
firings after it appeared (dynamics notes, sections 6 and 7).  Each firing costs as much as it has distinctive tokens.
"""

from __future__ import annotations

from studio.dynamics.settings import Settings


class _Term:
    __slots__ = ("born", "heard", "module", "taken", "uses")

    def __init__(self, born: int, module: str) -> None:
        self.born = born
        self.module = module
        self.uses = 1
        self.taken = False
        self.heard: tuple[str, ...] = ()


class Terms:
    """The terms of one run.

    `introduced` and `taken` count terms by the position at which they appeared, in a ring as long as the window;
    `flow[a, b]` counts terms first said by a that b said within `flow_within` firings, `first[a]` those of a.
    """

    def __init__(self, settings: Settings) -> None:
        self._uses = settings.taken_uses
        self._later = settings.taken_later
        self._within = settings.flow_within
        self._ring = settings.wander_window
        self._half = max(1, settings.kept // 2)
        self._young: set[str] = set()
        self._old: set[str] = set()
        self._live: dict[str, _Term] = {}
        self._live_old: dict[str, _Term] = {}
        self.introduced = [0] * self._ring
        self.taken = [0] * self._ring
        self.total_introduced = 0
        self.total_taken = 0
        self.first: dict[str, int] = {}
        self.flow: dict[tuple[str, str], int] = {}

    def see(self, position: int, module: str, tokens: frozenset[str]) -> frozenset[str]:
        """Take the distinctive tokens of the firing at `position`; return those that nobody had said."""
        slot = position % self._ring
        self.introduced[slot] = self.taken[slot] = 0
        if not tokens:
            return tokens
        new = tokens - self._young
        if new and self._old:
            new -= self._old
        if len(new) < len(tokens):
            again = tokens & self._live.keys()
            if self._live_old:
                again |= tokens & self._live_old.keys()
            for token in again:
                self._use(token, position, module)
        if new:
            self._introduce(new, slot, position, module)
        return new

    def _introduce(self, new: frozenset[str], slot: int, position: int, module: str) -> None:
        count = len(new)
        self.introduced[slot] = count
        self.total_introduced += count
        self.first[module] = self.first.get(module, 0) + count
        if len(self._young) >= self._half:
            self._old, self._young = self._young, set()
            self._live_old, self._live = self._live, {}
        self._young |= new
        live = self._live
        for token in new:
            live[token] = _Term(position, module)

    def _use(self, token: str, position: int, module: str) -> None:
        home = self._live if token in self._live else self._live_old
        term = home[token]
        term.uses += 1
        age = position - term.born
        if not term.taken and (term.uses >= self._uses or age >= self._later):
            term.taken = True
            self.total_taken += 1
            if age < self._ring:
                self.taken[term.born % self._ring] += 1
        if age <= self._within:
            if module != term.module and module not in term.heard:
                term.heard = (*term.heard, module)
                pair = (term.module, module)
                self.flow[pair] = self.flow.get(pair, 0) + 1
        elif term.taken:
            del home[token]
