"""`Editor`: a widget that shows one JSON value and says when a person changes it.

An editor holds no truth: it is shown a value, `edited` tells what should stand in its place, and it is shown again.
Showing what it shows already changes nothing, so that neither cursor nor focus is lost when an edit comes back.
"""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from studio.spec.fields import MISSING
from studio.support.values import Json, NotJson, encode, preview, same_value


class _Mixed:
    def __repr__(self) -> str:
        return "MIXED"


MIXED: Any = _Mixed()
"""Shown in place of a value where several nodes have different ones."""


class Editor(QWidget):
    """Base of editors.

    `edited(value)` asks for a value, or for none (`MISSING`: the default counts). `finished()` ends a row of edits: the
    next is an edit of its own. `problem(text)` says why what is typed is no value ("" if it is one); it is then not
    edited. `compact` editors stand beside their label, others below it.
    """

    edited = Signal(object)
    finished = Signal()
    problem = Signal(str)
    compact: ClassVar[bool] = False

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value: Json = _UNSHOWN
        self.default: Json = MISSING

    def fits(self, value: Json) -> bool:
        """True if this editor can show the value without loss; another one is taken if not."""
        return True

    def show_value(self, value: Json) -> None:
        """Show a value, `MISSING` (the default counts) or `MIXED`."""
        if self._value is not _UNSHOWN and same_value(value, self._value):
            return
        self._value = value
        self.problem.emit("")
        self.display(value)

    def display(self, value: Json) -> None:
        """Bring the value into the widgets, without telling."""
        raise NotImplementedError

    def say(self, value: Json) -> None:
        """Tell that a person gave a value."""
        self.problem.emit("")
        if same_value(value, self._value):
            return
        self._value = value
        self.edited.emit(value)

    def keep(self, value: Json, why: str) -> None:
        """What was told was refused: the value counts that was there; what was typed stays to be mended."""
        self._value = value
        self.problem.emit(why)

    def refuse(self, why: str) -> None:
        """Tell that what stands in the editor is no value, and why."""
        self.problem.emit(why)

    def commit(self) -> None:
        """Tell at once what was typed and is still waiting to be told."""

    def finish(self) -> None:
        """The person goes on elsewhere without having left the editor: what stands in a line for a new row counts."""
        self.commit()

    def context_changed(self) -> None:
        """Wires, samples or names around the node have changed; what is shown beside the value may too."""


_UNSHOWN: Any = object()


def default_text(default: Json) -> str:
    """Return how a default is shown where nothing is typed: text as it is if it can be seen, else as JSON."""
    if default is MISSING or default is None or default == "":
        return ""
    if isinstance(default, str) and default.strip() and "\n" not in default:
        return preview(default, 80)
    try:
        return preview(encode(default).decode(), 80)
    except NotJson:
        return ""


def finish_all(part: QWidget) -> None:
    """Have all editors inside a widget tell what was typed and still waits."""
    for editor in part.findChildren(Editor):
        editor.finish()


class Later:
    """A call that is made once, some time after it was last asked for."""

    def __init__(self, owner: QWidget, wait_ms: int, call: Any) -> None:
        self._timer = QTimer(owner)
        self._timer.setSingleShot(True)
        self._timer.setInterval(wait_ms)
        self._timer.timeout.connect(call)
        self._call = call

    def ask(self) -> None:
        """Ask for the call; a call that is waiting waits anew."""
        self._timer.start()

    def now(self) -> None:
        """Make the call at once if it is waiting."""
        if self._timer.isActive():
            self._timer.stop()
            self._call()

    def drop(self) -> None:
        """Forget what was asked for."""
        self._timer.stop()

    @property
    def waiting(self) -> bool:
        """True while the call is still to come."""
        return self._timer.isActive()
