"""What a fork changes: params, outputs, what is to fire again; and which nodes of two graphs differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from studio.graph.model import NODE_KEYS, Edge, Graph, NodeInstance
from studio.graph.paths import node_at
from studio.graph.ports import node_ports
from studio.graph.scope import Scope
from studio.spec.registry import Registry, default_registry
from studio.spec.types import type_of, value_check
from studio.support.errors import UsageError
from studio.support.nearest import did_you_mean
from studio.support.values import Json, preview

if TYPE_CHECKING:
    from studio.trace import Trace
    from studio.trace.found import Run

Place = tuple[str, ...]
"""Names of the local graphs that lead to a graph; empty for the top graph."""


@dataclass(frozen=True)
class Changes:
    """What a fork changes.

    `params` maps nodes to params and node keys, `redo` names nodes that fire again though nothing about them has
    changed (both by path; items of maps may be left out, as a body is one graph for all); `outputs` maps the whole
    paths of firings to what stands in place of their outputs, at their first firing from the fork on.
    """

    params: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    outputs: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    redo: frozenset[str] = frozenset()

    def applied_to(self, graph: Graph, registry: Registry) -> Graph:
        """Return the graph with the params set. Raises UsageError for a node or param that is not there."""
        if not self.params:
            return graph
        made = _copied(graph)
        top = Scope(made)
        for path, params in self.params.items():
            instance = _instance(top, path, registry)
            for name, value in params.items():
                _set(instance, path, name, value, registry)
        return made

    def redone(self, graph: Graph, registry: Registry) -> frozenset[int]:
        """Return the nodes to fire again, by identity. Raises UsageError for one that is not there."""
        top = Scope(graph)
        return frozenset(id(_instance(top, path, registry)) for path in self.redo)

    def require_outputs(self, trace: Trace, run: Run, graph: Graph, registry: Registry) -> None:
        """Raise UsageError if an output to be replaced belongs to no firing of the run, is none that the node has, or
        cannot hold the value."""
        if not self.outputs:
            return
        top = Scope(graph)
        paths = list(dict.fromkeys(firing.node for firing in trace.firings(run.id)))
        for path, values in self.outputs.items():
            if path not in paths:
                raise UsageError(
                    f"Nothing called `{path}` fired in the run {run.id}.",
                    hint=did_you_mean(path, paths, then="Give the whole path, as `studio show` lists it."),
                )
            for port, value in values.items():
                require_output(top, path, port, value, registry)

    def require_no_inputs(self, graph: Graph) -> None:
        """Raise UsageError if the value of an input of the run is to be changed as if it were a param."""
        for path, params in self.params.items():
            node = graph.nodes.get(path)
            if node is not None and node.type == "flow.input" and "value" in params:
                raise UsageError(
                    f"`{path}` is an input: it keeps the value that the run was begun with.",
                    hint=f"Give another one: `-i {path}=VALUE`.",
                )

    def first_step(self, trace: Trace, run: Run, graph: Graph, registry: Registry, concerned: frozenset[int]) -> int:
        """Return the first step that concerns an output to be replaced or one of the nodes or graphs `concerned` (by
        identity): the fork's seq where none is given.

        Raises UsageError if there is no such step.
        """
        first = self.find_first_step(trace, run, graph, registry, concerned)
        if first == 0:
            names = ", ".join(f"`{name}`" for name in (*self.params, *self.outputs, *sorted(self.redo)))
            raise UsageError(
                f"No step of the run {run.id} is concerned{f' by {names}' if names else ': nothing is changed'}.",
                hint="Change a param (`--set node.param=value`), an output, or name a node to fire again.",
            )
        return first

    def find_first_step(
        self, trace: Trace, run: Run, graph: Graph, registry: Registry, concerned: frozenset[int]
    ) -> int:
        """Return the step that `first_step` does, 0 if there is none."""
        top = Scope(graph)
        known: dict[str, bool] = {}

        def is_concerned(path: str) -> bool | None:
            found = node_at(top, path, registry)
            if found is None:
                return None
            scope, node = found
            return path in self.outputs or id(node) in concerned or id(scope.graph) in concerned

        def concerns(path: str) -> bool:
            """True for a node that is concerned, or gone, or in the body of one that is."""
            if path not in known:
                names = path.split("/")
                # What names an item of a map is no node, and says nothing.
                inside = any(is_concerned("/".join(names[:end])) for end in range(1, len(names)))
                known[path] = inside or is_concerned(path) is not False
            return known[path]

        return min((firing.seq for firing in trace.firings(run.id) if firing.seq and concerns(firing.node)), default=0)


def _copied(graph: Graph) -> Graph:
    """Return a copy whose nodes can be given other params and keys; values and edges are shared."""
    return replace(
        graph,
        nodes={name: replace(node, params=dict(node.params)) for name, node in graph.nodes.items()},
        graphs={name: _copied(inner) for name, inner in graph.graphs.items()},
    )


def _instance(top: Scope, path: str, registry: Registry) -> NodeInstance:
    found = node_at(top, path, registry)
    if found is None:
        raise UsageError(
            f"The graph has no node `{path}`.",
            hint=did_you_mean(path, list(top.graph.nodes), then="Nodes in a body are named like `region/node`."),
        )
    return found[1]


def require_output(top: Scope, path: str, port: str, value: Json, registry: Registry) -> None:
    """Raise UsageError if a node has no such output, or the output cannot hold the value."""
    found = node_at(top, path, registry)
    outputs = {} if found is None else node_ports(*found, registry).outputs
    if port not in outputs:
        raise UsageError(
            f"`{path}` has no output `{port}`.",
            hint=did_you_mean(port, list(outputs), then=f"Its outputs: {', '.join(outputs) or 'none'}."),
        )
    check = value_check(outputs[port].type)
    if check is not None and not check(value):
        raise UsageError(
            f"`{path}.{port}` is {outputs[port].type}, not {type_of(value)}: {preview(value, 60)}.",
            hint="The value is read as JSON where it is not text.",
        )


def _set(instance: NodeInstance, path: str, name: str, value: Json, registry: Registry) -> None:
    from studio.graph.building import make_node

    cls = registry.find(instance.type)
    known = [] if cls is None else list(cls.Params.fields())
    if name in NODE_KEYS and name != "type":
        checked = make_node(instance.type, instance.name, {name: value})
        setattr(instance, name, getattr(checked, name))
    elif name in known or name in instance.params:
        instance.params[name] = value
    else:
        raise UsageError(
            f"`{path}` ({instance.type}) has no param `{name}`.",
            hint=did_you_mean(name, [*known, *NODE_KEYS[1:]], then=f"`studio nodes {instance.type}` lists them."),
        )


def takes_text(graph_text: str, path: str, param: str) -> bool:
    """True if a param of a recorded graph is declared as text, or is none that is known."""
    registry = default_registry()
    found = node_at(Scope(Graph.from_text(graph_text)), path, registry)
    cls = None if found is None else registry.find(found[1].type)
    field_ = None if cls is None else cls.Params.fields().get(param)
    return field_ is None or field_.type == "text"


def gives_text(graph_text: str, path: str, port: str) -> bool:
    """True if an output of a node of a recorded graph is text."""
    registry = default_registry()
    found = node_at(Scope(Graph.from_text(graph_text)), path, registry)
    field_ = None if found is None else node_ports(*found, registry).outputs.get(port)
    return field_ is not None and field_.type == "text"


def changed_nodes(before: Graph, after: Graph) -> list[tuple[Place, NodeInstance]]:
    """Return the nodes of `after` that mean something else than in `before`, or are new: by their own definition and
    the edges into them. Titles, limits and layout mean nothing for what a node gives."""
    old = dict(parts(before))
    found: list[tuple[Place, NodeInstance]] = []
    for place, graph in parts(after):
        then = old.get(place)
        for instance in graph.nodes.values():
            same = (
                then is not None
                and instance.name in then.nodes
                and (_meaning(graph, instance) == _meaning(then, then.nodes[instance.name]))
            )
            if not same:
                found.append((place, instance))
    return found


def parts(graph: Graph, place: Place = ()) -> Iterator[tuple[Place, Graph]]:
    """Yield a graph and its local graphs, with the names that lead there."""
    yield place, graph
    for name, inner in graph.graphs.items():
        yield from parts(inner, (*place, name))


def _meaning(graph: Graph, node: NodeInstance) -> tuple[Any, ...]:
    edges = [_edge(edge) for edge in graph.edges if edge.target == node.name]
    return (
        node.type, node.params, node.fires, node.on_error, node.default, node.retries, node.timeout_s, node.knockout,
        edges,
    )  # fmt: skip


def _edge(edge: Edge) -> tuple[Any, ...]:
    return (
        edge.source, edge.source_port, edge.target_port, edge.feedback, edge.has_initial, edge.initial,
        edge.initial_from, edge.hold,
    )  # fmt: skip
