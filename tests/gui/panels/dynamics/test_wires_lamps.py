"""What flows over the wires, and the lamp test of a node."""

from __future__ import annotations

from pathlib import Path

from studio.gui.canvas.wire_item import WireKey
from studio.gui.replay.session import Session
from studio.replay.dynamics import recorded_run
from studio.trace import Trace
from tests.gui.panels.dynamics.conftest import CIRCLE, ROUND, WORK, Hand, played

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


def test_shares_are_painted_and_cost_nothing_when_off(hand: Hand, circling: Session) -> None:
    canvas = hand.window.workbench.canvas
    assert canvas is not None
    before = canvas.to_image()

    hand.click("dynamics.wires")
    assert canvas.to_image() != before

    hand.click("dynamics.wires")
    assert canvas.wire_shares._item is None


def test_they_stay_with_the_graph_whose_run_it_is(hand: Hand, circling: Session, tmp_path: Path) -> None:
    hand.click("dynamics.wires")
    first = hand.window.workbench.canvas
    assert first is not None
    assert first.wire_shares.shares

    hand.open(played(tmp_path, WORK, ticks=7, name="other"))

    assert first.wire_shares.shares == {}


def test_the_answers_of_a_node_are_compared_as_the_command_line_does(hand: Hand, tmp_path: Path) -> None:
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


def test_one_answer_is_no_lamp_test(hand: Hand, tmp_path: Path) -> None:
    hand.open(played(tmp_path, WORK, ticks=1))
    hand.click("dynamics.view.lamps")
    view = hand.views.lamps
    hand.until(lambda: not view.is_busy)

    assert view.told.text() == "`planner` gave one answer in this run. A lamp test compares several."
    assert view.found is None
    assert not hand.panel.can_save()
