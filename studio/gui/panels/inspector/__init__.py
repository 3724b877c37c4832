"""The inspector: everything about what is selected, to be read and changed."""

from __future__ import annotations

from studio.gui.panels import Panel
from studio.gui.panels.inspector.inspector import Inspector

PANEL = Panel(
    "inspector",
    "Inspector",
    "right",
    Inspector,
    order=10,
    keys="Ctrl+Shift+I",
    help="Params, time, errors, limits, ports and help of what is selected; without a selection, of the graph.",
)
