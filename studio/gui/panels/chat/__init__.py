"""The chat panel. See `panel`."""

from studio.gui.panels import Panel
from studio.gui.panels.chat.panel import ChatPanel

PANEL = Panel(
    "chat", "Chat", "bottom", ChatPanel, order=30,
    help="Talk with the graph: each message is one run, the answer comes from a chosen output.",
)  # fmt: skip
