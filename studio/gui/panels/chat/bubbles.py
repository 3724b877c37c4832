"""The chat's messages as bubbles: a person's to the right, the graph's to the left."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from studio.gui.base.guard import guarded
from studio.gui.panels.chat.chat_log import Bubble
from studio.gui.widgets.labels import Note
from studio.support.plain import plain

SIGNS = 20_000
"""Signs of a message that are shown."""

MOST = 300
"""Messages that are shown; older ones go."""

WIDEST = 680
SHARE = 0.8
_MARGIN = 11
REFRESH_MS = 50


class BubbleView(QFrame):
    """One message."""

    def __init__(self, bubble: Bubble, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bubble = bubble
        self._shown = ""
        self._room = WIDEST
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, 7, _MARGIN, 7)
        self.label = QLabel(self)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setWordWrap(True)
        self.label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        column.addWidget(self.label)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Minimum)
        self.refresh()

    def refresh(self) -> None:
        """Show what the message is now."""
        bubble = self.bubble
        text = plain(bubble.text[:SIGNS]) + ("…" if len(bubble.text) > SIGNS else "")
        if bubble.state == "streaming":
            text = f"{text} ▍" if text else "…"
        elif not text:
            text = "(nothing)"
        if text != self._shown:
            self._shown = text
            self.label.setText(text)
            self._fit()
            who = "You" if bubble.who == "you" else "The graph"
            self.setAccessibleName(f"{who}: {text[:500]}")
        look = "bad" if bubble.state == "error" else bubble.who
        if self.property("bubble") != look:
            self.setProperty("bubble", look)
            for part in (self, self.label):
                part.style().unpolish(part)
                part.style().polish(part)

    def set_room(self, width: int) -> None:
        """Be as wide as the text needs, and no wider than its share of the room."""
        self._room = width
        self._fit()

    def _fit(self) -> None:
        most = max(120, min(WIDEST, int(self._room * SHARE)))
        metrics = self.label.fontMetrics()
        needed = max((metrics.horizontalAdvance(line) for line in self._shown[:2000].split("\n")[:40]), default=0) + 30
        width = min(most, max(48, needed))
        self.setFixedWidth(width)
        # Of a label that wraps, a scroll area knows only how high it would be if it were narrow.
        self.label.setFixedHeight(self.label.heightForWidth(width - 2 * _MARGIN - 2))


class Bubbles(QScrollArea):
    """The messages of a chat, the latest in view while the person has not scrolled away."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chat.bubbles")
        self.setAccessibleName("Messages of the chat")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        body = QWidget(self)
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(2, 4, 8, 4)
        self._column.setSpacing(6)
        self._empty = Note("", "soft", body)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._column.addWidget(self._empty)
        self._column.addStretch(1)
        self.setWidget(body)
        self._views: list[BubbleView] = []
        self._rows: list[QWidget] = []
        self._at_end = True
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self._refresh_last)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.verticalScrollBar().rangeChanged.connect(lambda *_: self._follow())
        self.viewport().installEventFilter(self)

    def show_bubbles(self, bubbles: list[Bubble], empty: str) -> None:
        """Show these messages; `empty` is said where there is none."""
        shown = bubbles[-MOST:]
        if [view.bubble for view in self._views] != shown or any(
            view.bubble is not bubble for view, bubble in zip(self._views, shown, strict=False)
        ):
            kept = 0
            while kept < min(len(shown), len(self._views)) and self._views[kept].bubble is shown[kept]:
                kept += 1
            for row in self._rows[kept:]:
                self._column.removeWidget(row)
                row.hide()
                row.deleteLater()
            del self._rows[kept:], self._views[kept:]
            for bubble in shown[kept:]:
                self._add(bubble)
        self._empty.set_text("" if shown else empty)
        self.refresh_last()

    def refresh_last(self) -> None:
        """The last message has changed."""
        if not self._timer.isActive():
            self._timer.start()

    def _refresh_last(self) -> None:
        for view in self._views[-2:]:
            view.refresh()

    def _add(self, bubble: Bubble) -> None:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        view = BubbleView(bubble, row)
        if bubble.who == "you":
            line.addStretch(1)
        line.addWidget(view)
        if bubble.who != "you":
            line.addStretch(1)
        view.set_room(self.viewport().width())
        self._views.append(view)
        self._rows.append(row)
        self._column.insertWidget(self._column.count() - 1, row)
        self._at_end = True

    def _scrolled(self, value: int) -> None:
        self._at_end = value >= self.verticalScrollBar().maximum() - 4

    def _follow(self) -> None:
        if self._at_end:
            bar = self.verticalScrollBar()
            bar.setValue(bar.maximum())

    @guarded(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self.viewport():
            for view in self._views:
                view.set_room(self.viewport().width())
        return super().eventFilter(watched, event)
