"""A new node type is written at a click, is in use at once, and nothing opens it before that is asked for."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest

from studio.gui.base.action import all_actions
from studio.gui.own_types.new_type import NewTypeDialog
from studio.help import page_text
from studio.support.resources import bundled_graphs
from tests.gui.own_types.conftest import Project
from tests.gui.windows import bar_button

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the desktop was asked to open."""
    found: list[str] = []

    def note(url: QUrl) -> bool:
        found.append(url.toLocalFile())
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", note)
    return found


def asked(project: Project) -> NewTypeDialog:
    project.workbench.trigger("graph.new_type")
    project.until(lambda: any(one.isVisible() for one in project.window.findChildren(NewTypeDialog)))
    return next(one for one in project.window.findChildren(NewTypeDialog) if one.isVisible())


def test_what_is_written_is_in_use_at_once_and_opened_only_on_demand(
    project: Project, qtbot: Any, shown: list[str]
) -> None:
    (project.folder / "nodes" / "shout.py").unlink()
    document = project.open()
    dialog = asked(project)
    QTest.keyClicks(dialog.name, "my.shout")
    QTest.keyClick(dialog.name, Qt.Key.Key_Return)

    project.until(lambda: project.ports(document) == (["text"], ["text"]))
    path = project.folder / "nodes" / "shout.py"
    assert path.is_file()
    assert str(path) in project.bar(document, "own_types.new").said.text
    assert shown == []

    qtbot.mouseClick(bar_button(project.window, "Open File"), LEFT)
    assert shown == [str(path)]


def test_names_that_cannot_be_are_told_while_they_are_typed(project: Project) -> None:
    project.open()
    dialog = asked(project)
    assert not dialog.make.isEnabled()

    QTest.keyClicks(dialog.name, "Shout")
    assert not dialog.make.isEnabled()
    assert "small letters" in dialog.note.text()
    dialog.name.clear()
    QTest.keyClicks(dialog.name, "my.whisper")
    assert dialog.make.isEnabled()
    assert str(project.folder / "nodes") in dialog.note.text()


def test_a_name_that_is_taken_is_told_and_can_be_mended(project: Project, qtbot: Any) -> None:
    project.open()
    dialog = asked(project)
    QTest.keyClicks(dialog.name, "text.template")
    qtbot.mouseClick(dialog.make, LEFT)

    project.until(lambda: "already" in dialog.note.text())
    assert dialog.isVisible()


@pytest.mark.thorough
def test_among_files_of_somebody_else_the_new_one_is_in_use_and_they_wait(project: Project, qtbot: Any) -> None:
    document = project.open()
    dialog = asked(project)
    QTest.keyClicks(dialog.name, "my.echo")
    qtbot.mouseClick(dialog.make, LEFT)
    project.until(lambda: document.registry.find("my.echo") is not None)

    assert "1 node type of its own that nobody here approved: my.shout" in project.bar(document).said.text
    assert not project.canary.exists()


def test_graphs_without_a_folder_say_why_they_can_have_none(project: Project) -> None:
    action = all_actions()["graph.new_type"]
    project.workbench.part("files").new()
    assert not action.when(project.workbench)
    assert action.why is not None
    assert "Save the graph first" in action.why(project.workbench)

    project.workbench.part("files").open(bundled_graphs()[0])
    assert not action.when(project.workbench)

    project.open()
    assert action.when(project.workbench), "control: with a file it can be done"


def test_the_guide_names_the_action_as_it_is_called() -> None:
    assert f"*{all_actions()['graph.new_type'].title}* (menu {all_actions()['graph.new_type'].menu})" in page_text(
        "own_nodes"
    )
