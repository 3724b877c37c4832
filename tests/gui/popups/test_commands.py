"""The command palette: every action by its name, nodes and graphs behind."""

from __future__ import annotations

from pathlib import Path
from random import Random

from PySide6.QtCore import Qt

from studio.gui.base.action import all_actions
from studio.gui.popups.rows import Row
from studio.gui.shortcuts.shortcuts import plain_title
from studio.support.resources import bundled_graphs, recorded_run
from tests.gui.canvas.graphs import BODIES, CHAIN
from tests.gui.desk import Desk
from tests.gui.support import Mod
from tests.support.thorough import draws

CTRL, SHIFT = Mod.ControlModifier, Mod.ShiftModifier


def rows(desk: Desk) -> list[Row]:
    return list(desk.popups.commands.picker.model.rows)


def test_every_action_is_found_by_its_title(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.press(Qt.Key.Key_K, CTRL)

    offered = {row.value.id for row in rows(desk)}

    assert offered == set(all_actions()) - {"view.commands"}
    chosen = list(all_actions().values())
    for action in Random(1).sample(chosen, min(len(chosen), draws(80, 10_000))):
        if action.label is None and action.id in offered:
            titles = [row.title for row in desk.popups.commands.commands(plain_title(action))]
            assert plain_title(action) in titles, action.id


def test_a_command_is_done_and_stands_first_next_time(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    desk.choose("writer")
    desk.press(Qt.Key.Key_K, CTRL)
    assert rows(desk)[0].value.id != "graph.knock_out"
    desk.type("knock")
    assert rows(desk)[0].title == "Knock Out"
    assert rows(desk)[0].keys == "M"
    desk.press(Qt.Key.Key_Return)

    assert desk.graph.nodes["writer"].knockout is True
    assert canvas.view.hasFocus()
    desk.press(Qt.Key.Key_P, CTRL | SHIFT)
    assert rows(desk)[0].value.id == "graph.knock_out"


def test_the_recorded_run_of_an_example_is_found_and_shown(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.press(Qt.Key.Key_K, CTRL)
    desk.type("see it run")
    assert rows(desk)[0].title == "See It Run"
    desk.press(Qt.Key.Key_Return)
    picker = desk.workbench.part("example_runs").picker
    assert picker.isVisible()
    assert {row.title for row in picker.model.rows} == {
        one.stem for one in bundled_graphs() if recorded_run(one.stem) is not None
    }
    desk.type("critic")
    desk.press(Qt.Key.Key_Return)

    session = desk.workbench.part("replay").current
    assert session is not None
    assert (session.called, session.seq) == ("critic_loop", 1)


def test_what_cannot_be_done_now_is_grey_and_says_why(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.choose()
    desk.press(Qt.Key.Key_K, CTRL)
    desk.type("make subgraph")
    row = rows(desk)[0]

    assert not row.enabled
    assert desk.popups.commands.picker.about.text().startswith("Needs selected nodes.")
    desk.press(Qt.Key.Key_Return)
    assert desk.popups.commands.picker.isVisible()
    assert not desk.labels


def test_a_command_is_found_by_its_menu_and_gives_its_own_reason(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.choose()
    desk.press(Qt.Key.Key_K, CTRL)
    desk.type("theme dark")
    assert rows(desk)[0].value.id == "view.theme.dark"
    desk.press(Qt.Key.Key_A, CTRL)
    desk.type("earlier in file")

    assert not rows(desk)[0].enabled
    assert desk.popups.commands.picker.about.text().startswith("Select one node.")


def test_commands_are_there_without_a_graph(desk: Desk) -> None:
    desk.popups.commands.open_commands()

    by_id = {row.value.id: row for row in rows(desk)}

    assert by_id["file.open"].enabled
    assert not by_id["edit.paste"].enabled
    assert by_id["edit.paste"].about.startswith("No graph is shown.")


def test_the_label_of_a_command_is_what_it_would_do(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.choose("critic")
    desk.press(Qt.Key.Key_Delete)
    desk.press(Qt.Key.Key_K, CTRL)
    desk.type("undo")

    assert rows(desk)[0].title == "Undo Delete node critic"
    desk.press(Qt.Key.Key_Return)
    assert "critic" in desk.graph.nodes


def test_a_node_is_gone_to_by_name_or_type_in_any_subgraph(desk: Desk) -> None:
    desk.open(BODIES)
    desk.press(Qt.Key.Key_P, CTRL)
    desk.type("sum")
    desk.press(Qt.Key.Key_Return)

    assert desk.canvas.at == ("double",)
    assert desk.canvas.selected() == ["sum"]
    assert desk.canvas.view.hasFocus()


def test_nodes_stand_behind_the_commands(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    desk.press(Qt.Key.Key_K, CTRL)
    desk.type("critic")
    desk.press(Qt.Key.Key_Return)

    assert canvas.selected() == ["critic"]


def test_graphs_are_shown_and_examples_opened(desk: Desk) -> None:
    desk.open(BODIES)
    desk.press(Qt.Key.Key_E, CTRL)
    assert [row.title for row in rows(desk)][:2] == ["bodies", "bodies/double"]
    desk.type("double")
    desk.press(Qt.Key.Key_Return)
    assert desk.canvas.at == ("double",)

    desk.press(Qt.Key.Key_E, CTRL)
    example = next(row for row in rows(desk) if row.detail == "example")
    assert isinstance(example.value, Path)
    desk.type(example.title)
    desk.press(Qt.Key.Key_Return)

    assert desk.document.path == example.value


def test_escape_changes_nothing(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    desk.choose("writer")
    desk.press(Qt.Key.Key_K, CTRL)
    desk.type("delete")
    desk.press(Qt.Key.Key_Escape)

    assert not desk.labels
    assert canvas.view.hasFocus()
    assert canvas.selected() == ["writer"]
