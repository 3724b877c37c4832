"""`Live`: the service through which the window runs graphs. The one place where the engine's thread meets Qt.

The engine appends to a deque; a timer takes from it in the window's thread, for a few milliseconds at a time, and tells
the canvas that is shown which nodes look different. No Qt object is touched from another thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path
from time import monotonic, perf_counter
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, QTimer

from studio.editing import At, Document
from studio.gui.live.document_run import DocumentRun
from studio.gui.live.parting import Parting
from studio.gui.live.picker_bar import show_picker
from studio.gui.live.telling import limit_of, outcome_said
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError

if TYPE_CHECKING:
    from studio.graph.model import Edge
    from studio.gui.live.playing.session import Outcome
    from studio.gui.live.watching.lookup import Lookup
    from studio.gui.live.watching.showing import Pick
    from studio.gui.live.watching.values import Shot

TICK_MS: Final = 33
"""How often what the engine told is taken, in milliseconds."""

BUSY_MS: Final = 5
"""Pause before the next look while more waits than one look may take."""

BUDGET_S: Final = 0.008
"""Longest time that one look takes records, in seconds; the rest waits for the next."""

SLICE: Final = 64
"""Records taken between two looks at the clock."""

CLOCK_S: Final = 0.5
"""How often times of nodes under way are shown anew, in seconds."""

FOUND: Final = 4000
"""Firings of picked ticks that are kept once they were looked up; one look takes as many as the graph has nodes."""

LEAVE_S: Final = 10.0
"""How long closing waits for a run to end."""


class Live(Parting):
    """The service `live` of the workbench: runs documents, shows their states, answers what runs are asked."""

    def __init__(self, workbench: Workbench, db: Path | None = None) -> None:
        super().__init__(workbench, db)
        self._lookup: Lookup | None = None
        self._rest: deque[Any] = deque()
        self._clock = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._look)
        workbench.current_changed.connect(self._on_current)
        workbench.settled.connect(self._on_settled)
        workbench.opened.connect(self._on_opened)
        workbench.closed.connect(self._on_closed)
        app = QCoreApplication.instance()
        if app is not None:
            app.aboutToQuit.connect(self.shutdown)

    # -- closing ------------------------------------------------------------------------------

    def shutdown(self) -> None:
        """The window closes: a run that is held stays paused, one that goes on is stopped. Both can be gone on with."""
        self.close(leave=self.state() == "paused")

    def close(self, *, leave: bool = False) -> None:
        """End what runs (or leave it paused) and the threads. What was done is recorded."""
        run = None if self.active is None else self.active.run
        self._then_close = None
        if run is not None:
            (self.leave if leave else run.abort)()
            if not run.wait(LEAVE_S):
                run.abort()
                self.engine.stop()
            self._timer.stop()
            self._take(run.events, float("inf"))
        # Code that blocks does not end; what is known of its run was kept when it began.
        self.active = None
        self.engine.stop()
        if self._lookup is not None:
            self._lookup.stop()
            self._lookup = None
        self._timer.stop()
        self._noting.stop()
        self.remember_now()

    def _on_closed(self, document: object) -> None:
        mine = self._runs.pop(id(document), None)
        if mine is None:
            return
        mine.unhook()
        if mine is self.active:
            (self.leave if self.state() == "paused" else self.abort)()

    # -- taking what the engine told --------------------------------------------------------------

    def _look(self) -> None:
        active = self.active
        if active is not None and active.run is not None:
            is_done = self._take(active.run.events, BUDGET_S)
            self._timer.setInterval(TICK_MS if is_done else BUSY_MS)
            self._tick_clocks(active)
            self._note(active)
            self.changed.emit()
        self.states.push()
        self._take_answers()
        is_asking = self._lookup is not None and self._lookup.is_busy
        if self.active is None and not is_asking and not self.states.waiting:
            self._timer.stop()

    def _take(self, events: deque[tuple[Any, ...]], budget: float) -> bool:
        """Take what was told; False if time is up before all is taken."""
        until = perf_counter() + budget
        active = self.active
        view = None if active is None else active.view
        assert active is not None
        assert view is not None
        asked = set(view.questions)
        is_done = False
        while True:
            if self._rest:
                view.take([self._rest.popleft() for _ in range(min(SLICE, len(self._rest)))])
                if view.run_id != active.known_as:
                    active.know(view.run_id)
                    self.remember(active)  # should the studio die, it can be gone on with
            elif events:
                kind, *told = events.popleft()
                if kind == "records":
                    self._rest.extend(told[0])
                elif kind == "text":
                    view.say(*told)
                    self.said.emit(active.document, *told)
                elif kind == "control":
                    view.hear(told[0])
                    for note in view.notes:
                        self.workbench.say(note, "warning")
                    view.notes.clear()
                    self.workbench.actions_changed.emit()
                elif kind == "ask":
                    view.ask(*told)
                else:
                    self._end(active, told[0])
                    is_done = True
                    break
            else:
                is_done = True
                break
            if perf_counter() > until:
                break
        if set(view.questions) != asked:
            self.questions_changed.emit()
        return is_done

    def _end(self, active: DocumentRun, outcome: Outcome) -> None:
        view = active.view
        assert view is not None
        view.end(outcome_said(outcome).text)
        active.finish(outcome, view.run_id, limit_of(outcome))
        self.active = None
        self.remember(active)  # also of a document that is closed by now: its file is opened again another day
        self._note(active)
        self.states.push()
        for problem in (outcome.problem, outcome.unrecorded):
            if problem is not None:
                self.workbench.fail(problem)
        self.workbench.actions_changed.emit()
        self.ended.emit(active.document, outcome)
        self._close_now()

    def _tick_clocks(self, active: DocumentRun) -> None:
        """Times of firings under way go on; a second look each half second is enough."""
        now = monotonic()
        if active.view is not None and now - self._clock >= CLOCK_S:
            self._clock = now
            for one in active.view.opened.values():
                active.view.touch(one.track)

    def _note(self, mine: DocumentRun) -> None:
        """Have the canvas show what changed."""
        if mine.view is not None:
            self.states.note(mine, map(mine.spot_now, mine.view.take_dirty()))
            tab = self.workbench.current
            for part in mine.view.parts.values():
                spots = set() if part is None else part.take_dirty()
                if spots and tab is not None and self.seen(tab.document) is part:
                    theirs = self.of(tab.document)
                    self.states.note(theirs, {*spots, *map(theirs.spot_now, spots)})

    def wire_value(self, document: Document, at: At, edge: Edge) -> str:
        """Return what lies on a wire, cut for a tool tip; "" before anything is known."""
        return self.states.wire_value(document, at, edge)

    # -- picking ------------------------------------------------------------------------------

    def pick(self, document: Document, at: At, pick: Pick) -> None:
        """Choose which item and tick the tab of a graph shows. What is no longer kept is looked up."""
        mine = self.of(document)
        mine.picks[at] = pick
        if pick.tick is not None and self.seen(document) is not None:
            self._look_up(mine, at, pick)
        self.states.show_all()
        self._wake()
        self.changed.emit()

    def _look_up(self, mine: DocumentRun, at: At, pick: Pick) -> None:
        view = self.seen(mine.document)
        assert view is not None
        region = pick.region or ""
        wanted = [
            spot.name
            for spot, place in view.spots.items()
            if spot.at == at
            and place.last(pick.region, pick.tick) is None
            and (region, spot.name, pick.tick) not in mine.found
        ]
        if wanted and view.run_id and pick.tick is not None:
            from studio.gui.live.watching.lookup import firings_at

            self.look_up(
                ("pick", id(mine.document), at, pick), firings_at(view.run_id, region, tuple(wanted), pick.tick)
            )

    def look_up(self, key: Any, question: Callable[[Any], Any]) -> None:
        """Have something looked up in the trace; `found` tells the answer."""
        if self._lookup is None or self._lookup.db != self.trace_file():
            from studio.gui.live.watching.lookup import Lookup

            if self._lookup is not None:  # runs are recorded elsewhere from now on
                self._lookup.stop()
            self._lookup = Lookup(self.trace_file())
        self._lookup.ask(key, question)
        self._wake()

    def _wake(self) -> None:
        """Look again: something waits."""
        if not self._timer.isActive():
            self._timer.start(TICK_MS)

    def _take_answers(self) -> None:
        while self._lookup is not None and self._lookup.answers:
            key, answer = self._lookup.answers.popleft()
            if isinstance(key, tuple) and key and key[0] == "pick" and not isinstance(answer, StudioError):
                mine = self._runs.get(key[1])
                if mine is not None:
                    shots: list[Shot] = answer
                    for shot in shots:
                        mine.found[shot.region, shot.node, shot.tick] = shot
                    while len(mine.found) > FOUND:
                        del mine.found[next(iter(mine.found))]
                    self.states.show_all()
            self.found.emit(key, answer)

    # -- the workbench ------------------------------------------------------------------------

    def _on_current(self) -> None:
        tab, canvas = self.workbench.current, self.workbench.canvas
        if tab is not None and canvas is not None and tab.document.locked is None:
            document = tab.document
            canvas.wire_value = lambda edge: self.wire_value(document, canvas.at, edge)
            show_picker(self, canvas)
        self.states.show_all(anew=True)
        self._wake()
        self.changed.emit()

    def _on_settled(self, document: object) -> None:
        mine = self._runs.get(id(document))
        if mine is not None and (mine.view is not None or mine.breakpoints or mine.frozen):
            anew = mine.look_again()
            if anew:
                self.states.show(mine, anew)
                self._wake()

    def _on_opened(self, document: object) -> None:
        assert isinstance(document, Document)
        document.reset.connect(lambda: self.states.show_all())


def install(workbench: Workbench) -> None:
    """Put the service into the workbench."""
    workbench.parts["live"] = Live(workbench)
