"""The lamp test of a module: do its answers in this run, or copies of it, say more together than one alone?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from studio.gui.base.beside import beside
from studio.gui.panels.dynamics.lamps_curve import LampsCurve
from studio.gui.widgets.labels import Note
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
        self.node = QComboBox(self)
        self.node.setObjectName("lamps.node")
        self.node.setAccessibleName("Module")
        self.node.setMinimumWidth(120)
        self.node.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.row = QHBoxLayout()
        self.row.setContentsMargins(8, 4, 8, 2)
        self.row.setSpacing(6)
        self.row.addWidget(self.node)
        self.row.addStretch(1)
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
        if asked == self._asked:
            return
        self._asked = asked
        self.is_busy = True
        self._show(None, f"Reading what {module} said …")
        question = partial(_answers, front.key.run, str(module))
        if front.session is not None:
            self.replays.look_up(front.session, asked, question)
        else:
            self.live.look_up(asked, question)

    # -- inside ---------------------------------------------------------------------------------

    def _take(self, key: Any, answer: Any) -> None:
        if key != self._asked:
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
            self._show(found, said_of(found))

    def _refuse(self, key: Any, error: StudioError) -> None:
        if key == self._asked:
            self.is_busy = False
            self._show(None, error.message)

    def _show(self, found: Lamps | None, text: str) -> None:
        self.found = found
        self.told.set_text(text)
        self.curve.show_lamps(found)
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
