"""The prompts panel. See `panel`."""

from studio.gui.panels import Panel
from studio.gui.panels.prompts.panel import PromptsPanel

PANEL = Panel(
    "prompts", "Prompts", "bottom", PromptsPanel, order=16, keys="Ctrl+Shift+F",
    help="Find prompts and replies of all runs by words and filters, or ask the runs in SQL; go to the step of one.",
)  # fmt: skip
