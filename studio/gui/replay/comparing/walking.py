"""`Walk`: going from difference to difference in two runs, and showing as text what differs where one stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from studio.gui.live.watching.places import Spot
from studio.gui.replay.comparing.comparison import OTHER
from studio.gui.replay.comparing.differences import FactRow, NodeRow
from studio.gui.replay.comparing.facts import select_fact
from studio.gui.replay.comparing.stepping import LinkedSteps
from studio.gui.workbench import Workbench

if TYPE_CHECKING:
    from studio.gui.replay.comparing.differences_view import DifferencesView
    from studio.gui.replay.comparing.side import Side
    from studio.gui.replay.comparing.text_view import TextView
    from studio.replay.diff.aligning import Which
    from studio.replay.diff.found import Change


class Walk(QObject):
    """`awaits` is called when an answer is awaited that somebody has to take from the comparison."""

    def __init__(
        self, workbench: Workbench, steps: LinkedSteps, sides: Mapping[Which, Side], tree: DifferencesView,
        texts: TextView, awaits: Callable[[], object], parent: QObject,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.workbench = workbench
        self.comparison = steps.comparison
        self.steps = steps
        self.sides = sides
        self.tree = tree
        self.texts = texts
        self._awaits = awaits
        self._asked: Change | None = None
        """The firing that was last asked to be compared as text."""
        tree.chosen.connect(lambda row: self._on_row(row))

    def go_first(self) -> bool:
        """Go to where the runs part; False if they do not, or it is not known yet."""
        first = self.comparison.first
        if first is None:
            return False
        self._choose(first)
        return True

    def go_next(self, *, back: bool = False) -> None:
        """Go to the next firing that differs in the run that leads, or to the last one."""
        leads = self.steps.leads
        change = self.comparison.next_change(leads, self.sides[leads].session.seq, back=back)
        if change is None:
            self.workbench.say("No difference before this step." if back else "No difference after this step.")
        else:
            self._choose(change)

    def show_texts(self) -> None:
        """Compare as text what the selected node of the side that leads did at this step."""
        comparison, side = self.comparison, self.sides[self.steps.leads]
        names = side.canvas.selected()
        if comparison.found is None or len(names) != 1:
            return
        state = side.session.node_at(Spot(side.canvas.at, names[0]))
        last = None if state is None else state.last
        change = None if last is None else comparison.change_of(self.steps.leads, last.id)
        if change is None:
            self._asked = None
            told = "has not fired yet at this step" if last is None else "did the same in both runs here"
            self.texts.say(f"{names[0]} {told}.")
        elif change != self._asked:
            self._asked = change
            self.tree.mark(change)
            comparison.ask_texts(change)
            self._awaits()

    # -- within -------------------------------------------------------------------------------

    def _choose(self, change: Change) -> None:
        """Show a firing that differs, in the list and on both graphs."""
        if not self.tree.choose(change):  # which goes there
            self._go_to(change)

    def _on_row(self, row: FactRow | NodeRow | Change) -> None:
        if isinstance(row, NodeRow):
            self._go_to(row.changes[0])
        elif isinstance(row, FactRow):
            self.comparison.ask_texts(None, row.fact)
            self._awaits()
            for side in self.sides.values():
                select_fact(side, row.fact.name)
        else:
            self._go_to(row)

    def _go_to(self, change: Change) -> None:
        leads = self.steps.leads
        which = leads if self.comparison.step_of(leads, change) is not None else OTHER[leads]
        seq = self.comparison.step_of(which, change)
        if seq is None:
            self.workbench.say("Neither run decided this firing.", "warning")
            return
        if which != leads:
            self.steps.lead(which)
        self.comparison.ask_texts(change)
        self._awaits()
        self._asked = change
        side = self.sides[which]
        if not side.session.seek(seq):
            self.steps.ask()
        side.follow()
