"""Bars: sentences that stay above a graph until they are dealt with, with what can be done about them as buttons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from studio.gui.base.signs import sign_pixmap
from studio.gui.theme import current_theme, themes
from studio.gui.theme.theme import mixed

Kind = Literal["info", "warning", "error"]

LONGEST = 600
"""Characters of a sentence that are shown; the rest is in the tool tip's place, the log."""


@dataclass(frozen=True, slots=True)
class BarText:
    """What a bar says. A bar of the same `key` takes its place; `buttons` are (label, what it does).

    A press of a button removes the bar first and then does what it does, which may show it again.
    """

    key: str
    text: str
    kind: Kind = "info"
    buttons: tuple[tuple[str, Callable[[], object]], ...] = field(default=())
    on_close: Callable[[], object] | None = None
    """What closing it by its cross does beyond removing it."""


class Bar(QFrame):
    """One bar."""

    def __init__(self, said: BarText, remove: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.said = said
        self._remove = remove
        self.setObjectName(f"bar.{said.key}")
        self.setAccessibleName(said.text)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(8)
        self._sign = QLabel(self)
        self._label = QLabel(said.text[:LONGEST] + ("…" if len(said.text) > LONGEST else ""), self)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setWordWrap(True)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._label, 1)
        self.buttons: dict[str, QPushButton] = {}
        for position, (label, act) in enumerate(said.buttons):
            button = QPushButton(label, self)
            button.setObjectName(f"bar.{said.key}.{label.replace('&', '').lower().replace(' ', '_')}")
            if position == 0:
                button.setProperty("primary", "true")
            button.clicked.connect(lambda *_, act=act: self._press(act))
            row.addWidget(button)
            self.buttons[label.replace("&", "")] = button
        close = QToolButton(self)
        close.setObjectName(f"bar.{said.key}.close")
        close.setText("✕")
        close.setAutoRaise(True)
        close.setProperty("look", "flat")
        close.setToolTip("Dismiss")
        close.setAccessibleName("Dismiss")
        close.clicked.connect(lambda *_: self._press(said.on_close or (lambda: None)))
        row.addWidget(close)
        self._paint()
        themes().changed.connect(self._paint)

    def _press(self, act: Callable[[], object]) -> None:
        self._remove()
        act()

    def _paint(self) -> None:
        theme = current_theme()
        role = {"info": "accent", "warning": "warn", "error": "bad"}[self.said.kind]
        self._sign.setPixmap(sign_pixmap(self.said.kind, 18, self.devicePixelRatioF()))
        ground = mixed(theme.colour("panel"), theme.colour(role), 0.16)
        self.setStyleSheet(
            theme.css(f"Bar {{ background: {ground.name()}; border: none; border-bottom: 1px solid @{role}; }}")
            + theme.css("Bar QLabel { color: @ink; background: transparent; }")
        )


class Bars(QWidget):
    """Bars below each other; takes no room while there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self._bars: dict[str, Bar] = {}

    def bar(self, key: str) -> Bar | None:
        """Return the bar of this key, if it is shown."""
        return self._bars.get(key)

    def keys(self) -> list[str]:
        """Return the keys of the bars shown, from above."""
        return list(self._bars)

    def put(self, said: BarText, remove: Callable[[], None] | None = None) -> Bar:
        """Show a bar, in the place of one of the same key. `remove` is called in place of `take` by its buttons."""
        place = list(self._bars).index(said.key) if said.key in self._bars else len(self._bars)
        self.take(said.key)
        bar = Bar(said, remove or (lambda: self.take(said.key)), self)
        self._rows.insertWidget(place, bar)
        self._bars[said.key] = bar
        return bar

    def take(self, key: str) -> None:
        """Remove a bar; one that is not there is no mistake."""
        bar = self._bars.pop(key, None)
        if bar is not None:
            themes().changed.disconnect(bar._paint)
            bar.hide()
            self._rows.removeWidget(bar)
            bar.deleteLater()
