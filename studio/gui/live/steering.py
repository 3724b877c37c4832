"""`Steering`: a person's orders to the run that goes on, and marks that hold for later ones too."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from studio.editing import Document
from studio.gui.live.document_run import DocumentRun, Mark
from studio.gui.live.runs import ALARM, Runs
from studio.gui.live.watching.places import Spot
from studio.support.errors import UsageError

if TYPE_CHECKING:
    from concurrent.futures import Future

    from studio.control import Controller


class Steering(Runs):
    """Orders return at once; one that makes no sense is told as a sentence when the run has looked at it."""

    def pause(self) -> None:
        """Hold the run when what is under way is done."""
        self._order(lambda control: control.pause("you paused it"))

    def go_on(self) -> None:
        """Let a held run go on."""
        self._order(lambda control: control.resume())

    def step(self) -> None:
        """Let the next firing go."""
        self._order(lambda control: control.step())

    def step_over(self) -> None:
        """Let the next firing go with all that is inside it."""
        self._order(lambda control: control.over())

    def step_tick(self) -> None:
        """Go on to the end of the tick."""
        self._order(lambda control: control.tick())

    def go_to(self, path: str) -> None:
        """Go on until a node has fired."""
        self._order(lambda control: control.to(path))

    def abort(self) -> None:
        """Cancel the run; what it did stays recorded."""
        if self.active is not None and self.active.run is not None:
            self.active.run.abort()

    def leave(self) -> None:
        """End the run as paused, to be gone on with another day. What it asks the person is asked again then."""
        if self.active is not None and self.active.run is not None:
            for question in self.questions:
                question.later()
            self.active.run.leave()

    def toggle_breakpoint(self, document: Document, spot: Spot) -> None:
        """Have runs stop before a node fires, or not any more."""
        mine = self.of(document)
        adding = spot not in mine.breakpoints
        (mine.breakpoints.add if adding else mine.breakpoints.discard)(spot)
        if mine is self.active and mine.run is not None:
            for path in self.all_paths(document, spot):
                (mine.run.add_breakpoint if adding else mine.run.remove_breakpoint)(path)
        self.states.show(mine, [spot])
        self.options_changed.emit(document)
        self.workbench.actions_changed.emit()

    def toggle_alarm_breakpoint(self, document: Document) -> None:
        """Have runs stop when something is noticed in their dynamics, or not any more; kept for the next session."""
        mine = self.of(document)
        mine.holds_at_alarm = not mine.holds_at_alarm
        self.remember(mine)
        if mine is self.active and mine.run is not None:
            (mine.run.add_breakpoint if mine.holds_at_alarm else mine.run.remove_breakpoint)(ALARM)
        self.options_changed.emit(document)
        self.workbench.actions_changed.emit()

    def toggle_frozen(self, document: Document, spot: Spot) -> None:
        """Let what a node gave last stand in place of what it would give, in this run and the next, or not any more.
        Raises UsageError if it gave nothing yet that could stand there."""
        mine = self.of(document)
        mark = self.mark(document, spot)
        known = mine.marked(mine.frozen, spot, mark.region or None)
        for one in known:
            del mine.frozen[one]
        if not known:
            given = self.given_last(mine, mark)
            if given is None and mine is not self.active:
                raise UsageError(f"`{spot.name}` gave nothing yet that could be frozen.", hint="Run it first.")
            mine.frozen[mark] = given
        self._order_all(mine, known or [mark], partial(_freeze, not known))

    def toggle_off(self, document: Document, spot: Spot) -> None:
        """Switch a node off for the rest of the run, or on again."""
        mine = self.of(document)
        if mine is not self.active:
            return
        mark = self.mark(document, spot)
        known = mine.marked(mine.off, spot, mark.region or None)
        mine.off.difference_update(known)
        if not known:
            mine.off.add(mark)
        self._order_all(mine, known or [mark], partial(_switch_off, not known))

    def _order_all(self, mine: DocumentRun, marks: list[Mark], give: Callable[[str, Controller], Future[None]]) -> None:
        for mark in marks if mine is self.active else ():
            for path in self.marked_paths(mine.document, mark):
                self._order(partial(give, path))
        self.states.show(mine, [mark.spot for mark in marks])
        self.workbench.actions_changed.emit()

    def _order(self, give: Callable[[Controller], Future[None]]) -> None:
        if self.active is None or self.active.run is None:
            return
        from studio.gui.live.playing.session import note_refusal

        controller = self.active.run.controller
        note_refusal(controller, give(controller))


def _freeze(adding: bool, path: str, control: Controller) -> Future[None]:
    return control.freeze(path) if adding else control.unfreeze(path)


def _switch_off(adding: bool, path: str, control: Controller) -> Future[None]:
    return control.knock_out(path) if adding else control.bring_back(path)
