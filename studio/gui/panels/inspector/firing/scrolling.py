"""How far a page is scrolled, kept while the page becomes shorter and longer from step to step."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QScrollArea, QWidget


class ScrollKept(QObject):
    """Keeps the place that somebody has scrolled a page to: a shorter page cannot be as far, a longer one is again."""

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self._page = page
        self._area: QScrollArea | None = None
        self._wanted = 0
        self._is_held = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._lay_out)

    @property
    def area(self) -> QScrollArea | None:
        """What the page is scrolled in."""
        parent = self._page.parentWidget()
        while parent is not None and not isinstance(parent, QScrollArea):
            parent = parent.parentWidget()
        return parent

    def watch(self) -> None:
        """Begin to keep the place, once the page stands in its area."""
        area = self.area
        if area is not None and self._area is not area:
            self._area = area
            bar = area.verticalScrollBar()
            bar.valueChanged.connect(self._scrolled)
            bar.rangeChanged.connect(lambda *_: self._scroll_back())

    def keep(self) -> None:
        """The page has got another content: be at the same place when it is laid out."""
        self._soon.start(0)

    def go_to(self, part: QWidget) -> None:
        """Scroll to a part of the page."""
        if self._area is not None:
            self._lay_out()
            self._area.verticalScrollBar().setValue(part.y())

    def _lay_out(self) -> None:
        layout = self._page.layout()
        if layout is not None:
            layout.activate()
        self._scroll_back()

    def _scroll_back(self) -> None:
        if self._area is None:
            return
        bar = self._area.verticalScrollBar()
        wanted = min(self._wanted, bar.maximum())
        if bar.value() != wanted:
            self._is_held = True
            bar.setValue(wanted)
            self._is_held = False

    def _scrolled(self, value: int) -> None:
        if not self._is_held:
            self._wanted = value
