"""The focus that goes into a pane of the window: the graph, or the first widget of a panel that takes it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QWidget

from studio.gui.frame.page import GraphPage
from studio.gui.frame.pages import Pages


def focus_into(pane: QWidget) -> bool:
    """Give the focus to the first widget of a pane that takes it; False if there is none."""
    if isinstance(pane, Pages):
        page = pane.currentWidget()
        if isinstance(page, GraphPage):
            page.canvas.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return True
        pane = page if page is not None else pane
    inner = pane.widget() if isinstance(pane, QDockWidget) else pane
    if inner is None:
        return False
    proxy = inner.focusProxy()
    first = proxy if proxy is not None and proxy.isVisible() else None
    if first is None:
        takers = [inner, *inner.findChildren(QWidget)]
        first = next((one for one in takers if _takes_focus(one)), None)
    if first is None:
        return False
    first.setFocus(Qt.FocusReason.ShortcutFocusReason)
    return True


def _takes_focus(widget: QWidget) -> bool:
    policy = widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value
    return bool(policy) and widget.isVisible() and widget.isEnabled()
