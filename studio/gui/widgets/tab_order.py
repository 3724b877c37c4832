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
            target = stops[place] if 0 <= place < len(stops) else _outside(self, forward)
        else:
            target = _outside(self, forward)
        if target is None:
            return super().focusNextPrevChild(forward)
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
    children = [one for one in widget.children() if isinstance(one, QWidget)]
    layout = widget.layout()
    placed = list(_placed(layout, children)) if layout is not None else []
    known = set(map(id, placed))
    for child in (*placed, *(one for one in children if id(one) not in known)):
        if not child.isWindow():
            yield from tab_stops(child)


def _placed(layout: QLayout, widgets: list[QWidget]) -> Iterator[QWidget]:
    """Yield those of the widgets that stand in a layout, or in one inside it, in its order.

    The layout is asked for places, never for what stands at one: Qt's binding then takes the layout's widget for the
    owner. Where that is the stack inside a tab widget, which nobody else holds, it ends, is forgotten, and a reference
    to each of its pages stays for ever.
    """
    inner = [one for one in layout.children() if isinstance(one, QLayout)]
    parts: list[QWidget | QLayout] = [*(one for one in widgets if layout.indexOf(one) >= 0), *inner]
    for part in sorted(parts, key=layout.indexOf):
        if isinstance(part, QWidget):
            yield part
        else:
            yield from _placed(part, widgets)


def _takes_focus(widget: QWidget) -> bool:
    wanted = Qt.FocusPolicy.TabFocus
    return (
        widget.focusPolicy() & wanted == wanted
        and widget.focusProxy() is None
        and widget.isVisible()
        and widget.isEnabled()
    )


def _outside(area: QWidget, forward: bool) -> QWidget | None:
    """Return what Tab stops at behind the area (or before it), as the window is read; after its end from the beginning.

    Qt's own chain is not asked: what its binding gives of it counts as a child of the widget that was asked from then
    on, and of pages that are just being taken down it never lets go.
    """
    stops = list(tab_stops(area.window()))
    inside = [place for place, one in enumerate(stops) if one is area or area.isAncestorOf(one)]
    if not inside:
        return None
    row = [*stops[inside[-1] + 1 :], *stops[: inside[0]]]
    return (row[0] if forward else row[-1]) if row else None
