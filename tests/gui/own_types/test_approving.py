"""Opening a project imports nothing that nobody approved; a bar says what waits, and a dialog shows its code."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.editing import TOP
from studio.gui.problems.fixes import ways
from studio.plugins.registries import own_types
from studio.trust.approvals import Approvals
from tests.gui.own_types.conftest import SHOUT, Project
from tests.gui.windows import bar_button

LEFT = Qt.MouseButton.LeftButton


def asked(project: Project, qtbot: Any) -> Any:
    """Press the bar's button, and return the dialog."""
    qtbot.mouseClick(bar_button(project.window, "Show the Code…"), LEFT)
    project.until(lambda: project.own.dialog is not None and project.own.dialog.isVisible())
    return project.own.dialog


def test_opening_imports_nothing_and_a_bar_says_what_waits(project: Project) -> None:
    document = project.open()

    assert not project.canary.exists()
    assert document.registry.find("my.shout") is None
    assert "1 node type of its own that nobody here approved: my.shout" in project.bar(document).said.text
    assert not document.is_modified


def test_control_a_trusted_folder_is_imported_and_leaves_its_mark(project: Project) -> None:
    project.trust()
    document = project.open()

    assert project.canary.exists()
    assert project.ports(document) == (["text"], ["loud"])
    assert project.bar(document) is None


def test_approving_by_click_makes_the_node_work_at_once(project: Project, qtbot: Any) -> None:
    document = project.open()
    project.canvas.select(["shout"])
    dialog = asked(project, qtbot)
    assert dialog.view.toPlainText().strip() == SHOUT.strip()
    assert not project.canary.exists()

    qtbot.mouseClick(dialog.approve, LEFT)
    project.until(lambda: project.ports(document) == (["text"], ["loud"]))

    assert project.bar(document) is None
    assert project.workbench.selection == ["shout"]
    outcomes: list[Any] = []
    live = project.workbench.part("live")
    live.ended.connect(lambda _, outcome: outcomes.append(outcome))
    project.workbench.trigger("run.run")
    project.until(lambda: bool(outcomes))
    assert outcomes[0].problem is None, outcomes[0].problem
    assert outcomes[0].result.outputs == {"result": "TIDE!"}


def test_keys_pressed_in_haste_refuse(project: Project, qtbot: Any) -> None:
    document = project.open()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Space):
        dialog = asked(project, qtbot)

        QTest.keyClick(dialog.focusWidget() or dialog, key)
        project.until(lambda: project.own.dialog is None)
        project.settled()

        assert (project.canary.exists(), project.approvals) == (False, 0), key
        assert project.bar(document) is not None, key


def test_what_is_approved_is_what_was_shown_whatever_the_file_holds_by_then(project: Project, qtbot: Any) -> None:
    document = project.open()
    dialog = asked(project, qtbot)
    project.write(SHOUT.replace('"!"', '"?"'))
    project.own.look()

    qtbot.mouseClick(dialog.approve, LEFT)
    project.until(lambda: project.approvals == 1)
    project.settled()

    assert not project.canary.exists()
    assert document.registry.find("my.shout") is None
    assert project.bar(document) is not None


@pytest.mark.thorough
def test_a_folder_of_ones_own_is_not_asked_about_again(project: Project, qtbot: Any) -> None:
    document = project.open()
    dialog = asked(project, qtbot)
    qtbot.mouseClick(dialog.mine, LEFT, pos=dialog.mine.rect().topLeft() + dialog.mine.rect().center() / 8)
    assert dialog.is_mine
    assert dialog.approve.text() == "Approve and Trust the Folder"
    qtbot.mouseClick(dialog.approve, LEFT)
    project.until(lambda: document.registry.find("my.shout") is not None)

    project.write(SHOUT.replace("loud: str = port()", "loud: str = port()\n        length: int = port()"))
    project.until(lambda: project.ports(document)[1] == ["loud", "length"])

    assert project.bar(document) is None


def test_several_files_are_shown_one_by_one(project: Project, qtbot: Any) -> None:
    project.write(SHOUT.replace("my.shout", "my.echo").replace("Say it", "Echo it"), "echo.py")
    document = project.open()
    assert "2 node types of its own that nobody here approved: my.echo, my.shout" in project.bar(document).said.text
    dialog = asked(project, qtbot)

    assert "Echo it" in dialog.view.toPlainText()
    QTest.keyClick(dialog.names, Qt.Key.Key_Down)
    assert "Say it" in dialog.view.toPlainText()
    assert dialog.approve.text() == "Approve All 2 Files"


def test_signs_that_cannot_be_seen_are_written_out(project: Project, qtbot: Any) -> None:
    project.write(SHOUT + "# \u202e nothing here\r# but more\n")
    project.open()
    dialog = asked(project, qtbot)

    assert "‹U+202E RIGHT-TO-LEFT OVERRIDE›" in dialog.view.toPlainText()
    assert "‹U+000D›" in dialog.view.toPlainText()


def test_what_a_terminal_approved_works_in_the_open_window(project: Project) -> None:
    document = project.open()

    Approvals().remember(own_types(project.folder).waiting[0].hash, "my.shout", "elsewhere")

    project.until(lambda: project.ports(document) == (["text"], ["loud"]))
    assert project.bar(document) is None


def test_a_graph_from_elsewhere_is_asked_for_when_its_types_are_known_at_last(project: Project, qtbot: Any) -> None:
    """Until its types are approved nobody knows what it may do; approving code is not approving what a graph does."""
    asking = SHOUT.replace('category="Mine"', 'category="Mine", effects="network", limits="30 s"')
    asking = asking.replace(
        "    def run(",
        "    @classmethod\n    def permissions(cls, params, wired):\n"
        "        yield Permission('host', 'far.example.com')\n\n    def run(",
    ).replace("Node, RunContext", "Node, Permission, RunContext")
    project.write(asking)
    document = project.open()
    trust = project.workbench.part("trust")
    assert trust.standing(document).is_own, "control: as far as is known it asks for nothing"

    qtbot.mouseClick(asked(project, qtbot).approve, LEFT)
    project.until(lambda: document.registry.find("my.shout") is not None)

    assert not trust.standing(document).is_own
    assert "connect to far.example.com" in project.bar(document, "trust").said.text


def test_a_run_before_that_is_refused_with_the_reason(project: Project) -> None:
    project.open()
    outcomes: list[Any] = []
    project.workbench.part("live").ended.connect(lambda _, outcome: outcomes.append(outcome))

    project.workbench.trigger("run.run")
    project.until(lambda: bool(outcomes))

    assert "declared in nodes/shout.py, which nobody here approved" in str(outcomes[0].problem)
    assert not project.canary.exists()


def test_problems_say_that_a_type_waits_and_propose_no_other_one(project: Project) -> None:
    document = project.open()
    checks = project.workbench.part("checks")
    project.until(lambda: checks.is_idle and checks.is_current(document))

    [found] = [one for one in checks.at_node(document, TOP, "shout") if one.code == "unknown_type"]

    assert found.message == "The type `my.shout` is declared in nodes/shout.py, which nobody here approved."
    assert [way.label for way in ways(project.workbench, document, found) if "Change the type" in way.label] == []
