"""Running the graph that is shown: all of it or a part, held, stepped, stopped, and gone on with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.gui.base.action import Action, why_locked
from studio.gui.workbench import Workbench
from studio.support.errors import UsageError

if TYPE_CHECKING:
    from studio.editing import Document
    from studio.gui.live.bridge import Live
    from studio.gui.live.watching.places import Spot


def _live(workbench: Workbench) -> Live:
    live: Live = workbench.part("live")
    return live


def _has_live(workbench: Workbench) -> bool:
    return "live" in workbench.parts


def _is_free(workbench: Workbench) -> bool:
    return _has_live(workbench) and _live(workbench).is_free()


def _is_running(workbench: Workbench) -> bool:
    return _has_live(workbench) and _live(workbench).active is not None


def _is_held(workbench: Workbench) -> bool:
    return _is_running(workbench) and _live(workbench).state() in ("paused", "pausing", "stepping")


def _can_step(workbench: Workbench) -> bool:
    return _is_held(workbench) or _is_free(workbench)


def _one_node(workbench: Workbench) -> bool:
    return _has_live(workbench) and len(workbench.selection) == 1


def _free_with_node(workbench: Workbench) -> bool:
    return _is_free(workbench) and _one_node(workbench)


def _to_here_is_possible(workbench: Workbench) -> bool:
    return _one_node(workbench) and (_is_free(workbench) or _runs_shown(workbench))


def _runs_shown(workbench: Workbench) -> bool:
    """True if the run that goes on is of the document that is shown."""
    if not _is_running(workbench):
        return False
    active = _live(workbench).active
    return active is not None and active.document is workbench.document


def _was_run(workbench: Workbench) -> bool:
    document = workbench.document
    return _free_with_node(workbench) and document is not None and bool(_live(workbench).of(document).last_run)


def _shown(workbench: Workbench) -> tuple[Document, Spot, str]:
    """The document, the selected node and the path by which runs know it. Raises UsageError if no run comes there."""
    from studio.gui.live.watching.places import Spot

    tab = workbench.current
    assert tab is not None
    spot = Spot(tab.at, workbench.selection[0])
    paths = _live(workbench).paths(tab.document, spot)
    if not paths:
        raise UsageError(f"No run comes to `{spot.name}`.", hint="No subgraph or map runs the graph that it stands in.")
    return tab.document, spot, paths[0]


def _can_run(workbench: Workbench) -> bool:
    return _is_free(workbench) or _can_go_on(workbench)


def _can_go_on(workbench: Workbench) -> bool:
    return _is_paused(workbench) and _runs_shown(workbench)


def _is_paused(workbench: Workbench) -> bool:
    return _is_running(workbench) and _live(workbench).state() in ("paused", "pausing")


def _run_label(workbench: Workbench) -> str:
    return "Go On" if _can_go_on(workbench) else "Run"


def _run(workbench: Workbench) -> None:
    if _can_go_on(workbench):
        _live(workbench).go_on()
    else:
        _start(workbench)


def _why_not(workbench: Workbench) -> str:
    """Say why a run, or a part of one, cannot begin now."""
    if workbench.document is None:
        return "No graph is open."
    if locked := why_locked(workbench):
        return locked
    if _is_running(workbench):
        return "A run is under way: stop it first."
    if len(workbench.selection) != 1:
        return "Select one node."
    return "This graph has no run yet: run it first."


def _why_no_step(workbench: Workbench) -> str:
    if workbench.document is None:
        return "No graph is open."
    if not _is_running(workbench) and (locked := why_locked(workbench)):
        return locked
    return "The run is not held: pause it first." if _is_running(workbench) else "No run is under way."


def _start(workbench: Workbench, goal: str = "", target: str = "") -> None:
    """Run, or show which inputs are missing."""
    from studio.gui.live.runs import MissingInputs

    assert workbench.document is not None
    if workbench.canvas is not None:
        workbench.canvas.cancel_interaction()
    try:
        _live(workbench).run(workbench.document, goal=goal, target=target)  # type: ignore[arg-type]
    except MissingInputs as missing:
        workbench.panel_asked.emit("run")
        _live(workbench).inputs_missing.emit(workbench.document, missing.names)
        raise


def _to_here(workbench: Workbench) -> None:
    _, _, path = _shown(workbench)
    if _runs_shown(workbench):
        _live(workbench).go_to(path)
    else:
        _start(workbench, "to", path)


def _from_here(workbench: Workbench) -> None:
    document, spot, _ = _shown(workbench)
    _live(workbench).rerun(document, _live(workbench).paths(document, spot))


def _only(workbench: Workbench) -> None:
    document, _, path = _shown(workbench)
    if _live(workbench).of(document).last_run:
        _live(workbench).rerun(document, [path], only=path)
    else:
        _start(workbench, "only", path)


def _pause(workbench: Workbench) -> None:
    if _is_paused(workbench):
        _live(workbench).go_on()
    else:
        _live(workbench).pause()


def _pause_label(workbench: Workbench) -> str:
    return "Go On" if _is_paused(workbench) else "Pause"


def _step(workbench: Workbench) -> None:
    if _is_held(workbench):
        _live(workbench).step()
    else:
        _start(workbench, "hold")


def _resume(workbench: Workbench) -> None:
    assert workbench.document is not None
    _live(workbench).continue_last(workbench.document)


def _can_resume(workbench: Workbench) -> bool:
    document = workbench.document
    return _has_live(workbench) and document is not None and _live(workbench).can_resume(document)


def _can_forget(workbench: Workbench) -> bool:
    document = workbench.document
    if not _has_live(workbench) or document is None:
        return False
    mine = _live(workbench).of(document)
    return mine.view is not None and not mine.is_running


def _forget(workbench: Workbench) -> None:
    assert workbench.document is not None
    _live(workbench).forget(workbench.document)


def _breakpoint(workbench: Workbench) -> None:
    from studio.gui.live.watching.places import Spot

    tab = workbench.current
    assert tab is not None
    for name in workbench.selection:
        _live(workbench).toggle_breakpoint(tab.document, Spot(tab.at, name))


def _has_breakpoint(workbench: Workbench) -> bool:
    from studio.gui.live.watching.places import Spot

    tab = workbench.current
    if tab is None or not _one_node(workbench):
        return False
    return Spot(tab.at, workbench.selection[0]) in _live(workbench).of(tab.document).breakpoints


def _freeze(workbench: Workbench) -> None:
    document, spot, _ = _shown(workbench)
    _live(workbench).toggle_frozen(document, spot)


def _is_frozen(workbench: Workbench) -> bool:
    return _is_marked(workbench, "frozen")


def _is_off(workbench: Workbench) -> bool:
    return _is_marked(workbench, "off")


def _is_marked(workbench: Workbench, mark: str) -> bool:
    from studio.gui.live.watching.places import Spot

    tab = workbench.current
    if tab is None or not _one_node(workbench):
        return False
    live, spot = _live(workbench), Spot(tab.at, workbench.selection[0])
    mine = live.of(tab.document)
    return bool(mine.marked(getattr(mine, mark), spot, live.mark(tab.document, spot).region or None))


def _switch_off(workbench: Workbench) -> None:
    document, spot, _ = _shown(workbench)
    _live(workbench).toggle_off(document, spot)


ACTIONS = [
    Action(
        "run.run", "Run", "Run", _run, keys=("F5",), when=_can_run, why=_why_not, label=_run_label, order=100,
        help="Run the graph with the inputs of the panel Run. Lets a run go on that is held.",
    ),
    Action(
        "run.to_here", "Run to Here", "Run", lambda w: _to_here(w), keys=("Ctrl+F5",), when=_to_here_is_possible,
        why=_why_not, order=101, help="Run until the selected node has fired, and hold the run there.",
    ),
    Action(
        "run.from_here", "Run from Here", "Run", _from_here, keys=("Ctrl+Shift+F5",), when=_was_run,
        why=_why_not, order=102,
        help="Fire the selected node again, and what that changes; all else is taken over from the last run.",
    ),
    Action(
        "run.only", "Run Only This", "Run", _only, keys=("Alt+F5",), when=_free_with_node,
        why=_why_not, order=103,
        help="Fire the selected node alone, with what it got in the last run (or after what it needs), and stop.",
    ),
    Action(
        "run.pause", "Pause", "Run", _pause, keys=("Ctrl+F6",), when=_is_running, why=_why_no_step,
        order=200, label=_pause_label,
        help="Start nothing new and hold the run, or let it go on.",
    ),
    Action(
        "run.step", "Step", "Run", _step, keys=("F7",), when=_can_step, why=_why_no_step, order=201,
        help="Let the next firing go; a region opens. Begins a run that is held, if none goes on.",
    ),
    Action(
        "run.step_over", "Step Over", "Run", lambda w: _live(w).step_over(), keys=("F10",), when=_is_held,
        why=_why_no_step, order=202,
        help="Let the next firing go with all that is inside it.",
    ),
    Action(
        "run.step_tick", "Step Tick", "Run", lambda w: _live(w).step_tick(), keys=("Ctrl+F10",), when=_is_held,
        why=_why_no_step, order=203, help="Go on to the end of the present tick.",
    ),
    Action(
        "run.abort", "Stop", "Run", lambda w: _live(w).abort(), keys=("Shift+F5",), when=_is_running,
        why=_why_no_step, order=204,
        help="Cancel the run at once. What it did stays recorded and can be gone on with.",
    ),
    Action(
        "run.resume", "Go On with Last Run", "Run", _resume, keys=("Ctrl+Shift+F6",), when=_can_resume, order=300,
        help="Go on where the last run stopped or failed; nothing that was done is done again.",
    ),
    Action(
        "run.forget", "Clear States", "Run", _forget, when=_can_forget, order=301,
        help="Show nothing of the last run on the canvas any more. It stays recorded.",
    ),
    Action(
        "run.breakpoint", "Breakpoint", "Run", _breakpoint, keys=("F9",), order=400, checked=_has_breakpoint,
        when=lambda w: _has_live(w) and bool(w.selection), edits=True, help="Hold runs before the selected nodes fire.",
    ),
    Action(
        "run.freeze", "Freeze Output", "Run", _freeze, keys=("Ctrl+F9",), when=_one_node, order=401,
        checked=_is_frozen, edits=True, help="Let what the node gave last stand in place of what it would give.",
    ),
    Action(
        "run.knock_out", "Knock Out in This Run", "Run", _switch_off, order=402, checked=_is_off,
        when=lambda w: _one_node(w) and _runs_shown(w), help="Switch the node off for the rest of the run.",
    ),
]  # fmt: skip
