"""A small bar over a canvas with which one chooses what it shows: one of many items, and a place along a line.

What there is to choose says a `PickSource`: the ticks and items of a run that goes on, the items of one that is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSlider, QWidget

from studio.gui.base.guard import guarded
from studio.gui.base.plain_keys import claims, is_plain
from studio.gui.widgets.choices import QuietCombo
from studio.gui.widgets.labels import small_button, tip

REFRESH_MS = 150
"""How often what can be picked is looked at while it changes."""

NAME = "run.picker"
MARGIN = 12


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose. `items` are labels, `item` the one that is picked; none are shown for fewer than two.

    `places` is the length of the line and `place` where it stands, again not shown for fewer than two; `told` says it
    in words, `names` is what one place is called. `is_picked`: something was picked that can be let go again.
    """

    items: tuple[str, ...] = ()
    item: int = 0
    items_help: str = ""
    can_type: bool = False
    """Whether items can be named that are not in the list."""
    places: int = 0
    place: int = 0
    told: str = ""
    names: str = "tick"
    is_picked: bool = False


class PickSource(Protocol):
    """Says what there is to choose, and hears what was chosen."""

    def choices(self) -> Choices | None:
        """Return what there is to choose now; None for nothing."""

    def pick_item(self, index: int) -> None:
        """Show another item of the list."""

    def pick_named(self, name: str) -> None:
        """Show an item that was typed."""

    def pick_place(self, place: int) -> None:
        """Show another place of the line."""

    def let_go(self) -> None:
        """Show again whatever comes."""


class PickerBar(QFrame):
    """Floats in the corner of a canvas: a list of items, a slider, and a button that lets go.

    Hidden while there is nothing to choose.
    """

    def __init__(self, source: PickSource, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.setObjectName(NAME)
        self.setAccessibleName("Which firings are shown")
        self.setProperty("card", True)
        self.source = source
        self.canvas = canvas
        self._shown: Choices | None = None
        self._showing = False
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(4)
        self.items = QuietCombo(self)
        self.items.setObjectName("run.picker.item")
        self.items.setAccessibleName("Which item is shown")
        self.items.setMinimumContentsLength(12)
        self.items.setInsertPolicy(QuietCombo.InsertPolicy.NoInsert)
        self.items.activated.connect(self._picked)
        row.addWidget(self.items)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.back = small_button("◂", "One back", "run.picker.back", self)
        self.back.clicked.connect(lambda: self._by(-1))
        row.addWidget(self.back)
        self.slider.setObjectName("run.picker.tick")
        self.slider.setAccessibleName("Which tick is shown")
        self.slider.setFixedWidth(140)
        self.slider.valueChanged.connect(self._slid)
        row.addWidget(self.slider)
        self.forth = small_button("▸", "One on", "run.picker.forth", self)
        self.forth.clicked.connect(lambda: self._by(1))
        row.addWidget(self.forth)
        self.told = QLabel(self)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.told.setMinimumWidth(70)
        row.addWidget(self.told)
        self.latest = small_button("Latest", "Follow the latest firings again", "run.picker.latest", self)
        self.latest.clicked.connect(self._let_go)
        row.addWidget(self.latest)
        canvas.installEventFilter(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        self.hide()
        self.refresh()

    @guarded(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._stand()
        return False

    @guarded(False)
    def event(self, event: QEvent) -> bool:
        """Plain keys are for what has the focus here: the shortcuts of the canvas around it would delete and move."""
        return claims(event) or super().event(event)

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leads back to the canvas; what nothing here takes is not the canvas's either."""
        if event.key() == Qt.Key.Key_Escape:
            self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        elif not is_plain(event):
            event.ignore()

    def soon(self) -> None:
        """What there is to choose may have changed: look before long."""
        if not self._timer.isActive():
            self._timer.start()

    def _stand(self) -> None:
        self.adjustSize()
        self.move(self.canvas.width() - self.width() - MARGIN, MARGIN)

    def refresh(self) -> None:
        """Show what there is to choose."""
        now = self.source.choices()
        is_wanted = now is not None and (len(now.items) > 1 or now.places > 1)
        if self.isVisibleTo(self.canvas) != is_wanted:
            self.setVisible(is_wanted)
            self.raise_()
        if now is None or not is_wanted or now == self._shown:
            return
        self._showing = True
        self._show_items(now)
        self._show_place(now)
        self._shown = now
        self._showing = False
        self._stand()

    def _show_items(self, now: Choices) -> None:
        before = self._shown
        if before is None or before.items != now.items or before.can_type != now.can_type:
            self.items.clear()
            self.items.addItems(list(now.items))
            self.items.setToolTip(tip(now.items_help))
            self.items.setEditable(now.can_type)
            editor = self.items.lineEdit()
            if editor is not None:
                editor.setAccessibleName("Which item is shown")
                editor.setMaxLength(500)
                editor.returnPressed.connect(self._typed, Qt.ConnectionType.UniqueConnection)
        self.items.setCurrentIndex(now.item)
        self.items.setVisible(len(now.items) > 1)

    def _show_place(self, now: Choices) -> None:
        some = now.places > 1
        for part in (self.back, self.slider, self.forth):
            part.setVisible(some)
        for button, words in ((self.back, f"One {now.names} back"), (self.forth, f"One {now.names} on")):
            button.setToolTip(words)
            button.setAccessibleName(words)
        self.slider.setAccessibleName(f"Which {now.names} is shown")
        self.slider.setRange(0, max(0, now.places - 1))
        self.slider.setValue(now.place)
        self.back.setEnabled(now.place > 0)
        self.forth.setEnabled(now.place < now.places - 1)
        self.told.setText(now.told if some else "")
        self.told.setVisible(some)
        self.latest.setVisible(now.is_picked)

    def _by(self, places: int) -> None:
        self.slider.setValue(self.slider.value() + places)

    def _slid(self, value: int) -> None:
        if not self._showing:
            self.source.pick_place(value)
            self.refresh()

    def _picked(self, index: int) -> None:
        if not self._showing:
            self.source.pick_item(index)
            self.refresh()

    def _typed(self) -> None:
        now = self._shown
        if now is not None and self.items.currentText() == now.items[now.item]:
            return  # it is shown; and Qt hands one Return to the field twice
        self._shown = None  # what was typed is not what is shown: whatever comes of it, show that
        self.source.pick_named(self.items.currentText())
        self.refresh()

    def _let_go(self) -> None:
        self.source.let_go()
        self.refresh()
