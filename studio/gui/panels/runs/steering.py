"""The foot of the list for a run that goes on: it is watched, held, stepped and stopped, whosever it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from studio.gui.base.action import all_actions
from studio.gui.base.beside import beside
from studio.gui.theme import current_theme
from studio.gui.theme.icons import icon
from studio.gui.widgets.folding import Folding, to_icon
from studio.gui.widgets.labels import Elided, tip
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from studio.support.values import Json

BUTTONS: Final = (
    ("runs.watch", "search"),
    ("runs.pause", "pause"),
    ("runs.go_on", "run"),
    ("runs.step", "step"),
    ("runs.abort", "abort"),
)

SAID: Final = {
    "pause": "Asking it to pause…", "resume": "Letting it go on…", "step": "Stepping…", "abort": "Stopping it…",
}  # fmt: skip


ANSWER_WITHIN_S = 10.0
"""How long a run has to answer before it is said that it does not."""

SETTLED_WITHIN_S: Final = 5.0
"""How long it is waited for what is under way in a run that is to pause."""

ASK_AGAIN_S: Final = 0.2


class Steering(QWidget):
    """Buttons and a sentence. What the run answers is kept by its id while the window is open."""

    answered = Signal(str)
    """(id) A run has answered, or will not."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runs.steering")
        self.workbench = workbench
        self.said: dict[str, tuple[str, str]] = {}
        """What is known of runs that were given orders: a sentence and its role."""
        self.held: set[str] = set()
        """Runs that were paused when they answered last."""
        self._under_way: dict[str, list[str]] = {}
        """Orders that runs have not answered yet."""
        self._newest: dict[str, str] = {}
        """The order that each was given last."""
        self.buttons: dict[str, QToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 3, 8, 3)
        row.setSpacing(4)
        for action_id, _ in BUTTONS:
            row.addWidget(self._button(action_id))
        row.addSpacing(6)
        self.state = Elided("", self)
        self.state.setObjectName("runs.state")
        row.addWidget(self.state, 1)
        self.state.setMinimumWidth(60)
        Folding(self, row, [to_icon(self.buttons[action_id]) for action_id in reversed(self.buttons)])
        self.recolour()

    def _button(self, action_id: str) -> QToolButton:
        action = all_actions()[action_id]
        made = QToolButton(self)
        made.setObjectName(f"{action_id}.button")
        made.setText(action.title)
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        made.setIconSize(QSize(15, 15))
        made.setToolTip(tip(action.help))
        made.setAccessibleName(f"{action.title} this run")
        made.setProperty("small", True)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.clicked.connect(lambda *_: self.workbench.trigger(action_id))
        self.buttons[action_id] = made
        return made

    def recolour(self) -> None:
        """Take the marks from the theme that is shown now."""
        for action_id, name in BUTTONS:
            can = self.buttons[action_id].isEnabled()
            self.buttons[action_id].setIcon(icon(name, current_theme().colour("text" if can else "skipped")))

    def show_run(self, id: str, mine: str) -> None:
        """Show how a run stands; `mine` says it of one of this window, "" for others."""
        for action_id, button in self.buttons.items():
            button.setEnabled(all_actions()[action_id].when(self.workbench))
        text, role = (mine, "accent") if mine else self.said.get(id, ("It goes on in another process.", "soft"))
        self.state.set_text(text)
        self.state.set_role(role)
        self.recolour()

    # -- orders to other processes --------------------------------------------------------------

    def give(self, db: Path, run: str, order: str) -> None:
        """Give an order to a run of another process; what comes of it is told when it answers.

        One that it is given already is not given twice. A run takes orders one after the other: it may be stopped
        while it is still asked to pause.
        """
        given = self._under_way.setdefault(run, [])
        if order in given or "abort" in given:
            return
        given.append(order)
        self._newest[run] = order
        self._say(run, SAID[order], "soft")
        work: Callable[[], Any] = partial(_send, db, run, order)
        beside(self, work, partial(self._answered, run, order), partial(self._refused, run, order))

    def _answered(self, run: str, order: str, status: Json) -> None:
        if not self._is_last(run, order):
            return
        text, role = _sentence(order, status)
        is_held = isinstance(status, dict) and status.get("state") == "paused"
        (self.held.add if is_held else self.held.discard)(run)
        self._say(run, text, role)

    def _refused(self, run: str, order: str, error: StudioError) -> None:
        if self._is_last(run, order):
            self._say(run, plain_line(str(error))[:300], "bad")
            self.workbench.fail(error)

    def _is_last(self, run: str, order: str) -> bool:
        """Take an order off the list; False if another one was given since, whose answer says how the run stands."""
        self._under_way[run].remove(order)
        return self._newest[run] == order

    def _say(self, run: str, text: str, role: str) -> None:
        self.said[run] = text, role
        self.answered.emit(run)


def _send(db: Path, run: str, order: str) -> Json:
    """Give an order and return how the run stands when it has been obeyed; None if it ended over it.

    Beside the window: a run that is to pause first brings to its end what is under way, which may take a while.
    """
    from studio.control.sending import send

    told = send(db, run, {"do": order}, within_s=ANSWER_WITHIN_S)
    if order == "abort":
        return told
    until = time.monotonic() + SETTLED_WITHIN_S
    while True:
        status = send(db, run, {"do": "status"}, within_s=ANSWER_WITHIN_S)
        settled = not isinstance(status, dict) or status.get("state") not in ("pausing", "stepping")
        if settled or time.monotonic() > until:
            return status
        time.sleep(ASK_AGAIN_S)


def _sentence(order: str, status: Any) -> tuple[str, str]:
    """Say how a run stands after an order, from its own status."""
    if order == "abort" or not isinstance(status, dict):
        return "It was stopped; what it did is recorded.", "warn"
    state, why = str(status.get("state", "")), plain_line(str(status.get("why", ""))[:200])
    waiting = status.get("waiting") or []
    first = waiting[0] if waiting and isinstance(waiting[0], dict) else {}
    if state == "paused":
        place = f" before {plain_line(str(first['node'])[:80])}, tick {first.get('tick', '?')}" if first else ""
        return f"Paused{place}" + (f" · {why}" if why else ""), "warn"
    if state == "pausing":
        return "Pausing when what is under way is done" + (f": {why}" if why else ""), "warn"
    return "It goes on." if state == "running" else f"It is {plain_line(state[:40])}.", "ok"
