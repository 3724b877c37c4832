"""`Section`: a heading that folds what stands below it; the body is made when it is first shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from studio.gui.base.guard import guarded
from studio.gui.theme import current_theme
from studio.gui.theme.theme import small_font
from studio.gui.widgets.labels import cut

MARGINS: Final = (10, 4, 8, 10)
"""Around what stands below a heading: left, top, right, bottom, in pixels."""


def section_body() -> tuple[QWidget, QVBoxLayout]:
    """Return what stands below a heading, and the column to fill."""
    body = QWidget()
    column = QVBoxLayout(body)
    column.setContentsMargins(*MARGINS)
    column.setSpacing(8)
    return body, column


class SectionHeader(QAbstractButton):
    """The heading: a chevron, the title, and on the right what the folded body holds."""

    def __init__(self, title: str, level: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(title)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.summary = ""
        self.role = "soft"
        self.level = level

    def set_summary(self, text: str, role: str = "soft") -> None:
        """Say what the body holds, in the colour of a role."""
        if (text, role) != (self.summary, self.role):
            self.summary, self.role = cut(" ".join(cut(text, 300).split()), 120), role
            self.setAccessibleDescription(self.summary)
            self.update()

    def _title_font(self) -> QFont:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        return font if self.level == 0 else small_font(font)

    @guarded(QSize(100, 28))
    def sizeHint(self) -> QSize:
        return QSize(120, QFontMetrics(self._title_font()).height() + (13 if self.level == 0 else 8))

    @guarded(QSize(60, 28))
    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self.rect()
        if self.level == 0:
            painter.setPen(QPen(theme.colour("line")))
            painter.drawLine(area.topLeft(), area.topRight())
        ink = theme.colour("ink" if self.level == 0 or self.underMouse() else "text")
        middle = area.center().y() + 1
        left = area.left() + 4
        painter.setPen(QPen(theme.colour("accent" if self.hasFocus() else "soft"), 1.6))
        if self.isChecked():
            points = [QPointF(left, middle - 2), QPointF(left + 4, middle + 2), QPointF(left + 8, middle - 2)]
        else:
            points = [QPointF(left + 2, middle - 4), QPointF(left + 6, middle), QPointF(left + 2, middle + 4)]
        painter.drawPolyline(QPolygonF(points))
        font = self._title_font()
        painter.setFont(font)
        painter.setPen(ink)
        text_left = left + 16
        wide = QFontMetrics(font).horizontalAdvance(self.text())
        painter.drawText(QRect(text_left, area.top(), area.width() - text_left, area.height()),
                         int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), self.text())  # fmt: skip
        room = area.width() - text_left - wide - 16
        if self.summary and room > 24:
            painter.setFont(small_font(self.font()))
            painter.setPen(theme.colour(self.role))
            shown = QFontMetrics(painter.font()).elidedText(self.summary, Qt.TextElideMode.ElideRight, room)
            painter.drawText(area.adjusted(0, 0, -6, 0),
                             int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), shown)  # fmt: skip

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        folds = {Qt.Key.Key_Right: False, Qt.Key.Key_Left: True}.get(Qt.Key(event.key()))
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or folds == self.isChecked():
            self.click()
        elif event.modifiers() == Qt.KeyboardModifier.AltModifier and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.ignore()  # a button would go to another one; rows with a heading are moved by these keys
        else:
            super().keyPressEvent(event)


class Section(QWidget):
    """A heading with a body that `make` makes when it is first unfolded. `toggled(open)` when a person folds it,
    `turned(open)` whenever it is folded or unfolded."""

    toggled = Signal(bool)
    turned = Signal(bool)

    def __init__(
        self,
        title: str,
        make: Callable[[], QWidget],
        *,
        name: str = "",
        is_open: bool = False,
        level: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._make = make
        self.body: QWidget | None = None
        self.header = SectionHeader(title, level, self)
        self.header.setAccessibleName(title)
        if name:
            self.setObjectName(name)
            self.header.setObjectName(f"{name}.header")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.header)
        self.header.clicked.connect(lambda *_: self._clicked(self.header.isChecked()))
        self.set_open(is_open)

    @property
    def is_open(self) -> bool:
        """True if the body is shown."""
        return self.header.isChecked()

    def set_open(self, is_open: bool) -> None:
        """Fold or unfold."""
        self.header.setChecked(is_open)
        if is_open and self.body is None:
            self.body = self._make()
            self._column.addWidget(self.body)
        # What is new is shown with the section anyway: to show it before is to lay it out once more.
        if self.body is not None and self.body.isHidden() == is_open:
            self.body.setVisible(is_open)
        self.turned.emit(is_open)

    def _clicked(self, checked: bool) -> None:
        self.set_open(checked)
        self.toggled.emit(checked)
