"""Curves, recurrence, the bar and the pane: in step with the diagram, by real events."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QFontMetrics, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton, QToolTip, QWidget

from studio.dynamics.pictures.diagram import Diagram, empty
from studio.gui.theme import apply_theme
from studio.gui.theme.theme import small_font
from studio.gui.widgets.spacetime import CurvesView, DiagramPane, TimeAxis
from studio.gui.widgets.spacetime.bar import NARROWEST
from tests.dynamics.pictures.samples import agent_run, long_run, rule_110
from tests.gui.widgets.test_spacetime import CTRL, LEFT, NONE, centre, move, wheel

WORDS = Qt.ToolButtonStyle.ToolButtonTextOnly


def shown(qtbot: Any, diagram: Diagram, size: tuple[int, int] = (1000, 600)) -> DiagramPane:
    pane = DiagramPane()
    qtbot.addWidget(pane)
    pane.resize(*size)
    pane.set_diagram(diagram)
    pane.show()
    qtbot.waitExposed(pane)
    QApplication.processEvents()
    return pane


def tip_at(widget: QWidget, at: QPoint) -> str:
    QToolTip.hideText()
    QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, at, widget.mapToGlobal(at)))
    return QToolTip.text()


def test_rows_of_curves_stand_beside_their_rows(qtbot: Any) -> None:
    pane = shown(qtbot, agent_run(160))

    for row in (0, 70, 159):
        there = pane.view.viewport().mapToGlobal(centre(pane.view, row, 0)).y()
        assert abs(pane.curves.mapToGlobal(QPoint(0, int(pane.curves.point_of(row)))).y() - there) <= 2


def test_curves_move_zoom_point_and_choose_with_the_diagram(qtbot: Any) -> None:
    pane = shown(qtbot, long_run(3_000))
    pane.axis.zoom_to(6, 0)
    heard: list[tuple[str, int, int]] = []
    pane.hovered.connect(lambda row, column: heard.append(("at", row, column)))
    pane.chosen.connect(lambda row, column: heard.append(("chosen", row, column)))
    curves = pane.curves
    at = QPoint(20, int(curves.point_of(25)))

    move(curves, at)
    QTest.mouseClick(curves, LEFT, NONE, at)
    assert ("at", 25, -1) in heard
    assert ("chosen", 25, -1) in heard
    assert pane.axis.hovered == 25
    wheel(curves, at, -240)
    assert pane.axis.offset == 120
    wheel(curves, at, 120, CTRL)
    assert pane.axis.step == 8


def test_curves_tell_their_numbers_and_what_they_mean(qtbot: Any) -> None:
    pane = shown(qtbot, agent_run(160))
    curves = pane.curves

    said = tip_at(curves, QPoint(20, int(curves.point_of(90))))

    assert "Tick 90" in said
    assert "recurrence: 1" in said
    assert "novelty: 0" in said
    assert "not known yet" in tip_at(curves, QPoint(20, int(curves.point_of(0))))
    assert "symbol changed" in tip_at(curves, QPoint(curves.wide // 2, curves.axis.head - 3))


def test_a_narrow_pane_has_its_curves_below_with_the_same_rows(qtbot: Any) -> None:
    pane = shown(qtbot, agent_run(160), (420, 700))
    curves = pane.curves

    assert not curves.is_beside
    assert curves.y() >= pane.view.y() + pane.view.height() - 1
    for row in (0, 80, 159):
        assert abs(curves.row_at(QPoint(int(curves.point_of(row)), 10)) - row) <= 1
    pane.resize(1000, 600)
    QApplication.processEvents()
    assert curves.is_beside
    assert curves.x() >= pane.view.x() + pane.view.width() - 1


def test_names_of_curves_below_are_whole_however_low_they_are(qtbot: Any) -> None:
    pane = shown(qtbot, agent_run(160), (420, 900))
    curves = pane.curves
    curves.setMaximumHeight(1000)

    def lines_of_ink(high: int) -> int:
        """How many lines of pixels the first name takes."""
        curves.resize(curves.width(), high)
        image = curves.grab(QRect(0, 0, 110, high)).toImage()
        ground = image.pixel(0, 0)
        inked = [any(image.pixel(x, y) != ground for x in range(image.width())) for y in range(high)]
        first = inked.index(True)
        return inked.index(False, first) - first

    named = QFontMetrics(small_font(curves.font())).height()
    many = len(curves.axis.diagram.curves)
    assert lines_of_ink(many * named + 4) == lines_of_ink(many * named * 3)


def test_recurrence_is_shown_on_demand_points_and_chooses(qtbot: Any) -> None:
    pane = shown(qtbot, agent_run(160))
    plot = pane.recurrence
    assert not plot.isVisible()
    QTest.mouseClick(pane.bar.recurrence, LEFT)
    QApplication.processEvents()
    assert plot.isVisible()
    heard: list[tuple[int, int]] = []
    plot.hovered.connect(lambda row, other: heard.append((row, other)))
    plot.chosen.connect(lambda row, other: heard.append((row, other)))
    where = plot.square()
    at = QPoint(where.left() + int(plot.point_of(54.5)), where.top() + int(plot.point_of(58.5)))

    move(plot, at)
    assert heard == [(58, 54)]
    assert pane.axis.hovered == 58
    assert "Tick 58 against tick 54" in tip_at(plot, at)
    QTest.mouseClick(plot, LEFT, NONE, at)
    QTest.keyClick(plot, Qt.Key.Key_Down)
    QTest.keyClick(plot, Qt.Key.Key_Left)
    QTest.keyClick(plot, Qt.Key.Key_Return)
    assert heard[1:] == [(58, 54), (59, 54), (59, 53), (59, 53)]


def test_the_plot_leaves_the_larger_part_to_the_diagram_and_curves_make_room(qtbot: Any) -> None:
    pane = shown(qtbot, agent_run(160), (740, 500))
    assert pane.curves.is_beside

    QTest.mouseClick(pane.bar.recurrence, LEFT)
    QApplication.processEvents()

    assert pane.recurrence.width() < pane.view.width()
    assert not pane.curves.is_beside, "beside the diagram they would leave it hardly any room"
    assert pane.view.width() > pane.width() / 2
    pane.resize(1300, 500)
    QApplication.processEvents()
    assert pane.curves.is_beside
    assert pane.view.width() > pane.curves.width()
    QTest.mouseClick(pane.bar.recurrence, LEFT)
    pane.resize(740, 500)
    QApplication.processEvents()
    assert pane.curves.is_beside


def test_groups_are_marked_only_above_columns_that_are_seen(qtbot: Any) -> None:
    run = agent_run(60)
    grouped = replace(run, columns=tuple(replace(column, group="all") for column in run.columns))
    pane = shown(qtbot, grouped, (NARROWEST, 500))
    view = pane.view
    where = view.where()
    assert any(where.x_of(end) - 4 > where.cells.right() for _, _, end in pane.axis.diagram.groups())
    image = view.viewport().grab().toImage()

    def inked(x: int) -> bool:
        ground = image.pixel(image.width() - 1, 0)
        return any(image.pixel(x, where.head - 4 + line) != ground for line in range(2))

    assert any(inked(x) for x in range(where.cells.left(), where.cells.right()))
    assert not any(inked(x) for x in range(where.cells.right() + 2, image.width()))


def test_the_plot_shows_what_recurs(qtbot: Any) -> None:
    pane = shown(qtbot, agent_run(160), (1200, 600))
    pane.bar.recurrence.setChecked(True)
    QApplication.processEvents()
    plot = pane.recurrence
    image, where = plot.grab().toImage(), plot.square()

    def at(row: float, other: float) -> int:
        x, y = where.left() + plot.point_of(other + 0.5), where.top() + plot.point_of(row + 0.5)
        return int(image.pixel(int(x), int(y)))

    assert at(150, 145) == at(145, 150) != at(10, 40)
    assert at(30, 100) == at(10, 40)


def test_buttons_colour_zoom_and_switch(qtbot: Any) -> None:
    pane = shown(qtbot, agent_run(160))
    bar = pane.bar

    QTest.mouseClick(bar.buttons["age"], LEFT)
    assert pane.view.colouring == "age"
    assert bar.buttons["age"].isChecked()
    assert "just now" in bar.key.accessibleName()
    before = pane.axis.step
    QTest.mouseClick(bar.into, LEFT)
    assert pane.axis.step > before
    QTest.mouseClick(bar.out, LEFT)
    QTest.mouseClick(bar.all, LEFT)
    assert pane.axis.is_fitted
    QTest.mouseClick(bar.curves, LEFT)
    assert not pane.curves.isVisible()


def test_only_what_tells_something_is_offered(qtbot: Any) -> None:
    pane = shown(qtbot, rule_110(60, 61))
    assert [name for name, button in pane.bar.buttons.items() if button.isVisible()] == ["symbol", "age"]

    pane.set_diagram(agent_run(60))
    assert len([button for button in pane.bar.buttons.values() if button.isVisible()]) == 5

    pane.set_diagram(empty())
    assert not any(button.isVisible() for button in pane.bar.buttons.values())
    assert not pane.curves.isVisible()
    assert not pane.bar.into.isEnabled()


def test_where_buttons_do_not_fit_a_menu_offers_the_same(qtbot: Any) -> None:
    pane = shown(qtbot, agent_run(60), (380, 600))

    assert pane.bar.menu_button.isVisible()
    assert not pane.bar.buttons["novelty"].isVisible()
    actions = {action.text(): action for action in pane.bar.menu.actions()}
    actions["Novelty"].trigger()

    assert pane.view.colouring == "novelty"
    assert pane.bar.menu_button.text() == "Novelty"
    pane.resize(460, 600)
    QApplication.processEvents()
    assert pane.bar.menu_button.text() == "Colour: novelty"


@pytest.mark.parametrize("width", [NARROWEST, 300, 360, 420, 560, 700, 1000])
@pytest.mark.parametrize("diagram", [agent_run(60), rule_110(60, 61)], ids=["run", "automaton"])
def test_no_button_of_the_bar_is_cut_however_narrow_it_is(qtbot: Any, width: int, diagram: Diagram) -> None:
    pane = shown(qtbot, diagram, (width, 400))
    bar = pane.bar
    pane.view.set_colouring("novelty" if "novelty" in diagram.colourings() else "age")  # the widest word there
    QApplication.processEvents()
    buttons = [one for one in bar.findChildren(QToolButton) if one.isVisible()]

    assert {bar.curves, bar.recurrence, bar.out, bar.into, bar.all} <= set(buttons)
    assert bar.menu_button in buttons or all(bar.buttons[name] in buttons for name in diagram.colourings())
    assert [one.text() for one in buttons if one.width() < one.sizeHint().width()] == []
    assert all(one.geometry().right() < bar.width() for one in buttons)
    assert all(one.toolTip() for one in buttons)
    with_words = {one.toolButtonStyle() == WORDS for one in (bar.curves, bar.recurrence)}
    assert len(with_words) == 1
    assert (width, with_words) not in ((NARROWEST, {True}), (1000, {False}))


def test_an_icon_in_a_narrow_bar_switches_what_its_words_do(qtbot: Any) -> None:
    pane = shown(qtbot, agent_run(60), (320, 700))
    before = pane.bar.recurrence.icon().pixmap(14).toImage()

    QTest.mouseClick(pane.bar.recurrence, LEFT)

    assert pane.recurrence.isVisible()
    assert pane.bar.recurrence.icon().pixmap(14).toImage() != before, "it is drawn as switched on"


def test_standing_at_a_row_is_shown_in_all_views(qtbot: Any) -> None:
    pane = shown(qtbot, agent_run(160))
    pane.bar.recurrence.setChecked(True)
    QApplication.processEvents()
    views = (pane.view.viewport(), pane.curves, pane.recurrence)
    before = [view.grab().toImage() for view in views]

    pane.set_cursor(70)

    assert all(view.grab().toImage() != picture for view, picture in zip(views, before, strict=True))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_two_panes_stand_side_by_side_with_axes_of_their_own(qtbot: Any, theme: str) -> None:
    apply_theme(theme)
    one, other = shown(qtbot, rule_110(200, 201)), shown(qtbot, agent_run(160))

    one.axis.zoom_to(8, 0)
    one.axis.scroll_to(300)

    assert other.axis.offset == 0
    assert one.axis.step != other.axis.step


def test_curves_without_a_diagram_and_of_one_row(qtbot: Any) -> None:
    for orientation in Qt.Orientation.Vertical, Qt.Orientation.Horizontal:
        axis = TimeAxis()
        curves = CurvesView(axis, orientation)
        qtbot.addWidget(curves)
        curves.resize(300, 200)
        curves.show()
        curves.grab()
        axis.set_room(100)
        axis.show(agent_run(1))
        curves.grab()
        assert curves.told(0).startswith("Tick 0")
