"""Running on from a step of a recorded run with something changed, and comparing what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.gui.base.action import Action
from studio.gui.workbench import Workbench

if TYPE_CHECKING:
    from studio.gui.replay.forking.service import Forks
    from studio.gui.replay.session import Session


def _forks(workbench: Workbench) -> Forks | None:
    forks: Forks | None = workbench.parts.get("forks")
    return forks


def _session(workbench: Workbench) -> Session | None:
    replays = workbench.parts.get("replay")
    session: Session | None = None if replays is None else replays.current
    return session


def _shows_run(workbench: Workbench) -> bool:
    return _forks(workbench) is not None and _session(workbench) is not None


def _no_run(workbench: Workbench) -> str:
    return "No run is shown: open a recorded run."


def _fork_here(workbench: Workbench) -> None:
    forks = _forks(workbench)
    if forks is not None:
        forks.fork_here()


def _can_run(workbench: Workbench) -> bool:
    forks, session = _forks(workbench), _session(workbench)
    return forks is not None and session is not None and forks.draft(session) is not None and not _why(workbench)


def _why(workbench: Workbench) -> str:
    forks, session = _forks(workbench), _session(workbench)
    if forks is None or session is None:
        return _no_run(workbench)
    return forks.why_not(session) if forks.draft(session) is not None else "Nothing is changed yet: fork here first."


def _run(workbench: Workbench) -> None:
    forks, session = _forks(workbench), _session(workbench)
    if forks is not None and session is not None:
        forks.run(session)


def _changes_params(workbench: Workbench) -> bool:
    forks, session = _forks(workbench), _session(workbench)
    draft = None if forks is None or session is None else forks.draft(session)
    return draft is not None and any(piece.key.kind == "param" for piece in draft.pieces)


def _apply(workbench: Workbench) -> None:
    forks, session = _forks(workbench), _session(workbench)
    if forks is not None and session is not None:
        forks.apply_to_todays(session)


ACTIONS = [
    Action(
        "fork.here", "Fork Here…", "Replay", _fork_here, keys=("Ctrl+Shift+F",), when=_shows_run, why=_no_run,
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
