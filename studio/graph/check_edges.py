"""Faults of edges: ends that do not exist, types that do not meet, cycles, feedback without effect."""

from __future__ import annotations

from studio.graph.checking import View
from studio.graph.model import Edge
from studio.graph.order import cycle_sentence, find_cycle
from studio.spec.fields import Field
from studio.spec.types import accepts, type_of, value_check
from studio.support.nearest import near


def check_edges(view: View) -> None:
    """Check the edges of one graph, then the inputs that have none."""
    seen: set[str] = set()
    for edge in view.graph.edges:
        text = str(edge)
        target = _end(view, edge, edge.target, edge.target_port, "input")
        source = _end(view, edge, edge.source, edge.source_port, "output")
        if source is not None and target is not None:
            _types(view, edge, source, target)
        if text in seen and (target is None or target.join != "many"):
            view.edge_finding("edge_twice", "warning", f"The edge `{text}` stands twice.", edge, "Delete one of them.")
        seen.add(text)
        if edge.source_port == "error" and edge.source in view.graph.nodes:
            if view.graph.nodes[edge.source].on_error != "route":
                view.edge_finding(
                    "error_not_routed",
                    "error",
                    f"`{edge.source}.error` never carries anything, because the node has no `on_error: route`.",
                    edge,
                    f"Add `on_error: route` to `{edge.source}`.",
                    other=edge.source,
                )
        if edge.feedback:
            _feedback(view, edge, target)
    _cycle(view)
    _unwired(view)


def _end(view: View, edge: Edge, node: str, port: str, what: str) -> Field | None:
    """Return the port at one end of an edge; say so if there is none."""
    if node not in view.graph.nodes:
        hint = near(node, view.graph.nodes) or "Add the node, or delete the edge."
        view.edge_finding("edge_node", "error", f"`{edge}`: there is no node `{node}`.", edge, hint, other=node)
        return None
    spec = view.source_field(node, port) if what == "output" else view.target_field(node, port)
    if spec is None and view.ports_known(node):
        known = view.ports[node].outputs if what == "output" else view.ports[node].inputs
        other = view.ports[node].inputs if what == "output" else view.ports[node].outputs
        if port in other:
            hint = f"`{port}` is an {'input' if what == 'output' else 'output'} of `{node}`."
        else:
            hint = near(port, known) or _few(node, what, known)
        message = f"`{edge}`: `{node}` has no {what} `{port}`."
        view.edge_finding("edge_port", "error", message, edge, hint, other=node, port=port)
    return spec


def _few(node: str, what: str, known: dict[str, Field]) -> str:
    if not known:
        return f"`{node}` has no {what}s" + (" but `when`." if what == "input" else " but `done`.")
    return f"Its {what}s: {', '.join(f'`{name}`' for name in known)}."


def _types(view: View, edge: Edge, source: Field, target: Field) -> None:
    if not accepts(source.type, target.type):
        view.edge_finding(
            "edge_type",
            "error",
            f"`{edge.source}.{edge.source_port}` gives {source.type}, but "
            f"`{edge.target}.{edge.target_port}` takes {target.type}.",
            edge,
            "Put a node between them that converts the value.",
        )


def _feedback(view: View, edge: Edge, target: Field | None) -> None:
    if edge.has_initial and target is not None:
        fits = value_check(target.type)
        if fits is not None and not fits(edge.initial):
            view.edge_finding(
                "initial_type",
                "error",
                f"`{edge}` starts with {type_of(edge.initial)}, but `{edge.target}.{edge.target_port}` "
                f"takes {target.type}.",
                edge,
                "Change `initial`.",
            )
    if edge.initial_from:
        _initial_from(view, edge, target)
    if view.graph.max_ticks == 1:
        message = f"`{edge}` never delivers: `max_ticks: 1` leaves no next tick."
        view.edge_finding("feedback_no_tick", "warning", message, edge, "Raise `max_ticks`, or write `->`.")
    node = view.graph.nodes.get(edge.target)
    if node is not None and node.fires == "once":
        message = f"`{edge}` has no effect after the first tick: `{node.name}` says `fires: once`."
        view.edge_finding("feedback_once", "warning", message, edge, "Delete `fires: once`, or the edge.")


def _initial_from(view: View, edge: Edge, target: Field | None) -> None:
    node, _, port = edge.initial_from.partition(".")
    if node not in view.graph.nodes:
        message = f"`initial_from: {edge.initial_from}` of `{edge}`: there is no node `{node}`."
        view.edge_finding("initial_from", "error", message, edge, near(node, view.graph.nodes))
        return
    source = view.source_field(node, port)
    if source is None:
        if view.ports_known(node):
            message = f"`initial_from: {edge.initial_from}` of `{edge}`: `{node}` has no output `{port}`."
            view.edge_finding("initial_from", "error", message, edge, near(port, view.ports[node].outputs))
    elif target is not None and not accepts(source.type, target.type):
        view.edge_finding(
            "initial_type",
            "error",
            f"`{edge}` starts with {source.type} from `{edge.initial_from}`, but "
            f"`{edge.target}.{edge.target_port}` takes {target.type}.",
            edge,
            "Take the first value from another output.",
        )


def _cycle(view: View) -> None:
    cycle = find_cycle(view.graph)
    if cycle:
        message, hint = cycle_sentence(cycle)
        code = "initial_cycle" if any(edge.feedback for edge in cycle) else "cycle"
        view.edge_finding(code, "error", message, cycle[-1], hint)


def _unwired(view: View) -> None:
    for name, ports in view.ports.items():
        node = view.graph.nodes[name]
        if ports.params is None or node.knockout is True:
            continue
        wired = view.into[name]
        role = view.role(name)
        if role == "stop" and "when" not in wired:
            message = "Nothing is wired to `when`, so the graph ends after its first tick."
            view.node_finding(
                "stop_unwired", "warning", message, node, f"Wire what decides it to `{name}.when`.", port="when"
            )
        # A body on the shared clock ticks without its data; only `items` it cannot do without.
        shared = role in ("subgraph", "map") and getattr(ports.params, "clock", "own") == "shared"
        for port, spec in ports.inputs.items():
            if spec.required and port not in wired and (not shared or (role == "map" and port == "items")):
                message = f"Nothing is wired to the required input `{port}`, so `{name}` is always skipped."
                view.node_finding(
                    "input_unwired", "warning", message, node, f"Wire a value to `{name}.{port}`.", port=port
                )
