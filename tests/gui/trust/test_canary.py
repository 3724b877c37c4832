"""A key that is typed in the settings, and one that a run says, are not on the clipboard, in undo, or in any file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit

from studio.gui.frame.window import MainWindow
from studio.gui.settings_dialog import show_settings
from studio.support import keys
from tests.gui.live.hands import open_graph
from tests.gui.settings_dialog.test_settings import Ring, keys_panel
from tests.gui.settings_dialog.test_settings import ring as ring
from tests.trust.test_canary import CANARY, GRAPH, files_under, forms

LEFT = Qt.MouseButton.LeftButton


def clipboard() -> str:
    return QApplication.clipboard().text()


def test_a_key_typed_in_the_settings_is_neither_copied_nor_undone_nor_written(
    window: MainWindow, ring: Ring, qtbot: Any, own_home: Path
) -> None:
    QApplication.clipboard().clear()
    row = keys_panel(show_settings(window.workbench), qtbot).rows["OPENAI_API_KEY"]
    secret = "sk-canary-0123456789-abc"
    qtbot.keyClicks(row.field, secret)
    row.field.selectAll()
    qtbot.keyClick(row.field, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert secret not in clipboard()
    assert row.field.text() == secret

    qtbot.mouseClick(row.keep, LEFT)
    qtbot.waitUntil(lambda: row.state.text() == "kept in the keyring")
    for _ in range(3):
        qtbot.keyClick(row.field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)

    assert secret not in row.field.text()
    assert ring.kept == {(keys.SERVICE, "OPENAI_API_KEY"): secret}
    assert [text for text in files_under(own_home) if secret.encode() in text] == []


@pytest.mark.parametrize("known", [True, False])
def test_a_key_that_a_run_was_told_is_not_in_what_the_window_keeps_of_it(
    window: MainWindow, qtbot: Any, tmp_path: Path, own_home: Path, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Known to the scrubber it is nowhere; the control, a text that is no known key, is found."""
    if known:
        monkeypatch.setenv("CANARY_API_KEY", CANARY)
    live = open_graph(window, tmp_path, GRAPH, {"reply": "I use it."})
    document = window.workbench.document
    assert document is not None
    ended: list[Any] = []
    live.ended.connect(lambda document, outcome: ended.append(outcome))
    live.run(document, inputs={"leak": CANARY})
    qtbot.waitUntil(lambda: bool(ended))
    assert ended[0].status == "ok"
    window.workbench.trigger("edit.undo")
    window.show_panel("prompts")
    QApplication.processEvents()
    for view in window.findChildren(QPlainTextEdit):
        view.selectAll()
        QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        if known:
            assert not [form for form in forms(CANARY) if form in clipboard().encode()]

    found = [form for form in forms(CANARY) for text in files_under(own_home, tmp_path) if form in text]
    assert bool(found) is not known
