"""The list of stores: what kind each is, how much it holds, and whether this step has changed it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from studio.gui.panels.stores.looking import Listed
from studio.gui.theme import current_theme
from studio.gui.widgets.labels import tip
from studio.support.plain import plain_line

ROW_HEIGHT: Final = 23
SCOPES: Final = {
    "region": "one for each run of its graph",
    "run": "one for the whole run",
    "project": "kept by the project",
}
_PATH: Final = Qt.ItemDataRole.UserRole


class PlacesList(QTreeWidget):
    """`chosen(path)`: a person chose a store."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stores.list")
        self.setAccessibleName("Stores")
        self.setHeaderLabels(["Store", "Kind", "Values"])
        self.headerItem().setTextAlignment(2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setIndentation(8)  # there is nothing to unfold: some air at the left
        self.setUniformRowHeights(True)
        self.setMinimumWidth(180)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        self._listed: tuple[Listed, ...] = ()
        self._fills = False
        self.currentItemChanged.connect(lambda item, _: self._choose(item))

    def show_stores(self, stores: tuple[Listed, ...], path: str) -> None:
        """Show the stores, the one at `path` chosen."""
        self._fills = True
        if [one.path for one in stores] != [one.path for one in self._listed]:
            self.clear()
            self.addTopLevelItems([self._item(one) for one in stores])
        if stores != self._listed:
            for at, one in enumerate(stores):
                self._fill(self.topLevelItem(at), one)
        self._listed = stores
        place = next((at for at, one in enumerate(stores) if one.path == path), None)
        if place is None:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
        else:
            item = self.topLevelItem(place)
            assert item is not None, "it was just put there"
            self.setCurrentItem(item)
        self._fills = False

    def _item(self, one: Listed) -> QTreeWidgetItem:
        item = QTreeWidgetItem()
        item.setData(0, _PATH, one.path)
        item.setSizeHint(0, QSize(0, ROW_HEIGHT))
        item.setTextAlignment(2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return item

    def _fill(self, item: QTreeWidgetItem | None, one: Listed) -> None:
        if item is None:
            return
        theme = current_theme()
        item.setText(0, plain_line(one.path[:300]))
        item.setText(1, plain_line(one.kind[:60]))
        size = "?" if one.size is None else f"{one.size:,}"
        item.setText(2, f"• {size}" if one.changed else size)
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold if one.changed else QFont.Weight.Normal)
        for column in range(3):
            item.setFont(column, font if column != 1 else self.font())
            item.setForeground(column, theme.colour("ink" if one.used and column != 1 else "soft"))
        told = [one.path, SCOPES.get(one.scope, one.scope)]
        told += [f"as of tick {one.tick} of the regions around it"] if one.tick else []
        told += ["changed at this step"] if one.changed else [] if one.used else ["not used yet"]
        item.setToolTip(0, tip("\n".join(told)))

    def _choose(self, item: QTreeWidgetItem | None) -> None:
        if item is not None and not self._fills:
            self.chosen.emit(str(item.data(0, _PATH)))
