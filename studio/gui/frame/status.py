"""The status line: the last sentence with its sign, facts about the graph, the model in use, what was said before."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QStatusBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from studio.gui.base.guard import guarded
from studio.gui.base.signs import sign_pixmap
from studio.gui.theme import current_theme, themes
from studio.gui.workbench import Workbench
from studio.models.names import EMBEDDED

PASSES_MS = 8000
"""How long a sentence that is only good to know, or why a key did nothing, stays, in milliseconds. Warnings and errors
stay until the next."""
PASSING = ("info", "refused")
MOST = 500
"""Sentences that are remembered."""
LONGEST = 2000
"""Characters of a sentence that are remembered."""


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence that was shown, and when."""

    at: datetime
    text: str
    kind: str


class Sentence(QLabel):
    """One line of text, cut at its end where there is no room. A press opens what was said before."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._whole = ""

    def show_text(self, text: str) -> None:
        """Show a text in one line; the tool tip has all of it."""
        self._whole = " ".join(text.split())
        self.setToolTip("" if not text else f"<qt>{_escaped(text[:LONGEST])}</qt>")
        self.setAccessibleName(self._whole)
        self._cut()

    def _cut(self) -> None:
        self.setText(self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, max(40, self.width() - 4)))

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut the text anew."""
        super().resizeEvent(event)
        self._cut()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>")


class StatusLine(QStatusBar):
    """The line at the foot of the window."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workbench = workbench
        self.said: deque[Said] = deque(maxlen=MOST)
        self.setObjectName("status")
        self.setSizeGripEnabled(False)
        self._log: MessageLog | None = None
        self._kind = ""
        self._sign = QLabel(self)
        self._sentence = Sentence(self)
        self._sentence.setObjectName("status.text")
        self._dismiss = _button("✕", "status.dismiss", "Dismiss the message", self)
        self._copy = _button("Copy", "status.copy", "Copy the message", self)
        self._facts = _button("", "status.facts", "Nodes and wires of the graph", self)
        self._model = _button("", "status.model", "The model in use: press to choose another", self)
        self._history = _button("Messages", "status.log", "What was said before", self)
        message = QWidget(self)
        row = QHBoxLayout(message)
        row.setContentsMargins(8, 0, 0, 0)
        row.setSpacing(6)
        for widget, stretch in ((self._sign, 0), (self._sentence, 1), (self._copy, 0), (self._dismiss, 0)):
            row.addWidget(widget, stretch)
        self.addWidget(message, 1)
        for one in (self._facts, self._model, self._history):
            self.addPermanentWidget(one)
        self._passing = QTimer(self)
        self._passing.setSingleShot(True)
        self._passing.timeout.connect(self.clear)
        self._dismiss.clicked.connect(self.clear)
        self._copy.clicked.connect(self.copy)
        self._history.clicked.connect(self.show_log)
        self._model.clicked.connect(lambda *_: workbench.trigger("file.settings"))
        self._facts.clicked.connect(lambda *_: workbench.panel_asked.emit("inspector"))
        self._facts.setVisible(False)
        workbench.said.connect(self.say)
        workbench.acts.connect(lambda *_: self._on_action())
        workbench.current_changed.connect(self.refresh)
        workbench.settled.connect(lambda *_: self.refresh())
        workbench.settings_changed.connect(lambda *_: self.refresh())
        themes().changed.connect(self._paint)
        self.clear()
        self.refresh()

    # -- the sentence -------------------------------------------------------------------------

    def say(self, text: str, kind: str = "info") -> None:
        """Show a sentence and remember it; "" clears the line."""
        if not text.strip():
            self.clear()
            return
        self.said.append(Said(datetime.now(), text[:LONGEST], kind))
        self._kind = kind
        self._sentence.show_text(text[:LONGEST])
        self._copy.setVisible(kind != "info")
        self._dismiss.setVisible(kind != "info")
        self._paint()
        if kind in PASSING:
            self._passing.start(PASSES_MS)
        else:
            self._passing.stop()
        if self._log is not None and self._log.isVisible():
            self._log.fill(self.said)

    @property
    def text(self) -> str:
        """The sentence that is shown, "" if there is none."""
        return self.said[-1].text if self._kind else ""

    @property
    def kind(self) -> str:
        """The kind of the sentence that is shown, "" if there is none."""
        return self._kind

    def clear(self) -> None:
        """Show no sentence; it stays among those said before."""
        self._kind = ""
        self._passing.stop()
        self._sentence.show_text("")
        self._copy.setVisible(False)
        self._dismiss.setVisible(False)
        self._paint()

    def _on_action(self) -> None:
        """Something else is done now: why a key did nothing before is of no interest any more."""
        if self._kind == "refused":
            self.clear()

    def copy(self) -> None:
        """Put the sentence that is shown on the clipboard."""
        QGuiApplication.clipboard().setText(self.text)

    def show_log(self) -> None:
        """Show what was said before."""
        if self._log is None:
            self._log = MessageLog(self)
        self._log.fill(self.said)
        self._log.resize(min(720, self.width() - 40), 280)
        corner = self.mapToGlobal(QPoint(self.width() - self._log.width() - 12, -self._log.height() - 6))
        self._log.move(corner)
        self._log.show()
        self._log.list.setFocus()

    def _paint(self) -> None:
        theme = current_theme()
        role = {"error": "bad", "warning": "warn", "refused": "warn"}.get(self._kind, "text")
        self._sentence.setStyleSheet(f"color: {theme.colour(role).name()};")
        if self._kind:
            sign = "warning" if self._kind == "refused" else self._kind
            self._sign.setPixmap(sign_pixmap(sign, 14, self.devicePixelRatioF()))
        self._sign.setVisible(bool(self._kind))

    # -- facts --------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the facts of the current graph and the model in use."""
        tab = self.workbench.current
        known = tab is not None and tab.document.has(tab.at)
        self._facts.setVisible(known)
        if tab is not None and known:
            graph = tab.document.at(tab.at)
            self._facts.setText(f"{_count(len(graph.nodes), 'node')} · {_count(len(graph.edges), 'wire')}")
            self._facts.setAccessibleName(f"This graph has {self._facts.text()}")
        name = str(self.workbench.settings["models.default"])
        short = name.removeprefix(EMBEDDED)
        self._model.setText(short if len(short) <= 32 else f"{short[:31]}…")
        self._model.setAccessibleName(f"The model in use is {name[:200]}")
        self._model.setToolTip(f"The model of nodes that name none: {name[:200]}\nPress to choose another.")


class MessageLog(QFrame):
    """What was said, oldest first, to be read and copied."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("messages")
        self.setAccessibleName("Messages")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(8, 8, 8, 8)
        self.list = QPlainTextEdit(self)
        self.list.setReadOnly(True)
        self.list.setObjectName("messages.list")
        self.list.setAccessibleName("What was said")
        self.list.setPlaceholderText("Nothing was said yet.")
        copy = QPushButton("Copy All", self)
        copy.clicked.connect(lambda *_: QGuiApplication.clipboard().setText(self.list.toPlainText()))
        close = QPushButton("Close", self)
        close.clicked.connect(self.hide)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(copy)
        row.addWidget(close)
        rows.addWidget(self.list, 1)
        rows.addLayout(row)

    def fill(self, said: deque[Said]) -> None:
        """Show these sentences."""
        marks = {"error": "error  ", "warning": "warning  "}
        self.list.setPlainText("\n".join(f"{one.at:%H:%M:%S}  {marks.get(one.kind, '')}{one.text}" for one in said))
        bar = self.list.verticalScrollBar()
        bar.setValue(bar.maximum())

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes it."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            return
        super().keyPressEvent(event)


def _button(text: str, name: str, tip: str, parent: QWidget) -> QToolButton:
    made = QToolButton(parent)
    made.setText(text)
    made.setObjectName(name)
    made.setToolTip(tip)
    made.setAccessibleName(tip)
    made.setAutoRaise(True)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number:,} {what}s"
