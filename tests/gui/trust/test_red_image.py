"""A picture on the disk that a graph's texts name is never shown: no pixel of it is anywhere in the window."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QLabel, QTextBrowser, QWidget

from studio.gui.frame.window import MainWindow
from tests.gui.pixels import points_of

RED = QColor(255, 0, 0)
LEAST = 200
"""So many pixels of pure red say that the picture was shown: no theme has such a colour."""


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    image = QImage(80, 80, QImage.Format.Format_RGB32)
    image.fill(RED)
    path = tmp_path / "red.png"
    assert image.save(str(path))
    return path


def red_pixels(widget: QWidget) -> int:
    points = points_of(widget.grab().toImage())[::2, ::2]
    wanted = (RED.blue(), RED.green(), RED.red(), RED.alpha())
    return int((points == wanted).all(axis=2).sum())


def hostile(picture: Path) -> str:
    markup = f"<img src='{picture.as_uri()}'> <img src='{picture}'> ![x]({picture.as_uri()}) <b>x</b>"
    text = json.dumps(markup)
    return f"""\
studio: 1
name: red
about: {text}
nodes:
  ask: {{type: llm.function, title: {text}, instructions: {text}, labels: [{text}, plain]}}
  tool: {{type: mcp.tool, command: [{text}], tool: x, description: {text}}}
  code: {{type: code.python, code: {text}}}
  out: {{type: flow.output, title: {text}}}
layout:
  /comments: [{{text: {text}, rect: [0, 300, 300, 120]}}]
"""


def test_no_pixel_of_a_named_picture_is_shown(window: MainWindow, qtbot: Any, tmp_path: Path, picture: Path) -> None:
    path = tmp_path / "red.yaml"
    path.write_text(hostile(picture))
    document = window.workbench.open(path)
    assert document is not None
    canvas = window.workbench.canvas
    assert canvas is not None
    checks = window.workbench.part("checks")
    canvas.zoom_to_fit()
    for name in document.graph.nodes:
        canvas.select([name])
        qtbot.waitUntil(lambda: checks.is_idle)
        QApplication.processEvents()
        assert red_pixels(window) < LEAST, name
    window.workbench.trigger("run.run")
    dialog = window.workbench.part("trust").dialog
    assert dialog is not None
    assert red_pixels(dialog) < LEAST
    dialog.refuse.click()


def _browser(markup: str) -> QWidget:
    view = QTextBrowser()
    view.setHtml(markup)
    return view


def _label(markup: str) -> QWidget:
    return QLabel(markup)  # guesses that it is markup


@pytest.mark.parametrize("make", [_browser, _label])
def test_control_widgets_that_are_not_told_better_do_show_it(
    qtbot: Any, picture: Path, make: Callable[[str], QWidget]
) -> None:
    widget = make(f"<p>text</p><img src='{picture}'>")
    qtbot.addWidget(widget)
    widget.resize(300, 200)
    widget.show()
    QApplication.processEvents()

    assert red_pixels(widget) >= LEAST
