"""Aligning, distributing, the grid, and laying out anew, small graphs at once and large ones beside the window."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt

from studio.editing.placing.places import positions
from studio.gui.edits import arranger
from tests.gui.canvas.graphs import CHAIN
from tests.gui.desk import Desk
from tests.gui.support import Mod, assert_view_equals_document

CTRL, SHIFT = Mod.ControlModifier, Mod.ShiftModifier


def places(desk: Desk) -> dict[str, tuple[float, float]]:
    return positions(desk.document, desk.canvas.at, desk.canvas.boxes())


def test_left_edges_are_lined_up(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.choose("topic", "writer", "critic")

    desk.press(Qt.Key.Key_Left, CTRL | SHIFT)

    assert {places(desk)[name][0] for name in ("topic", "writer", "critic")} == {0}
    assert places(desk)["result"] == (560, 220)
    assert desk.labels == ["Align 3 nodes"]
    desk.check()


@pytest.mark.parametrize(
    ("key", "axis", "far"),
    [
        (Qt.Key.Key_Down, 1, True),
        pytest.param(Qt.Key.Key_Right, 0, True, marks=pytest.mark.thorough),
        pytest.param(Qt.Key.Key_Up, 1, False, marks=pytest.mark.thorough),
    ],
)
def test_other_edges_are_lined_up(desk: Desk, key: Qt.Key, axis: int, far: bool) -> None:
    canvas = desk.open(CHAIN)
    desk.choose("writer", "result")
    boxes = canvas.boxes()

    desk.press(key, CTRL | SHIFT)

    sizes = {name: (box.width, box.height) for name, box in boxes.items()}
    edges = {round(places(desk)[n][axis] + (sizes[n][axis] if far else 0), 1) for n in ("writer", "result")}
    assert len(edges) == 1
    desk.check()


@pytest.mark.parametrize(
    ("title", "axis"),
    [
        pytest.param("Align Centres in a Column", 0, id="column"),
        pytest.param("Align Centres in a Row", 1, id="row", marks=pytest.mark.thorough),
    ],
)
def test_centres_are_lined_up_by_what_is_typed(desk: Desk, title: str, axis: int) -> None:
    canvas = desk.open(CHAIN)
    desk.choose("topic", "writer", "result")

    _command(desk, title)

    boxes = canvas.boxes()
    middle = {n: at[axis] + (boxes[n].width, boxes[n].height)[axis] / 2 for n, at in places(desk).items()}
    assert (
        max(middle[n] for n in ("topic", "writer", "result")) - min(middle[n] for n in ("topic", "writer", "result"))
        <= 0.2
    )
    assert desk.labels == ["Align 3 nodes"]
    desk.check()


@pytest.mark.thorough
def test_gaps_are_made_equal_from_top_to_bottom_by_what_is_typed(desk: Desk) -> None:
    canvas = desk.open(CHAIN.replace("critic: [560, 0]", "critic: [560, 700]"))
    desk.choose("topic", "result", "critic")

    _command(desk, "Distribute Vertically")

    at, boxes = places(desk), canvas.boxes()
    order = sorted(("topic", "result", "critic"), key=lambda name: at[name][1])
    gaps = [at[b][1] - at[a][1] - boxes[a].height for a, b in itertools.pairwise(order)]
    assert abs(gaps[0] - gaps[1]) <= 0.2
    assert desk.labels == ["Distribute 3 nodes"]
    desk.check()


def _command(desk: Desk, title: str) -> None:
    desk.press(Qt.Key.Key_K, CTRL)
    desk.type(title)
    desk.press(Qt.Key.Key_Return)


def test_gaps_are_made_equal(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    desk.choose("topic", "writer", "critic")

    desk.trigger("arrange.across")

    at, boxes = places(desk), canvas.boxes()
    first = at["writer"][0] - at["topic"][0] - boxes["topic"].width
    second = at["critic"][0] - at["writer"][0] - boxes["writer"].width
    assert abs(first - second) <= 0.2
    desk.check()


def test_aligning_needs_two_and_distributing_three(desk: Desk) -> None:
    desk.open(CHAIN)
    bar = desk.window.actions_bar
    desk.choose("topic")
    bar.refresh()
    assert not bar.actions["arrange.left"].isEnabled()
    desk.choose("topic", "writer")
    bar.refresh()
    assert bar.actions["arrange.left"].isEnabled()
    assert not bar.actions["arrange.across"].isEnabled()


def test_nodes_come_onto_the_grid(desk: Desk) -> None:
    desk.open(CHAIN.replace("writer: [220, 0]", "writer: [227, 13]"))

    desk.trigger("arrange.snap")

    assert places(desk)["writer"] == (220, 20)
    assert desk.labels == ["Move 4 nodes to the grid"]
    desk.check()


def test_a_small_graph_is_laid_out_at_once(desk: Desk) -> None:
    desk.open(CHAIN.replace("critic: [560, 0]", "critic: [0, 0]"))

    desk.press(Qt.Key.Key_L)

    at = places(desk)
    assert at["topic"][0] < at["writer"][0] < at["critic"][0]
    assert desk.labels == ["Arrange graph"]
    desk.check()


def test_only_what_is_selected_is_laid_out(desk: Desk) -> None:
    desk.open(CHAIN.replace("critic: [560, 0]", "critic: [0, 0]"))
    desk.choose("writer", "critic")

    desk.press(Qt.Key.Key_L)

    assert desk.labels == ["Arrange 2 nodes"]
    assert places(desk)["result"] == (560, 220)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Every graph counts as a large one, whose layout takes until the event is set."""
    done = threading.Event()
    lay_out = arranger._lay_out

    def late(*arguments: Any) -> None:
        assert done.wait(20)
        lay_out(*arguments)

    monkeypatch.setattr(arranger, "AT_ONCE", 0)
    monkeypatch.setattr(arranger, "_lay_out", late)
    yield done
    done.set()


def test_a_large_graph_is_laid_out_beside_the_window(desk: Desk, slow: threading.Event, qtbot: Any) -> None:
    canvas = desk.open(CHAIN.replace("critic: [560, 0]", "critic: [0, 0]"))

    desk.press(Qt.Key.Key_L)
    assert ("Arranging 4 nodes…", "info") in desk.said
    qtbot.wait(80)
    assert not desk.labels, "the window goes on meanwhile"
    slow.set()

    qtbot.waitUntil(lambda: desk.labels == ["Arrange graph"])
    assert places(desk)["writer"][0] < places(desk)["critic"][0]
    assert_view_equals_document(canvas)
    desk.check()


def test_an_edit_meanwhile_is_kept_and_the_layout_given_up(desk: Desk, slow: threading.Event, qtbot: Any) -> None:
    desk.open(CHAIN)
    desk.press(Qt.Key.Key_L)

    desk.choose("result")
    desk.press(Qt.Key.Key_Delete)
    slow.set()

    qtbot.waitUntil(lambda: any("nothing was moved" in text for text, _ in desk.said))
    assert desk.labels == ["Delete node result"]
    assert places(desk)["critic"] == (560, 0)


def test_a_subgraph_is_laid_out_where_it_stands(desk: Desk, slow: threading.Event, qtbot: Any) -> None:
    from tests.gui.canvas.graphs import BODIES

    desk.open(BODIES.replace("sum: [200, 0], twice: [400, 0]", "sum: [0, 0], twice: [0, 0]"))
    desk.show(("double",))

    desk.press(Qt.Key.Key_L)
    slow.set()

    qtbot.waitUntil(lambda: bool(desk.labels))
    assert places(desk)["item"][0] < places(desk)["sum"][0] < places(desk)["twice"][0]
    assert desk.document.graph.layout["each"] == [220, 0]


def test_a_document_that_is_closed_meanwhile_is_left_alone(desk: Desk, slow: threading.Event, qtbot: Any) -> None:
    desk.open(CHAIN)
    document = desk.document
    desk.press(Qt.Key.Key_L)
    running = desk.workbench.part("arranger")

    desk.workbench.remove(document)
    slow.set()

    qtbot.waitUntil(lambda: not running.is_running)
    assert not document.history.labels
