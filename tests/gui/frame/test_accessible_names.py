"""Whatever takes the focus has a name that a screen reader says: in every panel, over a run, beside another, in fields
that come up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDialog,
    QGroupBox,
    QLabel,
    QMenu,
    QScrollArea,
    QScrollBar,
    QVBoxLayout,
    QWidget,
)

from studio.gui.frame.window import MainWindow
from studio.gui.panels import all_panels
from studio.gui.replay.session import Source
from studio.replay.changes import Changes
from studio.replay.continuing import fork
from studio.trace.writer import close_writer
from tests.gui.replay.forked import record, step_of
from tests.gui.replay.runs import opened, settle
from tests.support.runs import recorded

PANELS = [panel.id for panel in all_panels()]


def nameless(root: QWidget) -> list[str]:
    """Return what can be seen in a widget, takes the focus by Tab or a click, and has neither name nor text."""
    found = []
    for widget in [root, *root.findChildren(QWidget)]:
        if widget.focusPolicy() == Qt.FocusPolicy.NoFocus or widget.focusProxy() is not None:
            continue
        if not widget.isVisible() or isinstance(widget, QMenu | QScrollBar) or _is_of_qt(widget):
            continue
        spoken = isinstance(widget, QAbstractButton | QLabel) and any(map(str.isalnum, widget.text()))
        if not (widget.accessibleName() or spoken or isinstance(widget, QGroupBox)):
            found.append(_way(widget))
    return found


def _is_of_qt(widget: QWidget) -> bool:
    """What Qt itself puts into a widget that has a name: the field of a number, the list of a combo box."""
    parent = widget.parentWidget()
    if widget.objectName().startswith("qt_") and not isinstance(widget, QScrollArea):
        return parent is not None and bool(parent.accessibleName())
    return isinstance(widget, QAbstractItemView) and parent is not None and isinstance(parent.parentWidget(), QComboBox)


def _way(widget: QWidget) -> str:
    names: list[str] = []
    at: QWidget | None = widget
    while at is not None and len(names) < 4:
        names.append(f"{type(at).__name__} {at.objectName()}".strip())
        at = at.parentWidget()
    return " in ".join(names)


def shown(window: MainWindow, panel: str) -> QWidget:
    window.show_panel(panel)
    for _ in range(4):
        QApplication.processEvents()
    assert window.docks[panel].isVisible()
    return window.docks[panel]


@pytest.mark.parametrize("panel", PANELS)
def test_in_a_panel_with_nothing_open(window: MainWindow, panel: str) -> None:
    assert nameless(shown(window, panel)) == []


def test_in_every_panel_over_a_run(window: MainWindow, qtbot: Any) -> None:
    session = opened(window, recorded("order_desk"))
    assert session.go(lambda cursor: cursor.next_call())
    window.resize(1440, 900)
    settle(window)
    for panel in PANELS:
        dock = shown(window, panel)
        if panel == "timeline":
            timeline: Any = window.panel(panel)
            qtbot.waitUntil(lambda timeline=timeline: timeline.timeline is not None)
        assert nameless(dock) == [], panel
    assert nameless(window) == []


def test_in_the_window_while_a_graph_is_designed(window: MainWindow, small: Path) -> None:
    document = window.workbench.open(small)
    assert document is not None
    canvas = settle(window)
    for chosen in ([], ["topic"], ["topic", "inner"]):
        canvas.select(chosen)
        assert nameless(settle(window).window()) == []


def test_while_it_is_forked_and_beside_what_came_of_it(window: MainWindow, tmp_path: Path, qtbot: Any) -> None:
    db, a = record(tmp_path)
    at = step_of(db, a, "critic", "1")
    made = fork(db, a, at=at, changes=Changes(outputs={"critic": {"label": "vague"}}))
    close_writer(db)
    session = window.workbench.part("replay").open(Source(db, a), seq=at)
    settle(window)
    QTest.keyClick(
        settle(window).view, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    qtbot.waitUntil(lambda: window.docks["fork"].isVisible())
    assert nameless(shown(window, "fork")) == []
    QTest.keyClick(settle(window).view, Qt.Key.Key_Y)
    qtbot.waitUntil(lambda: session.lit is not None)
    assert nameless(window) == []

    comparison = window.workbench.part("comparing").open(Source(db, a), Source(db, str(made.run_id)))
    qtbot.waitUntil(lambda: comparison.found is not None)
    QApplication.processEvents()
    assert nameless(window) == []


def test_in_fields_that_come_up_over_a_run(window: MainWindow, qtbot: Any) -> None:
    opened(window, recorded("critic_loop"), seq=2)
    for action in (
        "replay.go_to", "replay.search", "prompts.sql", "tests.from_firing", "firing.differences", "firing.raw",
        "view.commands",
    ):  # fmt: skip
        settle(window)
        window.workbench.trigger(action)
        for _ in range(4):
            QApplication.processEvents()
        found = [one for root in QApplication.topLevelWidgets() if root.isVisible() for one in nameless(root)]
        assert found == [], action
        for dialog in window.findChildren(QDialog):
            dialog.reject()
        QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Escape)


def test_what_has_no_name_is_found(qtbot: Any) -> None:
    """The control."""
    root = QWidget()
    qtbot.addWidget(root)
    column = QVBoxLayout(root)
    for widget in (QComboBox(), QScrollArea(), QLabel("said")):
        widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column.addWidget(widget)
    root.show()
    qtbot.waitExposed(root)
    assert len(nameless(root)) == 2
    for widget in root.findChildren(QComboBox):
        widget.setAccessibleName("A choice")
    assert [one.split()[0] for one in nameless(root)] == ["QScrollArea"]
