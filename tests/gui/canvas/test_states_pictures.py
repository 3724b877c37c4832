"""What a run shows on the canvas, marks, and pictures of the whole graph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from studio.gui.base import guard
from studio.gui.canvas import NodeState
from studio.gui.canvas.card_painting import meta_line, strip_lines, strip_room
from studio.gui.canvas.library import NodeViewer, guard_library
from studio.gui.canvas.look import look
from studio.gui.canvas.node_item import NodeItem
from studio.gui.canvas.state import STATUSES
from studio.gui.workbench import Workbench
from studio.support.errors import EnvironmentProblem
from tests.gui.canvas.graphs import CHAIN, LOOP, NOTED
from tests.gui.support import assert_view_equals_document, open_canvas


def test_of_many_states_the_last_is_shown_and_others_are_not_looked_at(
    qtbot: Any, workbench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    shown: list[str] = []
    real = NodeItem.set_state

    def counted(self: NodeItem, state: NodeState) -> None:
        shown.append(state.text)
        real(self, state)

    monkeypatch.setattr(NodeItem, "set_state", counted)

    for number in range(10_000):
        canvas.set_state("writer", NodeState("running", text=f"token {number}"))
    assert shown == []
    qtbot.waitUntil(lambda: bool(shown))

    assert shown == ["token 9999"]
    assert canvas.projection.cards["writer"].state.text == "token 9999"


@pytest.mark.parametrize("status", STATUSES[1:])
def test_each_status_is_seen(qtbot: Any, workbench: Workbench, status: str) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    idle = _card(canvas, "writer")

    canvas.set_state("writer", NodeState(status, text="so far", tick="3", duration="1.2 s", cost="$0.01", progress=0.4))
    canvas.states.show()
    QApplication.processEvents()
    busy = _card(canvas, "writer")
    canvas.clear_states()
    QApplication.processEvents()

    assert busy != idle
    assert _card(canvas, "writer") == idle


def test_a_state_of_a_node_that_is_gone_is_dropped(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)

    canvas.set_state("nobody", NodeState("ok"))
    canvas.states.show()

    assert_view_equals_document(canvas)


def test_streaming_text_shows_its_end_and_a_result_its_beginning(qtbot: Any, workbench: Workbench) -> None:
    text = " ".join(f"word{number}" for number in range(100))

    streaming = strip_lines(NodeState("running", text=text), 200)
    done = strip_lines(NodeState("ok", text=text), 200)

    assert streaming[-1].endswith("word99")
    assert streaming[0].startswith("…")
    assert done[0].startswith("word0")
    assert done[-1].endswith("…")
    assert strip_room(NodeState("ok", text=text), 200) == len(done) == 2
    assert strip_lines(NodeState("ok", text="a" * 5_000_000), 200) != []
    assert strip_lines(NodeState("ok"), 200) == []
    assert meta_line(NodeState(tick="3", duration="1.2 s", cost="$0.01")) == "t3 · 1.2 s · $0.01"


def test_room_for_the_text_is_never_less_than_its_lines(qtbot: Any, workbench: Workbench) -> None:
    for text in ("W" * 12, "mmm mmm mmm mmm", "一二三四五六七八九十", "i" * 40, "ok"):
        for width in (128.0, 180.0, 260.0):
            state = NodeState("ok", text=text)
            assert strip_room(state, width) >= len(strip_lines(state, width)), (text, width)


def test_marks_fade_the_others_and_problems_are_signs(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, LOOP)
    edge = canvas.document.graph.edges[0]

    canvas.set_highlight(["topic"], [edge])
    canvas.set_problems({"critic": ("warning", "Nobody reads `confidence`.")})
    cards = canvas.projection.cards
    assert [(card.marked, card.dimmed) for card in (cards["topic"], cards["critic"])] == [(True, False), (False, True)]
    assert cards["critic"].problem == ("warning", "Nobody reads `confidence`.")
    canvas.document.do("Nothing moves", [])
    canvas.set_highlight()
    canvas.set_problems({})

    assert not any(card.marked or card.dimmed or card.problem for card in cards.values())


def test_badges_are_on_the_cards(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)

    canvas.set_badges({"topic": "steady", "writer": "live"})

    assert canvas.projection.cards["writer"].card.badge == "live"
    assert_view_equals_document(canvas)


# -- pictures ------------------------------------------------------------------------------------


def test_a_picture_shows_the_whole_graph_without_the_selection(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, NOTED)
    plain = canvas.to_image(1.0)
    canvas.select_all()
    canvas.view.zoom_to(0.3)

    picture = canvas.to_image(1.0)

    assert picture == plain, "zoom and selection do not matter"
    assert picture.width() > 700
    assert canvas.to_image(2.0).width() == pytest.approx(2 * picture.width(), abs=2)
    edge = {picture.pixelColor(x, 1).name() for x in range(picture.width())}
    assert edge == {look().paper.name()}, "no grid on the paper"
    assert canvas.selected() == ["a", "b", "c"], "the selection is back"
    assert _colours(picture) > 20
    assert_view_equals_document(canvas)


def test_a_drawing_holds_shapes_and_texts_not_bitmaps(qtbot: Any, workbench: Workbench, tmp_path: Path) -> None:
    canvas = open_canvas(qtbot, workbench, NOTED)
    target = tmp_path / "noted.svg"

    canvas.to_svg(target)

    text = target.read_text(encoding="utf-8")
    assert "<image" not in text
    assert text.count("<path") > 10
    assert ">Draft<" in text
    with pytest.raises(EnvironmentProblem):
        canvas.to_svg(tmp_path / "no" / "such" / "folder.svg")


def test_a_picture_of_an_empty_graph(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, "nodes: {}")

    assert canvas.to_image(1.0).width() > 0


# -- guards ----------------------------------------------------------------------------------------


def test_a_fault_in_painting_is_kept_from_qt(qtbot: Any, workbench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    told: list[str] = []
    heard = guard.caught._listeners
    monkeypatch.setattr(guard.caught, "_listeners", (lambda where, fault: told.append(f"{where}: {fault}"),))
    monkeypatch.setattr("studio.gui.canvas.node_item.paint_card", _fail)

    canvas.projection.cards["writer"].update()
    canvas.grab()

    assert any("NodeItem.paint: no paint" in one for one in told)
    assert heard, "outside this test somebody listens"


def _fail(*arguments: object) -> None:
    raise RuntimeError("no paint")


def test_the_overrides_of_nodegraphqt_are_guarded_too() -> None:
    assert hasattr(NodeViewer.mousePressEvent, "__wrapped__")
    assert guard_library() == 0, "all were wrapped when it was loaded"


def _card(canvas: Any, name: str) -> QImage:
    card = canvas.projection.cards[name]
    top = canvas.view.viewportTransform().map(card.pos() - QPointF(12, 12)).toPoint()
    image: QImage = canvas.view.viewport().grab().toImage()
    return image.copy(top.x(), top.y(), int(card.card.width) + 24, int(card.card.height) + 60)


def _colours(image: QImage) -> int:
    across, down = range(0, image.width(), 5), range(0, image.height(), 5)
    return len({QColor(image.pixel(x, y)).name() for x in across for y in down})
