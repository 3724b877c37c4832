"""The chat panel. See `panel`."""

from studio.gui.panels import Panel, later

PANEL = Panel(
    "chat", "Chat", "bottom", later("studio.gui.panels.chat.panel", "ChatPanel"),
    order=30,
    waits=True,
    help="Talk with the graph: each message is one run, the answer comes from a chosen output.",
)  # fmt: skip
