"""Causes in a run that is stepped through: what led here, what it led to, why there is nothing; lit on the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.gui.base.action import Action
from studio.gui.replay.in_front import session_in_front, why_no_run
from studio.gui.workbench import Workbench

if TYPE_CHECKING:
    from studio.graph.model import Edge
    from studio.gui.canvas import Canvas
    from studio.gui.live.watching.places import Spot
    from studio.gui.replay.causes.lights import Lights


def _lights(workbench: Workbench) -> Lights:
    lights: Lights = workbench.part("causes")
    return lights


def _in_replay(workbench: Workbench) -> bool:
    return "causes" in workbench.parts and session_in_front(workbench) is not None and workbench.canvas is not None


def _is_lit(workbench: Workbench) -> bool:
    session = session_in_front(workbench)
    return session is not None and session.lit is not None and bool(session.lit.seqs)


def _is_shown(workbench: Workbench) -> bool:
    session = session_in_front(workbench)
    return session is not None and (session.lit is not None or _lights(workbench).of(session) is not None)


def _is_answered(workbench: Workbench) -> bool:
    shown = _lights(workbench).of(session_in_front(workbench)) if _in_replay(workbench) else None
    return shown is not None and shown.answer is not None


def _why_not(workbench: Workbench) -> str:
    return why_no_run(workbench) or "Nothing is lit."


def _label(workbench: Workbench) -> str:
    session, canvas = session_in_front(workbench), workbench.canvas
    if session is not None and canvas is not None and len(workbench.selection) == 1:
        node = session.node_at(_spot(canvas, workbench.selection[0]))
        if node is not None and node.state in ("skipped", "waiting", "not yet"):
            return "Why Is There Nothing?"
    return "Why Is This Here?"


def _spot(canvas: Canvas, name: str) -> Spot:
    from studio.gui.live.watching.places import Spot

    return Spot(canvas.at, name)


def _wire_meant(canvas: Canvas) -> Edge | None:
    """The wire under the mouse, or the one that is selected."""
    target = canvas.view.target
    if target is not None and target.kind in ("wire", "handle") and canvas.view.underMouse():
        item = canvas.projection.wires.get(target.wire) if target.wire is not None else None
        if item is not None:
            return item.edge
    edges = canvas.selected_edges()
    return edges[0] if len(edges) == 1 and not canvas.selected() else None


def _output_meant(canvas: Canvas) -> tuple[str, str] | None:
    """Node and name of the output under the mouse."""
    target = canvas.view.target
    if target is not None and target.port is not None and target.port.is_output and canvas.view.underMouse():
        return target.port.node, target.port.name
    return None


def _ask(workbench: Workbench, *, down: bool) -> None:
    session, canvas = session_in_front(workbench), workbench.canvas
    assert session is not None
    assert canvas is not None
    lights = _lights(workbench)
    edge, output = _wire_meant(canvas), _output_meant(canvas)
    if output is not None:
        lights.light_node(session, _spot(canvas, output[0]), output[1], down=down)
    elif edge is not None:
        lights.light_wire(session, _spot(canvas, edge.source), edge, down=down)
    elif len(canvas.selected()) == 1:
        lights.light_node(session, _spot(canvas, canvas.selected()[0]), down=down)
    else:
        lights.light(session, session.here.id, down=down)


def _step(workbench: Workbench, way: str) -> None:
    session = session_in_front(workbench)
    if session is not None and not _lights(workbench).step(session, way):
        workbench.say("There is no lit step further on." if way in ("next", "last") else "There is no lit step before.")


def _end(workbench: Workbench) -> None:
    session = session_in_front(workbench)
    if session is not None:
        _lights(workbench).clear(session)
        if session.lit is not None:
            session.light(None)


def _copy(workbench: Workbench) -> None:
    session = session_in_front(workbench)
    if session is not None:
        _lights(workbench).copy_text(session)


ACTIONS = [
    Action(
        "causes.why", "Why Is This Here?", "Replay", lambda w: _ask(w, down=False), keys=("Y",), order=700,
        when=_in_replay, label=_label, canvas=True, why=_why_not,
        help="Light what led to the selected node's firing, or to the value at the output or wire under the mouse; of "
        "what is not there, why.",
    ),
    Action(
        "causes.led_to", "What Did It Lead To?", "Replay", lambda w: _ask(w, down=True), keys=("Shift+Y",),
        order=701, when=_in_replay, canvas=True, why=_why_not,
        help="Light what the selected node's firing, or the value at the output or wire under the mouse, led to.",
    ),
    Action(
        "causes.next", "Next Lit Step", "Replay", lambda w: _step(w, "next"), keys=("Alt+Y",), order=710,
        when=_is_lit, why=_why_not, help="Go to the next step that is lit.",
    ),
    Action(
        "causes.previous", "Previous Lit Step", "Replay", lambda w: _step(w, "previous"),
        keys=("Alt+Shift+Y",), order=711, when=_is_lit, why=_why_not, help="Go to the step before that is lit.",
    ),
    Action(
        "causes.first", "First Lit Step", "Replay", lambda w: _step(w, "first"), order=712, when=_is_lit,
        why=_why_not, help="Go to the first step that is lit: where it began.",
    ),
    Action(
        "causes.last", "Last Lit Step", "Replay", lambda w: _step(w, "last"), order=713, when=_is_lit,
        why=_why_not, help="Go to the last step that is lit.",
    ),
    Action(
        "causes.copy", "Copy Causes as Text", "Replay", _copy, order=720, when=_is_answered, why=_why_not,
        help="Copy what is lit as a tree of text, as `studio why` prints it.",
    ),
    Action(
        "causes.end", "Light Nothing", "Replay", _end, keys=("Esc",), order=721, when=_is_shown, canvas=True,
        why=_why_not, help="End the search, and light nothing on graph and timeline.",
    ),
]  # fmt: skip
