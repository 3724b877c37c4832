"""The chat panel. See `panel`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.gui.panels import Panel

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from studio.gui.workbench import Workbench


def _make(workbench: Workbench) -> QWidget:
    from studio.gui.panels.chat.panel import ChatPanel

    return ChatPanel(workbench)


PANEL = Panel(
    "chat", "Chat", "bottom", _make, order=30,
    waits=True,
    help="Talk with the graph: each message is one run, the answer comes from a chosen output.",
)  # fmt: skip
