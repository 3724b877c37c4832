"""The palette: every node type, found by words or by category, with its help; dragged or added by Enter."""

from studio.gui.panels import Panel, later

PANEL = Panel(
    "palette", "Palette", "left", later("studio.gui.panels.palette.panel", "Palette"),
    order=10, keys="Ctrl+1",
    help="Node types by category. Drag one onto the canvas, or press Enter.",
)  # fmt: skip
