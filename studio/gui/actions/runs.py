"""Recorded runs: those selected in the panel Runs, and the last one of the graph that is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from studio.gui.base.action import Action
from studio.gui.workbench import Workbench

if TYPE_CHECKING:
    from studio.trace.run_list import RunRow

_MENU = "Run/Recorded Runs"


def _panel(workbench: Workbench) -> Any:
    return workbench.parts.get("runs")


def _rows(workbench: Workbench) -> list[RunRow]:
    panel = _panel(workbench)
    rows: list[RunRow] = [] if panel is None else panel.selected_rows()
    return rows


def _one(workbench: Workbench) -> RunRow | None:
    rows = _rows(workbench)
    return rows[0] if len(rows) == 1 else None


def _some(workbench: Workbench) -> bool:
    """True if runs are selected and all of them are known: nobody is to act on a part of what he selected."""
    panel = _panel(workbench)
    return bool(_rows(workbench)) and bool(panel.knows_selected())


def _just_one(workbench: Workbench) -> bool:
    return _one(workbench) is not None


def _one_failed(workbench: Workbench) -> bool:
    row = _one(workbench)
    return row is not None and row.status == "failed"


def _one_live(workbench: Workbench) -> bool:
    row, panel = _one(workbench), _panel(workbench)
    return row is not None and row.is_live and not panel.listing.foreign


def _can_resume(workbench: Workbench) -> bool:
    from studio.gui.panels.runs.deeds import why_not_resumed

    row, panel = _one(workbench), _panel(workbench)
    return (
        row is not None and panel.is_own and not why_not_resumed(row) and workbench.part("live").active is None
    )  # fmt: skip


def _why_not_one(workbench: Workbench) -> str:
    return "Select one run in the panel Runs." if not _just_one(workbench) else "That cannot be done with this run."


def _why_not_some(workbench: Workbench) -> str:
    if not _rows(workbench):
        return "Select runs in the panel Runs."
    return f"At most {_panel(workbench).MOST:,} runs at a time; those that were just selected may still be read."


def _why_not_live(workbench: Workbench) -> str:
    return "Select one run that goes on, in the panel Runs."


def _why_not_resumed(workbench: Workbench) -> str:
    from studio.gui.panels.runs.deeds import why_not_resumed

    row = _one(workbench)
    if row is None:
        return "Select one run in the panel Runs."
    if not _panel(workbench).is_own:
        return "A run of another file is only read."
    return why_not_resumed(row) or "A run is under way: stop it first."


def _open(workbench: Workbench, *, at_error: bool = False) -> None:
    from studio.gui.panels.runs.deeds import open_runs

    open_runs(workbench, _panel(workbench).selected(), at_error=at_error)


def _watch(workbench: Workbench) -> None:
    from studio.gui.panels.runs.deeds import watch_run

    watch_run(workbench, _panel(workbench).selected()[0])


def _graph(workbench: Workbench) -> None:
    from studio.gui.panels.runs.deeds import open_graph

    open_graph(workbench, _rows(workbench)[0])


def _copy_ids(workbench: Workbench) -> None:
    from studio.gui.panels.runs.deeds import copy_ids

    copy_ids(workbench, _rows(workbench))


def _copy_command(workbench: Workbench) -> None:
    from studio.gui.panels.runs.deeds import copy_command

    panel, row = _panel(workbench), _rows(workbench)[0]
    copy_command(workbench, row, panel.source(row).db, own=panel.is_own)


def _save(workbench: Workbench) -> None:
    from studio.gui.panels.runs.deeds import save_runs

    panel, rows = _panel(workbench), _rows(workbench)
    save_runs(workbench, panel, rows, panel.source(rows[0]))


def _resume(workbench: Workbench) -> None:
    from studio.gui.panels.runs.deeds import resume_run

    panel, row = _panel(workbench), _rows(workbench)[0]
    resume_run(workbench, row, panel.source(row).db)


def _order(name: str) -> Callable[[Workbench], None]:
    return lambda workbench: _panel(workbench).give(name)


def _last_run(workbench: Workbench) -> str:
    """The id of the last run of the graph that is shown, "" if it was not run or its run still goes on."""
    document = workbench.document
    if document is None or document.locked is not None or "live" not in workbench.parts:
        return ""
    return str(workbench.part("live").of(document).last_run)


def _step_through_last(workbench: Workbench) -> None:
    from studio.gui.replay.session import Source

    workbench.part("replay").open(Source(workbench.part("live").trace_file(), _last_run(workbench)), seq=1)


def _why_not_last(workbench: Workbench) -> str:
    return "No graph is open." if workbench.document is None else "This graph has no run yet: run it first."


ACTIONS = [
    Action(
        "runs.step_through_last", "Step Through Last Run", "Run", _step_through_last, keys=("Ctrl+F8",),
        when=lambda w: bool(_last_run(w)), why=_why_not_last, order=302,
        help="Open the last run of this graph in replay, to go through it step by step in both directions.",
    ),
    Action(
        "runs.open", "Open in Replay", _MENU, _open, when=_some, why=_why_not_some, order=500,
        help="Open the selected runs, each laid over the graph as it was then, to go through them step by step.",
    ),
    Action(
        "runs.open_error", "Open at First Error", _MENU, lambda w: _open(w, at_error=True), when=_one_failed,
        why=_why_not_one, order=501, help="Open the selected run at the first step that failed.",
    ),
    Action(
        "runs.watch", "Watch", _MENU, _watch, when=_one_live, why=_why_not_live, order=502,
        help="Open the selected run at its end and go along with it as it goes on, also one of another process.",
    ),
    Action(
        "runs.graph", "Open Today's Graph", _MENU, _graph, when=_just_one, why=_why_not_one, order=600,
        help="Open the graph file of the selected run as it is today, to be edited.",
    ),
    Action(
        "runs.resume", "Go On with This Run", _MENU, _resume, when=_can_resume, why=_why_not_resumed, order=601,
        help="Go on where the selected run stopped or failed; nothing that was done is done again.",
    ),
    Action(
        "runs.pause", "Pause", _MENU, _order("pause"), when=_one_live, why=_why_not_live, order=700,
        help="Have the selected run start nothing new, also one of another process.",
    ),
    Action(
        "runs.go_on", "Let Go On", _MENU, _order("resume"), when=_one_live, why=_why_not_live, order=701,
        help="Let the selected run go on if it is held.",
    ),
    Action(
        "runs.step", "Step", _MENU, _order("step"), when=_one_live, why=_why_not_live, order=702,
        help="Let the next firing of the selected run go; it is held before and after.",
    ),
    Action(
        "runs.abort", "Stop", _MENU, _order("abort"), when=_one_live, why=_why_not_live, order=703,
        help="Cancel the selected run. What it did stays recorded and can be gone on with.",
    ),
    Action(
        "runs.copy_id", "Copy Id", _MENU, _copy_ids, when=_some, why=_why_not_some, order=800,
        help="Copy the ids of the selected runs.",
    ),
    Action(
        "runs.copy_command", "Copy Terminal Command", _MENU, _copy_command, when=_just_one, why=_why_not_one, order=801,
        help="Copy the command that shows the selected run in a terminal.",
    ),
    Action(
        "runs.save", "Save Run As…", _MENU, _save, when=_some, why=_why_not_some, order=802,
        help="Save the selected runs, with what they go on from, in a file of their own. Runs are never deleted: a "
        "trace is only added to.",
    ),
]  # fmt: skip
