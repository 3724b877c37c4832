"""Windows as a person has them: opened, closed without questions, answered, and a small graph to open in one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox, QPushButton

from studio.gui.frame.window import MainWindow
from studio.gui.workbench import Workbench
from studio.settings.settings import Settings

SMALL = """\
studio: 1
name: small
nodes:
  topic: {type: flow.input, value: pools}
  inner: {type: flow.subgraph, graph: body}
  result: {type: flow.output}
edges:
  - topic.value -> inner.text
  - inner.text -> result.value
graphs:
  body:
    nodes:
      text: {type: flow.input}
      deep: {type: flow.subgraph, graph: deepest}
      out: {type: flow.output}
    graphs:
      deepest:
        nodes:
          note: {type: text.template, template: hello}
"""
"""A graph with a subgraph in a subgraph."""


def opened(qtbot: Any) -> Iterator[MainWindow]:
    """Open a window and close it without questions at the end."""
    made = MainWindow(Workbench(Settings.load()))
    made.resize(1200, 800)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    close(made)


def close(window: MainWindow) -> None:
    """Close a window whatever is unsaved, and let go of it."""
    for box in window.findChildren(QDialog):
        box.reject()
    window._leaving = True
    window.close()
    # Its pages end by themselves first, as they do where a loop of events runs: of a canvas that is taken down with its
    # window, Qt's binding keeps the Python half, and with it the window; hundreds of them were most of a test session.
    for _ in range(2):
        QApplication.processEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def press_answer(qtbot: Any, window: MainWindow, label: str) -> QMessageBox:
    """Answer the question that is shown with the mouse."""
    qtbot.waitUntil(lambda: any(box.isVisible() for box in window.findChildren(QMessageBox)))
    box = next(box for box in window.findChildren(QMessageBox) if box.isVisible())
    button = next(one for one in box.buttons() if one.text().replace("&", "") == label)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not _alive(box))
    return box


def _alive(box: QMessageBox) -> bool:
    try:
        return box.isVisible()
    except RuntimeError:
        return False


def bar_button(window: MainWindow, label: str) -> QPushButton:
    """Return a button of a bar above the graph that is shown."""
    page = window.pages.current_page()
    assert page is not None
    for key in page.bars.keys():  # noqa: SIM118 - a method of ours
        bar = page.bars.bar(key)
        if bar is not None and label in bar.buttons:
            return bar.buttons[label]
    raise AssertionError(f"no bar offers {label!r}")
