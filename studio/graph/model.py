"""The document: nodes, edges, stores, subgraphs. Plain data without Qt and without behaviour of a run.

What the file says is kept as it was said, unknown types and params included; meaning (ports, types,
cycles) is asked in `graph.ports` and `graph.check`.  Order of nodes and edges is the author's and has
meaning (design rules 2.3, 2.7, 2.9).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

from studio.support.errors import GraphError
from studio.support.values import Json

FORMAT = 1
"""Version of the file format this program writes."""

NODE_KEYS = ("type", "title", "fires", "on_error", "default", "retries", "timeout_s", "limits", "knockout")
"""Keys of a node that belong to the engine; every other key is a param of its type (design section 6)."""

IMPLICIT_PORTS = ("when", "done", "error")
"""Ports that every node has without declaring them (design rule 2.2)."""

LIMITS = ("firings", "ticks", "calls", "tokens", "cost_usd", "seconds")
"""What may be limited per run, region and node (design rule 2.12)."""

EDGE_OPTIONS = ("initial", "initial_from", "hold")
"""What may stand behind a feedback edge (design rule 2.1)."""

Fires = Literal["once", "every_tick"]
FIRES: tuple[Fires, ...] = get_args(Fires)

OnError = Literal["fail", "skip", "default", "route"]
ON_ERROR: tuple[OnError, ...] = get_args(OnError)

KNOCKOUT: tuple[bool | Literal["pass"], ...] = (True, False, "pass")


@dataclass(slots=True)
class Place:
    """Where something stands in its file (lines count from 1), for messages."""

    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file or 'graph'}:{self.line}" if self.line else (self.file or "graph")


@dataclass(slots=True)
class NodeInstance:
    """A node: an instance of a node type, known by its name.

    `params` holds what the file gives (not defaults). `knockout` True makes it emit absence, `"pass"` lets its
    input through where types allow. `default` maps ports to values for `on_error: default`.
    """

    name: str
    type: str
    params: dict[str, Json] = field(default_factory=dict)
    title: str = ""
    fires: Fires | None = None
    on_error: OnError = "fail"
    default: dict[str, Json] = field(default_factory=dict)
    retries: int = 0
    timeout_s: float | None = None
    limits: dict[str, float] = field(default_factory=dict)
    knockout: bool | Literal["pass"] = False
    place: Place = field(default_factory=Place, compare=False)


@dataclass(slots=True)
class Edge:
    """A wire from an output to an input, in the same tick or (feedback) at the next.

    Feedback options (design rule 2.1): `initial` (if `has_initial`), `initial_from` = `node.port`, `hold`.
    """

    source: str
    source_port: str
    target: str
    target_port: str
    feedback: bool = False
    has_initial: bool = False
    initial: Json = None
    initial_from: str = ""
    hold: bool = False
    place: Place = field(default_factory=Place, compare=False)

    def __str__(self) -> str:
        arrow = "~>" if self.feedback else "->"
        return f"{self.source}.{self.source_port} {arrow} {self.target}.{self.target_port}"


@dataclass(slots=True)
class StoreDecl:
    """A named memory declared in a graph. `scope`: region, run or project (design rule 2.9)."""

    name: str
    type: str
    scope: Literal["region", "run", "project"] = "region"
    params: dict[str, Json] = field(default_factory=dict)
    place: Place = field(default_factory=Place, compare=False)


_COMPARED = (
    "name", "about", "nodes", "edges", "stores", "until", "max_ticks", "on_limit", "limits", "dynamics",
    "graphs", "layout", "extra",
)  # fmt: skip


@dataclass(eq=False)
class Graph:
    """A graph document. `base` is the folder that `graph: ./file.yaml` and files are relative to.

    `max_ticks` None means unwritten: 100, and reaching it pauses the run (rule 2.5).
    """

    name: str = "graph"
    about: str = ""
    nodes: dict[str, NodeInstance] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    stores: dict[str, StoreDecl] = field(default_factory=dict)
    until: Literal["quiet", "stop"] = "quiet"
    max_ticks: int | None = None
    on_limit: Literal["stop", "fail"] = "stop"
    limits: dict[str, float] = field(default_factory=dict)
    dynamics: dict[str, Json] = field(default_factory=dict)
    """What is done about alarms of a run's dynamics, as written (`dynamics.policy` says what it may hold). Only that of
    the graph that is run has an effect."""
    graphs: dict[str, Graph] = field(default_factory=dict)
    layout: dict[str, Json] = field(default_factory=dict)
    extra: dict[str, Json] = field(default_factory=dict)
    """Unknown top-level keys, kept and written back."""
    comments: dict[str, list[str]] = field(default_factory=dict, compare=False)
    """Comments by the item they stand before or behind; filled by the loader, used by the saver."""
    place: Place = field(default_factory=Place, compare=False)
    base: Path | None = field(default=None, compare=False)

    def __eq__(self, other: object) -> bool:
        """Two graphs are equal if they say the same in the same order; comments and places do not count."""
        if not isinstance(other, Graph):
            return NotImplemented
        return (
            list(self.nodes) == list(other.nodes)
            and list(self.graphs) == list(other.graphs)
            and all(getattr(self, key) == getattr(other, key) for key in _COMPARED)
        )

    __hash__ = None  # type: ignore[assignment]

    def __getstate__(self) -> dict[str, Any]:
        """A copy holds what the document says, not what was prepared from it for a run."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    # -- written in Python, with the words of the file ------------------------------------------

    def add(self, type: str, name: str, /, **keys: Any) -> NodeInstance:
        """Add a node. `keys` are its params and the reserved keys (`fires`, `on_error`, …).

        A param whose name is no name of Python is given as `**{"my param": 1}`.

        Raises GraphError if the name is taken or impossible, if a reserved key has a value it cannot have,
        or if a param would make a reserved port.
        """
        from studio.graph.building import make_node

        if name in self.nodes:
            raise GraphError(f"The name `{name}` is taken already.", where=str(self.place), hint="Choose another name.")
        self.nodes[name] = made = make_node(type, name, keys)
        return made

    def connect(
        self,
        source: str,
        target: str,
        *,
        feedback: bool | Mapping[str, Json] = False,
    ) -> Edge:
        """Wire `node.port` to `node.port`; `feedback` True or its options makes a `~>` edge.

        Raises GraphError if an end is not written as `node.port` or names no node, if an option is unknown, or
        if the edge would close a cycle within one tick.
        """
        from studio.graph.building import make_edge

        edge = make_edge(self, source, target, feedback)
        self.edges.append(edge)
        return edge

    def add_store(self, type: str, name: str, /, **keys: Any) -> StoreDecl:
        """Declare a store by name. `keys` are its params and its `scope`: region, run or project.

        Raises GraphError for an impossible name or scope, or a name that is taken.
        """
        from studio.graph.building import make_store

        self.stores[name] = made = make_store(self, type, name, keys)
        return made

    def add_graph(self, name: str, graph: Graph | None = None, /, **keys: Any) -> Graph:
        """Add a local subgraph, to be run by `flow.subgraph` or `flow.map` with `graph: name`.

        It is the graph given, whose files are then looked up where this one's are unless it says otherwise, or a new
        one with these `keys`. `name` may be a file that the graph stands for (`./refine.yaml`). Raises GraphError if
        the name is taken or impossible.
        """
        from studio.graph.building import check_name
        from studio.graph.reading import is_file_reference

        if not is_file_reference(name) or name in self.graphs:
            check_name(name, "subgraph", self.graphs)
        if graph is None:
            graph = Graph(**{"name": name, "base": self.base, **keys})
        elif keys:
            raise GraphError(f"The subgraph `{name}` is made already.", hint="Say this where it is made.")
        for _, inner in graph.walk():
            inner.base = inner.base or self.base
        self.graphs[name] = graph
        return graph

    # -- files ----------------------------------------------------------------------------------

    @classmethod
    def load(cls, path: str | Path) -> Graph:
        """Read a graph file. Raises GraphError with file and line; unknown types and params are kept."""
        from studio.graph.reading import load_graph

        return load_graph(Path(path))

    @classmethod
    def from_text(cls, text: str, *, name: str = "<text>", base: Path | None = None) -> Graph:
        """Read a graph from YAML text."""
        from studio.graph.reading import read_graph

        return read_graph(text, file=name, base=base)

    def to_text(self) -> str:
        """Return the canonical YAML text (stable under load and save)."""
        from studio.graph.writing import write_graph

        return write_graph(self)

    def save(self, path: str | Path) -> None:
        """Write the canonical file, atomically (temporary file, fsync, replace)."""
        from studio.graph.writing import save_graph

        save_graph(self, Path(path))

    def walk(self) -> Iterator[tuple[str, Graph]]:
        """Yield this graph and its local subgraphs with their dotted names (the graph itself: "")."""
        yield "", self
        for name, inner in self.graphs.items():
            for path, graph in inner.walk():
                yield f"{name}.{path}" if path else name, graph
