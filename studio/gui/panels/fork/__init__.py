"""The fork panel: what a fork of the run in front changes, and its start.

- `panel`: follows the run, its step and the selected node, and puts the parts together.
- `node_form`: what is changed at the node, with what `subject` knows of it; `options`: model, seed, limits.
- `foot`: what the draft comes to and what can be done with it; `changes_list`: its changes.

Drafts are kept and run by `studio.gui.replay.forking`; this room only shows them.
"""

from studio.gui.panels import Panel, later

PANEL = Panel(
    "fork", "Fork", "right", later("studio.gui.panels.fork.panel", "ForkPanel"),
    order=20, shown=False, waits=True,
    help="Run on from a step of a recorded run with something changed: params, outputs, what fires again.",
)  # fmt: skip
