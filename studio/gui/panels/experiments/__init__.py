"""The panel of experiments: which batches there are, what they show, and driving one.

- `panel`: the list of batches (`columns`, `rows`), the line for the one that runs here (`drive_bar`), the results.
- `results_view`: variants, modules, runs and figures of the batch that is chosen; `result_columns`, `figures_view`.
- `making`: the dialog *New experiment*.

What is shown is found out by `studio.gui.experiments`; what can be done is listed in `studio.gui.actions.experiments`.
"""

from studio.gui.panels import Panel, later

PANEL = Panel(
    "experiments", "Experiments", "bottom", later("studio.gui.panels.experiments.panel", "ExperimentsPanel"),
    order=20, keys="Ctrl+Shift+X",
    waits=True, part="experiments_panel",
    help="A graph run on many rows, under variants and with several seeds: what differs, by how much, and how surely.",
)  # fmt: skip
