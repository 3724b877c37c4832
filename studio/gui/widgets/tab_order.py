"""Tab walks through a form as it is read, also where parts of it were made later than what stands below them."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLayout, QScrollArea, QWidget

from studio.gui.base.guard import guarded


class OrderedArea(QScrollArea):
    """A scroll area in which Tab goes by the layouts, not by the age of widgets; behind the last it leaves the area."""

    @guarded(False)
    def focusNextPrevChild(self, forward: bool) -> bool:
        """Give the focus to the next (or last) widget that takes it, and show it."""
        inside = self.widget()
        focus = QApplication.focusWidget()
        if inside is None or focus is None:
            return False
        stops = list(tab_stops(inside))
        if focus in stops:
            place = stops.index(focus) + (1 if forward else -1)
            target = stops[place] if 0 <= place < len(stops) else _outside(self, focus, forward)
        else:
            target = _outside(self, focus, forward)
        if target is None:
            return False
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        target.setFocus(reason)
        if self.isAncestorOf(target):
            self.ensureWidgetVisible(target)
        return True


def tab_stops(widget: QWidget) -> Iterator[QWidget]:
    """Yield the widgets in it that Tab stops at, in the order of layouts; what is in no layout comes last."""
    if widget.isHidden():
        return
    if _takes_focus(widget):
        yield widget
    layout = widget.layout()
    placed = list(_placed(layout)) if layout is not None else []
    known = set(map(id, placed))
    for child in (*placed, *(one for one in widget.children() if isinstance(one, QWidget) and id(one) not in known)):
        if not child.isWindow():
            yield from tab_stops(child)


def _placed(layout: QLayout) -> Iterator[QWidget]:
    for number in range(layout.count()):
        item = layout.itemAt(number)
        if item is None:
            continue
        if (widget := item.widget()) is not None:
            yield widget
        elif (inner := item.layout()) is not None:
            yield from _placed(inner)


def _takes_focus(widget: QWidget) -> bool:
    wanted = Qt.FocusPolicy.TabFocus
    return (
        widget.focusPolicy() & wanted == wanted
        and widget.focusProxy() is None
        and widget.isVisible()
        and widget.isEnabled()
    )


def _outside(area: QWidget, focus: QWidget, forward: bool) -> QWidget | None:
    """Return what Qt's own chain has next outside the area."""
    one: QWidget | None = focus
    while one is not None:
        one = one.nextInFocusChain() if forward else one.previousInFocusChain()
        if one is None or one is focus:
            return None
        if one.window() is area.window() and not area.isAncestorOf(one) and one is not area and _takes_focus(one):
            return one
    return None
