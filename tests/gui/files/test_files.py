"""Files: new, open, save, close. Nothing that is not saved goes without a question."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog, QMessageBox

from studio.editing import TOP, Document, SetKey
from studio.gui.files.files import Files
from studio.gui.frame.broken import BrokenPage
from studio.gui.frame.window import MainWindow
from studio.support.errors import EnvironmentProblem
from studio.support.resources import bundled_graphs
from tests.gui.windows import bar_button, press_answer

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


def files(window: MainWindow) -> Files:
    found = window.workbench.part("files")
    assert isinstance(found, Files)
    return found


def changed(window: MainWindow, path: Path, about: str = "changed") -> Document:
    document = window.workbench.open(path)
    assert document is not None
    document.do("Say more", [SetKey(TOP, "about", about)])
    QApplication.processEvents()
    return document


def give_file_name(qtbot: Any, window: MainWindow, path: Path) -> None:
    """Put a name into the file dialog that is shown (without its list of completions) and press its button."""
    qtbot.waitUntil(lambda: any(one.isVisible() for one in window.findChildren(QFileDialog)))
    dialog = next(one for one in window.findChildren(QFileDialog) if one.isVisible())
    box = dialog.findChild(QDialogButtonBox)
    assert box is not None
    dialog.selectFile(str(path))
    button = next(one for one in box.buttons() if box.buttonRole(one) == QDialogButtonBox.ButtonRole.AcceptRole)
    qtbot.waitUntil(button.isEnabled)
    qtbot.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: not any(one.isVisible() for one in window.findChildren(QFileDialog)))


def test_new_save_and_reopen_by_keyboard(window: MainWindow, tmp_path: Path, qtbot: Any) -> None:
    qtbot.keyClick(window, Qt.Key.Key_N, CONTROL)
    document = window.workbench.document
    assert document is not None
    assert (document.title, document.path, document.is_modified) == ("untitled", None, False)
    document.do("Say more", [SetKey(TOP, "about", "mine")])
    QApplication.processEvents()

    qtbot.keyClick(window, Qt.Key.Key_S, CONTROL)
    give_file_name(qtbot, window, tmp_path / "tide_pools")

    saved = tmp_path / "tide_pools.yaml"
    assert "name: tide_pools" in saved.read_text()
    assert not document.is_modified
    assert window.status.text == "Saved tide_pools.yaml."
    assert not files(window).is_foreign(document)
    qtbot.keyClick(window, Qt.Key.Key_W, CONTROL)
    qtbot.keyClick(window, Qt.Key.Key_O, CONTROL)
    give_file_name(qtbot, window, saved)
    assert window.workbench.document is not None
    assert window.workbench.document.graph.about == "mine"


def test_untitled_graphs_have_names_of_their_own(window: MainWindow) -> None:
    assert [files(window).new().title for _ in range(3)] == ["untitled", "untitled_2", "untitled_3"]


def test_closing_asks_and_save_saves(window: MainWindow, small: Path, qtbot: Any) -> None:
    changed(window, small)

    qtbot.keyClick(window, Qt.Key.Key_W, CONTROL)
    assert len(window.workbench.documents) == 1
    press_answer(qtbot, window, "Save")

    assert "about: changed" in small.read_text()
    assert window.workbench.documents == []


def test_closing_asks_and_discard_leaves_the_file_alone(window: MainWindow, small: Path, qtbot: Any) -> None:
    before = small.read_bytes()
    changed(window, small)

    qtbot.keyClick(window, Qt.Key.Key_W, CONTROL)
    press_answer(qtbot, window, "Discard")

    assert small.read_bytes() == before
    assert window.workbench.documents == []


def test_closing_asks_and_escape_changes_nothing(window: MainWindow, small: Path, qtbot: Any) -> None:
    document = changed(window, small)

    qtbot.keyClick(window, Qt.Key.Key_W, CONTROL)
    box = window.findChild(QMessageBox)
    assert box is not None
    qtbot.waitUntil(box.isVisible)
    qtbot.keyClick(box, Qt.Key.Key_Escape)

    assert window.workbench.documents == [document]
    assert document.is_modified


def test_leaving_asks_for_each_and_cancel_at_the_last_keeps_all(
    window: MainWindow, small: Path, other: Path, qtbot: Any
) -> None:
    first, second = changed(window, small), changed(window, other)

    assert not window.close()
    press_answer(qtbot, window, "Discard")
    press_answer(qtbot, window, "Cancel")

    assert window.isVisible()
    assert window.workbench.documents == [first, second]
    assert first.is_modified


@pytest.mark.thorough
def test_leaving_goes_on_when_all_questions_are_answered(
    new_window: MainWindow, small: Path, other: Path, qtbot: Any
) -> None:
    changed(new_window, small)
    changed(new_window, other)

    assert not new_window.close()
    press_answer(qtbot, new_window, "Save")
    press_answer(qtbot, new_window, "Discard")

    qtbot.waitUntil(lambda: not new_window.isVisible())
    assert "about: changed" in small.read_text()
    assert "changed" not in other.read_text()


def test_save_all_saves_what_has_changes(window: MainWindow, small: Path, other: Path) -> None:
    changed(window, small)
    changed(window, other)

    window.workbench.trigger("file.save_all")

    assert not any(document.is_modified for document in window.workbench.documents)
    assert "about: changed" in small.read_text()
    assert "about: changed" in other.read_text()


def test_save_as_goes_on_with_the_new_file(window: MainWindow, small: Path, tmp_path: Path, qtbot: Any) -> None:
    before = small.read_bytes()
    document = changed(window, small)

    qtbot.keyClick(window, Qt.Key.Key_S, CONTROL | SHIFT)
    give_file_name(qtbot, window, tmp_path / "copy.yaml")

    assert small.read_bytes() == before
    assert document.path == tmp_path / "copy.yaml"
    assert window.pages.tabText(0) == "copy.yaml"
    assert "name: small" in (tmp_path / "copy.yaml").read_text()


def test_a_file_that_is_there_is_replaced_only_when_the_person_says_so(
    window: MainWindow, small: Path, other: Path, qtbot: Any
) -> None:
    before = other.read_bytes()
    document = changed(window, small)

    qtbot.keyClick(window, Qt.Key.Key_S, CONTROL | SHIFT)
    give_file_name(qtbot, window, other)
    press_answer(qtbot, window, "Cancel")
    assert other.read_bytes() == before
    assert document.path == small
    qtbot.keyClick(window, Qt.Key.Key_S, CONTROL | SHIFT)
    give_file_name(qtbot, window, other)
    press_answer(qtbot, window, "Replace")

    assert "about: changed" in other.read_text()
    assert document.path == other


def test_two_documents_never_get_one_file(window: MainWindow, small: Path, other: Path) -> None:
    document = changed(window, small)
    window.workbench.open(other)
    before = other.read_bytes()

    files(window)._save_chosen(document, other, lambda done: None)

    assert other.read_bytes() == before
    assert "open in another tab" in window.status.text


def test_what_cannot_be_saved_is_told_and_kept(
    window: MainWindow, small: Path, monkeypatch: pytest.MonkeyPatch, qtbot: Any
) -> None:
    document = changed(window, small)
    full = EnvironmentProblem("The disk is full.", where=str(small), hint="Make room.")

    def refuse(path: Path | None = None) -> None:
        raise full

    with monkeypatch.context() as patch:
        patch.setattr(document, "save", refuse)
        qtbot.keyClick(window, Qt.Key.Key_S, CONTROL)
    assert document.is_modified
    assert window.status.text == str(full)
    qtbot.mouseClick(bar_button(window, "Try Again"), LEFT)

    assert not document.is_modified
    page = window.pages.current_page()
    assert page is not None
    assert page.bars.keys() == []


def test_a_save_that_fails_stops_closing(window: MainWindow, small: Path, qtbot: Any) -> None:
    document = changed(window, small)
    small.write_text("studio: 1\nname: somebody_elses\n")

    qtbot.keyClick(window, Qt.Key.Key_W, CONTROL)
    press_answer(qtbot, window, "Save")

    assert window.workbench.documents == [document]
    assert "somebody_elses" in small.read_text()
    assert bar_button(window, "Save Mine")


def test_revert_asks_before_something_is_lost(window: MainWindow, small: Path, qtbot: Any) -> None:
    document = changed(window, small)

    window.workbench.trigger("file.revert")
    press_answer(qtbot, window, "Revert")

    assert document.graph.about == ""
    assert not document.is_modified


def test_files_that_are_dropped_are_opened_and_others_are_not(
    window: MainWindow, small: Path, tmp_path: Path, qtbot: Any
) -> None:
    def drop(path: Path) -> bool:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        action, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(QPoint(9, 9), action, data, LEFT, none)
        enter.ignore()
        QApplication.sendEvent(window, enter)
        if enter.isAccepted():
            QApplication.sendEvent(window, QDropEvent(QPointF(9, 9), action, data, LEFT, none))
        return enter.isAccepted()

    assert not drop(tmp_path / "picture.png")
    assert drop(small)
    qtbot.waitUntil(lambda: bool(window.workbench.documents))
    assert window.workbench.documents[0].path == small


def test_recent_files_stand_in_the_menu_the_last_first(
    window: MainWindow, small: Path, other: Path, qtbot: Any
) -> None:
    window.workbench.open(small)
    window.workbench.open(other)
    for document in list(window.workbench.documents):
        window.workbench.remove(document)
    menu = window.actions_bar.menus["File/Open Recent"]

    menu.aboutToShow.emit()
    shown = [action for action in menu.actions() if not action.isSeparator()]
    assert [action.text().split(" ", 1)[-1] for action in shown[:2]] == [str(other), str(small)]
    shown[1].trigger()

    assert [document.path for document in window.workbench.documents] == [small]
    small.unlink()
    menu.aboutToShow.emit()
    assert not any(str(small) in action.text() for action in menu.actions())
    window.workbench.trigger("file.clear_recent")
    menu.aboutToShow.emit()
    assert menu.actions()[0].text() == "No files yet"


def test_a_file_that_is_no_graph_is_shown_with_its_line_and_opens_once_it_is_mended(
    window: MainWindow, tmp_path: Path, qtbot: Any
) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("studio: 1\nnodes:\n  a: {type: flow.input}\n  a: {type: flow.input}\n")

    assert window.workbench.open(path) is None
    page = window.pages.currentWidget()
    assert isinstance(page, BrokenPage)
    assert page.sentence.text().startswith("Line 4: ")
    assert page.text.textCursor().blockNumber() == 3
    assert "broken.yaml:4" in window.status.text

    path.write_text("studio: 1\nnodes:\n  a: {type: flow.input}\n")
    qtbot.mouseClick(page.retry, LEFT)

    assert window.pages.tabText(0) == "broken.yaml"
    assert window.pages.count() == 1
    assert window.workbench.document is not None


def test_a_broken_file_is_looked_at_again_when_it_changes(window: MainWindow, tmp_path: Path, qtbot: Any) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("studio: [")
    window.workbench.open(path)

    path.write_text("studio: 1\n")

    qtbot.waitUntil(lambda: window.workbench.document is not None)


@pytest.mark.thorough
def test_a_broken_file_closes_by_keyboard_and_is_not_touched(
    new_window: MainWindow, tmp_path: Path, qtbot: Any
) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("studio: [")
    new_window.workbench.open(path)
    QApplication.processEvents()

    qtbot.keyClick(new_window, Qt.Key.Key_W, CONTROL)

    assert new_window.pages.tabText(0) == "Welcome"
    assert path.read_text() == "studio: ["


def test_a_file_that_is_not_there_is_a_sentence(new_window: MainWindow, tmp_path: Path) -> None:
    assert new_window.workbench.open(tmp_path / "nowhere.yaml") is None

    assert "There is no such file." in new_window.status.text
    assert new_window.pages.tabText(0) == "Welcome"


def test_a_bundled_graph_opens_as_a_copy_and_is_never_written(window: MainWindow, tmp_path: Path, qtbot: Any) -> None:
    path = next(one for one in bundled_graphs() if one.stem == "inbox_triage")
    before = path.read_bytes()

    document = files(window).open(path)
    assert document is not None
    assert document.path is None
    assert files(window).from_bundle(document)
    assert document.graph.base == path.parent
    document.do("Say more", [SetKey(TOP, "about", "mine")])
    QApplication.processEvents()
    qtbot.keyClick(window, Qt.Key.Key_S, CONTROL)
    give_file_name(qtbot, window, tmp_path / "mails.yaml")

    assert path.read_bytes() == before
    assert "name: inbox_triage" in (tmp_path / "mails.yaml").read_text()


@pytest.mark.thorough
def test_files_that_a_template_reads_can_come_along(window: MainWindow, tmp_path: Path, qtbot: Any) -> None:
    path = next(one for one in bundled_graphs() if one.stem == "inbox_triage")
    document = files(window).open(path)
    assert document is not None

    files(window)._save_chosen(document, tmp_path / "mails.yaml", lambda done: None)
    assert not (tmp_path / "data").exists()
    qtbot.mouseClick(bar_button(window, "Copy It There"), LEFT)

    mails = path.parent / "data" / "inbox_triage" / "mails"
    copied = tmp_path / "data" / "inbox_triage" / "mails"
    assert sorted(one.name for one in copied.iterdir()) == sorted(one.name for one in mails.iterdir())


def test_a_save_that_fails_leaves_the_graph_its_name(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = files(window).new()

    def refuse(self: Document, path: Path) -> None:
        raise EnvironmentProblem("The disk is full.")

    monkeypatch.setattr(Document, "save", refuse)
    done: list[bool] = []
    files(window)._save_there(document, tmp_path / "mine.yaml", done.append)
    assert done == [False]
    assert document.graph.name == "untitled"
    monkeypatch.undo()
    files(window)._save_there(document, tmp_path / "mine.yaml", done.append)
    assert done == [False, True]
    assert document.graph.name == "mine"


def test_reverting_counts_what_is_being_typed(window: MainWindow, small: Path) -> None:
    document = window.workbench.open(small)
    assert document is not None

    class Typing:
        def commit(self) -> None:
            document.do("Type", [SetKey(TOP, "about", "typed")])  # type: ignore[union-attr]

    window.workbench.parts["typing"] = Typing()
    files(window).revert(document)
    assert document.graph.about == "typed"
    assert [box for box in window.findChildren(QMessageBox) if box.isVisible()]
    del window.workbench.parts["typing"]
