"""What lists to choose from are made of: rows as data, the model that holds them, the delegate that paints them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from studio.gui.base.guard import guarded
from studio.gui.theme import Theme, current_theme
from studio.gui.theme.icons import paint_icon
from studio.gui.theme.theme import small_font

ROW: Final = Qt.ItemDataRole.UserRole
"""The role under which an item holds its `Row`."""

MOST_SHOWN: Final = 300
"""Signs of a text that are painted; longer ones are cut before anything measures them."""

_SWATCH: Final = 20
_PAD: Final = 8
_INDENT: Final = 18


@dataclass(frozen=True, slots=True)
class Row:
    """One line to choose. `detail` stands at the right, in soft colour; `about` is told below the list when the row is
    the current one; `hue` (degrees) and `icon` make its picture, if it has one; `marks` are the parts of the title
    that were searched for; `keys` is a shortcut, `indent` sets a row in; a row that is not `enabled` cannot be
    taken, and `about` says why."""

    title: str
    detail: str = ""
    about: str = ""
    hue: int | None = None
    icon: str = ""
    marks: tuple[tuple[int, int], ...] = ()
    enabled: bool = True
    keys: str = ""
    indent: int = 0
    value: Any = None


class RowModel(QAbstractListModel):
    """A list of rows."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: Sequence[Row] = ()

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    @guarded(0)
    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Return how many rows there are."""
        return 0 if parent.isValid() else len(self.rows)

    @guarded()
    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the row, and what screen readers say of it."""
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == ROW:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return ", ".join(filter(None, (row.title, row.detail, row.keys)))
        return None

    @guarded(Qt.ItemFlag.NoItemFlags)
    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        """Every row can be the current one, so that its reason can be read; only enabled ones can be taken."""
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled


class RowDelegate(QStyledItemDelegate):
    """Paints a row: picture, title with what was searched for in bold, detail at the right."""

    @guarded(QSize)
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """All rows are of one height."""
        return QSize(200, row_height(option.fontMetrics))

    @guarded()
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one row."""
        row = index.data(ROW)
        if row is not None:
            paint_row(painter, option, row)


def make_list(parent: QWidget, model: RowModel, name: str, accessible: str) -> QListView:
    """Return the list that shows rows; the keyboard stays with the field above it."""
    made = QListView(parent)
    made.setObjectName(name)
    made.setAccessibleName(accessible)
    made.setModel(model)
    made.setItemDelegate(RowDelegate(made))
    made.setUniformItemSizes(True)
    made.setMouseTracking(True)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return made


def row_height(metrics: QFontMetrics) -> int:
    """Return how high a row is, in pixels."""
    return max(_SWATCH + 6, metrics.height() + 10)


def paint_row(painter: QPainter, option: QStyleOptionViewItem, row: Row) -> None:
    """Paint a row into the rectangle of the option."""
    theme = current_theme()
    chosen = bool(option.state & QStyle.StateFlag.State_Selected)
    hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    rect: QRect = option.rect.adjusted(2, 1, -2, -1)
    if chosen or hovered:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent" if chosen else "panel"))
        painter.drawRoundedRect(rect, 4, 4)
    ink = theme.colour("accent_ink" if chosen else "ink" if row.enabled else "soft")
    soft = theme.colour("accent_ink" if chosen else "soft")
    left = rect.left() + _PAD + row.indent * _INDENT
    if row.hue is not None:
        box = QRect(left, rect.center().y() - _SWATCH // 2 + 1, _SWATCH, _SWATCH)
        paint_swatch(painter, box, row, theme, chosen)
        left = box.right() + _PAD
    right = rect.right() - _PAD
    if row.keys:
        right = _paint_keys(painter, rect, right, option.font, row.keys, soft)
    title = cut(row.title)
    metrics = QFontMetrics(option.font)
    title_width = metrics.horizontalAdvance(title)
    if row.detail:
        font = small_font(option.font)
        small = QFontMetrics(font)
        room = max(0, right - left - min(title_width, (right - left) * 11 // 20) - 16)
        detail = small.elidedText(cut(row.detail), Qt.TextElideMode.ElideMiddle, room)
        painter.setFont(font)
        painter.setPen(soft)
        where = QRect(right - room, rect.top(), room, rect.height())
        painter.drawText(where, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, detail)
        right -= small.horizontalAdvance(detail) + 12
    _paint_marked(painter, QRect(left, rect.top(), right - left, rect.height()), option.font, title, row.marks, ink)
    painter.restore()


def paint_swatch(painter: QPainter, box: QRect, row: Row, theme: Theme, chosen: bool = False) -> None:
    """Paint the picture of a row: its icon on a square in the hue of its category."""
    hue = theme.hue(row.hue or 0)
    face = QColor(theme.colour("accent_ink") if chosen else hue)
    face.setAlphaF(0.22 if chosen else 0.18 if theme.is_dark else 0.14)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(face)
    painter.drawRoundedRect(box, 5, 5)
    paint_icon(painter, row.icon, box.adjusted(3, 3, -3, -3), theme.colour("accent_ink") if chosen else hue)


def _paint_keys(painter: QPainter, rect: QRect, right: int, font: QFont, keys: str, ink: QColor) -> int:
    """Paint a shortcut as a key at the right; return where what stands before it must end."""
    small = small_font(font)
    metrics = QFontMetrics(small)
    width = metrics.horizontalAdvance(keys) + 12
    box = QRect(right - width, rect.center().y() - metrics.height() // 2, width, metrics.height() + 2)
    line = QColor(ink)
    line.setAlphaF(0.5)
    painter.setPen(line)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box, 3, 3)
    painter.setFont(small)
    painter.setPen(ink)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, keys)
    return right - width - 10


def _paint_marked(
    painter: QPainter, rect: QRect, font: QFont, text: str, marks: Sequence[tuple[int, int]], ink: QColor
) -> None:
    """Paint a text with parts of it in bold; one that is too long is cut so that the first of them is seen."""
    painter.setPen(ink)
    bold = QFont(font)
    bold.setBold(True)
    text, marks = _around_mark(text, marks, QFontMetrics(bold), rect.width())
    x, place, end = rect.left(), 0, rect.right()
    for start, stop in (*marks, (len(text), len(text))):
        for part, kind in ((text[place:start], font), (text[start:stop], bold)):
            if not part or x >= end:
                continue
            metrics = QFontMetrics(kind)
            painter.setFont(kind)
            shown = metrics.elidedText(part, Qt.TextElideMode.ElideRight, end - x)
            painter.drawText(
                QRect(x, rect.top(), end - x, rect.height()),
                Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine,
                shown,
            )
            x += metrics.horizontalAdvance(part)
        place = stop


def _around_mark(
    text: str, marks: Sequence[tuple[int, int]], metrics: QFontMetrics, room: int
) -> tuple[str, Sequence[tuple[int, int]]]:
    """Return a text without so much of its beginning that its first mark fits into the room."""
    if not marks or metrics.horizontalAdvance(text[: marks[0][1]] + "…") <= room:
        return text, marks
    start, end = marks[0]
    off = 0
    while off < start and metrics.horizontalAdvance("…" + text[off:end] + "…") > room:
        off += max(1, (start - off) // 8)
    return "…" + text[off:], [(a - off + 1, b - off + 1) for a, b in marks]


def cut(text: str, most: int = MOST_SHOWN) -> str:
    """Return a text on one line, cut before a widget measures it."""
    return " ".join(text[:most].split()) + ("…" if len(text) > most else "")
