"""Texts of the interface: elided labels, hints, problems, small buttons. All plain text, whatever it holds."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QLabel, QSizePolicy, QToolButton, QWidget

from studio.gui.base.guard import guarded
from studio.gui.theme import current_theme
from studio.gui.theme.theme import small_font

LONGEST = 2_000
"""Characters of a text that reach a label or a tool tip."""


def cut(text: str, most: int = LONGEST) -> str:
    """Return the text, cut where it is too long for a label."""
    return text if len(text) <= most else text[: most - 1] + "…"


def tip(text: str) -> str:
    """Return a text that Qt shows as a plain tool tip, whatever it holds."""
    shown = cut(text)
    if "<" not in shown and "&" not in shown:
        return shown
    escaped = shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<p style='white-space:pre-wrap'>{escaped}</p>"


def plain_label(text: str) -> QLabel:
    """Return a label of several lines, its text shown as it is written."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label


class Elided(QLabel):
    """A line of text that ends in `…` where it does not fit; the whole is its tool tip then."""

    def __init__(self, text: str = "", parent: QWidget | None = None, *, role: str = "") -> None:
        super().__init__(parent)
        self._full = ""
        self._role = role
        self._strong = False
        self._whole = ""
        """The tool tip that says a text which does not fit."""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.set_text(text)

    def set_text(self, text: str) -> None:
        """Show another text."""
        self._full = " ".join(cut(text, 500).split())
        super().setText(self._full)
        self.setAccessibleName(self._full)
        self._tell_whole()

    def set_role(self, role: str) -> None:
        """Show the text in the colour of another role."""
        self._role = role
        self.update()

    @property
    def is_strong(self) -> bool:
        """Whether the text is bold."""
        return self._strong

    def set_strong(self, on: bool) -> None:
        """Make the text bold, or plain; a font that is set would give way to the style sheet when it is first shown."""
        if on != self._strong:
            self._strong = on
            self.update()

    def _shown_font(self) -> QFont:
        font = QFont(self.font())
        font.setBold(font.bold() or self._strong)
        return font

    @guarded(QSize(20, 16))
    def minimumSizeHint(self) -> QSize:
        return QSize(16, super().minimumSizeHint().height())

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._tell_whole()
        super().resizeEvent(event)

    def _tell_whole(self) -> None:
        """Have the tool tip say a text that does not fit; one that was set from outside stays."""
        if self.toolTip() != self._whole:
            return
        fits = QFontMetrics(self._shown_font()).horizontalAdvance(self._full) <= self.width()
        self._whole = "" if fits else tip(self._full)
        self.setToolTip(self._whole)

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = self.contentsRect()
        font = self._shown_font()
        shown = QFontMetrics(font).elidedText(self._full, Qt.TextElideMode.ElideRight, area.width())
        colour = self.palette().color(QPalette.ColorRole.WindowText)
        painter.setPen(current_theme().colour(self._role) if self._role else colour)
        painter.setFont(font)
        painter.drawText(area, int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), shown)


class Note(QLabel):
    """Sentences that wrap, in a colour by role (`soft` for help, `bad` for what is wrong, `warn`)."""

    def __init__(self, text: str = "", role: str = "soft", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.setFont(small_font(self.font()))
        colour_text(self, role)
        self.set_text(text)

    def set_text(self, text: str) -> None:
        """Show another text; nothing of it stays if it is empty."""
        shown = cut(text)
        if shown != self.text():
            self.setText(shown)
            self.setAccessibleName(shown)
        if not shown:
            self.setVisible(False)
        elif self.isHidden() and self.parentWidget() is not None:  # one without a parent would be shown as a window
            self.setVisible(True)


def colour_text(widget: QWidget, role: str) -> None:
    """Give a widget's text the colour of a role, whatever theme is shown (the style sheet knows roles)."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        dress_anew(widget)


def dress_anew(widget: QWidget) -> None:
    """Have the style sheet look at a widget's properties again; one that was not shown yet will be looked at anyway."""
    if widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        widget.style().unpolish(widget)
        widget.style().polish(widget)


class Link(QAbstractButton):
    """A text to be clicked, at the left of its room, elided where it does not fit."""

    def __init__(self, text: str, help: str, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cut_at = Qt.TextElideMode.ElideMiddle
        """Where the text is cut if there is no room."""
        self.setText(" ".join(cut(text, 300).split()))
        self.setToolTip(tip(help))
        self.setAccessibleName(cut(help, 200))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        if name:
            self.setObjectName(name)

    @guarded(QSize(60, 20))
    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self.text()) + 8, metrics.height() + 5)

    @guarded(QSize(30, 20))
    def minimumSizeHint(self) -> QSize:
        return QSize(30, self.sizeHint().height())

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        lit = self.underMouse() or self.hasFocus()
        painter.setPen(theme.colour("accent" if lit else "text"))
        area = self.rect().adjusted(2, 0, -2, 0)
        shown = QFontMetrics(self.font()).elidedText(self.text(), self.cut_at, area.width())
        painter.drawText(area, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)
        if self.hasFocus():
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 3, 3)

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


def small_button(text: str, help: str, name: str = "", parent: QWidget | None = None) -> QToolButton:
    """Return a small flat button; `help` is what it does, for tool tip and screen readers."""
    made = QToolButton(parent)
    made.setText(text)
    made.setToolTip(tip(help))
    made.setAccessibleName(help)
    made.setAutoRaise(True)
    made.setProperty("small", True)
    if name:
        made.setObjectName(name)
    return made
