"""What other programs do to the files of open graphs is told, and never overrules the person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from studio.editing import TOP, Document, SetKey
from studio.gui.dialogs.compare import Compare, differences
from studio.gui.frame.window import MainWindow
from tests.gui.windows import SMALL, bar_button

CONTROL = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton
THEIRS = SMALL.replace("name: small", "name: theirs")


def opened(window: MainWindow, path: Path, about: str = "") -> Document:
    document = window.workbench.open(path)
    assert document is not None
    if about:
        document.do("Say more", [SetKey(TOP, "about", about)])
        QApplication.processEvents()
    return document


def keys(window: MainWindow) -> list[str]:
    page = window.pages.current_page()
    assert page is not None
    return page.bars.keys()


def test_a_graph_without_changes_is_read_again_and_that_is_told(window: MainWindow, small: Path, qtbot: Any) -> None:
    document = opened(window, small)

    small.write_text(THEIRS)

    qtbot.waitUntil(lambda: document.graph.name == "theirs")
    assert "changed by another program" in window.status.text
    assert keys(window) == []


def test_a_body_in_another_file_gives_its_new_ports_at_once(window: MainWindow, small: Path, qtbot: Any) -> None:
    body = small.with_name("body.yaml")
    body.write_text("nodes: {item: {type: flow.input}}\n")
    small.write_text("nodes: {runs: {type: flow.subgraph, graph: ./body.yaml}}\n")
    document = opened(window, small)
    assert list(document.ports(TOP, "runs").inputs) == ["item"]

    new = body.with_suffix(".new")
    new.write_text("nodes: {other: {type: flow.input}}\n")
    new.replace(body)

    qtbot.waitUntil(lambda: list(document.ports(TOP, "runs").inputs) == ["other"])
    assert not document.is_modified


@pytest.mark.thorough
def test_a_file_that_is_replaced_is_watched_on(window: MainWindow, small: Path, qtbot: Any) -> None:
    document = opened(window, small)
    for name in ("once", "twice"):
        new = small.with_suffix(".new")
        new.write_text(SMALL.replace("name: small", f"name: {name}"))
        new.replace(small)

        qtbot.waitUntil(lambda name=name: document.graph.name == name)


def test_own_changes_are_asked_about_and_can_be_kept(window: MainWindow, small: Path, qtbot: Any) -> None:
    document = opened(window, small, "mine")

    small.write_text(THEIRS)
    qtbot.waitUntil(lambda: keys(window) == ["disk"])
    qtbot.mouseClick(bar_button(window, "Keep Mine"), LEFT)

    assert document.graph.about == "mine"
    assert document.is_modified
    assert keys(window) == []
    qtbot.keyClick(window, Qt.Key.Key_S, CONTROL)
    assert "about: mine" in small.read_text()


def test_own_changes_are_asked_about_and_can_be_given_up(window: MainWindow, small: Path, qtbot: Any) -> None:
    document = opened(window, small, "mine")

    small.write_text(THEIRS)
    qtbot.waitUntil(lambda: keys(window) == ["disk"])
    qtbot.mouseClick(bar_button(window, "Reload"), LEFT)

    assert (document.graph.name, document.graph.about) == ("theirs", "")
    assert not document.is_modified


def test_saving_does_not_write_over_what_another_program_wrote(window: MainWindow, small: Path, qtbot: Any) -> None:
    document = opened(window, small, "mine")
    small.write_text(THEIRS)

    qtbot.keyClick(window, Qt.Key.Key_S, CONTROL)

    assert small.read_text() == THEIRS
    assert document.is_modified
    qtbot.mouseClick(bar_button(window, "Save Mine"), LEFT)
    assert "about: mine" in small.read_text()
    assert keys(window) == []


def test_comparing_shows_both_and_decides_nothing(window: MainWindow, small: Path, qtbot: Any) -> None:
    document = opened(window, small, "mine")
    small.write_text(THEIRS)
    window.workbench.part("disk").look()

    qtbot.mouseClick(bar_button(window, "Compare"), LEFT)

    dialog = window.findChild(Compare)
    assert dialog is not None
    lines = dialog.view.toPlainText().splitlines()
    assert "− name: theirs" in lines
    assert "+ about: mine" in lines
    assert keys(window) == ["disk"]
    assert document.is_modified
    dialog.close()


def test_a_file_that_is_gone_is_told_and_can_be_written_again(window: MainWindow, small: Path, qtbot: Any) -> None:
    opened(window, small)

    small.unlink()
    qtbot.waitUntil(lambda: keys(window) == ["disk"])
    qtbot.mouseClick(bar_button(window, "Save It Again"), LEFT)

    assert "name: small" in small.read_text()
    assert keys(window) == []


def test_a_file_that_is_gone_leaves_the_graph_unsaved(window: MainWindow, small: Path, qtbot: Any) -> None:
    document = opened(window, small)

    small.unlink()
    qtbot.waitUntil(lambda: keys(window) == ["disk"])
    qtbot.mouseClick(bar_button(window, "Keep Open"), LEFT)

    assert document.is_modified


def test_a_file_that_was_broken_leaves_the_graph_as_it_was(window: MainWindow, small: Path, qtbot: Any) -> None:
    document = opened(window, small)

    small.write_text("studio: [")
    qtbot.waitUntil(lambda: keys(window) == ["disk"])
    assert document.graph.name == "small"
    small.write_text(THEIRS)

    qtbot.waitUntil(lambda: document.graph.name == "theirs")
    assert keys(window) == []


def test_coming_back_to_the_window_looks_at_the_files(window: MainWindow, small: Path, qtbot: Any) -> None:
    from PySide6.QtCore import QEvent

    document = opened(window, small)
    disk = window.workbench.part("disk")
    disk._watcher.removePaths([*disk._watcher.files(), *disk._watcher.directories()])
    small.write_text(THEIRS)

    QApplication.sendEvent(window, QEvent(QEvent.Type.ActivationChange))

    qtbot.waitUntil(lambda: document.graph.name == "theirs")


def test_one_question_for_one_change(window: MainWindow, small: Path) -> None:
    opened(window, small, "mine")
    small.write_text(THEIRS)
    disk = window.workbench.part("disk")
    disk.look()
    page = window.pages.current_page()
    assert page is not None
    first = page.bars.bar("disk")

    disk.look()

    assert page.bars.bar("disk") is first


def test_equal_texts_have_no_differences() -> None:
    assert differences("a\nb", "a\nb") == []
    assert differences("a\nb", "a\nc") == [(" ", "a"), ("-", "b"), ("+", "c")]
    far = [f"line {number}" for number in range(30)]
    changed = ["first", *far[1:-1], "last"]
    assert [kind for kind, _ in differences("\n".join(far), "\n".join(changed))].count("@") == 1
