"""The cases of one tests file as a table for Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QIcon

from studio.gui.base.guard import guarded
from studio.gui.live.watching.showing import span
from studio.gui.theme import current_theme
from studio.gui.theme.icons import icon
from studio.gui.widgets.labels import tip
from studio.support.plain import plain, plain_line

if TYPE_CHECKING:
    from studio.cases.case import Case
    from studio.gui.panels.tests.suites import Result

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()

NAME, NODE, RESULT, TIME = range(4)
TITLES: Final = ("Test", "Node", "Result", "Time")

CUT: Final = 300
"""Signs of a sentence that reach the table."""

PASSED, FAILED, NEW, PLAYING = "passed", "failed", "not played", "playing"

_ICONS: Final = {
    PASSED: ("check", "ok"), FAILED: ("close", "bad"), NEW: ("clock", "soft"), PLAYING: ("run", "running"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One case and how it went last."""

    case: Case
    result: Result | None
    is_playing: bool = False

    @property
    def state(self) -> str:
        """passed, failed, not played, or playing."""
        if self.is_playing:
            return PLAYING
        if self.result is None:
            return NEW
        return PASSED if self.result.outcome.passed else FAILED

    @property
    def said(self) -> str:
        """What came of it in one line."""
        state = self.state
        result = self.result
        if result is None or state in (NEW, PLAYING):
            return "playing …" if state == PLAYING else state
        old = "  (before the last change)" if result.is_old else ""
        failures = result.outcome.failures
        if not failures:
            return state + old
        more = f"  and {len(failures) - 1} more" if len(failures) > 1 else ""
        return plain_line(failures[0].message[: 2 * CUT])[:CUT] + more + old

    @property
    def took(self) -> str:
        """How long playing took."""
        return "" if self.result is None else span(self.result.outcome.seconds)


class TestsModel(QAbstractTableModel):
    """Rows are the cases that the filter lets through, in the order of the file."""

    __test__ = False

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []
        self._icons: dict[str, QIcon] = {}
        self.recolour()

    def show(self, rows: list[Row]) -> bool:
        """List other rows; return whether they are of other cases. What only changed its state stays selected."""
        if [one.case.name for one in rows] != [one.case.name for one in self.rows]:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
            return True
        self.rows = rows
        if rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, TIME), [])
        return False

    def recolour(self) -> None:
        """Take the marks from the theme that is shown now."""
        theme = current_theme()
        self._icons = {}
        for state, (name, role) in _ICONS.items():
            made = self._icons[state] = icon(name, theme.colour(role))
            selected = icon(name, theme.colour("accent_ink")).pixmap(32, 32)
            made.addPixmap(selected, QIcon.Mode.Selected)
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, TIME), [])

    def row_where(self, fits: Callable[[Row], bool]) -> int:
        """Return the first row that fits, or -1."""
        return next((number for number, row in enumerate(self.rows) if fits(row)), -1)

    # -- as Qt asks ---------------------------------------------------------------------------

    @guarded(0)
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    @guarded(0)
    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(TITLES)

    @guarded()
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row, column = self.rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return (row.case.name, plain_line(row.case.node[:CUT]) or "whole graph", row.said, row.took)[column]
            case Qt.ItemDataRole.DecorationRole if column == NAME:
                return self._icons[row.state]
            case Qt.ItemDataRole.ToolTipRole:
                about = plain(row.case.about[: 2 * CUT]) or row.case.name
                return tip((about, plain_line(row.case.node[:CUT]), row.said, row.took)[column])
            case Qt.ItemDataRole.AccessibleTextRole if column == NAME:
                return f"{row.case.name}: {row.state}"
            case Qt.ItemDataRole.ForegroundRole:
                return self._colour(row, column)
            case Qt.ItemDataRole.TextAlignmentRole if column == TIME:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    @guarded()
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(TITLES):
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return TITLES[section]
            case Qt.ItemDataRole.TextAlignmentRole:
                right = section == TIME
                side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
        return None

    @staticmethod
    def _colour(row: Row, column: int) -> Any:
        theme = current_theme()
        is_old = row.result is not None and row.result.is_old
        if column == RESULT and row.state == FAILED and not is_old:
            return theme.colour("bad")
        if column in (NODE, TIME) or (column == RESULT and (is_old or row.state in (NEW, PLAYING))):
            return theme.colour("soft")
        return None
