"""What hands do in the panels about runs: their buttons, fields, lists, headers, folds, the timeline, a test made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QTableView,
    QTreeView,
    QWidget,
)

from studio.gui.replay.comparing.page import ComparePage
from studio.gui.widgets.section import SectionHeader
from tests.gui.fuzz.machine import Machine
from tests.gui.fuzz.replaying import in_front

PANELS = ("timeline", "runs", "prompts", "tests", "fork", "inspector")

_LEFT_OUT = ("fork.run",)
"""Buttons that have a step of their own: nothing here asks a model that is not scripted."""

_WORDS = (
    "a", "order", "status:failed", "model:scripted", "cost>0", "node:critic", '"', "-x", "*", "%", "שלום", "2026",
    "x" * 400, "good OR vague", "NOT", "(", "<b>x</b>",
)  # fmt: skip
_SQL = (
    "select * from runs", "select * from firings limit 5", "selec", "select 1; select 2", "delete from runs", "",
    "select * from prompts", "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c LIMIT 3000000) "
    "SELECT count(*) FROM c", "select zeroblob(10)", "select name from sqlite_master", "pragma user_version",
)  # fmt: skip
W = TypeVar("W", bound=QWidget)

_LEFT, _RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
_NONE = Qt.KeyboardModifier.NoModifier
_MODIFIERS = (_NONE, _NONE, _NONE, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier,
              Qt.KeyboardModifier.AltModifier)  # fmt: skip
_KEYS = (
    Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End,
    Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_F, Qt.Key.Key_Space,
    Qt.Key.Key_PageDown, Qt.Key.Key_PageUp, Qt.Key.Key_Tab, Qt.Key.Key_Delete, Qt.Key.Key_A,
)  # fmt: skip


def panel(machine: Machine) -> str:
    """Show a panel, put it away, or bring it to the front."""
    name = machine.random.choice(PANELS)
    if machine.random.random() < 0.6:
        machine.window.show_panel(name)
    else:
        machine.window.toggle_panel(name)
    return name


def button(machine: Machine) -> str:
    """Press a button of a panel, or of two runs side by side."""
    found = _seen(machine, QAbstractButton, lambda one: one.isEnabled() and one.objectName() not in _LEFT_OUT)
    if not found:
        return ""
    chosen = machine.random.choice(found)
    name, down = _name(chosen), machine.random.randrange(6)
    with _answering_menus(down):
        QTest.mouseClick(chosen, _LEFT, _NONE, QPoint(8, chosen.height() // 2))
    return name


@contextmanager
def _answering_menus(down: int) -> Iterator[None]:
    """Go down so far in the menu that opens and press Return, or (0) leave it: the button waits for its menu."""

    def answer() -> None:
        popup = QApplication.activePopupWidget()
        if popup is None:
            return
        for _ in range(down):
            QTest.keyClick(popup, Qt.Key.Key_Down)
        QTest.keyClick(popup, Qt.Key.Key_Return if down else Qt.Key.Key_Escape)
        if QApplication.activePopupWidget() is popup:
            popup.close()

    timer = QTimer()
    timer.setInterval(0)
    timer.timeout.connect(answer)
    timer.start()
    try:
        yield
    finally:
        timer.stop()


def fold(machine: Machine) -> str:
    """Fold or unfold a part of the inspector, or of another panel."""
    found = _seen(machine, SectionHeader)
    if not found:
        return ""
    chosen = machine.random.choice(found)
    name = chosen.text()
    QTest.mouseClick(chosen, _LEFT, _NONE, QPoint(8, 8))
    return name


def type_text(machine: Machine) -> str:
    """Type into a field of a panel, and perhaps press Return."""
    found = [
        *_seen(machine, QLineEdit, lambda one: one.isEnabled() and not one.isReadOnly()),
        *_seen(machine, QPlainTextEdit, lambda one: one.isEnabled() and not one.isReadOnly()),
    ]
    if not found:
        return ""
    field = machine.random.choice(found)
    name, text = _name(field), machine.random.choice(_SQL if "sql" in field.objectName() else _WORDS)
    if isinstance(field, QLineEdit):
        QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        field.insert(text)
        QTest.keyClick(field, machine.random.choice((Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_Escape)))
    elif isinstance(field, QPlainTextEdit):
        QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        field.insertPlainText(text)
        QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    return f"{text[:40]!r} into {name}"


def choose(machine: Machine) -> str:
    """Choose something else in a box of a panel."""
    found = _seen(machine, QComboBox, lambda one: one.isEnabled() and one.count() > 1)
    if not found:
        return ""
    box = machine.random.choice(found)
    place = machine.random.randrange(box.count())
    box.setCurrentIndex(place)
    box.activated.emit(place)
    return f"{place} of {_name(box)}"


def row(machine: Machine) -> str:
    """Click a row of a list, twice perhaps, or go along it with keys, or sort it."""
    found = _seen(machine, QAbstractItemView, lambda one: not isinstance(one, QHeaderView) and one.model() is not None)
    if not found:
        return ""
    view = machine.random.choice(found)
    name = _name(view)
    header = _header(view)
    kind = machine.random.choice(("click", "click", "click", "twice", "keys", "keys", "menu", "sort"))
    rows = view.model().rowCount(view.rootIndex())
    if kind == "sort" and header is not None and header.isVisible() and header.count():
        place = machine.random.randrange(header.count())
        at = QPoint(header.sectionViewportPosition(place) + 12, header.height() // 2)
        QTest.mouseClick(header.viewport(), _LEFT, _NONE, at)
    elif kind == "keys":
        view.setFocus()
        which = machine.random.choice(_KEYS)
        QTest.keyClick(view, which, machine.random.choice(_MODIFIERS))
        return f"{which.name} in {name}"
    elif rows:
        index = view.model().index(machine.random.randrange(min(rows, 30)), 0, view.rootIndex())
        where = view.visualRect(index).center()
        if view.viewport().rect().contains(where):
            keys = machine.random.choice(_MODIFIERS)
            QTest.mouseClick(view.viewport(), _RIGHT if kind == "menu" else _LEFT, keys, where)
            if kind == "twice" and view.isVisible():
                QTest.mouseDClick(view.viewport(), _LEFT, _NONE, where)
    return f"{kind} in {name} of {rows}"


def _header(view: QAbstractItemView) -> QHeaderView | None:
    if isinstance(view, QTableView):
        return view.horizontalHeader()
    return view.header() if isinstance(view, QTreeView) else None


def scrub(machine: Machine) -> str:
    """Press, drag, click twice, turn the wheel and press keys on the timeline."""
    if in_front(machine) is None:
        return ""
    if machine.window.panel("timeline").visibleRegion().isEmpty():
        machine.window.show_panel("timeline")
        QApplication.processEvents()
    names = ("timeline.ruler", "timeline.tracks", "timeline.strip")
    found = _seen(machine, QWidget, lambda one: one.objectName() in names)
    if not found:
        return "it is being read"
    area = machine.random.choice(found)
    places = [QPoint(machine.random.randrange(max(1, area.width())), machine.random.randrange(max(1, area.height())))
              for _ in range(4)]  # fmt: skip
    kind = machine.random.choice(("click", "click", "drag", "drag", "twice", "wheel", "keys"))
    keys = machine.random.choice(_MODIFIERS)
    if kind == "click":
        QTest.mouseClick(area, _LEFT, keys, places[0])
    elif kind == "drag":
        QTest.mousePress(area, _LEFT, keys, places[0])
        for place in places[1:]:
            QTest.mouseMove(area, place)
        QTest.mouseRelease(area, _LEFT, keys, places[-1])
    elif kind == "twice":
        QTest.mouseDClick(area, _LEFT, keys, places[0])
    elif kind == "wheel":
        turns = machine.random.choice((-120, 120, -1200, 1200))
        event = QWheelEvent(QPointF(places[0]), QPointF(area.mapToGlobal(places[0])), QPoint(), QPoint(0, turns),
                            Qt.MouseButton.NoButton, keys, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
        QApplication.sendEvent(area, event)
    else:
        which = machine.random.choice(_KEYS)
        QTest.keyClick(area, which, keys)
        return f"{keys.name} {which.name} on {area.objectName()}"
    return f"{kind} {keys.name} on {area.objectName()}"


def make_test(machine: Machine) -> str:
    """Make a test of the firing or the run in front, and play it."""
    if in_front(machine) is None:
        return ""
    action = machine.random.choice(("tests.from_firing", "tests.from_run"))
    machine.workbench.trigger(action)
    form = next((one for one in QApplication.topLevelWidgets() if one.objectName() == "make_test"), None)
    add = None if form is None else form.findChild(QAbstractButton, "make_test.add")
    if not isinstance(add, QAbstractButton):
        return f"{action}: no form"
    machine.wait_for(add.isEnabled, seconds=2.0)
    if not add.isEnabled() or machine.random.random() < 0.3:
        return f"{action}: left"
    QTest.mouseClick(add, _LEFT)
    machine.workbench.trigger("tests.run_all")
    return action


def _seen(machine: Machine, kind: type[W], fits: Callable[[W], bool] = lambda one: True) -> list[W]:
    """The widgets of a kind that are in view in the panels about runs, and in pages of two runs, in a fixed order."""
    window = machine.window
    parents: list[QWidget] = [window.docks[name] for name in PANELS]
    page = window.pages.currentWidget()
    if isinstance(page, ComparePage):
        parents.append(page)
    return [
        one for parent in parents if parent.isVisible() for one in parent.findChildren(kind)
        if one.isVisible() and not one.visibleRegion().isEmpty() and fits(one)
    ]  # fmt: skip


def _name(widget: QWidget) -> str:
    parent = widget.parentWidget()
    label = widget.text() if isinstance(widget, QAbstractButton) else ""
    return f"{widget.objectName() or label or type(widget).__name__} in {parent.objectName() if parent else ''}"[:80]


STEPS = [
    (3, panel), (8, button), (4, fold), (5, type_text), (2, choose), (7, row), (9, scrub), (1, make_test),
]  # fmt: skip
"""What hands do in panels about runs, each with a weight."""
