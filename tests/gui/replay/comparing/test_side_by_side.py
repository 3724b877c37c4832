"""Two runs side by side: what differs, where they part, and which steps belong together, as a plain reading has it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from PySide6.QtCore import QCoreApplication, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from studio.graph import Graph
from studio.gui.frame.window import MainWindow
from studio.gui.replay.comparing.differences import FactRow, NodeRow
from studio.gui.replay.comparing.page import ComparePage
from studio.gui.replay.session import Source
from studio.replay.changes import Changes
from studio.replay.continuing import fork
from studio.replay.diff.aligning import Which
from studio.trace import Trace
from studio.trace.writer import close_writer
from tests.gui.replay.forked import GRAPH, asked, child, did, open_run, press, record, step_of
from tests.gui.support import wheel
from tests.support.thorough import thorough_but

Key = tuple[str, str]


class Runs(NamedTuple):
    """The database of a run, its id, and those of its forks."""

    db: Path
    a: str
    forks: dict[str, str]


def forked(db: Path, run_id: str, **more: Any) -> str:
    made = fork(db, run_id, **more)
    assert made.status == "ok", made.error
    close_writer(db)
    return str(made.run_id)


def beside(window: MainWindow, qtbot: Any, db: Path, a: str, b: str) -> ComparePage:
    """Show two runs side by side and wait for the comparison."""
    comparison = window.workbench.part("comparing").open(Source(db, a), Source(db, b))
    assert comparison is not None
    qtbot.waitUntil(lambda: comparison.found is not None)
    page = window.pages.currentWidget()
    assert isinstance(page, ComparePage)
    settle(page, qtbot)
    return page


def settle(page: ComparePage, qtbot: Any) -> None:
    QCoreApplication.processEvents()
    qtbot.waitUntil(lambda: not page.steps.is_due and not page._poll.isActive())


def differing(db: Path, a: str, b: str) -> set[Key]:
    """The firings that differ, by node and tick: in status, reason, outputs or prompts, or there in one run only."""
    mine, theirs = did(db, a), did(db, b)
    asks, others = asked(db, a), asked(db, b)
    return {
        key
        for key in mine.keys() | theirs.keys()
        if key not in mine
        or key not in theirs
        or (mine[key][0], mine[key][1], mine[key][3]) != (theirs[key][0], theirs[key][1], theirs[key][3])
        or asks.get(key) != others.get(key)
    }


def seqs(db: Path, run_id: str) -> dict[Key, int]:
    with Trace(db) as trace:
        return {(one.node, one.tick): one.seq for one in trace.firings(run_id) if one.seq is not None}


CHANGES = {
    "output": Changes(outputs={"critic": {"label": "vague"}}),
    "prompt": Changes({"writer": {"instructions": "Write of {topic}. {fault}"}}),
    "end": Changes(outputs={"critic": {"label": "good"}}),
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """A run, and forks of it from its second tick on, by what is changed; all are only read."""
    db, a = record(tmp_path_factory.mktemp("runs"))
    at = {name: step_of(db, a, "writer" if name == "prompt" else "critic", "1") for name in CHANGES}
    return Runs(db, a, {name: forked(db, a, at=at[name], changes=changes) for name, changes in CHANGES.items()})


@pytest.mark.parametrize("name", thorough_but(lambda name: name != "end", CHANGES))
def test_two_runs_are_compared_as_a_plain_reading_compares_them(
    window: MainWindow, qtbot: Any, runs: Runs, name: str, subtests: pytest.Subtests
) -> None:
    db, a, b = runs.db, runs.a, runs.forks[name]
    page = beside(window, qtbot, db, a, b)
    looks: dict[str, Callable[[], None]] = {
        "what differs, and where they part": lambda: check_what_differs(page, db, a, b),
    }
    if name == "end":
        looks["marks say how a node stands to the other run"] = lambda: check_marks(page)
    if name == "prompt":
        looks["the list jumps and texts are compared"] = lambda: check_list(page, qtbot, db, a, b)
        looks["where they part is told before buttons have all their words"] = lambda: check_narrow(window, page, qtbot)
    if name == "output":
        looks["the other side leads once it has the focus"] = lambda: check_leading(window, page, qtbot)
        looks["moving one graph moves the other"] = lambda: check_moving(page, qtbot)
    if name != "prompt":
        looks["stepping steps the other to what belongs there"] = lambda: check_stepping(window, page, qtbot, db, a, b)
    for what, look in looks.items():
        with subtests.test(what):
            look()


def check_what_differs(page: ComparePage, db: Path, a: str, b: str) -> None:
    wanted = differing(db, a, b)
    found = page.comparison.found
    assert found is not None
    assert wanted
    told = {(change.node, change.tick) for change in found.changes()}
    assert wanted <= told, "nothing that differs is missed"
    for node, tick in told - wanted:  # they got something else, and did the same
        change = next(one for one in found.changes() if (one.node, one.tick) == (node, tick))
        assert change.kind == "downstream"
    where = seqs(db, b)
    first = min((key for key in wanted if key in where), key=lambda key: where[key])
    assert page.comparison.first is not None
    assert (page.comparison.first.node, page.comparison.first.tick) == first
    for side in page.sides.values():
        assert (side.session.here.node, side.session.here.tick) == first, "it is jumped to on both sides"
        assert side.canvas.selected() == [first[0]]
        mark = side.canvas.projection.cards[first[0]].compared
        assert mark is not None
        assert mark.word == "parts here"
        marked = {name for name, card in side.canvas.projection.cards.items() if card.compared is not None}
        assert {node for node, _ in wanted} <= marked
        assert "topic" not in marked, "what is the same is not marked"
    assert f"`{first[0]}` at tick {first[1]}" in page.bar.said._full


def check_stepping(window: MainWindow, page: ComparePage, qtbot: Any, db: Path, a: str, b: str) -> None:
    mine, theirs = seqs(db, a), seqs(db, b)
    both = {seq: theirs[key] for key, seq in mine.items() if key in theirs}
    left, right = page.sides["a"], page.sides["b"]
    left.canvas.setFocus()
    QTest.mouseClick(left.canvas.view.viewport(), Qt.MouseButton.LeftButton, pos=left.canvas.view.rect().topLeft())
    qtbot.waitUntil(lambda: page.leads == "a")
    assert window.workbench.document is left.session.document, "panels follow the side that leads"
    left.session.seek(1)
    settle(page, qtbot)
    alone = 0
    for seq in range(1, left.session.last + 1):
        assert left.session.seq == seq
        if seq in both:
            assert right.session.seq == both[seq]
            assert "not in this run" not in right.step._full
        else:
            alone += 1
            assert right.session.seq == both[max(one for one in both if one < seq)]
            assert "not in this run" in right.step._full
        QTest.keyClick(left.canvas.view, Qt.Key.Key_Right)
        settle(page, qtbot)
    assert alone == left.session.last - len(both)
    press(qtbot, page, "compare.link_steps")
    stood = right.session.seq
    left.session.seek(1)
    settle(page, qtbot)
    assert right.session.seq == stood, "steps that are not linked stay"


def check_leading(window: MainWindow, page: ComparePage, qtbot: Any) -> None:
    turns: tuple[Which, ...] = ("a", "b", "a")
    for which in turns:
        side = page.sides[which]
        QTest.mouseClick(side.canvas.view.viewport(), Qt.MouseButton.LeftButton, pos=side.canvas.view.rect().topLeft())
        qtbot.waitUntil(lambda side=side: window.workbench.canvas is side.canvas)
        assert window.workbench.part("replay").current is side.session
        side.session.seek(4)
        settle(page, qtbot)
        assert len({(one.session.here.node, one.session.here.tick) for one in page.sides.values()}) == 1


def check_moving(page: ComparePage, qtbot: Any) -> None:
    left, right = (side.canvas for side in page.sides.values())
    qtbot.waitUntil(lambda: left.camera.has_looked and right.camera.has_looked)

    def middles() -> list[tuple[float, float]]:
        points = [one.view.scene_at(QPointF(one.view.viewport().rect().center())) for one in (left, right)]
        return [(point.x(), point.y()) for point in points]

    def are_together() -> bool:
        (x, y), (u, v) = middles()
        return abs(x - u) < 3 and abs(y - v) < 3 and abs(left.view.zoom - right.view.zoom) < 1e-6

    wheel(left, left.view.viewport().rect().center(), 2, Qt.KeyboardModifier.ControlModifier)
    left.view.pan(QPointF(40, 25))
    qtbot.waitUntil(are_together)
    right.view.zoom_to(0.7)
    right.view.pan(QPointF(-30, 10))
    qtbot.waitUntil(are_together)
    press(qtbot, page, "compare.link_views")
    left.view.pan(QPointF(200, 0))
    assert not are_together()


def check_list(page: ComparePage, qtbot: Any, db: Path, a: str, b: str) -> None:
    rows = page.tree.differences.rows
    fact = next(row for row in rows if isinstance(row, FactRow) and row.kind == "graph")
    assert fact.fact.name == "writer.instructions"
    page.tree.setFocus()
    page.tree.setCurrentIndex(page.tree.differences.index(rows.index(fact), 0))
    settle(page, qtbot)
    shown = page.texts.toPlainText()
    assert "- Write about {topic}. Mend: {fault}" in shown
    assert "+ Write of {topic}. {fault}" in shown
    assert page.canvas.selected() == ["writer"]

    writer = next(row for row in rows if isinstance(row, NodeRow) and row.name == "writer")
    number = rows.index(writer)
    page.tree.setExpanded(page.tree.differences.index(number, 0), True)
    last = page.tree.differences.index(len(writer.changes) - 1, 0, page.tree.differences.index(number, 0))
    page.tree.setCurrentIndex(last)
    settle(page, qtbot)
    change = writer.changes[-1]
    assert {(side.session.here.node, side.session.here.tick) for side in page.sides.values()} == {
        ("writer", change.tick)
    }
    qtbot.waitUntil(lambda: "prompt user" in page.texts.toPlainText())
    page.side.session.seek_firing(writer.changes[0].id_b if page.leads == "b" else writer.changes[0].id_a)
    settle(page, qtbot)
    assert page.tree.differences.at(page.tree.currentIndex()) == writer.changes[0], "the list follows the steps"
    press(qtbot, page, "compare.first")
    settle(page, qtbot)
    assert page.side.session.here.tick == "1"
    press(qtbot, page, "compare.next")
    settle(page, qtbot)
    assert page.side.session.seq > step_of(db, b, "writer", "1")
    press(qtbot, page, "compare.copy")
    copied = QGuiApplication.clipboard().text()
    assert "first divergence: `writer` at tick 1" in copied
    assert a in copied
    assert b in copied


def test_equal_runs_are_said_to_be(window: MainWindow, qtbot: Any, runs: Runs) -> None:
    page = beside(window, qtbot, runs.db, runs.a, runs.a)
    assert page.comparison.found is not None
    assert page.comparison.found.equal
    assert "did the same" in page.bar.said._full
    assert not child(page, "compare.first").isEnabled()


def check_narrow(window: MainWindow, page: ComparePage, qtbot: Any) -> None:
    for width in (1440, 1100, 900, 1440):
        window.resize(width, 700)
        settle(page, qtbot)
        assert page.bar.said.width() >= 120
        right = page.bar.copy.mapTo(page, page.bar.copy.rect().topRight()).x()
        assert right < page.width(), "nothing is pushed out"
        assert (page.bar.first.text() == "First divergence") == (width == 1440), width
    assert page.bar.link_steps.text() == "Link steps"


def test_tabs_close_with_what_is_shown_nowhere_else(window: MainWindow, qtbot: Any, runs: Runs) -> None:
    db, a, b = runs.db, runs.a, runs.forks["output"]
    alone = open_run(window, db, a)
    page = beside(window, qtbot, db, a, b)
    assert page.sides["a"].session is alone, "a run is open once"
    assert len(window.pages.pages()) == 1
    fork_document = page.sides["b"].session.document
    press(qtbot, page, "compare.b.alone")
    assert window.workbench.document is fork_document
    assert len(window.pages.pages()) == 2
    window.pages.close_current()
    assert fork_document in window.workbench.documents, "it is still shown beside the other"
    window.pages.setCurrentWidget(page)
    window.pages.close_current()
    QCoreApplication.processEvents()
    assert fork_document not in window.workbench.documents
    assert alone.document in window.workbench.documents, "it has a tab of its own"
    assert window.pages.beside.found == []
    again = beside(window, qtbot, db, a, b)
    window.workbench.part("files").close(again.sides["b"].session.document)
    QCoreApplication.processEvents()
    assert window.pages.beside.found == [], "the tab goes with a run that is closed"


@pytest.mark.thorough
def test_a_long_comparison_can_be_given_up_and_begun_again(
    window: MainWindow, qtbot: Any, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.replay.diff import comparing

    monkeypatch.setattr(comparing, "TELL", 1)
    db, a, b = runs.db, runs.a, runs.forks["output"]
    comparison = window.workbench.part("comparing").open(Source(db, a), Source(db, b))
    comparison.cancel()
    qtbot.waitUntil(lambda: not comparison.is_busy)
    page = window.pages.currentWidget()
    assert isinstance(page, ComparePage)
    if comparison.found is None:  # it was not over before
        assert "stopped" in page.bar.said._full
        press(qtbot, page, "compare.again")
        qtbot.waitUntil(lambda: comparison.found is not None)
    assert "Parts at" in page.bar.said._full


def words(page: ComparePage, which: Which) -> dict[str, str]:
    cards = page.sides[which].canvas.projection.cards
    return {name: card.compared.word for name, card in cards.items() if card.compared is not None}


def check_marks(page: ComparePage) -> None:
    assert words(page, "a") == {
        "critic": "parts here", "route": "differs", "stop": "differs", "writer": "fires more", "result": "fires more",
    }  # fmt: skip
    assert words(page, "b") == {**words(page, "a"), "writer": "fires less", "result": "fires less"}


def test_graphs_that_differ_are_marked_and_listed(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    db, a = record(tmp_path)
    shout = "".join(f'  {name}: {{type: text.template, template: "{{t}}!"}}\n' for name in ("shout", "louder"))
    way = ("writer.text -> shout.t", "shout.text -> louder.t", "louder.text -> result.value")
    changed = GRAPH.replace("  result:", f"{shout}  result:").replace(
        "  - writer.text -> result.value", "\n".join(f"  - {edge}" for edge in way)
    )
    b = forked(db, a, graph=Graph.from_text(changed))
    page = beside(window, qtbot, db, a, b)
    assert (words(page, "b")["shout"], words(page, "b")["louder"]) == ("parts here", "only here")
    facts = [row.fact.name for row in page.tree.differences.rows if isinstance(row, FactRow) and row.kind == "graph"]
    assert {"shout", "louder", "edge writer.text -> shout.t", "edge writer.text -> result.value"} <= set(facts)
    row = next(
        number
        for number, row in enumerate(page.tree.differences.rows)
        if isinstance(row, FactRow) and row.fact.name == "edge writer.text -> shout.t"
    )
    page.tree.setCurrentIndex(page.tree.differences.index(row, 0))
    settle(page, qtbot)
    assert [str(edge) for edge in page.sides["b"].canvas.selected_edges()] == ["writer.text -> shout.t"]
    assert page.sides["a"].canvas.selected_edges() == []


@pytest.mark.thorough
def test_a_run_to_compare_with_is_chosen_by_keys(window: MainWindow, qtbot: Any, runs: Runs) -> None:
    db, a, b = runs.db, runs.a, runs.forks["output"]
    open_run(window, db, b)
    window.workbench.trigger("fork.compare")
    picker = window.workbench.part("runs_beside").picker
    qtbot.waitUntil(picker.isVisible)
    assert picker.current().value[0] == Source(db, a), "its parent comes first"
    QTest.keyClick(picker.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(window.pages.currentWidget(), ComparePage))
    page = window.pages.currentWidget()
    assert isinstance(page, ComparePage)
    assert [side.session.run.id for side in page.sides.values()] == [a, b], "what is continued stands on the left"


def test_runs_selected_in_the_list_are_compared(
    window: MainWindow, qtbot: Any, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    db, a, b = runs.db, runs.a, runs.forks["output"]
    panel = window.workbench.part("runs")
    chosen = [Source(db, b), Source(db, a)]
    monkeypatch.setattr(panel, "selected", lambda: chosen)
    window.workbench.trigger("runs.compare")
    page = window.pages.currentWidget()
    assert isinstance(page, ComparePage)
    assert [side.session.run.id for side in page.sides.values()] == [a, b]
    window.pages.close_current()
    chosen[1:] = []
    window.workbench.trigger("runs.compare")
    page = window.pages.currentWidget()
    assert isinstance(page, ComparePage)
    assert page.sides["a"].session.run.id == a, "one alone is shown beside the run it continues"
    window.pages.close_current()
    chosen[:] = [Source(db, a)]
    said: list[str] = []
    window.workbench.said.connect(lambda text, kind: said.append(text))
    window.workbench.trigger("runs.compare")
    assert any("continues no other run" in text for text in said)
