"""A step in a large graph: nodes in view are shown with it, wires and all others soon after, and all are right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio.editing import TOP
from studio.gui.canvas import Canvas
from studio.gui.canvas.wire_item import WireKey
from studio.gui.frame.window import MainWindow
from studio.gui.replay import canvases
from studio.gui.replay.in_view import in_view
from studio.gui.replay.on_wires import OnWires
from studio.gui.replay.session import Session
from studio.gui.replay.showing import STATUS
from studio.replay.states.wires import Lying
from studio.support.errors import StudioError
from tests.gui.replay.runs import look_at_all, opened, replays, settle
from tests.support.runs import made

NODES = 100
TICKS = 4

CHAIN = "\n".join(
    [
        "studio: 1",
        "name: chain",
        f"max_ticks: {TICKS}",
        "nodes:",
        *(f"  n{number}: {{type: math.expression, expression: x + 1}}" for number in range(NODES)),
        "edges:",
        *(f"  - n{number - 1}.value -> n{number}.x" for number in range(1, NODES)),
        f"  - n{NODES - 1}.value ~> n0.x: {{initial: 0}}",
    ]
)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(CHAIN, tmp_path_factory.mktemp("chain") / "chain.db")


@pytest.fixture
def session(window: MainWindow, chain: Path, qtbot: Any) -> Session:
    return opened(window, chain)


def look_close(window: MainWindow, qtbot: Any) -> None:
    """Look at a few of the nodes."""
    settle(window).zoom_to(["n0", "n1"])
    rest(window, qtbot)


def rest(window: MainWindow, qtbot: Any) -> Canvas:
    """Wait until all of a step is shown."""
    qtbot.waitUntil(lambda: not replays(window)._canvases._later.isActive())
    canvas = settle(window)
    canvas.states.show()
    return canvas


def wrong(session: Session, canvas: Canvas, names: list[str]) -> list[str]:
    """Return the nodes that look other than they stood at the step."""
    state = session.state_at(canvas.at)
    assert state is not None
    found = []
    for name in names:
        node, shown = state.nodes[name], canvas.projection.cards[name].state
        tick = "" if node.last is None else node.last.tick
        if (shown.status, shown.tick) != (STATUS[node.state], tick):
            found.append(name)
    return found


def test_a_step_in_a_large_graph(window: MainWindow, session: Session, qtbot: Any, subtests: pytest.Subtests) -> None:
    looks = (
        nodes_in_view_are_shown_with_the_step_and_all_others_after_it,
        wires_say_what_lies_on_them_after_each_step,
        wires_in_view_say_it_with_the_step_and_all_others_after_it,
        what_cannot_be_read_of_the_rest_is_told_and_not_asked_again,
        who_goes_on_and_on_sees_the_rest_all_the_same,
        what_ports_nodes_have_is_found_out_once_for_canvas_and_states,
    )
    look_at_all(subtests, looks, window, session, qtbot)


def nodes_in_view_are_shown_with_the_step_and_all_others_after_it(
    window: MainWindow, session: Session, qtbot: Any
) -> None:
    look_close(window, qtbot)
    canvas = window.workbench.canvas
    assert canvas is not None
    for place in (session.last, 2 * NODES + 7, NODES + 75, 3):
        session.seek(place)
        seen = canvas.visible_nodes()
        assert 0 < len(seen) < NODES / 2
        assert wrong(session, canvas, seen) == []
        assert wrong(session, canvas, list(canvas.projection.cards)), "nothing was left for later: no control"
        rest(window, qtbot)
        assert wrong(session, canvas, list(canvas.projection.cards)) == []


def wires_say_what_lies_on_them_after_each_step(window: MainWindow, session: Session, qtbot: Any) -> None:
    look_close(window, qtbot)
    for place in (session.last, NODES + 75):
        session.seek(place)
        canvas = rest(window, qtbot)
        state = session.state_at(canvas.at)
        assert state is not None
        told = {WireKey.of(wire.edge): wire.lying for wire in state.wires}
        assert {lying.state for lying in told.values()} == (
            {"present"} if place == session.last else {"present", "open"}
        )
        for key, lying in told.items():
            expected = str(lying.value) if lying.state == "present" else ""
            assert canvas.wire_values.values[key].text == expected, key


def wires_in_view_say_it_with_the_step_and_all_others_after_it(
    window: MainWindow, session: Session, qtbot: Any
) -> None:
    look_close(window, qtbot)
    canvas = window.workbench.canvas
    assert canvas is not None
    for place in (session.last, NODES + 75, 3):
        session.seek(place)
        state = session.state_at(canvas.at)
        assert state is not None
        told = {WireKey.of(wire.edge): wire.lying for wire in state.wires}
        _, seen = in_view(canvas)
        assert 0 < len(seen) < NODES / 2
        assert not wrong_on(canvas, {key: told[key] for key in seen})
        assert wrong_on(canvas, told), "nothing was left for later: no control"
        assert not replays(window).is_shown(session)
        rest(window, qtbot)
        assert not wrong_on(canvas, told)
        assert replays(window).is_shown(session)


def wrong_on(canvas: Canvas, told: dict[WireKey, Lying]) -> list[WireKey]:
    """Return the wires that say something else than lies on them."""
    shown = canvas.wire_values.values
    texts = {key: str(lying.value) if lying.state == "present" else "" for key, lying in told.items()}
    return [key for key, text in texts.items() if key not in shown or shown[key].text != text]


def what_cannot_be_read_of_the_rest_is_told_and_not_asked_again(
    window: MainWindow, session: Session, qtbot: Any
) -> None:
    look_close(window, qtbot)
    session.seek(5)
    told: list[object] = []
    session.troubled.connect(told.append)
    service = replays(window)._canvases

    def fail(*_: object) -> None:
        raise StudioError("It is damaged.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OnWires, "show", fail)
        service._pause = 0
        service._go_on()

    assert [str(one) for one in told] == ["It is damaged."]
    assert replays(window).is_shown(session)


def who_goes_on_and_on_sees_the_rest_all_the_same(window: MainWindow, session: Session, qtbot: Any) -> None:
    look_close(window, qtbot)
    service = replays(window)._canvases
    session.seek(3)
    session.seek(5)
    assert service._pause == canvases.AFTER_MS
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(canvases, "LONGEST_S", -1.0)  # it was put off for long enough
        service._pause = 0
        service._later.start(1)
        session.seek(6)
    assert (service._pause, service._later.interval()) == (0, 1), "put off again"


def what_ports_nodes_have_is_found_out_once_for_canvas_and_states(
    window: MainWindow, session: Session, qtbot: Any
) -> None:
    plan = session.cursor.regions.top().plan
    assert plan is not None
    assert all(node.params is session.document.ports(TOP, node.name).params for node in plan.nodes)
