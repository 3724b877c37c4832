"""Experiments: making one, going on with one, holding it, and what can be done with what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.gui.base.action import Action
from studio.gui.workbench import Workbench

if TYPE_CHECKING:
    from studio.gui.experiments.service import Experiments
    from studio.gui.panels.experiments.panel import ExperimentsPanel
    from studio.gui.replay.session import Source

MENU = "Run/Experiments"

GOES_ON = ("paused", "interrupted", "aborted")
"""Batches that can be gone on with."""


def _panel(workbench: Workbench) -> ExperimentsPanel | None:
    panel: ExperimentsPanel | None = workbench.parts.get("experiments_panel")
    return panel


def _service(workbench: Workbench) -> Experiments | None:
    service: Experiments | None = workbench.parts.get("experiments")
    return service


def _can_begin(workbench: Workbench) -> bool:
    document = workbench.document
    return document is not None and document.locked is None and "experiments" in workbench.parts


def _why_not_begun(workbench: Workbench) -> str:
    return "No graph is open." if workbench.document is None else "A recorded run is shown: go to today's graph first."


def _new(workbench: Workbench) -> None:
    from studio.gui.panels.experiments.making.beginning import new_experiment

    assert workbench.document is not None
    new_experiment(workbench, workbench.document)


def _knock_out(workbench: Workbench) -> None:
    from studio.gui.panels.experiments.making.beginning import new_experiment

    assert workbench.document is not None
    new_experiment(workbench, workbench.document, workbench.selection)


def _runs(workbench: Workbench) -> bool:
    service = _service(workbench)
    return service is not None and service.drive is not None


def _pause(workbench: Workbench) -> None:
    workbench.part("experiments").pause()


def _stop(workbench: Workbench) -> None:
    workbench.part("experiments").stop_now()


def _can_resume(workbench: Workbench) -> bool:
    panel = _panel(workbench)
    chosen = None if panel is None else panel.chosen
    return chosen is not None and chosen.status in GOES_ON and not _runs(workbench)


def _why_not_resumed(workbench: Workbench) -> str:
    if _runs(workbench):
        return "An experiment is being run already."
    return "Choose an experiment that is paused in the panel Experiments."


def _resume(workbench: Workbench) -> None:
    panel = workbench.part("experiments_panel")
    workbench.part("experiments").go_on(panel.chosen.id)


def _shows(workbench: Workbench) -> bool:
    panel = _panel(workbench)
    return panel is not None and panel.shown is not None


def _is_coloured(workbench: Workbench) -> bool:
    service = _service(workbench)
    return service is not None and service.effects.on


def _can_colour(workbench: Workbench) -> bool:
    panel = _panel(workbench)
    shown = None if panel is None else panel.shown
    return _is_coloured(workbench) or (shown is not None and bool(shown.modules))


def _colour(workbench: Workbench) -> None:
    effects = workbench.part("experiments").effects
    if effects.on:
        effects.end()
        return
    shown = workbench.part("experiments_panel").shown
    effects.colour(shown)
    if not effects.is_shown:
        names = ", ".join(shown.found.modules)
        workbench.say(f"The graph that is shown is none of this experiment: open {names} to see its nodes coloured.")


def _selected(workbench: Workbench) -> list[Source]:
    from studio.gui.replay.session import Source

    panel, service = _panel(workbench), _service(workbench)
    if panel is None or service is None or panel.results is None or panel.shown is None:
        return []
    return [Source(service.db, run) for run in panel.results.selected_runs()]


def _open_run(workbench: Workbench) -> None:
    workbench.part("replay").open(_selected(workbench)[0], seq=1)


def _compare(workbench: Workbench) -> None:
    workbench.part("comparing").open(*_selected(workbench))


def _in_runs(workbench: Workbench) -> None:
    runs = [source.run for source in _selected(workbench)]
    workbench.panel_asked.emit("runs")
    panel = workbench.parts.get("runs")
    if panel is not None:
        panel.bar.words.setText(runs[0])


def _report(workbench: Workbench) -> None:
    from studio.gui.panels.experiments.reporting import save_report

    panel = workbench.part("experiments_panel")
    save_report(workbench, panel, panel.chosen)


ACTIONS = [
    Action("experiments.new", "New Experiment…", MENU, _new, keys=("Ctrl+Alt+N",), when=_can_begin,
           why=_why_not_begun, order=100,
           help="Run this graph on many rows, under variants and with several seeds, and tell what differs."),
    Action("experiments.knock_out", "Knock Out in an Experiment…", MENU, _knock_out, order=101,
           when=lambda w: _can_begin(w) and bool(w.selection),
           help="Find out what the chosen nodes are worth: an experiment that runs without each of them in turn."),
    Action("experiments.pause", "Pause Experiment", MENU, _pause, when=_runs, order=200,
           why=lambda w: "No experiment is being run.",
           help="Finish the runs under way and begin no more; it can be gone on with."),
    Action("experiments.stop", "Stop Experiment Now", MENU, _stop, when=_runs, order=201,
           why=lambda w: "No experiment is being run.",
           help="Break off the runs under way; what is done stays, and it can be gone on with."),
    Action("experiments.resume", "Resume Experiment", MENU, _resume, when=_can_resume, why=_why_not_resumed, order=202,
           help="Go on with the chosen experiment; nothing that is done is made again."),
    Action("experiments.colour", "Colour Nodes by Effect", MENU, _colour, keys=("Ctrl+Alt+C",), when=_can_colour,
           checked=_is_coloured, order=300, why=lambda w: "Choose an experiment in which modules were switched off.",
           help="Colour the nodes of the graph by what the chosen experiment found them to be worth."),
    Action("experiments.open_run", "Open Run in Replay", MENU, _open_run, when=lambda w: len(_selected(w)) == 1,
           order=400, why=lambda w: "Select one run in the panel Experiments.",
           help="Step through the run that is selected in the panel Experiments."),
    Action("experiments.compare", "Compare Runs Side by Side", MENU, _compare, when=lambda w: len(_selected(w)) == 2,
           order=401, why=lambda w: "Select two runs in the panel Experiments.",
           help="Show the two runs that are selected in the panel Experiments side by side."),
    Action("experiments.in_runs", "Show in Runs", MENU, _in_runs, when=lambda w: len(_selected(w)) == 1, order=402,
           why=lambda w: "Select one run in the panel Experiments.",
           help="Find the run that is selected in the panel Experiments among all recorded runs."),
    Action("experiments.report", "Save Report…", MENU, _report, when=_shows, order=500,
           why=lambda w: "Choose an experiment in the panel Experiments.",
           help="Save what the chosen experiment shows as a page, Markdown, a table, or a notebook."),
]  # fmt: skip
