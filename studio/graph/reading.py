"""Graph files → `Graph`: text to tree, tree to the current format, tree to document, each refusal with file and line.

Only what the format itself says is checked here; whether types, ports and params exist is asked in `graph.check`,
so that a file with unknown things still opens.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Literal, cast

from studio.dynamics.policy import SETTINGS
from studio.graph.alarms import check_dynamics
from studio.graph.comments import END, FOOTER, HEADER, Found, find_comments
from studio.graph.migrations import migrate
from studio.graph.model import (
    EDGE_OPTIONS,
    FIRES,
    KNOCKOUT,
    NODE_KEYS,
    ON_ERROR,
    Edge,
    Graph,
    NodeInstance,
    Place,
    StoreDecl,
)
from studio.graph.names import name_problem, port_problem, reserved_in, reserved_sentence
from studio.graph.tree import MAX_BYTES, Tree, parse
from studio.support.errors import EnvironmentProblem, GraphError
from studio.support.nearest import near

MAX_NODES: Final = 10_000
MAX_GRAPH_DEPTH: Final = 16
"""Deepest nesting of `graphs:` in one file."""


_EDGE = re.compile(r"([^\s.]+)\.([^\s.]+)[ \t]*(->|~>)[ \t]*([^\s.]+)\.([^\s.]+)")
_END = re.compile(r"([^\s.]+)\.([^\s.]+)")


def load_graph(path: Path) -> Graph:
    """Read a graph file. Raises GraphError with file and line, EnvironmentProblem if the file cannot be read."""
    if path.suffix.lower() == ".py":
        raise GraphError(
            "This is a Python script, not a graph file.",
            where=str(path),
            hint="`studio.open_graph_file` reads its graph; `studio run` and the window do so by themselves.",
        )
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise GraphError(
                f"The file is larger than {MAX_BYTES // 1_000_000} MB.",
                where=str(path),
                hint="Keep data in files of its own and read them with a node.",
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise GraphError("There is no such file.", where=str(path), hint="Check the name and the folder.") from None
    except IsADirectoryError:
        raise GraphError("This is a folder, not a graph file.", where=str(path), hint="Name a .yaml file.") from None
    except OSError as error:
        raise EnvironmentProblem(f"The file cannot be read: {error.strerror}.", where=str(path)) from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise GraphError(
            "The file is not UTF-8 text.", where=f"{path}:{line}", hint="Save it with the encoding UTF-8."
        ) from None
    return read_graph(text, file=str(path), base=path.parent, name=path.stem)


def read_graph(text: str, *, file: str = "<text>", base: Path | None = None, name: str = "graph") -> Graph:
    """Read a graph from YAML text. `file` is named in messages, `name` is used if the text gives none."""
    file = file or "<text>"  # what was read comes from somewhere: it is not its reader's own (`trust.gate`)
    parsed = parse(text.removeprefix("\ufeff"), file)
    root = parsed.root
    if type(root.value) is not dict or ("studio" not in root.value and "nodes" not in root.value):
        raise GraphError(
            "This is no graph file: it has neither `studio:` nor `nodes:`.",
            where=f"{file}:{root.line}",
            hint="A graph file starts with `studio: 1` and lists its nodes under `nodes:`.",
        )
    line = root.value["studio"].line if "studio" in root.value else root.line
    migrate(root, f"{file}:{line}")
    graph = _Reader(file, base).graph(root, name, 0)
    found = find_comments(text.removeprefix("\ufeff"), parsed, file)
    if found:
        _attach(graph, found)
    return graph


def parse_edge(text: str) -> Edge | None:
    """Return the edge that `a.out -> b.in` or `a.out ~> b.in` describes, or None if the text is no edge."""
    match = _EDGE.fullmatch(text.strip())
    if match is None:
        return None
    source, source_port, arrow, target, target_port = match.groups()
    return Edge(source, source_port, target, target_port, feedback=arrow == "~>")


def parse_end(text: str) -> tuple[str, str] | None:
    """Return (node, port) of `node.port`, or None if the text is not written so."""
    match = _END.fullmatch(text)
    return (match[1], match[2]) if match else None


class _Reader:
    """Gives a tree its meaning. One per file: counts the nodes of all its graphs."""

    def __init__(self, file: str, base: Path | None) -> None:
        self.file = file
        self.base = base
        self.nodes = 0

    # -- refusals and small readers -------------------------------------------------------------

    def refuse(self, message: str, line: int, hint: str = "") -> GraphError:
        return GraphError(message, where=f"{self.file}:{line}", hint=hint)

    def mapping(self, tree: Tree, what: str) -> dict[str, Tree]:
        if tree.value is None:
            return {}
        if type(tree.value) is not dict:
            raise self.refuse(f"{what} must be a mapping of names.", tree.line, "Write `name: …` lines below it.")
        return cast(dict[str, Tree], tree.value)

    def text(self, tree: Tree, what: str) -> str:
        if type(tree.value) is not str:
            raise self.refuse(f"{what} must be text.", tree.line, "Put it in quotes.")
        return str(tree.value)

    def choice(self, tree: Tree, what: str, options: tuple[Any, ...]) -> Any:
        value = tree.value
        if not any(value is option or (type(value) is str and value == option) for option in options):
            said = " or ".join(f"`{str(option).lower()}`" for option in options)
            raise self.refuse(f"{what} must be {said}.", tree.line)
        return value

    def whole(self, tree: Tree, what: str, least: int) -> int:
        if type(tree.value) is not int or tree.value < least:
            raise self.refuse(f"{what} must be a whole number from {least}.", tree.line)
        return int(tree.value)

    def number(self, tree: Tree, what: str) -> float:
        if type(tree.value) not in (int, float) or tree.value < 0:
            raise self.refuse(f"{what} must be a number, 0 or more.", tree.line)
        return cast(float, tree.value)

    def limits(self, tree: Tree, what: str) -> dict[str, float]:
        return {
            name: self.number(value, f"The limit `{name}` of {what}")
            for name, value in self.mapping(tree, f"`limits` of {what}").items()
        }

    def name(self, name: str, line: int, what: str) -> str:
        problem = name_problem(name)
        if problem:
            shown = name if len(name) <= 60 else name[:60] + "…"
            raise self.refuse(f"`{shown}` cannot name a {what}: {problem}.", line)
        return name

    # -- the document ---------------------------------------------------------------------------

    def graph(self, root: Tree, name: str, depth: int) -> Graph:
        if depth > MAX_GRAPH_DEPTH:
            raise self.refuse(f"`graphs` are nested deeper than {MAX_GRAPH_DEPTH} levels here.", root.line)
        top = self.mapping(root, f"The graph `{name}`")
        graph = Graph(name=name, place=Place(self.file, root.line), base=self.base)
        for key, tree in top.items():
            read = self._sections.get(key)
            if read is not None:
                read(self, graph, tree, depth)
            else:
                graph.extra[key] = tree.plain()
        return graph

    def _studio(self, graph: Graph, tree: Tree, depth: int) -> None:
        if depth and tree.value != 1:
            raise self.refuse("A subgraph has the format of its file.", tree.line, "Delete `studio:` here.")

    def _name(self, graph: Graph, tree: Tree, depth: int) -> None:
        graph.name = self.text(tree, "`name`")

    def _about(self, graph: Graph, tree: Tree, depth: int) -> None:
        graph.about = "" if tree.value is None else self.text(tree, "`about`")

    def _nodes(self, graph: Graph, tree: Tree, depth: int) -> None:
        for name, item in self.mapping(tree, "`nodes`").items():
            line = tree.keys[name].line + 1
            self.nodes += 1
            if self.nodes > MAX_NODES:
                raise self.refuse(f"The file has more than {MAX_NODES:,} nodes.", line, "Split it into several graphs.")
            graph.nodes[name] = self._node(self.name(name, line, "node"), item, line)

    def _node(self, name: str, tree: Tree, line: int) -> NodeInstance:
        keys = self.mapping(tree, f"The node `{name}`")
        if "type" not in keys:
            raise self.refuse(f"The node `{name}` has no type.", line, "Write `type: …` first; see `studio nodes`.")
        node = NodeInstance(name, self.text(keys["type"], f"The type of `{name}`"), place=Place(self.file, line))
        for key, value in keys.items():
            what = f"`{key}` of node `{name}`"
            if key not in NODE_KEYS:
                node.params[key] = value.plain()
            elif key == "title":
                node.title = self.text(value, what)
            elif key == "fires":
                node.fires = self.choice(value, what, FIRES)
            elif key == "on_error":
                node.on_error = self.choice(value, what, ON_ERROR)
            elif key == "default":
                node.default = {port: item.plain() for port, item in self.mapping(value, what).items()}
            elif key == "retries":
                node.retries = self.whole(value, what, 0)
            elif key == "timeout_s":
                node.timeout_s = self.number(value, what)
                if node.timeout_s == 0:
                    raise self.refuse(f"{what} must be more than 0 seconds.", value.line)
            elif key == "limits":
                node.limits = self.limits(value, f"node `{name}`")
            elif key == "knockout":
                node.knockout = self.choice(value, what, KNOCKOUT)
        reserved = reserved_in(node.type, node.params)
        if reserved:
            message, hint = reserved_sentence(reserved[1], reserved[0])
            raise self.refuse(f"Node `{name}`: {message[0].lower()}{message[1:]}", line, hint)
        return node

    def _edges(self, graph: Graph, tree: Tree, depth: int) -> None:
        if tree.value is None:
            return
        if type(tree.value) is not list:
            raise self.refuse("`edges` must be a list.", tree.line, "Write `- a.out -> b.in` lines below it.")
        graph.edges = [self._edge(item) for item in tree.value]

    def _edge(self, tree: Tree) -> Edge:
        said, options, line = tree.value, None, tree.line
        if type(said) is dict and len(said) == 1:
            said, options = next(iter(said.items()))
        edge = parse_edge(said) if type(said) is str else None
        if edge is None:
            shown = f"`{said}` is" if type(said) is str else "This is"
            raise self.refuse(
                f"{shown} no edge.", line, "Write `node.port -> node.port`, or `node.port ~> node.port` for feedback."
            )
        for name in (edge.source, edge.target):
            self.name(name, line, "node")
        for port in (edge.source_port, edge.target_port):
            if problem := port_problem(port):
                raise self.refuse(f"`{port[:60]}` cannot name a port: {problem}.", line)
        edge.place = Place(self.file, line)
        if options is not None:
            self._edge_options(edge, options)
        return edge

    def _edge_options(self, edge: Edge, tree: Tree) -> None:
        options = self.mapping(tree, f"The options of `{edge}`")
        line = edge.place.line
        if options and not edge.feedback:
            raise self.refuse(
                f"`{edge}` is no feedback edge and takes no options.",
                line,
                f"Write `~>` to deliver at the next tick: `{str(edge).replace('->', '~>', 1)}`.",
            )
        for key, value in options.items():
            if key == "initial":
                edge.has_initial, edge.initial = True, value.plain()
            elif key == "initial_from":
                edge.initial_from = self.text(value, f"`initial_from` of `{edge}`")
                if parse_end(edge.initial_from) is None:
                    raise self.refuse(f"`initial_from` of `{edge}` must be written `node.port`.", value.line)
            elif key == "hold":
                edge.hold = self.choice(value, f"`hold` of `{edge}`", (True, False))
            else:
                hint = near(key, EDGE_OPTIONS) or "Options are `initial`, `initial_from` and `hold`."
                raise self.refuse(f"`{key}` is no option of the feedback edge `{edge}`.", value.line, hint)
        if edge.has_initial and edge.initial_from:
            raise self.refuse(f"`{edge}` has both `initial` and `initial_from`.", line, "Keep one of them.")

    def _stores(self, graph: Graph, tree: Tree, depth: int) -> None:
        for name, item in self.mapping(tree, "`stores`").items():
            line = tree.keys[name].line + 1
            self.name(name, line, "store")
            keys = self.mapping(item, f"The store `{name}`")
            if "type" not in keys:
                raise self.refuse(f"The store `{name}` has no type.", line, "Write `{type: list}`, `queue` or `kv`.")
            store = StoreDecl(name, self.text(keys["type"], f"The type of `{name}`"), place=Place(self.file, line))
            for key, value in keys.items():
                if key == "scope":
                    store.scope = self.choice(value, f"`scope` of store `{name}`", ("region", "run", "project"))
                elif key != "type":
                    store.params[key] = value.plain()
            graph.stores[name] = store

    def _until(self, graph: Graph, tree: Tree, depth: int) -> None:
        graph.until = self.choice(tree, "`until`", ("quiet", "stop"))

    def _max_ticks(self, graph: Graph, tree: Tree, depth: int) -> None:
        if tree.value is not None:
            graph.max_ticks = self.whole(tree, "`max_ticks`", 1)

    def _on_limit(self, graph: Graph, tree: Tree, depth: int) -> None:
        graph.on_limit = cast(Literal["stop", "fail"], self.choice(tree, "`on_limit`", ("stop", "fail")))

    def _limits(self, graph: Graph, tree: Tree, depth: int) -> None:
        graph.limits = self.limits(tree, "the graph")

    def _dynamics(self, graph: Graph, tree: Tree, depth: int) -> None:
        if tree.value is not None and type(tree.value) is not dict:
            hint = "Write `dynamics: {on_alarm: pause}`, or `off`, `warn` or `stop`."
            raise self.refuse("`dynamics` must be a mapping.", tree.line, hint)
        for key, value in self.mapping(tree, "`dynamics`").items():
            if key == SETTINGS and type(value.value) is dict:
                for name, threshold in value.value.items():
                    line = value.keys[name].line + 1
                    check_dynamics({SETTINGS: {name: threshold.plain()}}, f"{self.file}:{line}")
            check_dynamics({key: value.plain()}, f"{self.file}:{tree.keys[key].line + 1}")
            graph.dynamics[key] = value.plain()

    def _graphs(self, graph: Graph, tree: Tree, depth: int) -> None:
        for name, item in self.mapping(tree, "`graphs`").items():
            line = tree.keys[name].line + 1
            if not is_file_reference(name):
                self.name(name, line, "subgraph")
            inner = self.graph(item, name, depth + 1)
            inner.place = Place(self.file, line)
            graph.graphs[name] = inner

    def _layout(self, graph: Graph, tree: Tree, depth: int) -> None:
        graph.layout = {name: item.plain() for name, item in self.mapping(tree, "`layout`").items()}

    _sections: dict[str, Callable[[_Reader, Graph, Tree, int], None]] = {  # noqa: RUF012
        "studio": _studio, "name": _name, "about": _about, "nodes": _nodes, "edges": _edges, "stores": _stores,
        "until": _until, "max_ticks": _max_ticks, "on_limit": _on_limit, "limits": _limits,
        "dynamics": _dynamics, "graphs": _graphs, "layout": _layout,
    }  # fmt: skip


def is_file_reference(name: str) -> bool:
    """True if a body is named by file (`./refine.yaml`) rather than by the name of a local subgraph."""
    return name.startswith(("./", "../")) or name.endswith((".yaml", ".yml"))


def _attach(graph: Graph, found: list[Found]) -> None:
    """Hand each comment to the graph it belongs to, under the path of its item there."""
    for comment in found:
        owner, path, kind = graph, list(comment.path), comment.kind
        while len(path) >= 2 and path[0] == "graphs" and path[1] in owner.graphs:
            if len(path) == 2 and kind != END:
                break
            owner = owner.graphs[str(path[1])]
            path = path[2:]
            if not path:
                kind = FOOTER
        if len(path) >= 2 and path[0] == "edges":
            # An edge with options is a one-key mapping in the file; its path is the edge itself.
            edge = owner.edges[cast(int, path[1])]
            path = ["edges", str(edge), *path[3:]]
        key = kind if kind in (HEADER, FOOTER) else ".".join(map(str, path)) + kind
        lines = owner.comments.setdefault(key, [])
        if comment.gap and lines:
            lines.append("")
        lines.append(comment.text)
