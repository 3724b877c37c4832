"""A recorded run of many modules, stepped by arrow keys from its first firing to its last and back: at each step canvas
and inspector say what the trace says.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QLabel

from studio.graph.model import Edge
from studio.gui.canvas import Canvas
from studio.gui.canvas.wire_item import WireKey
from studio.gui.frame.window import MainWindow
from studio.gui.panels.inspector.firing.page import FiringPage
from studio.gui.panels.inspector.inspector import Inspector
from studio.gui.replay.session import Session, Source
from studio.support.resources import bundled_graphs
from studio.trace.found import Firing, producers_of
from studio.trace.log import MODEL_KINDS
from tests.gui.replay.by_the_record import Expected, OnWire, Record, says, text_of
from tests.gui.support import key
from tests.support.thorough import draws, thorough_but

SAID = {"ok": "ok", "error": "error", "skipped": "skipped", "steady": "ok", "running": "running", "waiting": "waiting"}
"""How the canvas calls a node's state."""


def recorded(name: str) -> Path:
    return next(path for path in bundled_graphs() if path.stem == name).with_suffix(".run.db")


def open_run(window: MainWindow, db: Path) -> Session:
    session = window.workbench.part("replay").open(Source(db, "last"))
    assert isinstance(session, Session)
    return session


def canvas_of(window: MainWindow) -> Canvas:
    canvas = window.workbench.canvas
    assert canvas is not None
    QCoreApplication.processEvents()
    canvas.states.show()
    return canvas


def wrong_on(canvas: Canvas, expected: dict[str, Expected], here: str) -> list[str]:
    """Return where a canvas differs from what the record says; `here` is the node that is selected on it."""
    wrong = []
    for name, one in expected.items():
        shown = canvas.projection.cards[name].state
        allowed = {SAID[status] for status in one.status.split(" or ")}
        if shown.status not in allowed:
            wrong.append(f"{name}: {shown.status!r}, not {allowed}")
        if one.status in ("skipped", "error") and one.firing is not None:
            if " ".join(one.firing.reason.split())[:40] not in shown.text:
                wrong.append(f"{name}: {shown.text!r} does not say why: {one.firing.reason!r}")
        if one.firing is not None and one.status in ("ok", "skipped") and shown.tick != one.firing.tick:
            wrong.append(f"{name}: tick {shown.tick!r}, not {one.firing.tick!r}")
    if canvas.selected() != [here]:
        wrong.append(f"selected is {canvas.selected()}, not {here}")
    return wrong


def wrong_on_wires(canvas: Canvas, expected: list[tuple[Edge, OnWire]]) -> list[str]:
    """Return where the wires of a canvas differ from what the record says."""
    shown = canvas.wire_values.values
    if not {WireKey.of(edge) for edge, _ in expected} <= set(shown):
        return [f"wires: {set(shown)}"]
    wrong = [] if len(shown) == len({WireKey.of(edge) for edge, _ in expected}) else [f"wires: {set(shown)}"]
    for edge, one in expected:
        value = shown[WireKey.of(edge)]
        if value.kind != one.kind:
            wrong.append(f"{edge}: {value.kind!r}, not {one.kind!r}")
        elif not says(value.text, one.value[0]) if one.value else value.text:
            wrong.append(f"{edge}: {value.text!r}, not {one.value!r}")
        coming = one.coming or (("–",) if one.is_next_decided else ("",))
        if not says(value.coming, coming[0]):
            wrong.append(f"{edge}: {value.coming!r} comes, not {coming!r}")
    return wrong


def both(canvas: Canvas, nodes: dict[str, Expected], here: str, wires: list[tuple[Edge, OnWire]]) -> list[str]:
    """Return where nodes and wires of a canvas differ from what the record says."""
    return wrong_on(canvas, nodes, here) + wrong_on_wires(canvas, wires)


def until_none(qtbot: Any, canvas: Canvas, wrong: Callable[[], list[str]]) -> None:
    """Fail with what is wrong, unless it comes right: a canvas takes a few milliseconds' worth of a step at a time."""

    def is_right() -> bool:
        canvas.states.show()
        return wrong() == []

    with suppress(qtbot.TimeoutError):
        qtbot.waitUntil(is_right)
    assert wrong() == []


def page_of(window: MainWindow, qtbot: Any, seq: int) -> FiringPage:
    """The page of a firing in the inspector, once it shows a step."""
    inspector = window.panel("inspector")
    assert isinstance(inspector, Inspector)

    def shows() -> bool:
        page = inspector.page
        if not isinstance(page, FiringPage) or page.asking() is None:
            return False
        facts = page.shown()
        return facts is not None and facts.step == seq

    if not shows():
        qtbot.waitUntil(shows)
    assert isinstance(inspector.page, FiringPage)
    return inspector.page


def wrong_in(page: FiringPage, record: Record, firing: Firing) -> list[str]:
    """Return where the inspector differs from what the record says of a firing."""
    facts, asking = page.shown(), page.asking()
    assert facts is not None
    assert asking is not None
    wrong = []
    pairs: dict[str, tuple[Any, Any]] = {
        "node": (facts.node, firing.node),
        "type": (facts.type, firing.type),
        "firing": (facts.firing, firing.id),
        "tick": (facts.tick, firing.tick),
        "status": (facts.status, firing.status),
        "reason": (facts.reason, firing.reason),
        "attempt": (facts.attempt, firing.attempt),
        "outputs": (
            {one.port: text_of(one.value) for one in facts.outputs if one.present},
            {port: text_of(value) for port, value in firing.outputs.items()},
        ),
        "calls": (
            [call.effect.request for call in asking.calls()],
            [one.request for one in record.effects[firing.id] if one.kind in MODEL_KINDS],
        ),
        "replies": (
            [call.effect.response for call in asking.calls()],
            [one.response for one in record.effects[firing.id] if one.kind in MODEL_KINDS],
        ),
    }
    if firing.status != "skipped":
        pairs["origin"] = (facts.origin, firing.origin)
        pairs["inputs"] = (
            sorted((one.port, one.maker.firing, one.maker.port) for one in facts.inputs if one.maker is not None),
            sorted(
                (port, id, output) for port, wires in firing.inputs.items() for id, output in producers_of(wires) if id
            ),
        )
    for what, (shown, said) in pairs.items():
        if shown != said:
            wrong.append(f"{what}: {shown!r}, not {said!r}")
    texts = [label.text() for label in page.findChildren(QLabel) if label.isVisibleTo(page)]
    name = firing.node.rpartition("/")[2]
    for text in (name, f"step {firing.seq}"):
        if not any(text in one.replace(",", "") for one in texts):
            wrong.append(f"{text!r} is not to be read")
    return wrong


@pytest.mark.parametrize("name", thorough_but(lambda name: name == "critic_loop", ["order_desk", "critic_loop"]))
def test_each_step_forth_and_back_shows_what_the_trace_says(window: MainWindow, qtbot: Any, name: str) -> None:
    record = Record(recorded(name))
    session = open_run(window, recorded(name))
    seen: list[int] = []

    def look(seq: int) -> None:
        assert session.seq == seq
        firing = record.at(seq)
        canvas = canvas_of(window)
        assert canvas.document is session.document
        assert canvas.at == record.where(firing.node)
        nodes, wires, here = record.nodes(seq), record.wires(seq), firing.node.rpartition("/")[2]
        until_none(qtbot, canvas, partial(both, canvas, nodes, here, wires))
        assert wrong_in(page_of(window, qtbot, seq), record, firing) == []
        seen.append(seq)

    session.seek(1)
    look(1)
    step(window, Qt.Key.Key_Right, range(2, len(record) + 1), look)
    press(window, Qt.Key.Key_Right)
    assert session.seq == len(record), "there is nothing behind the last step"
    step(window, Qt.Key.Key_Left, range(len(record) - 1, 0, -1), look)

    assert len(seen) == 2 * len(record) - 1


def test_around_a_region_the_graph_shows_what_the_trace_says_at_each_step_inside(
    window: MainWindow, qtbot: Any
) -> None:
    record = Record(recorded("order_desk"))
    session = open_run(window, recorded("order_desk"))
    inside = [seq for seq in range(1, len(record) + 1) if "/" in record.at(seq).node]
    assert len(inside) > 40
    far = inside[-draws(3, 6) :]
    session.seek(inside[0] - 1)
    canvas_of(window)
    press(window, Qt.Key.Key_V)
    window.workbench.show(session.document, ())
    for seq in inside[: draws(8, 16)] + far:  # its beginning, and its end
        if seq == far[0]:
            session.seek(seq - 1)
        while session.seq < seq:
            press(window, Qt.Key.Key_Right)
        canvas = canvas_of(window)
        assert canvas.at == (), "who does not follow stays where he is"
        region = record.at(seq).node.split("/")[0]
        canvas.select([region])
        nodes, wires = record.nodes(seq, top=True), record.wires(seq, top=True)
        assert nodes[region].status.startswith("running")
        until_none(qtbot, canvas, partial(both, canvas, nodes, region, wires))
        assert canvas.marks.current_name == region


def step(window: MainWindow, which: Qt.Key, seqs: range, look: Callable[[int], None]) -> None:
    for seq in seqs:
        press(window, which)
        look(seq)


def press(window: MainWindow, which: Qt.Key) -> None:
    key(canvas_of(window), which)


def test_the_comparison_sees_a_canvas_that_stands_elsewhere(window: MainWindow, qtbot: Any) -> None:
    record = Record(recorded("order_desk"))
    session = open_run(window, recorded("order_desk"))
    top = [seq for seq in range(1, len(record) + 1) if "/" not in record.at(seq).node]
    session.seek(top[20])
    canvas = canvas_of(window)
    here = record.at(top[20]).node

    until_none(qtbot, canvas, lambda: wrong_on(canvas, record.nodes(top[20]), here))
    assert wrong_on(canvas, record.nodes(top[18]), here), "a step before"
    assert wrong_on(canvas, record.nodes(top[22]), here), "a step after"


def test_the_comparison_sees_wires_that_say_something_else(window: MainWindow, qtbot: Any) -> None:
    record = Record(recorded("critic_loop"))
    session = open_run(window, recorded("critic_loop"))
    seq = next(seq for seq in range(1, len(record)) if any(one.coming for _, one in record.wires(seq)))
    session.seek(seq)
    canvas = canvas_of(window)
    right = record.wires(seq)

    until_none(qtbot, canvas, lambda: wrong_on_wires(canvas, right))
    for number, (edge, one) in enumerate(right):
        others = [replace(one, kind="open" if one.kind != "open" else "value")]
        others += [replace(one, value=("something else",))] if one.value else []
        others += [replace(one, coming=("something else",))]
        for other in others:
            assert len(wrong_on_wires(canvas, [*right[:number], (edge, other), *right[number + 1 :]])) == 1, other
    assert wrong_on_wires(canvas, right[1:]), "a wire too many"
    assert says("0.3622", 0.362276853957)
    assert not says("0.3622", 0.372276853957)
    assert not says("…", "a long text that is cut too soon")


def test_the_comparison_sees_an_inspector_that_stands_elsewhere(window: MainWindow, qtbot: Any) -> None:
    record = Record(recorded("critic_loop"))
    session = open_run(window, recorded("critic_loop"))
    session.seek(2)
    canvas_of(window)
    page = page_of(window, qtbot, 2)

    assert wrong_in(page, record, record.at(2)) == []
    assert len(wrong_in(page, record, record.at(3))) > 3
    page.head.hide()
    assert any("not to be read" in one for one in wrong_in(page, record, record.at(2)))
    page.head.show()  # the window is also the next one's
