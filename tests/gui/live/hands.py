"""Runs from a whole window: a graph opened in it, and its keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt

from studio.gui.frame.window import MainWindow
from studio.gui.live.bridge import Live


def open_graph(window: MainWindow, folder: Path, text: str, *replies: Any) -> Live:
    """Open a graph from its text, with a script of replies as its model; return the service of runs."""
    path = folder / "graph.yaml"
    path.write_text(text, encoding="utf-8")
    script = folder / "script.jsonl"
    script.write_text("".join(json.dumps(reply) + "\n" for reply in replies), encoding="utf-8")
    document = window.workbench.open(path)
    assert document is not None
    live: Live = window.workbench.part("live")
    live.of(document).options["model"] = f"scripted:{script}"
    return live


def press(qtbot: Any, window: MainWindow, key: Qt.Key, modifiers: Any = Qt.KeyboardModifier.NoModifier) -> None:
    """Press F5, or it with Shift, on the canvas when it can be pressed."""
    canvas = window.workbench.canvas
    assert canvas is not None
    canvas.setFocus()
    action = "run.abort" if modifiers else "run.run"
    qtbot.waitUntil(lambda: window.actions_bar.actions[action].isEnabled())
    qtbot.keyClick(canvas.focusProxy() or canvas, key, modifiers)
