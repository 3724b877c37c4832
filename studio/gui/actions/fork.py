"""Running on from a step of a recorded run with something changed, and comparing what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.gui.base.action import Action
from studio.gui.replay.in_front import session_in_front, why_no_run
from studio.gui.workbench import Workbench
from studio.support.errors import UsageError

if TYPE_CHECKING:
    from studio.gui.replay.forking.service import Forks
    from studio.gui.replay.session import Source


def _forks(workbench: Workbench) -> Forks | None:
    forks: Forks | None = workbench.parts.get("forks")
    return forks


def _shows_run(workbench: Workbench) -> bool:
    return _forks(workbench) is not None and session_in_front(workbench) is not None


def _fork_here(workbench: Workbench) -> None:
    forks = _forks(workbench)
    if forks is not None:
        forks.fork_here()


def _can_run(workbench: Workbench) -> bool:
    forks, session = _forks(workbench), session_in_front(workbench)
    return forks is not None and session is not None and forks.draft(session) is not None and not _why(workbench)


def _why(workbench: Workbench) -> str:
    forks, session = _forks(workbench), session_in_front(workbench)
    if forks is None or session is None:
        return why_no_run(workbench)
    return forks.why_not(session) if forks.draft(session) is not None else "Nothing is changed yet: fork here first."


def _run(workbench: Workbench) -> None:
    forks, session = _forks(workbench), session_in_front(workbench)
    if forks is not None and session is not None:
        forks.run(session)


def _changes_params(workbench: Workbench) -> bool:
    forks, session = _forks(workbench), session_in_front(workbench)
    draft = None if forks is None or session is None else forks.draft(session)
    return draft is not None and any(piece.key.kind == "param" for piece in draft.pieces)


def _apply(workbench: Workbench) -> None:
    forks, session = _forks(workbench), session_in_front(workbench)
    if forks is not None and session is not None:
        forks.apply_to_todays(session)


def _selected(workbench: Workbench) -> list[Source]:
    panel = workbench.parts.get("runs")
    chosen: list[Source] = [] if panel is None else panel.selected()
    return chosen


def _can_compare(workbench: Workbench) -> bool:
    return "comparing" in workbench.parts and len(_selected(workbench)) in (1, 2)


def _compare(workbench: Workbench) -> None:
    """Show two selected runs side by side; one alone beside the run that it continues."""
    from studio.gui.popups.runs_beside import show_beside
    from studio.gui.replay.session import Source
    from studio.trace import Trace

    pairs = []
    for source in _selected(workbench):
        with Trace(source.db, foreign=source.foreign) as trace:
            run = trace.run(source.run)
            pairs.append((source, run))
            if len(_selected(workbench)) == 1:
                if not run.parent_run or not trace.has_run(run.parent_run):
                    raise UsageError(f"The run {run.id} continues no other run.", hint="Select two runs.")
                above = Source(source.db, run.parent_run, source.foreign)
                pairs.append((above, trace.run(run.parent_run)))
    show_beside(workbench, *pairs)


def _compare_with(workbench: Workbench) -> None:
    from studio.gui.popups.runs_beside import RunsBeside

    session = session_in_front(workbench)
    if session is None:
        return
    asks = workbench.parts.get("runs_beside")
    if asks is None:
        asks = workbench.parts["runs_beside"] = RunsBeside(workbench, workbench.part("window"))
    asks.ask(session)


ACTIONS = [
    Action(
        "runs.compare", "Compare Side by Side", "Run/Recorded Runs", _compare, when=_can_compare, order=120,
        why=lambda w: "Select two runs in the panel Runs, or one that continues another.",
        help="Show two selected runs side by side, linked step by step, with all that differs and where they part.",
    ),
    Action(
        "fork.compare", "Compare with Run…", "Replay", _compare_with, when=_shows_run,
        why=why_no_run, order=503,
        help="Choose a run that the one in front goes on from, that goes on from it, or of the same graph, and show "
        "both side by side.",
    ),
    Action(
        "fork.here", "Fork Here…", "Replay", _fork_here, keys=("Ctrl+Shift+K",), when=_shows_run, why=why_no_run,
        order=500,
        help="Change a prompt, another param or an output from this step on, and run on from here as a new run.",
    ),
    Action(
        "fork.run", "Run Fork", "Replay", _run, keys=("Ctrl+Shift+Return",), when=_can_run, why=_why, order=501,
        help="Run on with the changes that are gathered in the panel Fork; the recorded run stays as it is.",
    ),
    Action(
        "fork.apply", "Apply Fork to Today's Graph", "Replay", _apply, when=_changes_params, order=502,
        why=lambda w: "The fork changes no param.",
        help="Set the params that the fork changes in the graph file as it is today, as one edit that can be undone.",
    ),
]  # fmt: skip
