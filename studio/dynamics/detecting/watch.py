"""Watches one run firing by firing and says at any time what it looks like.

The same code serves a live run and a recorded one: `analysis.analyse` feeds a recorded run to a `Watch`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from studio.dynamics.detecting.again import Again
from studio.dynamics.detecting.circle import Circle
from studio.dynamics.detecting.filler import Filler
from studio.dynamics.detecting.outstanding import Outstanding
from studio.dynamics.detecting.polling import Polling
from studio.dynamics.detecting.procrastination import Procrastination
from studio.dynamics.detecting.progress import Progress
from studio.dynamics.detecting.stall import Stall
from studio.dynamics.detecting.step import Detector, Said, Step
from studio.dynamics.detecting.tally import Tally
from studio.dynamics.detecting.terms import Terms
from studio.dynamics.detecting.vocabulary import Vocabulary
from studio.dynamics.detecting.wander import Wander
from studio.dynamics.detecting.wrapping import core_of, spoken
from studio.dynamics.exchange.run import Event, Goal, Module
from studio.dynamics.settings import DEFAULTS, Settings
from studio.dynamics.verdict import Alarm
from studio.dynamics.words.generations import Generations
from studio.dynamics.words.normalise import text_of
from studio.dynamics.words.reader import Reader
from studio.dynamics.words.reading import Reading
from studio.dynamics.words.symbols import Embedder, SymbolBook

MOST_ALARMS = 1000
"""Alarms that are kept for the verdict; each is returned when it is raised."""
TICKS_KEPT = 4
LONGEST_CALL = 10_000
_CALL = re.compile(r"[\w.:-]+\((.*)\)", re.DOTALL)
"""A goal in the form of a call: what it is about stands in the brackets, who is called matters little."""
_WAITERS = frozenset({"timer"})
_GROWING = frozenset({"memory", "store"})
"""Kinds that grow also where nothing is achieved."""
_EXACT = frozenset({"human", "store", "chance", "cell"})
"""Kinds that are taken at their word: people, and what is no speech but a state."""
_NONE: frozenset[str] = frozenset()


class Watch:
    """The state of one run under watch.

    Feed it in the order of time: goals and calls as they open and close, firings by (tick, order of modules).  Each
    method returns the alarms that the news raises.  Modules that were not declared are taken on as they appear.
    `size` is the number of modules where it is known though they are not declared.
    `heard` are the modules that others read, as far as that is declared.
    `last` is the step of the last firing: its reading with symbol is what a live run stores with the event.
    """

    __slots__ = (
        "_again",
        "_book",
        "_embeds",
        "_filler",
        "_goal",
        "_kinds",
        "_mass",
        "_said",
        "_vocabulary",
        "_wanted",
        "alarms",
        "circle",
        "contentful",
        "detectors",
        "failures",
        "firings",
        "heard",
        "last",
        "now",
        "outstanding",
        "polling",
        "procrastination",
        "progress",
        "reader",
        "related",
        "repeated",
        "settings",
        "stall",
        "tallies",
        "terms",
        "wander",
        "words",
    )

    def __init__(
        self,
        modules: Iterable[Module] = (),
        root_goal: str = "",
        settings: Settings = DEFAULTS,
        *,
        size: int | None = None,
        reader: Reader | None = None,
        embedder: Embedder | None = None,
    ) -> None:
        declared = tuple(modules)
        self.settings = settings
        self._mass = settings.mass
        self.reader = reader or Reader()
        self._kinds = {module.id: module.kind for module in declared}
        self.heard = {name for module in declared for name in module.inputs}
        self._vocabulary = Vocabulary(settings.kept, settings.mass)
        self._book = SymbolBook(settings, embedder)
        self._embeds = embedder is not None
        self._said: Generations[int, Said] = Generations(settings.kept)
        goal = self.reader.read(root_goal)
        self._goal = goal.content | goal.salient
        self._wanted = set(self._goal)
        self.progress = Progress(
            settings, {module.id: frozenset(module.inputs) for module in declared}, max(size or len(declared), 1)
        )
        self.polling = Polling()
        self._filler = Filler()
        self.terms = Terms(settings)
        self.stall = Stall(settings)
        self.procrastination = Procrastination(settings)
        self.circle = Circle(settings, self.progress, self.polling)
        self.wander = Wander(settings, self.progress, self.terms, bool(self._goal))
        self.detectors: tuple[Detector, ...] = (self.stall, self.procrastination, self.circle, self.wander)
        self.outstanding = Outstanding(self.terms)
        self._again = Again(settings, self.circle, self.stall)
        self.alarms: list[Alarm] = []
        self.firings = 0
        self.contentful = 0
        self.failures = 0
        self.related = 0
        self.repeated = 0
        self.words = 0
        self.last: Step | None = None
        self.tallies: dict[str, Tally] = {}
        self.now = 0

    def declare(self, module: Module) -> None:
        """Say what a module is, and whom it reads, that appears while the run goes on."""
        if module.id not in self._kinds:
            self._kinds[module.id] = module.kind
            if module.id in self.tallies:
                self.tallies[module.id].kind = module.kind
            self.heard.update(module.inputs)
            self.progress.declare(module.id, frozenset(module.inputs))

    def see(self, event: Event) -> list[Alarm]:
        """Take one firing; return the alarms that it raises."""
        step = self.last = self._step(event)
        known, progress = step.known, step.progress
        if progress:
            # Not for the stall, which sees it in the step; and what says this stands after the progress, not before.
            self.circle.progressed(step.position, step.t)
            self.wander.progressed(step.position, step.t)
        if step.kind == "tool":
            self.procrastination.see(step)  # which no other firing matters to
        found = self.stall.see(step) + self.circle.see(step) + self.wander.see(step)
        said = step.said
        said.count += 1
        if known:
            said.ticks = (*said.ticks[1 - TICKS_KEPT :], step.t)
            said.last = step.reading
        alarms = self._raised(list(found)) if found else []
        if self._again.follows:
            alarms += self._told(self._again.look(self.firings, step.t))
        if self.outstanding.stands:
            if progress:
                self.outstanding.answered()
            elif step.says and not known and not step.failed:
                self.outstanding.answered("stall")
        return alarms

    def open_goal(self, goal: Goal) -> list[Alarm]:
        """Take a goal that opens; return the alarms that it raises. Its parent must have opened before."""
        alarms = self._opens(goal.t)
        call = _CALL.fullmatch(goal.text.strip()[:LONGEST_CALL])
        said = call[1] if call else goal.text
        reading = spoken(said, self.reader)
        self._want(reading)
        core = core_of(said, reading, self.reader)
        return self._compared(alarms, self.procrastination.opened(goal.id, goal.parent, goal.t, reading, core))

    def close_goal(self, id_: str, t: int) -> list[Alarm]:
        """Take that a goal was reached, which is progress."""
        alarms = self.advance(t)
        answers = self.procrastination.answers(id_)
        text = self.procrastination.closed(id_)
        if text is not None:
            self.outstanding.answered("stall", "circle", *(("procrastination",) if answers else ()))
            self.progress.closed(t, id_, text)
            self._progressed(t)
        return alarms

    def enter(self, id_: str, parent: str | None, t: int, text: str) -> list[Alarm]:
        """Take a call that a graph makes of itself with what it was given, or the first call of such a graph; `parent`
        is the call within which it is made."""
        alarms = self._opens(t)
        self._want(self.reader.read(text))
        return self._compared(alarms, self.procrastination.called(id_, parent, t, text, self.reader))

    def leave(self, id_: str) -> None:
        """Take that a call has returned; that alone is no progress."""
        self.procrastination.closed(id_, frame=True)

    def measured(self, metric: str, value: float, t: int, *, falling: bool = False) -> None:
        """Take the value of a metric of progress; one better than all before is progress."""
        if self.progress.measured(t, metric, value, falling=falling):
            self.outstanding.answered()
            self._progressed(t)

    def modules(self) -> list[str]:
        """Return the ids of the modules: those declared in their order, then others as they first fired."""
        return list(dict.fromkeys((*self._kinds, *self.tallies)))

    def advance(self, t: int) -> list[Alarm]:
        """Let time pass without a firing; return the alarms of a stall."""
        return self._opens(t)

    def _opens(self, t: int) -> list[Alarm]:
        self.now = max(self.now, t)
        alarms = self._raised(list(self.stall.advance(t)))
        if self._again.follows:
            alarms += self._told(self._again.of_the_silence(t))
        return alarms

    def _compared(self, alarms: list[Alarm], found: tuple[Alarm, ...]) -> list[Alarm]:
        """Return these alarms and what a new goal raises; a request to stop stands also where it is no news."""
        self.outstanding.rang(list(found))
        return alarms + (self._told(list(found)) if self.procrastination.is_news else [])

    def _want(self, reading: Reading) -> None:
        if len(self._wanted) < self.settings.kept:
            self._wanted |= reading.content | reading.salient

    def _progressed(self, t: int) -> None:
        for detector in self.detectors:
            detector.progressed(self.contentful, t)

    def _raised(self, alarms: list[Alarm]) -> list[Alarm]:
        self.outstanding.rang(alarms)
        self._again.rang(alarms, self.firings)
        return self._told(alarms)

    def _told(self, alarms: list[Alarm]) -> list[Alarm]:
        if alarms and len(self.alarms) < MOST_ALARMS:
            self.alarms.extend(alarms)
        return alarms

    def _step(self, event: Event) -> Step:
        """Read the firing and compare it with what was said before."""
        module, t = event.module, event.t
        if t > self.now:
            self.now = t
        tally = self.tallies.get(module)
        if tally is None:
            tally = self.tallies[module] = Tally(self._kinds.get(module, "llm"), len(self.tallies))
        kind, reading = tally.kind, event.reading
        if reading is None or reading.symbol is None:
            reading, symbol = self._read(event, kind)
            stored = False
        else:
            symbol = reading.symbol
            stored = True
        is_new = symbol >= tally.symbols
        said = None if is_new else self._said.get(tally.letters + symbol)
        if said is None:
            said = Said(self.words, module, t, reading)
            self.words += 1
            self._said.put(tally.letters + symbol, said)
            if is_new:
                tally.symbols = symbol + 1
                if stored:
                    self._book.adopt(said, symbol)
        known = said.count > 0
        contentful = reading.mass >= self._mass
        position = -1
        new = _NONE
        if contentful:
            position = self.contentful
            self.contentful = position + 1
            new = self.terms.see(position, module, reading)
        elif reading.salient or reading.rare:
            new = self.terms.note(reading.distinctive)
        index = self.firings
        self.firings = index + 1
        failed, effect = event.err is not None, event.effect
        plain = not failed and effect != "write"
        if failed:
            self.failures += 1
        vocabulary = self._vocabulary
        words = vocabulary.see(module, reading)
        progress = ""
        if not failed:
            fresh = words if vocabulary.fills and not new else new
            progress = self.progress.see(index, t, module, reading, fresh, effect, counts=kind not in _GROWING)
        polled = self.polling.see(module, kind, reading, said, vocabulary.usual, plain=plain)
        goal = self._goal
        related = not (goal.isdisjoint(reading.content) and goal.isdisjoint(reading.salient))
        hollow = not (related or words or reading.salient) and vocabulary.hollow(reading, self._wanted)
        if contentful:
            if related:
                self.related += 1
            if known:
                self.repeated += 1
        if kind == "human" and len(goal) < self.settings.kept:
            self._goal = goal | reading.content | reading.salient  # what a person says is what is wanted from now on
            self._wanted |= self._goal
        step = Step()
        step.firing = index
        step.t = t
        step.module = module
        step.kind = kind
        step.reading = reading
        step.said = said
        step.position = position
        step.contentful = contentful
        step.known = known
        step.new = new
        step.goal = related
        step.waiting = polled or reading.waiting or kind in _WAITERS
        step.failed = failed
        step.effect = effect
        step.progress = progress
        if contentful:
            if self._filler.see(step, matter=not plain or bool(progress)):
                hollow = True
            if self._filler.since is not None:
                self.stall.filled(self._filler.since)
        step.says = contentful and not hollow and (not failed or bool(new))
        tally.see(step)
        return step

    def _read(self, event: Event, kind: str) -> tuple[Reading, int]:
        """Read what was not read before, or give what was read the symbol that it lacks."""
        reading, text = event.reading, None
        if reading is None:
            reading = self.reader.read(event.out, event.err)
            text = text_of(event.out) if self._embeds else None
        symbol = self._book.symbol(event.module, reading, text, exact=kind in _EXACT)
        return reading.with_symbol(symbol), symbol
