"""The measures of each module, as a table: the same numbers as `studio dynamics` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from studio.gui.base.guard import guarded
from studio.gui.widgets.labels import Note, tip
from studio.gui.widgets.row_table import ROW
from studio.support.pieces import plural
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from studio.dynamics.measuring.measures import Measures, ModuleMeasures

COLUMNS: Final = (
    ("Module", ""),
    ("Firings", "How often it fired"),
    ("Distinct", "How many different things it said"),
    ("Variety", "Entropy of its last 24 outputs, from 0 (always the same) to 1"),
    ("Novelty", "Share of the distinctive words it said that nobody had said before"),
    ("New", "Share of what it said that does not follow from what it had read; known only where texts are kept"),
    ("Taken up", "Share of the terms it brought in that another module said soon after"),
    ("LZ", "Growth of its phrases (Lempel and Ziv), as a share of those of noise; known from 50 firings on"),
    ("Bits", "How undecided its model was: mean entropy of its tokens in bits, where the model tells it"),
)
"""Titles of the columns and what they tell."""

ROOM: Final = 20
"""Pixels of a column beside its widest text."""

NAME: Final = 104
"""Pixels of the names at least; where there is less room, one scrolls."""

_ID: Final = Qt.ItemDataRole.UserRole


class _Item(QTreeWidgetItem):
    @guarded(False)
    def __lt__(self, other: object) -> bool:
        assert isinstance(other, QTreeWidgetItem)
        tree = self.treeWidget()
        column = tree.sortColumn() if tree is not None else 0
        if column <= 0:
            return self.text(0).casefold() < other.text(0).casefold()
        return float(self.data(column, _ID)) < float(other.data(column, _ID))


GOES_ON: Final = "Modules are measured when the run has ended."


def left_out(measures: Measures) -> str:
    """Return what the measures do not cover, as sentences; "" if that is nothing."""
    told = []
    if measures.skipped:
        told.append(f"Measured on the last firings only: {measures.skipped:,} earlier ones are left out.")
    if measures.left_out:
        count = plural(measures.left_out, "further module")
        told.append(f"Not measured: {count}, which fired less often than those above.")
    return " ".join(told)


class ModulesView(QWidget):
    """The table, and below it what it does not cover. `asked(module)`: a person chose a module."""

    asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = ModulesTable(self)
        self.table.asked.connect(self.asked)
        self.note = Note("", "soft", self)
        self.note.setObjectName("dynamics.modules.note")
        self.note.setContentsMargins(14, 6, 14, 8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.table, 1)
        column.addWidget(self.note)
        self.setFocusProxy(self.table)

    def show_measures(self, measures: Measures | None) -> None:
        """Show the measures of a run; one that goes on has none yet."""
        self.table.show_measures(measures)
        self.note.set_text(GOES_ON if measures is None else left_out(measures))


class ModulesTable(QTreeWidget):
    """`asked(module)`: a person chose a module."""

    asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dynamics.modules")
        self.setAccessibleName("Measures of each module")
        self.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.setIndentation(6)  # as far in as the titles
        self.setTextElideMode(Qt.TextElideMode.ElideLeft)  # the ends of paths tell modules apart
        self.setUniformRowHeights(True)
        self.setHeaderLabels([title for title, _ in COLUMNS])
        header, head = self.header(), self.headerItem()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(40)
        for column, (title, help) in enumerate(COLUMNS):
            head.setToolTip(column, tip(help or title))
            if column:
                head.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        self.setSortingEnabled(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSortIndicatorClearable(True)
        self.itemClicked.connect(self._ask)
        self.itemActivated.connect(self._ask)

    def show_measures(self, measures: Measures | None) -> None:
        """Show the measures of a run, in the order of its modules until somebody sorts them."""
        self.clear()
        self.setSortingEnabled(False)
        for one in () if measures is None else measures.modules:
            self.addTopLevelItem(_row(one))
        self.setSortingEnabled(self.topLevelItemCount() > 0)
        self._fit()

    def _fit(self) -> None:
        """Make columns of numbers as wide as what stands in them (Qt leaves much room for the arrow of sorting), and
        give the rest to the names."""
        metrics, header = self.fontMetrics(), self.header()
        items = [self.topLevelItem(at) for at in range(self.topLevelItemCount())]
        left = self.viewport().width()
        for column, (title, _) in enumerate(COLUMNS[1:], 1):
            texts = [title, *(item.text(column) for item in items if item is not None)]
            header.resizeSection(column, max(map(metrics.horizontalAdvance, texts)) + ROOM)
            left -= header.sectionSize(column)
        header.resizeSection(0, max(NAME, left))

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _ask(self, item: QTreeWidgetItem) -> None:
        self.asked.emit(str(item.data(0, _ID)))


def _row(one: ModuleMeasures) -> QTreeWidgetItem:
    item = _Item()
    item.setText(0, plain_line(one.id[:300]))
    item.setToolTip(0, tip(one.id))
    item.setData(0, _ID, one.id)
    item.setSizeHint(0, QSize(0, ROW))
    numbers: tuple[float | None, ...] = (
        one.firings, one.distinct, one.variety, one.novelty, one.new_information, one.uptake, one.lz_growth,
        one.token_bits,
    )  # fmt: skip
    for column, value in enumerate(numbers, 1):
        item.setText(column, "" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:.2f}")
        item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        item.setData(column, _ID, -1.0 if value is None else float(value))
    return item
