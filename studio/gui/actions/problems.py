"""What is wrong with the graph: from one problem to the next, and what can be done about one."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu

from studio.graph.diagnostics import Diagnostic
from studio.gui.base.action import Action, with_graph
from studio.gui.workbench import Workbench


def _found(workbench: Workbench) -> list[Diagnostic]:
    """The problems of the one node that is selected."""
    canvas, chosen = workbench.canvas, workbench.selection
    if canvas is None or len(chosen) != 1 or "checks" not in workbench.parts:
        return []
    found: list[Diagnostic] = workbench.part("checks").at_node(canvas.document, canvas.at, chosen[0])
    return found


def _can_fix(workbench: Workbench) -> bool:
    panel = workbench.parts.get("problems")
    return bool(_found(workbench)) or (panel is not None and panel.selected() is not None)


def _fix(workbench: Workbench) -> None:
    """Offer what mends the problem that is meant: the panel's if it has the focus, else the selected node's."""
    from studio.gui.problems.fixes import fill_menu

    panel, canvas, found = workbench.parts.get("problems"), workbench.canvas, _found(workbench)
    if panel is not None and (panel.has_focus() or not found):
        panel.show_fixes()
    elif canvas is not None:
        menu = QMenu(canvas)
        menu.setObjectName("problems.menu")
        menu.aboutToHide.connect(menu.deleteLater)
        fill_menu(menu, workbench, canvas.document, found)
        menu.popup(canvas.camera.place_of(workbench.selection[0]) or QCursor.pos() + QPoint(0, 8))
        menu.setActiveAction(menu.actions()[0])


def _are_listed(workbench: Workbench) -> bool:
    return with_graph(workbench) and workbench.offers("problems")


ACTIONS = [
    Action(
        "problems.next", "Next Problem", "Graph", lambda w: w.part("problems").step(1), keys=("F8",), order=900,
        when=_are_listed, help="Go to the next problem of the list, and from the last to the first.",
    ),
    Action(
        "problems.previous", "Previous Problem", "Graph", lambda w: w.part("problems").step(-1), keys=("Shift+F8",),
        order=901, when=_are_listed, help="Go to the problem before.",
    ),
    Action(
        "problems.fix", "Quick Fix…", "Graph", _fix, keys=("Ctrl+.",), order=902, when=_can_fix,
        edits=True, help="What can be done at once about the problem or the node that is selected.",
    ),
]  # fmt: skip
