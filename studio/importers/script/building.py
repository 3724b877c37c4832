"""What the words of `studio.Graph` do while a script is read: the same refusals as of a graph file, at their line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from studio.graph.alarms import check_dynamics
from studio.graph.building import make_node, make_store
from studio.graph.model import EDGE_OPTIONS, Edge, Graph, Place, StoreDecl
from studio.graph.names import name_problem, port_problem
from studio.graph.reading import MAX_GRAPH_DEPTH, MAX_NODES, is_file_reference, parse_end
from studio.importers.script.values import Folder, MadeGraph, NotUnderstood, Value, json_only
from studio.support.errors import GraphError
from studio.support.nearest import near
from studio.support.values import Json

_SECTIONS: Final = frozenset((
    "studio", "name", "about", "nodes", "edges", "stores", "until", "max_ticks", "on_limit", "limits",
    "dynamics", "graphs", "layout",
))  # fmt: skip
_CHOICES: Final = {"until": ("quiet", "stop"), "on_limit": ("stop", "fail")}


class Builder:
    """Makes graphs; counts the nodes of all that one script makes."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.nodes = 0

    def place(self, line: int) -> Place:
        """Return where something stands in the script."""
        return Place(self.file, line)

    def graph(self, given: Mapping[str, Value], line: int) -> MadeGraph:
        """`Graph(…)`."""
        graph = Graph(place=self.place(line))
        made = MadeGraph(graph, line=line)
        for key, value in given.items():
            wrong = self._set(made, key, value, line)
            if wrong:
                raise NotUnderstood(f"`{key}` of a graph must be {wrong}.", line, "")
        return made

    def _set(self, made: MadeGraph, key: str, value: Value, line: int) -> str:
        """Set one thing of a graph; return what it must be, if it is not."""
        graph = made.graph
        if key == "base":
            if not isinstance(value, Folder | None):
                return "a folder that starts at the script, as in `Path(__file__).parent`"
            made.folder = value
            return ""
        json_only(value, line)
        if key in ("name", "about"):
            wrong = "" if isinstance(value, str) else "text"
        elif key in _CHOICES:
            wrong = "" if isinstance(value, str) and value in _CHOICES[key] else " or ".join(_CHOICES[key])
        elif key == "max_ticks":
            whole = isinstance(value, int) and not isinstance(value, bool) and value >= 1
            wrong = "" if value is None or whole else "a whole number from 1"
        elif key == "limits":
            numbers = isinstance(value, dict) and all(type(one) in (int, float) and one >= 0 for one in value.values())
            wrong = "" if numbers else "a dict of limits to numbers, 0 or more"
        elif key == "dynamics":
            wrong = "" if isinstance(value, dict) else "a dict, as `{'on_alarm': 'pause'}`"
            if not wrong:
                _check_dynamics(value, line)
        elif key in ("layout", "extra"):
            wrong = "" if isinstance(value, dict) else "a dict"
            if key == "extra" and not wrong and not _SECTIONS.isdisjoint(value):
                wrong = "about other things than the sections of a graph file"
        elif key == "comments":
            lists = value.values() if isinstance(value, dict) else (0,)
            texts = all(isinstance(one, list) and all(isinstance(text, str) for text in one) for one in lists)
            wrong = "" if texts else "a dict of lists of texts"
        else:
            hint = near(
                key, ("about", "until", "max_ticks", "on_limit", "limits", "dynamics", "layout", "extra", "base")
            )
            raise NotUnderstood(f"A graph takes no `{key}` here.", line, hint)
        if not wrong:
            setattr(graph, key, value)
        return wrong

    def add(self, made: MadeGraph, given: list[Value], keys: dict[str, Value], line: int) -> str:
        """`graph.add(type, name, …)`; returns the node's name."""
        type_name, name = _two_texts(given, "graph.add(type, name)", line)
        if name in made.graph.nodes:
            raise NotUnderstood(f"There is a node `{name}` already.", line, "Choose another name.")
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise NotUnderstood(f"The script adds more than {MAX_NODES:,} nodes.", line, "")
        try:
            node = make_node(type_name, name, {key: json_only(value, line) for key, value in keys.items()})
        except GraphError as error:
            raise NotUnderstood(error.message, line, error.hint) from None
        node.place = self.place(line)
        made.graph.nodes[name] = node
        return name

    def add_store(self, made: MadeGraph, given: list[Value], keys: dict[str, Value], line: int) -> StoreDecl:
        """`graph.add_store(type, name, …)`."""
        type_name, name = _two_texts(given, "graph.add_store(type, name)", line)
        params = {key: json_only(value, line) for key, value in keys.items()}
        try:
            store = make_store(made.graph, type_name, name, params)
        except GraphError as error:
            raise NotUnderstood(error.message, line, error.hint) from None
        store.place = self.place(line)
        made.graph.stores[name] = store
        return store

    def add_graph(self, made: MadeGraph, given: list[Value], keys: dict[str, Value], line: int) -> str:
        """`graph.add_graph(name, body())`; returns the name."""
        if len(given) != 2 or not isinstance(given[0], str) or not isinstance(given[1], MadeGraph) or keys:
            raise NotUnderstood("A subgraph is added as `graph.add_graph(name, body())`.", line)
        name, body = given
        problem = "" if is_file_reference(name) else name_problem(name)
        if problem:
            raise NotUnderstood(f"`{name[:60]}` cannot name a subgraph: {problem}.", line, "")
        if name in made.graph.graphs:
            raise NotUnderstood(f"There is a subgraph `{name}` already.", line, "Choose another name.")
        if body.used or body is made:
            raise NotUnderstood("This graph is the body of a subgraph already.", line, "Make one for each.")
        if _depth(body.graph) >= MAX_GRAPH_DEPTH:
            raise NotUnderstood(f"Subgraphs are nested deeper than {MAX_GRAPH_DEPTH} levels here.", line, "")
        body.used = True
        made.graph.graphs[name] = body.graph
        return str(name)

    def connect(self, made: MadeGraph, given: list[Value], keys: dict[str, Value], line: int) -> Edge:
        """`graph.connect("a.out", "b.in", feedback=…)`; ends may be missing as in a file, so that it can be mended."""
        source, target = _two_texts(given, 'graph.connect("a.out", "b.in")', line)
        feedback = keys.pop("feedback", False)
        if keys:
            raise NotUnderstood(f"`connect` takes no `{next(iter(keys))}`.", line)
        edge = Edge(*self._end(source, line), *self._end(target, line), feedback=feedback is not False)
        edge.place = self.place(line)
        if isinstance(feedback, dict):
            self._options(edge, feedback, line)
        elif not isinstance(feedback, bool):
            raise NotUnderstood("`feedback` must be True or a dict of options.", line, "")
        made.graph.edges.append(edge)
        return edge

    def _end(self, text: str, line: int) -> tuple[str, str]:
        ends = parse_end(text)
        problem = "" if ends is None else name_problem(ends[0]) or port_problem(ends[1])
        if ends is None or problem:
            raise NotUnderstood(f"`{text[:80]}` is no end of an edge.", line, "Write it as `node.port`.")
        return ends

    def _options(self, edge: Edge, options: dict[str, Any], line: int) -> None:
        for key, value in options.items():
            if key == "initial":
                edge.has_initial, edge.initial = True, json_only(value, line)
            elif key == "initial_from" and isinstance(value, str):
                self._end(value, line)
                edge.initial_from = value
            elif key == "hold" and isinstance(value, bool):
                edge.hold = value
            else:
                hint = near(key, EDGE_OPTIONS) or "Options are `initial`, `initial_from` and `hold`."
                raise NotUnderstood(f"`{key[:60]}` is no option of a feedback edge, or has no such value.", line, hint)
        if edge.has_initial and edge.initial_from:
            raise NotUnderstood("An edge has either `initial` or `initial_from`.", line, "Keep one of them.")


def _check_dynamics(value: dict[str, Json], line: int) -> None:
    try:
        check_dynamics(value)
    except GraphError as error:
        raise NotUnderstood(error.message, line, error.hint) from None


def _two_texts(given: list[Value], shape: str, line: int) -> tuple[str, str]:
    if len(given) != 2 or not all(isinstance(one, str) for one in given):
        raise NotUnderstood(f"This is written as `{shape}`, with two texts first.", line)
    return given[0], given[1]


def _depth(graph: Graph) -> int:
    return 1 + max((_depth(inner) for inner in graph.graphs.values()), default=0)
