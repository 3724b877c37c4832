"""What flows over the wires, and the lamp test of a node."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio.gui.canvas.wire_item import WireKey
from studio.gui.replay.session import Session
from studio.replay.dynamics import recorded_run
from studio.trace import Trace
from tests.gui.panels.dynamics.conftest import CIRCLE, ROUND, WORK, Hand, played
from tests.gui.panels.stores.conftest import SHOP
from tests.support.runs import made

HELPED = CIRCLE.replace(
    "  - planner.text -> critic.step", "  - planner.text -> quote.text\n  - quote.text -> critic.step"
).replace("  result: {", '  quote: {type: text.template, template: "You said: {text}"}\n  result: {')


def key(source: str, target: str) -> WireKey:
    (a, b), (c, d) = source.split("."), target.split(".")
    return WireKey(a, b, c, d, False)


def test_shares_are_shown_on_wires_between_modules_and_through_helpers(hand: Hand, tmp_path: Path) -> None:
    session = hand.open(played(tmp_path, ROUND, ticks=12, text=HELPED))
    from studio.dynamics.measuring.measures import measure

    with Trace(session.source.db) as trace:
        measures = measure(recorded_run(trace))
    flow = {(a.id, b.id): measures.flow[i][j] for i, a in enumerate(measures.modules)
            for j, b in enumerate(measures.modules)}  # fmt: skip
    canvas = hand.window.workbench.canvas
    assert canvas is not None
    assert canvas.wire_shares.shares == {}

    hand.click("dynamics.wires")

    shares = canvas.wire_shares.shares
    assert shares[key("planner.text", "quote.text")] == flow["planner", "critic"]
    assert shares[key("quote.text", "critic.step")] == flow["planner", "critic"]
    assert key("goal.value", "planner.goal") not in shares, "an input is no module"
    hand.click("dynamics.wires")
    assert canvas.wire_shares.shares == {}

    hand.click("dynamics.wires")
    assert hand.panel.on_wires._canvas is canvas
    hand.window.workbench.remove(session.document)
    assert hand.panel.on_wires._canvas is None, "a graph that is closed is let go of, whoever looks at the panel"


def test_shares_are_painted_cost_nothing_when_off_and_stay_with_the_graph_whose_run_it_is(
    hand: Hand, circling: Session, tmp_path: Path
) -> None:
    canvas = hand.window.workbench.canvas
    assert canvas is not None
    before = canvas.to_image()

    hand.click("dynamics.wires")
    assert canvas.to_image() != before

    hand.click("dynamics.wires")
    assert canvas.wire_shares._item is None

    hand.click("dynamics.wires")
    first = hand.window.workbench.canvas
    assert first is not None
    assert first.wire_shares.shares

    hand.open(played(tmp_path, WORK, ticks=7, name="other"))

    assert first.wire_shares.shares == {}


def test_the_answers_of_a_node_are_compared_as_the_command_line_does_and_copies_are_asked_anew(
    hand: Hand, tmp_path: Path
) -> None:
    from studio.cases.lamps import answers_of
    from studio.dynamics.measuring.lamps import lamps

    session = hand.open(played(tmp_path, WORK, ticks=7))
    canvas = hand.window.workbench.canvas
    assert canvas is not None

    canvas.select(["critic"])
    hand.click("dynamics.view.lamps")
    view = hand.views.lamps
    hand.until(lambda: not view.is_busy)

    with Trace(session.source.db) as trace:
        expected = lamps(answers_of(trace, "last", "critic"))
    assert view.node.currentText() == "critic"
    assert view.found == expected
    assert view.told.text().startswith(expected.suggests)
    told = view.curve.told_at(view.curve.area().right())
    assert told.startswith(f"7 answers: {expected.together[-1]:,.0f} bytes together")

    canvas.select(["planner"])
    hand.until(lambda: view.node.currentText() == "planner" and not view.is_busy)
    hand.window.workbench.part("live").db = tmp_path / "copies.db"
    view.count.setValue(3)
    hand.click("lamps.ask")
    hand.until(lambda: view.found is not None and not view.is_busy)

    answer = "Climbed the ladder; 14 shingles on the north side are split."
    assert view.copies.answers == [answer] * 3, "the script's first reply, each time"
    assert view.found == lamps([answer] * 3)
    assert view.told.text().startswith("3 copies of planner: From answer 2 on")
    with Trace(tmp_path / "copies.db") as trace:
        assert len(list(trace.runs())) == 3
        assert trace.run("last").graph == "lamps of planner"
    assert session.run.id not in {run.id for run in _runs(tmp_path / "copies.db")}


@pytest.mark.thorough
def test_one_answer_is_no_lamp_test(hand: Hand, tmp_path: Path) -> None:
    hand.open(played(tmp_path, WORK, ticks=1))
    hand.click("dynamics.view.lamps")
    view = hand.views.lamps
    hand.until(lambda: not view.is_busy)

    assert view.told.text() == "`planner` gave one answer in this run. A lamp test compares several."
    assert view.found is None
    assert not hand.panel.can_save()


def _runs(db: Path) -> list[Any]:
    with Trace(db) as trace:
        return list(trace.runs())


@pytest.mark.thorough
def test_a_node_that_asks_no_model_has_no_copies(hand: Hand, tmp_path: Path) -> None:
    hand.open(made(SHOP, tmp_path / "shop.db"))
    hand.click("dynamics.view.lamps")
    view = hand.views.lamps
    hand.until(lambda: not view.is_busy)
    node = view.node.currentText()
    assert node in ("note", "push", "pop", "fact")

    hand.click("lamps.ask")
    hand.until(lambda: not view.is_busy)

    assert view.told.text().startswith(f"`{node}` asks no model")
    assert not view.copies.is_busy


@pytest.mark.thorough
def test_asking_copies_can_be_given_up(hand: Hand, tmp_path: Path) -> None:
    hand.open(played(tmp_path, WORK, ticks=7))
    hand.window.workbench.part("live").db = tmp_path / "copies.db"
    hand.click("dynamics.view.lamps")
    view = hand.views.lamps
    hand.until(lambda: not view.is_busy)
    view.count.setValue(100)

    hand.click("lamps.ask")
    hand.until(lambda: view.copies.is_busy)
    assert view.ask.text() == "Cancel"
    hand.click("lamps.ask")
    hand.until(lambda: not view.is_busy)

    assert view.told.text() == "Given up. What was asked stays recorded."
    assert len(view.copies.answers) < 100
    assert view.ask.text() == "Ask"
