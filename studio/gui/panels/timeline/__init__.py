"""The timeline panel: the one scrubber over recorded and live runs. See `panel`."""

from studio.gui.panels import Panel
from studio.gui.panels.timeline.panel import TimelinePanel

PANEL = Panel(
    "timeline", "Timeline", "bottom", TimelinePanel, order=12, keys="Ctrl+Shift+T",
    help="All firings of the run that is shown, a track per node: go to any step, zoom, and see what failed or asked.",
)  # fmt: skip
