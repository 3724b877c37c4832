"""What is done to nodes and wires: adding, switching off, subgraphs, feedback, frames, going to where things are.

What edits is imported when it is asked for: the window opens without it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from studio.editing.document import Document
from studio.editing.document.ops import At
from studio.editing.edits.bodies import role
from studio.gui.base.action import Action, with_graph, with_selection
from studio.gui.edits.comments import add_comment
from studio.gui.edits.on_canvas import (
    canvas_of,
    edit,
    graph_nodes,
    named,
    pin,
    screen_rect,
    selected_edges,
    selected_nodes,
    with_one,
)  # fmt: skip
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError, UsageError

if TYPE_CHECKING:
    from studio.editing.document.ops import Op
    from studio.editing.finding.using import Target


# -- nodes ---------------------------------------------------------------------------------------


def _knock_out(how: Literal["off", "pass"]) -> Callable[[Workbench], None]:
    def run(workbench: Workbench) -> None:
        from studio.editing.edits import nodes

        chosen = selected_nodes(workbench)
        to: bool | Literal["pass"] = True if how == "off" else "pass"
        if all(node.knockout == to for node in chosen):
            to = False
        words = {True: "Knock out", "pass": "Bypass", False: "Switch on"}[to]
        names = [node.name for node in chosen]
        edit(workbench, f"{words} {named(names)}", lambda document, at: nodes.knock_out(document, at, names, to))

    return run


def _is_out(how: Literal["off", "pass"]) -> Callable[[Workbench], bool]:
    to = True if how == "off" else "pass"
    return lambda w: bool(chosen := selected_nodes(w)) and all(node.knockout == to for node in chosen)


def _set_key(key: str, value: str | None, words: str) -> Callable[[Workbench], None]:
    def run(workbench: Workbench) -> None:
        from studio.editing.edits import nodes

        names = workbench.selection
        edit(
            workbench, f"{words}: {named(names)}",
            *(lambda document, at, name=name: nodes.set_key(document, at, name, key, value) for name in names),
        )  # fmt: skip

    return run


def _has_key(key: str, value: str | None) -> Callable[[Workbench], bool]:
    return lambda w: bool(chosen := selected_nodes(w)) and all(getattr(node, key) == value for node in chosen)


# -- subgraphs -------------------------------------------------------------------------------------


def _make_subgraph(workbench: Workbench) -> None:
    from studio.editing.carrying import subgraphs

    canvas = canvas_of(workbench)
    document, at, names = canvas.document, canvas.at, canvas.selected()

    def check(name: str) -> str:
        try:
            subgraphs.require_part(document, at, name)
        except StudioError as error:
            return str(error)
        return ""

    def done(name: str) -> None:
        label = f"Make subgraph {name}"
        before = set(document.at(at).nodes)

        def make() -> None:
            with document.edit(label):
                document.do(label, pin(canvas))
                document.do(label, subgraphs.make_subgraph(document, at, names, name))

        if workbench.trying(make):
            canvas.select([one for one in document.at(at).nodes if one not in before])

    workbench.part("popups").naming.ask(
        f"Name of the subgraph of {named(names)}", subgraphs.fresh_part(document, at), check, done,
        where=screen_rect(canvas, names[0]),
    )  # fmt: skip


def _is_region(workbench: Workbench) -> bool:
    chosen = selected_nodes(workbench)
    canvas = workbench.canvas
    return canvas is not None and len(chosen) == 1 and role(canvas.document, chosen[0]) in ("subgraph", "map")


def _inline(workbench: Workbench) -> None:
    from studio.editing.carrying import inlining

    (name,) = workbench.selection
    canvas = canvas_of(workbench)
    before = set(canvas.document.at(canvas.at).nodes)
    edit(
        workbench, f"Dissolve subgraph {name}", lambda *_: pin(canvas),
        lambda document, at: inlining.inline_subgraph(document, at, name),
    )  # fmt: skip
    canvas.select([one for one in canvas.document.at(canvas.at).nodes if one not in before])


# -- wires -----------------------------------------------------------------------------------------


def _feedback(workbench: Workbench) -> None:
    """Make the selected wires deliver at the next tick; if all do, in the same tick again."""
    from studio.editing.edits import connecting

    edges = selected_edges(workbench)
    if all(edge.feedback for edge in edges):
        label, change = "Deliver in the same tick", connecting.make_same_tick
    else:
        label, change = "Deliver at the next tick", connecting.make_feedback
        edges = [edge for edge in edges if not edge.feedback]
    edit(workbench, label, *(lambda document, at, edge=edge: change(document, at, edge) for edge in edges))


def _all_feedback(workbench: Workbench) -> bool:
    edges = selected_edges(workbench)
    return bool(edges) and all(edge.feedback for edge in edges)


def _cut(workbench: Workbench) -> None:
    from studio.editing.edits import connecting

    edges = selected_edges(workbench)
    label = "Cut wire" if len(edges) == 1 else f"Cut {len(edges)} wires"
    edit(workbench, label, lambda document, at: connecting.unwire(document, at, edges))


def _unwire(workbench: Workbench) -> None:
    from studio.editing.edits import connecting

    names = workbench.selection
    edit(workbench, f"Unwire {named(names)}", lambda document, at: connecting.unwire_nodes(document, at, names))


# -- annotations -----------------------------------------------------------------------------------


def _frame(workbench: Workbench) -> None:
    from studio.editing.placing import annotations as notes

    canvas = canvas_of(workbench)
    names = canvas.selected()
    numbers: list[int] = []

    def ops(document: Document, at: At) -> list[Op]:
        number, found = notes.frame_around(document, at, names, canvas.boxes())
        numbers.append(number)
        return found

    edit(workbench, f"Frame {named(names)}", ops)
    canvas.edit_note("frame", numbers[0])


# -- places ----------------------------------------------------------------------------------------


def _target(workbench: Workbench) -> Target | None:
    """Return where what the selected node runs, or the store that it uses, is defined."""
    from studio.editing.finding.using import definition

    canvas = canvas_of(workbench)
    (name,) = canvas.selected()
    found = definition(canvas.document, canvas.at, name)
    if found is None and (uses := _store_of(workbench, name)):
        found = definition(canvas.document, canvas.at, name, param=uses)
    return found


def _leads_elsewhere(workbench: Workbench) -> bool:
    """Enabled while a node is selected that runs a graph or uses a store; asks the type only, as it is asked often."""
    chosen = selected_nodes(workbench)
    cls = canvas_of(workbench).document.registry.find(chosen[0].type) if len(chosen) == 1 else None
    return cls is not None and (cls.spec.role in ("subgraph", "map") or bool(cls.spec.stores))


def _definition(workbench: Workbench) -> None:
    canvas, found = canvas_of(workbench), _target(workbench)
    if found is None:
        raise UsageError("What this node names is not there.", hint="Choose a subgraph or a store for it.")
    document = canvas.document
    if found.file is not None:
        opened = workbench.open(found.file)
        if opened is None:
            return
        document = opened
    workbench.show(document, found.at, [found.node] if found.node else ())
    if found.store:
        workbench.say(f"The store {found.store} is declared in {'.'.join(found.at) or document.title}.")


def _store_of(workbench: Workbench, name: str) -> str:
    canvas = canvas_of(workbench)
    cls = canvas.document.registry.find(canvas.document.node(canvas.at, name).type)
    return next(iter(cls.spec.stores), "") if cls is not None else ""


def _where_used(workbench: Workbench) -> None:
    from studio.editing.finding.using import where_used

    canvas = canvas_of(workbench)
    document, at, chosen = canvas.document, canvas.at, canvas.selected()
    if chosen:
        name = chosen[0]
        hits = where_used(document, at, "node", name)
        title, nothing = f"Where {name} is used", f"Nothing is wired to {name}."
    else:
        if not at:
            raise UsageError("Nothing is selected.", hint="Select a node, or open a subgraph to see who runs it.")
        name = at[-1]
        hits = where_used(document, at[:-1], "graph", name)
        title, nothing = f"Where the subgraph {name} is run", f"No node runs the subgraph {name}."
    workbench.part("popups").show_results(title, hits, nothing)


def _same_type(workbench: Workbench) -> None:
    from studio.editing.finding.using import where_used

    node = selected_nodes(workbench)[0]
    hits = where_used(canvas_of(workbench).document, (), "type", node.type)
    workbench.part("popups").show_results(f"Nodes of type {node.type}", hits, f"There is no node of type {node.type}.")


def _select_along(forwards: bool) -> Callable[[Workbench], None]:
    def run(workbench: Workbench) -> None:
        canvas = canvas_of(workbench)
        steps: dict[str, set[str]] = {}
        for edge in canvas.document.at(canvas.at).edges:
            here, there = (edge.source, edge.target) if forwards else (edge.target, edge.source)
            steps.setdefault(here, set()).add(there)
        reached = set(canvas.selected())
        waiting = list(reached)
        for name in waiting:
            new = steps.get(name, set()) - reached
            reached |= new
            waiting.extend(new)
        canvas.select(reached)

    return run


def _place_in_file(workbench: Workbench) -> tuple[int, int]:
    """Return at which place of the file order the selected node stands (from 0), and how many nodes there are."""
    nodes = list(graph_nodes(workbench))
    return nodes.index(workbench.selection[0]), len(nodes)


def _move_in_file(by: int) -> Callable[[Workbench], None]:
    def run(workbench: Workbench) -> None:
        from studio.editing.edits.nodes import move_in_order

        name, (index, count) = workbench.selection[0], _place_in_file(workbench)
        words = "later" if by > 0 else "earlier"
        edit(
            workbench, f"Move {name} {words} in the file",
            lambda document, at: move_in_order(document, at, name, index + by),
        )  # fmt: skip
        workbench.say(f"{name} is node {index + by + 1} of {count} in the file.")

    return run


def _can_move_in_file(by: int) -> Callable[[Workbench], bool]:
    def when(workbench: Workbench) -> bool:
        if not with_one(workbench) or workbench.selection[0] not in graph_nodes(workbench):
            return False
        index, count = _place_in_file(workbench)
        return 0 <= index + by < count

    return when


def _why_not_in_file(workbench: Workbench) -> str:
    return "It stands at the end already." if with_one(workbench) else "Select one node."


_KEYS = (
    ("fires", None, "As Its Type Says", "Fires as its type says", "The plan decides whether the node fires once."),
    ("fires", "once", "Once", "Fires once", "Fire at the first tick only; the outcome holds."),
    ("fires", "every_tick", "Every Tick", "Fires every tick", "Fire at every tick, also if nothing new came."),
    ("on_error", "fail", "Fail", "Fails on error", "An error of this node fails its graph."),
    ("on_error", "skip", "Skip", "Skips on error", "An error leaves the outputs absent; the rest goes on."),
    ("on_error", "route", "Route", "Routes errors", "An error goes out at the port `error`."),
)

ACTIONS = [
    Action("graph.add", "Add Node…", "Graph", lambda w: w.part("popups").add(), keys=("Tab", "Shift+A"),
           when=with_graph, order=100, canvas=True, edits=True,
           help="Search a node type and add it where the mouse is."),
    Action("graph.wire", "Wire to…", "Graph", lambda w: w.part("popups").wiring.open(w.selection[0]), keys=("W",),
           when=with_one, why=lambda w: "Select one node.", order=101, canvas=True,
           edits=True, help="Choose, by typing, what the selected node is wired to."),
    Action("graph.knock_out", "Knock Out", "Graph", _knock_out("off"), keys=("M",), when=with_selection, order=200,
           canvas=True, checked=_is_out("off"), edits=True, help="Switch the selected nodes off: they give nothing."),
    Action("graph.bypass", "Bypass", "Graph", _knock_out("pass"), keys=("Shift+M",), when=with_selection, order=201,
           canvas=True, checked=_is_out("pass"), edits=True,
           help="Let the selected nodes' input through, where types allow."),
    *(
        Action(f"graph.{key}.{value or 'auto'}", title, f"Graph/{'Fires' if key == 'fires' else 'On Error'}",
               _set_key(key, value, words), when=with_selection, order=(202 if key == "fires" else 203),
               checked=_has_key(key, value), edits=True, help=text)
        for key, value, title, words, text in _KEYS
    ),
    Action("graph.earlier", "Earlier in File", "Graph", _move_in_file(-1), keys=("Alt+PgUp",), order=204, canvas=True,
           when=_can_move_in_file(-1), why=_why_not_in_file,
           edits=True, help="Where no wires put nodes in order, the file does: which of them uses a store first."),
    Action("graph.later", "Later in File", "Graph", _move_in_file(1), keys=("Alt+PgDown",), order=205, canvas=True,
           when=_can_move_in_file(1), why=_why_not_in_file,
           edits=True, help="Where no wires put nodes in order, the file does: which of them uses a store first."),
    Action("graph.make_subgraph", "Make Subgraph…", "Graph", _make_subgraph, keys=("Ctrl+G",), when=with_selection,
           order=300, canvas=True, edits=True,
           help="Move the selected nodes into a subgraph; wires across its rim become ports."),
    Action("graph.inline", "Dissolve Subgraph", "Graph", _inline, keys=("Ctrl+Shift+G",), when=_is_region, order=301,
           canvas=True, edits=True, help="Put the nodes of the subgraph in the place of the node that runs it."),
    Action("graph.definition", "Go to Definition", "Graph", _definition, keys=("F12",), order=302,
           when=_leads_elsewhere,
           canvas=True, help="Show the subgraph that the node runs, or the store that it uses."),
    Action("graph.where_used", "Where Used…", "Graph", _where_used, keys=("Shift+F12",), when=with_graph, order=303,
           canvas=True, help="List what is wired to the node; with nothing selected, who runs this subgraph."),
    Action("graph.same_type", "Nodes of This Type…", "Graph", _same_type, when=with_selection, order=304,
           help="List all nodes of the same type, in subgraphs too."),
    Action("graph.select_upstream", "Select Upstream", "Graph", _select_along(False), keys=("Alt+Shift+Left",),
           when=with_selection, order=400, canvas=True, help="Select all that leads to the selected nodes, too."),
    Action("graph.select_downstream", "Select Downstream", "Graph", _select_along(True), keys=("Alt+Shift+Right",),
           when=with_selection, order=401, canvas=True, help="Select all that the selected nodes lead to, too."),
    Action("graph.feedback", "Deliver at the Next Tick", "Graph", _feedback, keys=("K",), canvas=True, order=500,
           when=lambda w: bool(selected_edges(w)), checked=_all_feedback,
           edits=True, help="Make the selected wires feedback, or same-tick wires again."),
    Action("graph.cut_wires", "Cut Wires", "Graph", _cut, when=lambda w: bool(selected_edges(w)), order=501,
           edits=True, help="Cut the selected wires."),
    Action("graph.unwire", "Unwire", "Graph", _unwire, when=with_selection, order=502, keys=("Alt+U",), canvas=True,
           edits=True, help="Cut all wires of the selected nodes."),
    Action("graph.frame", "Frame Selection", "Graph", _frame, keys=("Shift+F",), when=with_selection, order=600,
           canvas=True, edits=True, help="Draw a frame with a title around the selected nodes."),
    Action("graph.comment", "Add Comment", "Graph", add_comment, keys=("C",), when=with_graph, order=601, canvas=True,
           edits=True, help="Write a note onto the canvas."),
]  # fmt: skip
