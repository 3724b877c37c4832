"""Draws the graphs of a Rivet project: one is the graph, those that it runs stand in it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from studio.graph.model import Graph
from studio.importers.drafting import Draft
from studio.importers.names import port, snake, unique
from studio.importers.outcome import Imported, Note
from studio.importers.rivet.kinds import KINDS
from studio.importers.rivet.making import Bodies, CannotMap, Made, Scene
from studio.importers.rivet.project import Project, RivetGraph, RivetNode, read_project
from studio.support.errors import UsageError
from studio.support.nearest import did_you_mean
from studio.support.values import Json


def import_project(path: Path, root: dict[str, Json], chosen: str = "") -> Imported:
    """Return one graph of a project with those it runs: the one named `chosen`, else the main one.

    Raises `UsageError` for another version of the format, or if there is no graph of this name.
    """
    project = read_project(root)
    main = _main(project, chosen)
    used = _reached(project, main.id)
    notes: list[Note] = []
    bodies = _bodies(project, used)
    made = {id: _draw(project.graphs[id], bodies, notes, inner=id != main.id) for id in used}
    top = made[main.id]
    top.about = top.about or project.about
    top.graphs = {graph.name: graph for id, graph in made.items() if id != main.id}
    others = [graph.name for id, graph in project.graphs.items() if id not in used]
    if others:
        names = ", ".join(f"`{name}`" for name in others[:8]) + (" and others" if len(others) > 8 else "")
        notes.append(Note("", f"not brought in, since `{main.name}` does not run them: {names}; choose one by --graph"))
    if project.tests:
        left = (
            "a suite of tests (Trivet) is" if project.tests == 1 else f"{project.tests:,} suites of tests (Trivet) are"
        )
        notes.append(Note("", f"{left} left out"))
    return Imported(top, "Rivet", sum(len(project.graphs[id].nodes) for id in used), notes)


def _main(project: Project, chosen: str) -> RivetGraph:
    graphs = project.graphs
    if chosen:
        found = next((graph for graph in graphs.values() if chosen in (graph.name, graph.id, snake(graph.name))), None)
        if found is None:
            names = [graph.name for graph in graphs.values()]
            hint = did_you_mean(chosen, names, what="the graph", then=f"There are: {', '.join(names[:12])}.")
            raise UsageError(f"The project has no graph `{chosen}`.", hint=hint)
        return found
    if project.main in graphs:
        return graphs[project.main]
    run = {id for graph in graphs.values() for id in _runs(graph)}
    roots = [graph for id, graph in graphs.items() if id not in run] or list(graphs.values())
    return max(roots, key=lambda graph: len(_reached(project, graph.id)))


def _runs(graph: RivetGraph) -> Iterable[str]:
    return (id for node in graph.nodes.values() for id in node.runs)


def _reached(project: Project, start: str) -> list[str]:
    """The graph itself and all that it runs, in the order in which they are met."""
    found = {start: None}
    todo = [start]
    while todo:
        for id in _runs(project.graphs[todo.pop(0)]):
            if id in project.graphs and id not in found:
                found[id] = None
                todo.append(id)
    return list(found)


def _bodies(project: Project, used: Iterable[str]) -> Bodies:
    names: dict[str, str] = {}
    inputs: dict[str, dict[str, str]] = {}
    outputs: dict[str, dict[str, str]] = {}
    for id in used:
        graph = project.graphs[id]
        names[id] = unique(snake(graph.name, "graph"), names.values())
        taken: set[str] = set()
        inputs[id] = _ports(graph, ("graphInput", "context"), "input", taken)
        outputs[id] = _ports(graph, ("graphOutput",), "output", taken)
    return Bodies(names, inputs, outputs)


def _ports(graph: RivetGraph, types: tuple[str, ...], otherwise: str, taken: set[str]) -> dict[str, str]:
    made: dict[str, str] = {}
    for node in graph.nodes.values():
        id = str(node.data.get("id") or otherwise)
        if node.type in types and id not in made:
            name = port(id)
            made[id] = unique(f"{name}_out" if otherwise == "output" and name in taken else name, taken)
            taken.add(made[id])
    return made


def _draw(graph: RivetGraph, bodies: Bodies, notes: list[Note], *, inner: bool) -> Graph:
    name = bodies.names[graph.id]
    draft = Draft(Graph(name, about=" ".join(graph.about.split())), notes, name if inner else "")
    scene = Scene(draft, graph, bodies)
    for node in graph.nodes.values():  # first what stands in its users, so that no node is made of it
        if node.type == "chat" and scene.constant(node, "systemPrompt") is not None:
            scene.inline(node, "systemPrompt")
    made = {node.id: _make(scene, node) for node in _in_order(graph) if not _drawn_apart(scene, node)}
    _connect(scene, made)
    _place(scene, made)
    return draft.graph


def _drawn_apart(scene: Scene, node: RivetNode) -> bool:
    return node.type == "comment" or scene.is_inlined(node)


def _in_order(graph: RivetGraph) -> list[RivetNode]:
    """Inputs first, outputs last, between them from left to right: as one reads it."""
    rank = {"graphInput": 0, "context": 0, "graphOutput": 2}
    nodes = list(graph.nodes.values())
    return sorted(nodes, key=lambda node: (rank.get(node.type, 1), node.place or (0.0, 0.0, 0.0)))


def _make(scene: Scene, node: RivetNode) -> Made:
    draw = KINDS.get(node.type)
    try:
        if draw is None:
            raise CannotMap(f"`{node.type}` has no counterpart")
        if node.split:
            raise CannotMap("it runs once for each element of a list: give it a graph of its own and use `flow.map`")
        id = str(node.data.get("id") or ("output" if node.type == "graphOutput" else "input"))
        if node.type in ("graphInput", "context", "graphOutput"):
            known = (scene.bodies.outputs if node.type == "graphOutput" else scene.bodies.inputs)[scene.graph.id]
            if known[id] in scene.draft.graph.nodes:
                raise CannotMap(f"another node gives `{id}` already")
        made = draw(scene, node)
    except CannotMap as why:
        made = _placeholder(scene, node, str(why))
    if node.disabled:
        scene.draft.graph.nodes[made.name].knockout = True
    return made


def _placeholder(scene: Scene, node: RivetNode, why: str) -> Made:
    inputs = {rivet: port(rivet) for rivet in scene.wires_to(node)}
    outputs = {rivet: port(rivet) for rivet in sorted(scene.uses_of(node))}
    here = [f"`{scene.bodies.names[id]}`" for id in node.runs if id in scene.bodies.names]
    if here:
        why += f"; what it runs is here as {', '.join(here[:8])}"
    name = scene.draft.placeholder(
        node.title, f"the {node.type} node of Rivet ({why})", node.original, inputs.values(), outputs.values()
    )
    return Made(
        {rivet: [(name, ours)] for rivet, ours in inputs.items()},
        {rivet: (name, ours) for rivet, ours in outputs.items()},
        name,
    )


def _connect(scene: Scene, made: dict[str, Made]) -> None:
    for node in scene.graph.nodes.values():
        if node.id not in made:
            continue
        for wire in scene.wires_to(node).values():
            source = made.get(wire.source)
            if source is None:
                continue  # a constant that stands in this node
            start = source.outputs.get(wire.source_port)
            ends = made[node.id].inputs.get(wire.target_port)
            if start is None or ends is None:
                name = made[node.id].name if ends is None else source.name
                what = f"input `{wire.target_port}`" if ends is None else f"output `{wire.source_port}`"
                scene.draft.note(name, f"its {what} has no counterpart; the wire is left out")
                continue
            for end in ends:
                scene.draft.connect(start, end)


def _place(scene: Scene, made: dict[str, Made]) -> None:
    """Nodes stand where they stood; what became several is spread below, comments are comments."""
    layout = scene.draft.graph.layout
    for node in scene.graph.nodes.values():
        if node.place is None:
            continue
        x, y, width = node.place
        if node.type == "comment":
            height = node.data.get("height")
            tall = float(height) if isinstance(height, int | float) and 0 < height < 1e5 else 100.0
            text = node.data.get("text")
            if isinstance(text, str) and text.strip():
                layout.setdefault("/comments", []).append(
                    {"text": text, "rect": [round(x), round(y), round(width), round(tall)]}
                )
        elif node.id in made:
            layout.setdefault(made[node.id].name, [round(x), round(y)])
