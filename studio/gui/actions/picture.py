"""The graph as a picture."""

from __future__ import annotations

from studio.gui.base.action import Action, with_graph
from studio.gui.workbench import Workbench


def _export(workbench: Workbench) -> None:
    from studio.gui.dialogs.pictures import show_sheet

    show_sheet(workbench)


ACTIONS = [
    Action(
        "picture.export", "Export Picture…", "File", _export, keys=("Ctrl+Shift+E",), order=210, when=with_graph,
        help="Save the graph, or what is selected of it, as PNG or SVG.",
    ),
]  # fmt: skip
