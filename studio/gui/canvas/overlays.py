"""What lies over the canvas for a moment: words beside the mouse, the offer of feedback, a field to write into."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from studio.gui.base.guard import guarded
from studio.gui.base.plain_keys import claims, is_plain
from studio.gui.canvas.look import look

MOST_WORDS = 300


class CursorNote(QLabel):
    """A few words beside the mouse while something is dragged."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("cursor_note")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setMargin(6)
        self.hide()

    def say(self, text: str, at: QPoint, *, bad: bool) -> None:
        """Show words at a point of the viewport; none hide it."""
        if not text:
            self.hide()
            return
        style = look()
        edge = style.bad if bad else style.edge
        self.setStyleSheet(
            f"#cursor_note {{ background: {style.card.name()}; color: {style.text.name()}; "
            f"border: 1px solid {edge.name()}; border-radius: 5px; }}"
        )
        self.setText(text[:MOST_WORDS])
        self.setMaximumWidth(360)
        self.setWordWrap(len(text) > 48)
        self.adjustSize()
        self.move(_kept_inside(self, at + QPoint(16, 18)))
        self.raise_()
        self.show()


class FeedbackOffer(QFrame):
    """Asks whether a wire that closes a cycle shall deliver at the next tick. Enter takes it, Escape does not."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("feedback_offer")
        self.setAccessibleName("This closes a cycle")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        words = QLabel("This closes a cycle.", self)
        words.setTextFormat(Qt.TextFormat.PlainText)
        self.yes = QPushButton("Deliver at the next tick", self)
        self.yes.setObjectName("take_feedback")
        self.yes.setDefault(True)
        self.no = QPushButton("Cancel", self)
        self.no.setObjectName("no_feedback")
        self.why = QLabel("", self)
        self.why.setTextFormat(Qt.TextFormat.PlainText)
        self.why.setWordWrap(True)
        self.why.setEnabled(False)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.yes)
        buttons.addWidget(self.no)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(12, 10, 12, 12)
        rows.setSpacing(8)
        rows.addWidget(words)
        rows.addWidget(self.why)
        rows.addLayout(buttons)
        self.yes.clicked.connect(self._take)
        self.no.clicked.connect(self.leave)
        self._then: Callable[[], object] = lambda: None
        self.hide()

    def ask(self, why: str, at: QPoint, then: Callable[[], object]) -> None:
        """Ask at a point of the parent; `then` is called if it is taken."""
        style = look()
        self.setStyleSheet(
            f"#feedback_offer {{ background: {style.card.name()}; border: 1px solid {style.back.name()}; "
            "border-radius: 8px; }"
        )
        self._then = then
        self.why.setText(why[:MOST_WORDS])
        self.setMaximumWidth(380)
        self.adjustSize()
        self.move(_kept_inside(self, at + QPoint(10, 10)))
        self.raise_()
        self.show()
        self.yes.setFocus(Qt.FocusReason.PopupFocusReason)

    def _take(self) -> None:
        then = self._then
        self.leave()
        then()

    def leave(self) -> None:
        """Go away without effect."""
        self._then = lambda: None
        if self.isVisible():
            self.hide()
            parent = self.parentWidget()
            if parent is not None:
                parent.setFocus(Qt.FocusReason.PopupFocusReason)

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            (self.leave if self.no.hasFocus() else self._take)()
        elif not is_plain(event):
            event.ignore()

    @guarded(False)
    def event(self, event: QEvent) -> bool:
        """Plain keys do nothing to the graph while this asks: the shortcuts of the canvas would delete and move."""
        return claims(event) or super().event(event)


class InlineText(QPlainTextEdit):
    """A field over a frame's title or a comment. Leaving it keeps what was written, Escape does not."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("inline_text")
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._then: Callable[[str], object] | None = None
        self._before = ""
        self._one_line = False
        self.hide()

    def edit(self, name: str, text: str, rect: QRect, then: Callable[[str], object], *, one_line: bool) -> None:
        """Edit a text at a place of the parent; `then` gets it if it was changed."""
        self.leave(keep=True)
        self._then, self._before, self._one_line = then, text, one_line
        self.setAccessibleName(name)
        bars = Qt.ScrollBarPolicy.ScrollBarAlwaysOff if one_line else Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self.setVerticalScrollBarPolicy(bars)
        self.setLineWrapMode(
            QPlainTextEdit.LineWrapMode.NoWrap if one_line else QPlainTextEdit.LineWrapMode.WidgetWidth
        )
        self.setPlainText(text)
        self.selectAll()
        self.setGeometry(rect)
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def leave(self, *, keep: bool) -> None:
        """End editing, with or without effect."""
        then, self._then = self._then, None
        if then is None:
            return
        text = self.toPlainText()
        if self._one_line:
            text = " ".join(text.split())
        had_focus = self.hasFocus()
        self.hide()
        parent = self.parentWidget()
        if had_focus and parent is not None:
            parent.setFocus(Qt.FocusReason.PopupFocusReason)
        if keep and text != self._before:
            then(text)

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape gives up; Enter ends a title, Ctrl+Enter a comment."""
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() == Qt.Key.Key_Escape:
            self.leave(keep=False)
        elif is_enter and (self._one_line or event.modifiers() & Qt.KeyboardModifier.ControlModifier):
            self.leave(keep=True)
        else:
            super().keyPressEvent(event)

    @guarded()
    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Whoever clicks elsewhere has finished."""
        super().focusOutEvent(event)
        if (
            event.reason() != Qt.FocusReason.PopupFocusReason
            and event.reason() != Qt.FocusReason.ActiveWindowFocusReason
        ):
            self.leave(keep=True)

    @guarded(False)
    def event(self, event: QEvent) -> bool:
        """Keys typed here are text, not shortcuts of the canvas."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)


def _kept_inside(widget: QWidget, at: QPoint) -> QPoint:
    """Return the point nearest to `at` where a widget is wholly inside its parent."""
    parent = widget.parentWidget()
    if parent is None:
        return at
    right = max(0, parent.width() - widget.width() - 4)
    bottom = max(0, parent.height() - widget.height() - 4)
    return QPoint(max(4, min(at.x(), right)), max(4, min(at.y(), bottom)))
