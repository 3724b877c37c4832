"""Chooses which item and which tick of a run a graph shows; both follow the latest until a person picks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSlider

from studio.gui.base.guard import guarded
from studio.gui.base.plain_keys import claims, is_plain
from studio.gui.live.watching.showing import Pick
from studio.gui.live.watching.tracks import RegionTrack
from studio.gui.widgets.choices import QuietCombo
from studio.gui.widgets.labels import small_button, tip
from studio.support.plain import plain_line
from studio.support.ticks import tick_path

if TYPE_CHECKING:
    from studio.gui.canvas import Canvas
    from studio.gui.live.bridge import Live

ITEMS = 500
"""Items offered in the list; of more the first ones and the picked one."""

REFRESH_MS = 150
"""How often what can be picked is looked at while a run goes on."""

NAME = "run.picker"
MARGIN = 12

ALL = "all items"
ONE = "the latest"


class PickerBar(QFrame):
    """Floats in the corner of a canvas: item combo, tick slider, and a button back to the latest.

    Hidden while there is nothing to choose.
    """

    def __init__(self, live: Live, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.setObjectName(NAME)
        self.setAccessibleName("Which firings are shown")
        self.setProperty("card", True)
        self.live = live
        self.canvas = canvas
        self._regions: list[str] = []
        self._ticks: list[str] = []
        self._key: object = None
        self._showing = False
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(4)
        self.items = QuietCombo(self)
        self.items.setObjectName("run.picker.item")
        self.items.setAccessibleName("Which item is shown")
        self.items.setMinimumContentsLength(12)
        self.items.activated.connect(self._picked)
        row.addWidget(self.items)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.back = small_button("◂", "One tick back", "run.picker.back", self)
        self.back.clicked.connect(lambda: self._by(-1))
        row.addWidget(self.back)
        self.slider.setObjectName("run.picker.tick")
        self.slider.setAccessibleName("Which tick is shown")
        self.slider.setFixedWidth(140)
        self.slider.valueChanged.connect(self._slid)
        row.addWidget(self.slider)
        self.forth = small_button("▸", "One tick on", "run.picker.forth", self)
        self.forth.clicked.connect(lambda: self._by(1))
        row.addWidget(self.forth)
        self.told = QLabel(self)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.told.setMinimumWidth(70)
        row.addWidget(self.told)
        self.latest = small_button("Latest", "Follow the latest firings again", "run.picker.latest", self)
        self.latest.clicked.connect(self._follow)
        row.addWidget(self.latest)
        canvas.installEventFilter(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        live.changed.connect(self._soon)
        self.hide()
        self.refresh()

    @guarded(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
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

    def _soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _place(self) -> None:
        self.adjustSize()
        self.move(self.canvas.width() - self.width() - MARGIN, MARGIN)

    def refresh(self) -> None:
        """Show what there is to choose in the shown graph."""
        at = self.canvas.at
        mine = self.live.of(self.canvas.document)
        view = self.live.seen(self.canvas.document)
        if view is None:
            self.hide()
            return
        regions = view.by_place.get(at, [])
        pick = mine.picks.get(at) or Pick()
        region = _region(regions, pick)
        ticks = [] if region is None else region.ticks
        is_wanted = len(regions) > 1 or len(ticks) > 1
        if self.isVisibleTo(self.canvas) != is_wanted:
            self.setVisible(is_wanted)
            self.raise_()
        key = (id(view), at, len(regions), region and region.prefix, len(ticks), pick)
        if key == self._key:
            return
        self._key = key
        self._showing = True
        self._show_items(regions, pick)
        self._ticks = list(ticks)
        self._show_ticks(pick)
        self._showing = False
        self._place()

    def _show_items(self, regions: list[RegionTrack], pick: Pick) -> None:
        prefixes = [region.prefix for region in regions[:ITEMS]]
        if pick.region is not None and pick.region not in prefixes and len(regions) > 1:
            prefixes.append(pick.region)
        if prefixes != self._regions:
            self._regions = prefixes
            self.items.clear()
            self.items.addItem(ALL if len(regions) > 1 else ONE)
            self.items.addItems([plain_line(prefix.rstrip("/"))[:80] for prefix in prefixes])
            self.items.setToolTip(tip(f"{len(regions):,} items ran; {len(prefixes):,} can be picked here."))
        at = 0 if pick.region is None or len(regions) < 2 else self._regions.index(pick.region) + 1
        self.items.setCurrentIndex(at)
        self.items.setVisible(len(regions) > 1)

    def _show_ticks(self, pick: Pick) -> None:
        some = len(self._ticks) > 1
        for part in (self.back, self.slider, self.forth):
            part.setVisible(some)
        self.slider.setRange(0, max(0, len(self._ticks) - 1))
        at = self._ticks.index(pick.tick) if pick.tick in self._ticks else len(self._ticks) - 1
        self.slider.setValue(max(0, at))
        self.back.setEnabled(at > 0)
        self.forth.setEnabled(at < len(self._ticks) - 1)
        shown = tick_path(self._ticks[at]) if self._ticks else ""
        last = tick_path(self._ticks[-1]) if self._ticks else ""
        self.told.setText(f"tick {shown}" + ("" if pick.is_latest else f" of {last}") if some else "")
        self.told.setVisible(some)
        self.latest.setVisible(some and not pick.is_latest)

    def _by(self, ticks: int) -> None:
        self.slider.setValue(self.slider.value() + ticks)

    def _slid(self, value: int) -> None:
        if not self._showing and 0 <= value < len(self._ticks):
            self._pick_tick(self._ticks[value])

    def _picked(self, index: int) -> None:
        if not self._showing:
            self._pick(Pick(None if index <= 0 else self._regions[index - 1]))

    def _pick_tick(self, tick: str) -> None:
        region = _region(self._known(), self._present())
        if region is not None:
            self._pick(Pick(region.prefix, tick))

    def _follow(self) -> None:
        self._pick(Pick(self._present().region if len(self._known()) > 1 else None))

    def _pick(self, pick: Pick) -> None:
        self.live.pick(self.canvas.document, self.canvas.at, pick)
        self.refresh()

    def _present(self) -> Pick:
        return self.live.of(self.canvas.document).picks.get(self.canvas.at) or Pick()

    def _known(self) -> list[RegionTrack]:
        view = self.live.seen(self.canvas.document)
        return [] if view is None else view.by_place.get(self.canvas.at, [])


def show_picker(live: Live, canvas: Canvas) -> None:
    """Have a canvas show the picker, once."""
    if canvas.findChild(PickerBar, NAME) is None:
        PickerBar(live, canvas)


def _region(regions: list[RegionTrack], pick: Pick) -> RegionTrack | None:
    """The region whose ticks can be picked: the picked one, or the only one."""
    if pick.region is not None:
        return next((region for region in regions if region.prefix == pick.region), None)
    return regions[0] if len(regions) == 1 else None
