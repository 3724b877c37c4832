"""The space-time diagram by mouse and keyboard: pointing, choosing, moving, zooming, and what is told of a point."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from studio.dynamics.pictures.colours import look, symbol_colours
from studio.dynamics.pictures.diagram import Diagram, empty
from studio.gui.theme import apply_theme
from studio.gui.widgets.spacetime import SpaceTimeView
from tests.dynamics.pictures.samples import agent_run, long_run, rule_110

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier


def shown(qtbot: Any, diagram: Diagram, size: tuple[int, int] = (700, 500)) -> SpaceTimeView:
    view = SpaceTimeView()
    qtbot.addWidget(view)
    view.resize(*size)
    view.set_diagram(diagram, lambda row, column: f"words of {row} in {column}")
    view.show()
    qtbot.waitExposed(view)
    return view


def centre(view: SpaceTimeView, row: int, column: int) -> QPoint:
    where = view.where()
    y = where.head + view.axis.y_of(row) + view.axis.scale.pixels / 2
    return QPoint(int(where.x_of(column + 0.5)), int(y))


def move(widget: QWidget, at: QPoint, button: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(at), QPointF(widget.mapToGlobal(at)), Qt.MouseButton.NoButton, button, NONE
    )
    QApplication.sendEvent(widget, event)


def wheel(widget: QWidget, at: QPoint, turned: int, mods: Qt.KeyboardModifier = NONE) -> None:
    event = QWheelEvent(
        QPointF(at), QPointF(widget.mapToGlobal(at)), QPoint(), QPoint(0, turned), Qt.MouseButton.NoButton, mods,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def tip_at(view: SpaceTimeView, at: QPoint) -> str:
    port = view.viewport()
    QToolTip.hideText()
    QApplication.sendEvent(port, QHelpEvent(QEvent.Type.ToolTip, at, port.mapToGlobal(at)))
    return QToolTip.text()


def colour(image: QImage, at: QPoint) -> tuple[int, int, int]:
    found = QColor(image.pixel(at))
    return found.red(), found.green(), found.blue()


def test_pointing_at_cells_tells_row_and_column_once_each(qtbot: Any) -> None:
    view = shown(qtbot, agent_run(60))
    heard: list[tuple[int, int]] = []
    view.hovered.connect(lambda row, column: heard.append((row, column)))
    port = view.viewport()

    for at in (centre(view, 20, 3), centre(view, 20, 3) + QPoint(1, 0), centre(view, 21, 8)):
        move(port, at)
    move(port, QPoint(port.width() - 3, centre(view, 22, 0).y()))
    QApplication.sendEvent(port, QEvent(QEvent.Type.Leave))

    assert heard == [(20, 3), (21, 8), (22, -1), (-1, -1)]


def test_a_click_chooses_and_a_drag_does_not(qtbot: Any) -> None:
    view = shown(qtbot, long_run(3_000))
    view.axis.zoom_to(11, 0)
    heard: list[tuple[int, int]] = []
    view.chosen.connect(lambda row, column: heard.append((row, column)))
    port, start = view.viewport(), centre(view, 30, 2)

    QTest.mouseClick(port, LEFT, NONE, start)
    assert heard == [(30, 2)]

    QTest.mousePress(port, LEFT, NONE, start)
    for step in (20, 60, 120):
        move(port, start - QPoint(0, step), LEFT)
    QTest.mouseRelease(port, LEFT, NONE, start - QPoint(0, 120))

    assert heard == [(30, 2)]
    assert view.axis.offset == 120
    assert view.verticalScrollBar().value() == 120


def test_the_wheel_moves_and_with_ctrl_zooms_around_the_mouse(qtbot: Any) -> None:
    view = shown(qtbot, long_run(3_000))
    view.axis.zoom_to(3, 0)
    view.axis.scroll_to(900)
    port, at = view.viewport(), QPoint(200, view.axis.head + 150)
    row = view.axis.row_at(150)

    wheel(port, at, -120)
    assert view.axis.offset == 960
    wheel(port, at, 120)
    wheel(port, at, 120, CTRL)
    assert view.axis.step == 4
    assert abs(view.axis.row_at(150) - row) <= 1
    wheel(port, at, -240, CTRL)
    assert view.axis.step == 2
    assert abs(view.axis.row_at(150) - row) <= 1


def test_small_turns_of_a_touchpad_add_up_to_one_step(qtbot: Any) -> None:
    view = shown(qtbot, long_run(3_000))
    view.axis.zoom_to(1, 0)

    for _ in range(7):
        wheel(view.viewport(), QPoint(200, 200), 15, CTRL)
    assert view.axis.step == 1
    wheel(view.viewport(), QPoint(200, 200), 15, CTRL)
    assert view.axis.step == 2


def test_zooming_ends_at_both_ends(qtbot: Any) -> None:
    view = shown(qtbot, long_run(3_000))
    view.setFocus()

    for _ in range(40):
        QTest.keyClick(view, Qt.Key.Key_Plus)
    assert view.axis.step == 34
    for _ in range(60):
        QTest.keyClick(view, Qt.Key.Key_Minus)
    assert view.axis.length >= 1
    assert view.axis.offset == 0
    QTest.keyClick(view, Qt.Key.Key_0)
    assert view.axis.is_fitted
    assert view.axis.length <= view.axis.room


def test_arrows_go_from_cell_to_cell_and_enter_chooses(qtbot: Any) -> None:
    view = shown(qtbot, agent_run(160))
    heard: list[tuple[str, int, int]] = []
    view.hovered.connect(lambda row, column: heard.append(("at", row, column)))
    view.chosen.connect(lambda row, column: heard.append(("chosen", row, column)))
    view.set_cursor(50)
    view.setFocus()

    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Return, Qt.Key.Key_End):
        QTest.keyClick(view, key)

    assert heard == [("at", 50, 0), ("at", 51, 0), ("at", 51, 1), ("chosen", 51, 1), ("at", 159, 1)]
    assert "critic, tick 159" in view.accessibleDescription()


def test_keys_scroll_what_they_reach_into_view_and_stop_at_the_edges(qtbot: Any) -> None:
    view = shown(qtbot, long_run(3_000))
    view.axis.zoom_to(20, 0)
    view.setFocus()

    QTest.keyClick(view, Qt.Key.Key_End)
    first, last = view.axis.seen()
    assert first < 2_999 < last
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert view.at[0] == 2_999
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert view.axis.seen()[0] == 0
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert view.at == (0, 0)
    QTest.keyClick(view, Qt.Key.Key_PageDown)
    assert view.at[0] > 10


def test_keys_of_others_pass_through(qtbot: Any) -> None:
    view = shown(qtbot, agent_run(60))
    parent = QWidget()
    qtbot.addWidget(parent)
    keys: list[int] = []
    parent.keyPressEvent = lambda event: keys.append(event.key())  # type: ignore[method-assign]
    view.setParent(parent)
    parent.show()
    view.show()
    view.setFocus()

    QTest.keyClick(view, Qt.Key.Key_F5)
    QTest.keyClick(view, Qt.Key.Key_0, CTRL)

    assert Qt.Key.Key_F5 in keys
    assert Qt.Key.Key_0 in keys
    view.setParent(None)


def test_a_tool_tip_says_module_tick_and_what_was_said(qtbot: Any) -> None:
    diagram = agent_run(160)
    view = shown(qtbot, diagram)

    said = tip_at(view, centre(view, 56, 5))

    assert said.splitlines()[0] == "shell, tick 56"
    assert "«words of 56 in 5»" in said
    assert "said now, failed" in said
    assert "has said nothing yet" in tip_at(view, centre(view, 10, 8))


def test_marks_tell_what_they_mark(qtbot: Any) -> None:
    view = shown(qtbot, agent_run(160))
    where, axis, diagram = view.where(), view.axis, view.diagram

    def at(x: float, row: float) -> str:
        return tip_at(view, QPoint(int(x), int(where.head + axis.y_of(row + 0.5))))

    alarm = diagram.alarms[1]
    assert f"circle ({alarm.level})" in at(where.alarms + 5, alarm.row)
    assert at(where.progress + 4, diagram.progress[0]).startswith("Progress at tick 19")
    assert "the same 11 times, every 4 ticks" in at(where.brackets + 2, 80)
    assert "Tick 58 says what tick 54 said first" in at(where.arcs + 2, 58)
    assert "goals open one within another" in at(where.depth + 2, 70)
    assert tip_at(view, QPoint(int(where.x_of(0.5)), 4)) == "planner (in plan)"


def test_hostile_texts_are_shown_as_they_are_written(qtbot: Any) -> None:
    view = shown(qtbot, agent_run(60))
    view.text = lambda row, column: "<b>bold</b>\x1b[31m\n" + "x" * 10_000

    said = tip_at(view, centre(view, 20, 2))

    assert "&lt;b&gt;bold" in said
    assert "\x1b" not in said
    assert len(said) < 1_500


def test_cells_have_the_colours_of_their_symbols(qtbot: Any) -> None:
    apply_theme("dark")
    diagram = agent_run(20)
    view = shown(qtbot, diagram)
    image = view.viewport().grab().toImage()
    row, column = next(
        (row, column)
        for row in range(20)
        for column in range(9)
        if diagram.fired[row, column] and not diagram.error[row, column] and not diagram.write[row, column]
    )

    expected = symbol_colours(diagram.symbol[row : row + 1, column], look("dark"))[0]

    assert colour(image, centre(view, row, column)) == tuple(int(one) for one in expected)


def test_a_change_of_theme_or_of_colouring_is_seen_at_once(qtbot: Any) -> None:
    view = shown(qtbot, agent_run(60))
    heard: list[bool] = []
    view.coloured.connect(lambda: heard.append(True))
    pictures = [view.viewport().grab().toImage()]

    apply_theme("dark")
    pictures.append(view.viewport().grab().toImage())
    view.set_colouring("novelty")
    pictures.append(view.viewport().grab().toImage())
    view.set_marks_shown(False)
    pictures.append(view.viewport().grab().toImage())

    assert all(pictures[one] != pictures[other] for one in range(4) for other in range(one))
    assert heard == [True]


def test_the_row_at_which_one_stands_is_marked_and_scrolled_into_view(qtbot: Any) -> None:
    view = shown(qtbot, long_run(3_000))
    view.axis.zoom_to(8, 0)

    view.set_cursor(2_000)

    first, last = view.axis.seen()
    assert first < 2_000 < last
    image, replay = view.viewport().grab().toImage(), look("light").role("replay")
    y = int(view.where().head + view.axis.y_of(2_000))
    assert colour(image, QPoint(view.where().cells.left() - 2, y)) == replay
    view.set_cursor(-1)
    assert colour(view.viewport().grab().toImage(), QPoint(view.where().cells.left() - 2, y)) != replay


def test_who_sees_the_end_of_a_run_that_grows_goes_on_seeing_it(qtbot: Any) -> None:
    view = shown(qtbot, agent_run(200))
    view.axis.zoom_to(8, 0)
    view.axis.scroll_to(99_999)

    view.set_diagram(agent_run(260))
    assert view.axis.seen()[1] == 260

    view.axis.scroll_to(400)
    view.set_diagram(agent_run(300))
    assert view.axis.offset == 400


def test_a_colouring_that_tells_nothing_of_another_diagram_gives_way(qtbot: Any) -> None:
    view = shown(qtbot, agent_run(60))
    view.set_colouring("goal")

    view.set_diagram(rule_110(40, 41))

    assert view.colouring == "symbol"


def test_nothing_to_draw_is_said_and_keys_do_no_harm(qtbot: Any) -> None:
    view = shown(qtbot, empty())
    plain = view.viewport().grab().toImage()
    view.set_empty_text("Run the graph, or open a recorded run.")

    assert view.viewport().grab().toImage() != plain
    view.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Plus, Qt.Key.Key_0, Qt.Key.Key_End):
        QTest.keyClick(view, key)
    QTest.mouseClick(view.viewport(), LEFT, NONE, QPoint(100, 100))
    wheel(view.viewport(), QPoint(100, 100), 120, CTRL)
    assert view.at == (-1, -1)


@pytest.mark.parametrize("size", [(160, 120), (320, 200), (1400, 900)])
def test_every_size_shows_every_diagram(qtbot: Any, size: tuple[int, int]) -> None:
    for diagram in (agent_run(160), rule_110(100, 101), long_run(3_000, 90), agent_run(1), rule_110(1, 3)):
        view = shown(qtbot, diagram, size)
        view.axis.zoom_to(34, 0)
        view.viewport().grab()
        view.axis.fit()
        view.viewport().grab()
        assert view.where().cells.right() < view.viewport().width() + 60


def test_columns_that_do_not_fit_are_reached_by_scrolling(qtbot: Any) -> None:
    view = shown(qtbot, long_run(300, 90), (400, 300))
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Home)

    view.go_to(5, 89)

    where = view.where()
    assert where.across > 0
    assert where.cells.left() <= where.x_of(89) <= where.cells.right()
    assert where.column_at(where.x_of(89) + 2) == 89


def test_panning_draws_no_tile_twice(qtbot: Any) -> None:
    view = shown(qtbot, long_run(20_000))
    view.axis.zoom_to(1, 0)
    for offset in range(0, 3_000, 100):
        view.axis.scroll_to(offset)
        QApplication.processEvents()
    tiles = view._tiles
    assert tiles is not None
    made = tiles.made

    for offset in range(3_000, 0, -100):
        view.axis.scroll_to(offset)
        QApplication.processEvents()

    assert view._tiles is tiles
    assert tiles.made <= made + 2  # what lies ahead of where it turned
