"""The panel of recorded runs: find one, step through it, compare two, steer one that goes on.

- `panel`: puts the parts together and keeps which file is shown (`source_bar`).
- `asked`: what a person asks of the list; `filter_bar` is where it is asked.
- `listing`: the runs as they are read, on a thread of its own; `model` gives them to Qt, `columns` says what stands in
  them, `table` is the list.
- `steering`: the foot, for a run that goes on; `deeds`: what can be done with those that are selected, `menu`
  where it is offered.

Which runs fit is found by `studio.trace.run_list`; what can be done is listed in `studio.gui.actions.runs`.
"""

from studio.gui.panels import Panel, later

PANEL = Panel(
    "runs", "Runs", "bottom", later("studio.gui.panels.runs.panel", "RunsPanel"),
    order=14, keys="Ctrl+Shift+H",
    waits=True, part="runs",
    help="All recorded runs, those of other processes too: find one, step through it, compare two, steer one that "
    "goes on.",
)  # fmt: skip
