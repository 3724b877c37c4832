"""Getting about: the command palette, nodes and graphs to go to, zoom, walking along wires."""

from __future__ import annotations

from collections.abc import Callable

from studio.gui.base.action import Action, with_graph, with_selection
from studio.gui.edits.on_canvas import canvas_of, selected_edges, with_nodes
from studio.gui.workbench import Workbench

_STEP = 1.25


def _zoom_by(factor: float) -> Callable[[Workbench], None]:
    def run(workbench: Workbench) -> None:
        view = canvas_of(workbench).view
        view.zoom_to(view.zoom * factor)

    return run


def _walk(forwards: bool) -> Callable[[Workbench], None]:
    def run(workbench: Workbench) -> None:
        from studio.gui.canvas.keys import walk

        walk(canvas_of(workbench), forwards=forwards)

    return run


def _walk_wires(forwards: bool) -> Callable[[Workbench], None]:
    def run(workbench: Workbench) -> None:
        from studio.gui.canvas.keys import walk_wires

        walk_wires(canvas_of(workbench), forwards=forwards)

    return run


def _with_node_or_wire(workbench: Workbench) -> bool:
    return with_selection(workbench) or bool(selected_edges(workbench))


def _shortcuts(workbench: Workbench) -> None:
    from studio.gui.shortcuts.editor import show_shortcuts

    show_shortcuts(workbench)


ACTIONS = [
    Action("view.commands", "Command Palette…", "View", lambda w: w.part("popups").commands.open_commands(),
           keys=("Ctrl+K", "Ctrl+Shift+P"), order=10, help="Find anything that can be done, by its name."),
    Action("view.go_to_node", "Go to Node…", "View", lambda w: w.part("popups").commands.open_nodes(), keys=("Ctrl+P",),
           when=with_graph, order=11, help="Find a node of any open graph, by name, title or type."),
    Action("view.go_to_graph", "Go to Graph…", "View", lambda w: w.part("popups").commands.open_graphs(),
           keys=("Ctrl+E",), order=12, help="Show an open graph or subgraph, a recent file or an example."),
    Action("file.shortcuts", "Keyboard Shortcuts…", "File", _shortcuts, keys=("Ctrl+Alt+K",), order=401,
           help="See and change which keys do what; print them."),
    Action("view.fit", "Zoom to Fit", "View", lambda w: canvas_of(w).zoom_to_fit(), keys=("Home",), when=with_graph,
           order=200, canvas=True, help="Show the whole graph."),
    Action("view.zoom_selection", "Zoom to Selection", "View", lambda w: canvas_of(w).zoom_selection(), keys=("F",),
           when=with_selection, order=201, canvas=True, help="Show the selected nodes as large as they fit."),
    Action("view.zoom_in", "Zoom In", "View", _zoom_by(_STEP), keys=("Ctrl++", "Ctrl+="), when=with_graph, order=202,
           help="Show the graph larger."),
    Action("view.zoom_out", "Zoom Out", "View", _zoom_by(1 / _STEP), keys=("Ctrl+-",), when=with_graph, order=203,
           help="Show the graph smaller."),
    Action("view.zoom_actual", "Actual Size", "View", lambda w: canvas_of(w).view.zoom_to(1.0), keys=("0",),
           when=with_graph, order=204, canvas=True, help="Show the graph at its own size."),
    Action("view.next_node", "Next Node", "View", _walk(True), keys=("Alt+Right", "]"), when=with_nodes, order=300,
           canvas=True, help="Select the node that a wire leads to; from nothing, the first."),
    Action("view.last_node", "Previous Node", "View", _walk(False), keys=("Alt+Left", "["), when=with_nodes, order=301,
           canvas=True, help="Select the node that a wire comes from; from nothing, the last."),
    Action("view.next_wire", "Next Wire", "View", _walk_wires(True), keys=("Alt+W",), when=_with_node_or_wire,
           order=302, canvas=True, help="Select a wire of the selected node; from a wire, the next one of that node."),
    Action("view.last_wire", "Previous Wire", "View", _walk_wires(False), keys=("Alt+Shift+W",),
           when=_with_node_or_wire, order=303, canvas=True, help="As Next Wire, the other way round."),
]  # fmt: skip
