"""A field over the window in which something gets a name; what will not do is said while one types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from studio.gui.popups.overlay import Overlay
from studio.gui.popups.rows import cut
from studio.gui.theme import current_theme, themes
from studio.gui.theme.theme import small_font

_STYLE: Final = """
#naming { background: @card; border: 1px solid @edge; border-radius: 6px; }
#naming QLabel { background: transparent; color: @soft; }
#naming[wrong="true"] QLabel#naming\\.said { color: @bad; }
#naming[wrong="true"] QLineEdit { border: 1px solid @bad; }
"""


def _no_problem(text: str) -> str:
    return ""


def _nothing(text: str) -> None:
    return None


class NameField(Overlay):
    """Asks for a name. `check` gives a sentence for a name that will not do, "" for one that will.

    Enter gives the name to `done`, Esc and a click elsewhere leave without.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, QLineEdit())
        self.setObjectName("naming")
        self.title = QLabel(self)
        self.title.setObjectName("naming.title")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setFont(small_font(self.font()))
        self.field.setObjectName("naming.field")
        self.field.setMaxLength(1000)
        self.said = QLabel(self)
        self.said.setObjectName("naming.said")
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setWordWrap(True)
        self.said.setFont(small_font(self.font()))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.setSpacing(4)
        for part in (self.title, self.field, self.said):
            layout.addWidget(part)
        self._check: Callable[[str], str] = _no_problem
        self._done: Callable[[str], object] = _nothing
        self._hint = ""
        self.field.textChanged.connect(lambda *_: self._look())
        self._restyle()
        themes().changed.connect(self._restyle)

    def ask(
        self,
        title: str,
        text: str,
        check: Callable[[str], str],
        done: Callable[[str], object],
        *,
        where: QRect | None = None,
        hint: str = "Enter takes the name, Esc leaves.",
    ) -> None:
        """Ask for a name, beginning with `text`, at a rectangle of the screen (None: in the middle above)."""
        self.leave()
        self._check, self._done, self._hint = check, done, hint
        self.title.setText(cut(title, 80))
        self.setAccessibleName(title)
        self.field.setAccessibleName(title)
        self.field.setText(text[:1000])
        self._look()
        width = max(280, where.width() if where is not None else 0)
        self.appear(where.topLeft() if where is not None else None, QSize(width, self._height(width)))

    @property
    def problem(self) -> str:
        """Why what is typed will not do, "" if it will."""
        return self._check(self.field.text().strip())

    def _look(self) -> None:
        problem = self.problem
        self.said.setText(cut(problem or self._hint))
        self.setProperty("wrong", "true" if problem else "false")
        self.setStyleSheet(self.styleSheet())
        if self.isVisible():
            self.resize(self.width(), self._height(self.width()))

    def _height(self, width: int) -> int:
        """Return how high the frame must be for what is said, at least for the hint, so that it seldom changes."""
        inner = width - 18
        said = max(self.said.heightForWidth(inner), self.said.fontMetrics().lineSpacing() * 2)
        return self.title.sizeHint().height() + self.field.sizeHint().height() + said + 24

    def take(self) -> None:
        """Give the name, if it will do."""
        if not self.problem:
            name, done = self.field.text().strip(), self._done
            if self.finish():
                done(name)

    def finish(self) -> bool:
        """Close; nothing is kept of what was asked about, which may be closed itself."""
        closed = super().finish()
        if closed:
            self._check, self._done = _no_problem, _nothing
        return closed

    def on_key(self, event: QKeyEvent) -> bool:
        """Enter takes the name; Tab stays here."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.take()
            return True
        return event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)

    def _restyle(self) -> None:
        self.setStyleSheet(current_theme().css(_STYLE))
