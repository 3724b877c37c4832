"""Where nodes stand: aligning, distributing, laying out anew, the grid."""

from __future__ import annotations

from collections.abc import Callable

from studio.editing.placing import arranging
from studio.editing.placing.arranging import Direction, Side
from studio.gui.base.action import Action
from studio.gui.edits.on_canvas import canvas_of, edit, named, with_nodes, with_several
from studio.gui.workbench import Workbench


def _align(side: Side) -> Callable[[Workbench], None]:
    def run(workbench: Workbench) -> None:
        canvas = canvas_of(workbench)
        names = canvas.selected()
        edit(
            workbench, f"Align {named(names)}",
            lambda document, at: arranging.align(document, at, names, side, canvas.boxes()),
        )  # fmt: skip

    return run


def _distribute(direction: Direction) -> Callable[[Workbench], None]:
    def run(workbench: Workbench) -> None:
        canvas = canvas_of(workbench)
        names = canvas.selected()
        edit(
            workbench, f"Distribute {named(names)}",
            lambda document, at: arranging.distribute(document, at, names, direction, canvas.boxes()),
        )  # fmt: skip

    return run


def _arrange(workbench: Workbench) -> None:
    from studio.gui.edits.arranger import arrange

    canvas = canvas_of(workbench)
    arrange(workbench, canvas, canvas.selected() if len(canvas.selected()) > 1 else None)


def _snap(workbench: Workbench) -> None:
    canvas = canvas_of(workbench)
    names = canvas.selected() or list(canvas.boxes())
    edit(
        workbench, f"Move {named(names)} to the grid",
        lambda document, at: arranging.snapped(document, at, names, canvas.boxes()),
    )  # fmt: skip


_SIDES: tuple[tuple[Side, str, str, str], ...] = (
    ("left", "Align Left", "Ctrl+Shift+Left", "Line the left edges up."),
    ("right", "Align Right", "Ctrl+Shift+Right", "Line the right edges up."),
    ("top", "Align Top", "Ctrl+Shift+Up", "Line the top edges up."),
    ("bottom", "Align Bottom", "Ctrl+Shift+Down", "Line the bottom edges up."),
    ("centre", "Align Centres in a Column", "", "Put the centres below each other."),
    ("middle", "Align Centres in a Row", "", "Put the centres beside each other."),
)

ACTIONS = [
    *(
        Action(f"arrange.{side}", title, "Graph/Arrange", _align(side), keys=(key,) if key else (),
               when=with_several(2), order=700 + number, canvas=True, edits=True, help=text)
        for number, (side, title, key, text) in enumerate(_SIDES)
    ),
    Action("arrange.across", "Distribute Horizontally", "Graph/Arrange", _distribute("across"), when=with_several(3),
           order=810, edits=True, help="Make the gaps between nodes equal, from left to right."),
    Action("arrange.down", "Distribute Vertically", "Graph/Arrange", _distribute("down"), when=with_several(3),
           order=811, edits=True, help="Make the gaps between nodes equal, from top to bottom."),
    Action("arrange.auto", "Arrange Automatically", "Graph/Arrange", _arrange, keys=("L",), when=with_nodes, order=910,
           canvas=True, edits=True,
           help="Lay the selected nodes out anew; with none or one selected, the whole graph."),
    Action("arrange.snap", "Move to Grid", "Graph/Arrange", _snap, when=with_nodes, order=911,
           edits=True, help="Put the selected nodes, or all, onto the grid."),
]  # fmt: skip
