"""The menu at a point of the canvas: the actions that fit what is there, and what can only be done just there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QPointF, QRect, QSize
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from studio.editing.edits import connecting, renaming
from studio.editing.edits.connecting import edges_at, reorder_edges
from studio.editing.finding.using import uses_of_port
from studio.editing.placing import annotations as notes
from studio.editing.placing.annotations import COLOURS
from studio.graph.frames import Frame, frames
from studio.graph.model import IMPLICIT_PORTS, Edge
from studio.gui.base.action import all_actions
from studio.gui.edits.comments import add_comment
from studio.gui.edits.on_canvas import edit, scene_point
from studio.gui.popups.add_node import Loose
from studio.gui.popups.rows import cut
from studio.gui.shortcuts.shortcuts import plain_title, shown
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError

if TYPE_CHECKING:
    from studio.gui.canvas import Canvas, Target

_NODE: Final = (
    "run.to_here", "run.from_here", "run.only", "run.breakpoint", "run.freeze", "-", "edit.rename", "edit.title", "-",
    "edit.cut", "edit.copy", "edit.paste", "edit.duplicate", "edit.duplicate_wired", "edit.delete", "-",
    "graph.knock_out", "graph.bypass", "Graph/Fires", "Graph/On Error", "-", "graph.make_subgraph", "graph.inline",
    "graph.definition", "graph.where_used", "graph.same_type", "prompts.of_node", "dynamics.lamps",
    "experiments.knock_out", "-", "graph.frame",
    "Graph/Arrange",
    "graph.unwire",
)  # fmt: skip
_NODE_OF_RUN: Final = (
    "causes.why", "causes.led_to", "-", "replay.next_firing", "replay.last_firing", "replay.into", "replay.out", "-",
    "fork.here", "tests.from_firing", "prompts.of_node", "dynamics.lamps", "-", "edit.copy", "graph.definition",
    "graph.where_used", "graph.same_type",
)  # fmt: skip
_EMPTY: Final = ("edit.select_all", "view.fit", "arrange.auto")


def context_menu(workbench: Workbench, canvas: Canvas, target: Target | None, point: QPoint) -> QMenu:
    """Return the menu of what is at a point of the screen. It acts on the selection, as the canvas has made it."""
    menu = _Menu(workbench, canvas, point)
    replays = workbench.parts.get("replay")
    if replays is not None and replays.of(canvas.document) is not None:
        menu.of_run(target)
    elif target is None:
        if canvas.selected():
            menu.actions(_NODE)
        else:
            menu.paper()
    elif target.kind == "port" and target.port is not None:
        menu.port(target.port.node, target.port.name, target.port.is_output)
    elif target.wire is not None:
        menu.wire(target)
    elif target.kind in ("frame", "comment", "corner"):
        menu.note(target.owner or target.kind, target.number)
    else:
        menu.problems(target.node)
        menu.actions(_NODE)
    return menu.menu


class _Menu:
    """A menu that is being filled."""

    def __init__(self, workbench: Workbench, canvas: Canvas, point: QPoint) -> None:
        self.workbench = workbench
        self.canvas = canvas
        self.point = point
        self.place = scene_point(canvas, point)
        self.menu = QMenu(canvas)
        self.menu.setObjectName("canvas.menu")
        self.menu.setToolTipsVisible(True)

    # -- entries ------------------------------------------------------------------------------

    def entry(
        self, title: str, run: Callable[[], object], *, enabled: bool = True, menu: QMenu | None = None
    ) -> QAction:
        """Add something that is done only here; a refusal is told."""
        made = (menu or self.menu).addAction(cut(title, 80).replace("&", "&&"))
        made.setEnabled(enabled)
        made.triggered.connect(lambda *_: self.workbench.trying(run))
        return made

    def _show_keys(self, made: QAction, action_id: str) -> None:
        """Show the keys of an action at an entry. Behind a tab they are shown without being taken from the action."""
        shortcuts = self.workbench.parts.get("shortcuts")
        keys = shortcuts.keys(action_id) if shortcuts is not None else all_actions()[action_id].keys
        if keys:
            made.setText(f"{made.text()}\t{shown(keys[0])}")

    def actions(self, wanted: Iterable[str], menu: QMenu | None = None) -> None:
        """Add actions by id, all of a menu by its path, and lines between groups (`-`)."""
        menu = menu or self.menu
        for name in wanted:
            if name == "-":
                if menu.actions() and not menu.actions()[-1].isSeparator():
                    menu.addSeparator()
            elif "/" in name:
                inner = menu.addMenu(name.rpartition("/")[2])
                self.actions((one.id for one in all_actions().values() if one.menu == name), inner)
            elif name in all_actions():
                self._action(menu, name)

    def _action(self, menu: QMenu, action_id: str) -> None:
        action = all_actions()[action_id]
        made = menu.addAction(plain_title(action).replace("&", "&&") + ("…" if action.title.endswith("…") else ""))
        made.setObjectName(action_id)
        made.setToolTip(action.help)
        made.setEnabled(action.when(self.workbench))
        if action.checked is not None:
            made.setCheckable(True)
            made.setChecked(action.checked(self.workbench))
        self._show_keys(made, action_id)
        made.triggered.connect(lambda *_: self.workbench.trigger(action_id))

    def problems(self, name: str) -> None:
        """Add what can be done about the problems of a node, if it has any."""
        checks = self.workbench.parts.get("checks")
        found = checks.at_node(self.canvas.document, self.canvas.at, name) if checks is not None else []
        if found:
            from studio.gui.problems.fixes import fill_menu

            inner = self.menu.addMenu("Fix Problem" if len(found) == 1 else f"Fix {len(found)} Problems")
            inner.setObjectName("canvas.menu.fixes")
            fill_menu(inner, self.workbench, self.canvas.document, found)
            self.menu.addSeparator()

    # -- a recorded run -----------------------------------------------------------------------

    def of_run(self, target: Target | None) -> None:
        """Fill the menu of anything in the graph of a recorded run, which nothing changes."""
        wire = target.wire if target is not None else None
        if wire is not None:
            edge = self.canvas.projection.wires[wire].edge
            self.entry("Why Is This Value Here?", lambda: self.workbench.trigger("causes.why"))
            self.entry("What Did It Lead To?", lambda: self.workbench.trigger("causes.led_to"))
            self.menu.addSeparator()
            self.entry(f"Go to {edge.source}", lambda: self._go(edge.source))
            self.entry(f"Go to {edge.target}", lambda: self._go(edge.target))
        elif self.canvas.selected():
            self.actions(_NODE_OF_RUN)
        else:
            self.actions(("causes.end", "-", *_EMPTY[:-1]))

    # -- paper --------------------------------------------------------------------------------

    def paper(self) -> None:
        """Fill the menu of the empty canvas."""
        popups = self.workbench.part("popups")
        add = self.entry("Add Node…", lambda: popups.adding.open(self.place, self.point))
        self._show_keys(add, "graph.add")
        comment = self.entry("Add Comment", lambda: add_comment(self.workbench, self.place))
        self._show_keys(comment, "graph.comment")
        self.actions(("-", "edit.paste", "-", *_EMPTY))

    # -- ports --------------------------------------------------------------------------------

    def port(self, node: str, port: str, is_output: bool) -> None:
        """Fill the menu of a port."""
        document, at = self.canvas.document, self.canvas.at
        edges = edges_at(document, at, node, port, is_output)
        popups = self.workbench.part("popups")
        self.entry(
            "Add Node to This Port…", lambda: popups.adding.open(self.place, self.point, Loose(node, port, is_output))
        )
        rename = self.entry("Rename Port…", lambda: self._rename_port(node, port))
        rename.setEnabled(port not in IMPLICIT_PORTS)
        self.entry(
            "Where Used…",
            lambda: popups.show_results(
                f"Where {node}.{port} is used", uses_of_port(document, at, node, port), f"{node}.{port} is not wired."
            ),
        )
        self.menu.addSeparator()
        words = "Cut Wire" if len(edges) == 1 else f"Cut {len(edges)} Wires" if edges else "Cut Wires"
        self.entry(
            words, lambda: edit(self.workbench, words.capitalize(), lambda d, a: connecting.unwire(d, a, edges)),
            enabled=bool(edges),
        )  # fmt: skip
        if not is_output and len(edges) > 1:
            self.order_of(edges)

    def _rename_port(self, node: str, port: str) -> None:
        document, at = self.canvas.document, self.canvas.at

        def check(new: str) -> str:
            try:
                if new != port:
                    renaming.rename_port(document, at, node, port, new)
            except StudioError as error:
                return str(error)
            return ""

        def done(new: str) -> None:
            if new != port:
                label = f"Rename port {port} to {new}"
                self.workbench.trying(lambda: document.do(label, renaming.rename_port(document, at, node, port, new)))

        self.workbench.part("popups").naming.ask(
            f"Rename {node}.{port}", port, check, done, where=QRect(self.point, QSize(260, 0))
        )

    def order_of(self, edges: list[Edge]) -> None:
        """Offer to put one of several wires into an input first: the order decides who wins (rule 2.3)."""
        first = self.menu.addMenu("Take First")
        for number, edge in enumerate(edges):
            self.entry(
                f"{number + 1}. {edge.source}.{edge.source_port}", partial(self._first, edges, number),
                enabled=number > 0, menu=first,
            )  # fmt: skip

    def _first(self, edges: list[Edge], number: int) -> None:
        order = [number, *(n for n in range(len(edges)) if n != number)]
        edge = edges[number]
        edit(
            self.workbench, f"Take {edge.source} first at {edge.target}",
            lambda d, a: reorder_edges(d, a, edge.target, edge.target_port, order),
        )  # fmt: skip

    # -- wires --------------------------------------------------------------------------------

    def wire(self, target: Target) -> None:
        """Fill the menu of a wire, or of a point that it is led through."""
        key = target.wire
        assert key is not None
        item = self.canvas.projection.wires[key]
        edge = item.edge
        if target.kind == "handle":
            self.entry("Remove Reroute Point", lambda: self.canvas.remove_point(key, target.number))
        else:
            self.entry("Add Reroute Point", lambda: self.canvas.add_point(key, QPointF(*self.place)))
        if item.handles:
            self.entry(
                "Remove All Reroute Points",
                lambda: edit(self.workbench, "Remove points of wire", lambda d, a: notes.without_points(d, a, [edge])),
            )
        self.entry("Insert Node on Wire…", lambda: self._insert(edge))
        self.menu.addSeparator()
        self.actions(("graph.feedback",))
        hold = self.entry("Keep the Last Value", lambda: self._hold(edge), enabled=edge.feedback)
        hold.setCheckable(True)
        hold.setChecked(edge.hold)
        others = edges_at(self.canvas.document, self.canvas.at, edge.target, edge.target_port, False)
        if len(others) > 1:
            self.order_of(others)
        self.menu.addSeparator()
        self.entry(f"Go to {edge.source}", lambda: self._go(edge.source))
        self.entry(f"Go to {edge.target}", lambda: self._go(edge.target))
        self.menu.addSeparator()
        self.actions(("graph.cut_wires",))

    def _insert(self, edge: Edge) -> None:
        self.workbench.part("popups").adding.open_on_wire(self.place, self.point, edge)

    def _hold(self, edge: Edge) -> None:
        words = "Keep the last value no more" if edge.hold else "Keep the last value"
        edit(
            self.workbench, words,
            lambda d, a: connecting.set_edge(
                d, a, connecting.edge_index(d, a, edge), replace(edge, hold=not edge.hold)
            ),
        )  # fmt: skip

    def _go(self, name: str) -> None:
        self.canvas.select([name])
        self.canvas.reveal(name)

    # -- frames and comments ------------------------------------------------------------------

    def note(self, kind: str, number: int) -> None:
        """Fill the menu of a frame or a comment."""
        document, at = self.canvas.document, self.canvas.at
        words = "Rename Frame" if kind == "frame" else "Edit Comment"
        self.entry(words, lambda: self.canvas.edit_note(kind, number))
        frame = frames(document.at(at)).get(number) if kind == "frame" else None
        if frame is not None:
            colours = self.menu.addMenu("Colour")
            for colour in COLOURS:
                made = self.entry(colour.capitalize(), partial(self._colour, number, frame, colour), menu=colours)
                made.setCheckable(True)
                made.setChecked(frame.colour == colour)
            self.entry(
                "Select Contents",
                lambda: self.canvas.select(notes.inside(document, at, number, self.canvas.boxes())[0]),
            )
        self.actions(("-", "edit.copy", "edit.delete"))

    def _colour(self, number: int, frame: Frame, colour: str) -> None:
        self.canvas.editing.change_frame(number, replace(frame, colour=colour), "Colour of frame")
