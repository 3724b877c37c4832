"""The lamp test of a module: do its answers in this run, or copies of it, say more together than one alone?"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from studio.gui.base.beside import beside
from studio.gui.panels.dynamics.copies import Copies, graph_of
from studio.gui.panels.dynamics.lamps_curve import LampsCurve
from studio.gui.widgets.choices import QuietCombo
from studio.gui.widgets.labels import Note
from studio.gui.widgets.spin import QuietSpin
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from studio.dynamics.measuring.lamps import Lamps
    from studio.gui.live.bridge import Live
    from studio.gui.replay.dynamics import Front
    from studio.gui.replay.service import Replays
    from studio.trace import Trace

FEW: Final = "`{}` gave one answer in this run. A lamp test compares several."

COPIES: Final = 8
MOST_COPIES: Final = 100
"""Copies that are asked if nothing else is said, and at most."""


class LampsView(QWidget):
    """`changed()`: another test is shown, or none."""

    changed = Signal()

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dynamics.lamps")
        self.workbench = workbench
        self.replays: Replays = workbench.part("replay")
        self.live: Live = workbench.part("live")
        self.front: Front | None = None
        self.found: Lamps | None = None
        self._asked: tuple[Any, ...] | None = None
        """Run and module whose test is shown or under way."""
        self.is_busy = False
        self.node = QuietCombo(self)
        self.node.setObjectName("lamps.node")
        self.node.setAccessibleName("Module")
        self.node.setMinimumWidth(120)
        self.node.setMaximumWidth(320)
        self.row = QHBoxLayout()
        self.row.setContentsMargins(8, 4, 8, 2)
        self.row.setSpacing(6)
        self.row.addWidget(self.node, 3)
        self.row.addStretch(1)
        self.count = QuietSpin(self)
        self.count.setObjectName("lamps.count")
        self.count.setAccessibleName("How many copies are asked")
        self.count.setRange(2, MOST_COPIES)
        self.count.setValue(COPIES)
        self.count.setSuffix(" copies")
        self.ask = QPushButton("Ask", self)
        self.ask.setObjectName("lamps.ask")
        self.ask.clicked.connect(self._press)
        self.row.addWidget(self.count)
        self.row.addWidget(self.ask)
        self.copies = Copies(workbench, self)
        self.copies.grew.connect(self._count)
        self.copies.ended.connect(self._answered)
        self._of_copies = ""
        """The module whose copies were asked, if their answers are compared."""
        self.told = Note("", "text", self)
        self.told.setObjectName("lamps.told")
        self.told.setContentsMargins(10, 2, 8, 2)
        self.curve = LampsCurve(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self.row)
        column.addWidget(self.told)
        column.addWidget(self.curve, 1)
        self.node.activated.connect(lambda *_: self.refresh())
        self.replays.found.connect(lambda session, key, answer: self._take(key, answer))
        self.live.found.connect(lambda key, answer: self._take(key, answer))

    def show_run(self, front: Front, modules: list[str]) -> None:
        """Be about a run; the module that was chosen stays so, if the run has it."""
        self.front = front
        if [self.node.itemData(at) for at in range(self.node.count())] != modules:
            chosen = self.node.currentData()
            self.node.clear()
            for module in modules:
                self.node.addItem(plain_line(module[:200]), module)
            self.node.setCurrentIndex(max(0, self.node.findData(chosen)))
        if self.isVisible():
            self.refresh()

    def choose(self, module: str) -> None:
        """Test this module."""
        at = self.node.findData(module)
        if at >= 0 and at != self.node.currentIndex():
            self.node.setCurrentIndex(at)
            if self.isVisible():
                self.refresh()

    def refresh(self) -> None:
        """Test the module that is chosen, unless that is shown."""
        front, module = self.front, self.node.currentData()
        if front is None or module is None:
            self._show(None, "No module of this run has said anything.")
            return
        asked = (id(self), "lamps", front.key, front.stamp, str(module))
        if asked == self._asked or self.copies.is_busy:
            return
        self._of_copies = ""
        self._asked = asked
        self.is_busy = True
        self._show(None, f"Reading what {module} said …")
        self._look_up(asked, partial(_answers, front.key.run, str(module)))

    # -- inside ---------------------------------------------------------------------------------

    def _take(self, key: Any, answer: Any) -> None:
        if key != self._asked:
            return
        if self._of_copies:
            self._begin(key, answer)
            return
        if isinstance(answer, StudioError):
            self._refuse(key, answer)
        elif len(answer) < 2:
            self.is_busy = False
            self._show(None, FEW.format(self.node.currentData()))
        else:
            beside(self, partial(_test, answer), partial(self._tested, key), partial(self._refuse, key))

    def _tested(self, key: Any, found: Lamps) -> None:
        if key == self._asked:
            self.is_busy = False
            whose = f"{len(found.together):,} copies of {self._of_copies}: " if self._of_copies else ""
            self._show(found, f"{whose}{said_of(found)}")

    # -- copies ---------------------------------------------------------------------------------

    def _press(self) -> None:
        """Ask copies of the module, or not any more."""
        front, module = self.front, self.node.currentData()
        if self.copies.is_busy:
            self.copies.give_up()
            return
        if front is None or module is None:
            return
        self._of_copies = str(module)
        self.is_busy = True
        key = self._asked = (id(self), "copies", front.key, self._of_copies, object())
        self._show(None, f"Reading what {module} was given …")
        self._look_up(key, graph_of(front.key.run, self._of_copies))

    def _begin(self, key: Any, graph: Any) -> None:
        """What a copy is given is known: ask."""
        if isinstance(graph, StudioError):
            self._refuse(key, graph)
        elif self.front is not None:
            try:
                self.copies.ask(self.front, graph, self.count.value())
            except StudioError as error:
                self._refuse(key, error)

    def _count(self) -> None:
        done, total = len(self.copies.answers), self.copies.total
        self.is_busy = True
        self._show(None, f"Asking copy {min(done + 1, total):,} of {total:,} …")

    def _answered(self, came: Any) -> None:
        key = self._asked
        if came is None:
            self.is_busy = False
            self._asked = None
            self._show(None, "Given up. What was asked stays recorded.")
        elif isinstance(came, StudioError):
            self._refuse(key, came)
        else:
            beside(self, partial(_test, came), partial(self._tested, key), partial(self._refuse, key))

    # -- showing --------------------------------------------------------------------------------

    def _look_up(self, key: Any, question: Callable[[Trace], Any]) -> None:
        front = self.front
        if front is not None and front.session is not None:
            self.replays.look_up(front.session, key, question)
        else:
            self.live.look_up(key, question)

    def _refuse(self, key: Any, error: StudioError) -> None:
        if key == self._asked:
            self.is_busy = False
            self._show(None, f"{error.message} {error.hint}".strip())

    def _show(self, found: Lamps | None, text: str) -> None:
        self.found = found
        self.told.set_text(text)
        self.curve.show_lamps(found)
        busy = self.copies.is_busy
        self.ask.setText("Cancel" if busy else "Ask")
        self.ask.setToolTip(
            "Ask no more copies" if busy
            else "Ask copies of the node anew, each given what it was given at its first firing, and compare them"
        )  # fmt: skip
        self.node.setEnabled(not busy)
        self.changed.emit()


def said_of(found: Lamps) -> str:
    """Return a test in words, those of `studio lamps`."""
    if found.ceiling is None:
        return found.suggests
    between = (
        f" ({found.ceiling_low:,.0f} to {found.ceiling_high:,.0f})" if found.ceiling_low and found.ceiling_high else ""
    )
    return f"{found.suggests} Ceiling: {found.ceiling:,.0f} bytes{between}, by {found.orders} orders."


def _answers(run: str, node: str, trace: Trace) -> list[str]:
    from studio.cases.lamps import answers_of

    return answers_of(trace, run, node)


def _test(texts: list[str]) -> Lamps:
    from studio.dynamics.measuring.lamps import MOST_TEXTS, lamps

    return lamps(texts[:MOST_TEXTS])
