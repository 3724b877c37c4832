"""Is this graph right?  Asks types, ports, edges, stores and bodies, and says each fault with its place.

`check` is for design time: it looks at every subgraph and never raises for what the document says.
`require_runnable` stands before a run and raises the first fault that would keep it from running as drawn.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from studio.graph.alarms import check_dynamics
from studio.graph.check_edges import check_edges
from studio.graph.check_regions import check_regions
from studio.graph.checking import Report, View
from studio.graph.diagnostics import Diagnostic
from studio.graph.model import LIMITS, Graph, NodeInstance
from studio.graph.ports import NodePorts, PortsOf, body_of, node_ports
from studio.graph.reading import is_file_reference
from studio.graph.scope import Scope
from studio.spec.registry import Registry, default_registry
from studio.spec.types import type_of, value_check
from studio.support.errors import GraphError, StudioError
from studio.support.nearest import near


def check(graph: Graph, registry: Registry | None = None, *, ports: PortsOf = node_ports) -> list[Diagnostic]:
    """Return the findings about a graph, its local subgraphs and the files it names, in document order.

    An error keeps the graph that it is in from running; what cannot be read, such as an unknown type, is kept all the
    same. `ports` is asked for the ports of nodes, by who asks for them again.
    """
    report = Report()
    for view in views(graph, registry or default_registry(), report, ports=ports):
        check_view(view)
    _unused_stores(report)
    return report.found


def require_runnable(graph: Graph, registry: Registry | None = None, *, ports: PortsOf = node_ports) -> None:
    """Raise GraphError for the first fault that keeps this graph, or a body it runs, from running; `ports` as in
    `check`."""
    report = Report()
    for view in views(graph, registry or default_registry(), report, reachable_only=True, ports=ports):
        check_view(view)
        for found in report.found:
            if found.severity == "error":
                where = str(found.place)
                message = f"`{found.node}`: {found.message}" if found.node and found.node not in found.message else ""
                raise GraphError(message or found.message, where=where, hint=found.hint)


def views(
    graph: Graph, registry: Registry, report: Report, *, reachable_only: bool = False, ports: PortsOf = node_ports
) -> Iterator[View]:
    """Yield the graph and every graph in it or run by it, once each, with the ports of its nodes.

    `reachable_only` leaves out local subgraphs that nothing runs; `ports` as in `check`.
    """
    seen: set[int] = set()
    waiting = deque([(Scope(graph), "")])
    while waiting:
        scope, path = waiting.popleft()
        if id(scope.graph) in seen:
            continue
        seen.add(id(scope.graph))
        view = View(scope, path, registry, report, ports)
        yield view
        if not reachable_only:
            waiting.extend((scope.find_graph(name), f"{path}.{name}" if path else name) for name in scope.graph.graphs)
        for name, found in view.ports.items():
            if found.cls is not None and found.cls.spec.role in ("subgraph", "map"):
                try:
                    body = body_of(scope, scope.graph.nodes[name])
                except StudioError:
                    continue  # said already, as a finding about the node's ports
                waiting.append((body, path_of(body)))


def path_of(scope: Scope) -> str:
    """Return the dotted names under which a graph stands in its document, or the reference of its file."""
    names: list[str] = []
    inner: Scope | None = scope
    while inner is not None and inner.name:
        names.append(inner.name)
        inner = inner.outer
    return ".".join(reversed(names))


def check_view(view: View) -> None:
    """Check one graph: its nodes, then its edges, then its stores and bodies."""
    graph = view.scope.graph
    if not graph.nodes:
        view.graph_finding("empty", "warning", f"The graph `{graph.name}` has no nodes.", "Add a node.")
    _limits(view, graph.limits, None)
    _dynamics(view)
    for name, ports in view.ports.items():
        node = graph.nodes[name]
        for found in ports.findings:
            view.node_finding(found.code, "error", found.message, node, found.hint, param=found.param)
        _limits(view, node.limits, node)
        if "ticks" in node.limits and ports.cls is not None and ports.cls.spec.role not in ("subgraph", "map"):
            message = f"`{name}` has no ticks of its own, so its limit `ticks` bounds nothing."
            view.node_finding("ticks_of_no_region", "warning", message, node, "Limit its `firings`.", param="ticks")
        _default(view, node, ports)
    check_edges(view)
    check_regions(view)


def _limits(view: View, limits: dict[str, float], node: NodeInstance | None) -> None:
    for name in limits:
        if name in LIMITS:
            continue
        hint = near(name, LIMITS) or f"Limits are {', '.join(LIMITS)}."
        if node is None:
            view.graph_finding("unknown_limit", "error", f"There is no limit `{name}`.", hint, param=name)
        else:
            view.node_finding("unknown_limit", "error", f"There is no limit `{name}`.", node, hint, param=name)


def _dynamics(view: View) -> None:
    if not view.graph.dynamics:
        return
    try:
        check_dynamics(view.graph.dynamics)
    except GraphError as error:
        view.graph_finding("dynamics_key", "error", error.message, error.hint, param="dynamics")
    if view.scope.outer is not None and not is_file_reference(view.scope.name):
        message = f"`dynamics` of the subgraph `{view.scope.name}` has no effect: only the graph that is run says it."
        hint = "Move it to the graph of the file, or delete it."
        view.graph_finding("dynamics_inside", "warning", message, hint, param="dynamics")


def _default(view: View, node: NodeInstance, ports: NodePorts) -> None:
    if node.on_error == "default" and not node.default:
        message = "`on_error: default` needs `default`, the values that stand in."
        view.node_finding("default_missing", "error", message, node, "Write `default: {port: value}`.")
    if node.default and node.on_error != "default":
        message = f"`default` is not used, because `on_error` is `{node.on_error}`."
        view.node_finding("default_unused", "warning", message, node, "Write `on_error: default`.")
    if ports.cls is None or ports.params is None:
        return
    for port, value in node.default.items():
        spec = ports.outputs.get(port)
        if spec is None:
            message = f"`default` names `{port}`, no output of the node."
            view.node_finding("default_port", "error", message, node, near(port, ports.outputs), port=port)
            continue
        fits = value_check(spec.type)
        if fits is not None and not fits(value):
            message = f"`default` gives {type_of(value)} to `{port}`, which is {spec.type}."
            view.node_finding("default_port", "error", message, node, port=port)


def _unused_stores(report: Report) -> None:
    for view in report.views:
        for store in view.scope.graph.stores.values():
            if id(store) not in report.used_stores:
                message = f"No node uses the store `{store.name}`."
                report.add(
                    "store_unused", "warning", message, store.place, "", "Delete it.", view.path, store=store.name
                )
