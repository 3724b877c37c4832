"""How two runs differ and what a node of a graph leads to, found in the plainest way, to compare the diff with.

Nothing here is fast or clever: both runs are read whole into memory, values are compared as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from studio.graph import Graph
from studio.graph.scope import BODY_PARAM, Scope
from studio.spec.registry import default_registry
from studio.support.values import Json
from studio.trace import Trace
from studio.trace.found import Effect, Firing

Identity = tuple[str, str]
"""Node path and tick; no region of an example is tried again, so attempts are left out."""

REGIONS = ("flow.map", "flow.subgraph")
OF_THE_ANSWER = ("text", "choices")
"""What a model's answer is; all else in its reply is about it."""


@dataclass
class Seen:
    """All that a run says of one firing."""

    firing: Firing
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Json] = field(default_factory=dict)
    prompts: list[Json] = field(default_factory=list)
    requests: list[Json] = field(default_factory=list)
    replies: list[Json] = field(default_factory=list)
    ops: list[Json] = field(default_factory=list)
    """What it did to stores."""
    results: list[Json] = field(default_factory=list)
    """What it found there."""

    @property
    def fired(self) -> bool:
        """True unless it was skipped."""
        return self.firing.status != "skipped"


def seen(trace: Trace, run: str) -> dict[Identity, Seen]:
    """Return all firings of a run by identity."""
    firings = {firing.id: firing for firing in trace.firings(run)}
    outputs = {id: trace.outputs(firing) for id, firing in firings.items()}

    def on_wire(wire: Any) -> Any:
        if wire is None or wire[0] == 0:
            return wire
        if isinstance(wire[0], int):
            return True if wire[1] == "done" else outputs[wire[0]][wire[1]]
        return [on_wire(one) for one in wire]

    found: dict[Identity, Seen] = {}
    for id, firing in firings.items():
        one = Seen(firing, outputs=outputs[id])
        if one.fired:
            one.inputs = {port: on_wire(wire) for port, wire in firing.inputs.items()}
        source = executed(trace, firing)
        for effect in trace.effects(source.run, firing=source.id):
            _add(one, effect)
        for op in trace.store_ops(source.run, firing=source.id):
            one.ops.append([op.store.rpartition("/")[2], op.op, op.args])
            one.results.append(op.result)
        assert (firing.node, firing.tick) not in found
        found[firing.node, firing.tick] = one
    return found


def executed(trace: Trace, firing: Firing) -> Firing:
    """Return the firing that asked and stored, in whichever run it did."""
    source = trace.source(firing) if firing.origin == "replayed" else firing
    assert source is not None
    return source


def _add(one: Seen, effect: Effect) -> None:
    request: Any = effect.request
    if effect.kind not in ("chat", "complete"):
        one.requests.append([effect.kind, effect.name, request])
        one.replies.append(effect.response)
        return
    spoken = {key: request[key] for key in ("messages", "prompt") if key in request}
    one.prompts.append(spoken)
    one.requests.append({key: value for key, value in request.items() if key not in spoken})
    response: Any = effect.response
    one.replies.append({key: response[key] for key in OF_THE_ANSWER if key in response})


def apart(before: dict[Identity, Seen], after: dict[Identity, Seen]) -> dict[Identity, set[str]]:
    """Return the firings that differ, and in what."""
    found: dict[Identity, set[str]] = {}
    for identity in {**before, **after}:
        one, other = before.get(identity), after.get(identity)
        if one is None or other is None:
            found[identity] = {"only in B" if one is None else "only in A"}
            continue
        what = {
            "type": one.firing.type != other.firing.type,
            "status": one.firing.status != other.firing.status,
            "reason": one.firing.status == other.firing.status and one.firing.reason != other.firing.reason,
            # The wire of a body's input shows the whole list of which it hands on one: what it took is what it gives.
            "inputs": one.fired
            and other.fired
            and one.inputs != other.inputs
            and not (one.firing.type == "flow.input" and one.outputs == other.outputs),
            "store": one.results != other.results,
            "prompt": one.prompts != other.prompts,
            "request": one.requests != other.requests,
            "reply": one.replies != other.replies,
            "writes": one.ops != other.ops,
            "outputs": one.outputs != other.outputs,
        }
        if any(what.values()):
            found[identity] = {word for word, differs in what.items() if differs}
    return found


# -- the graph ------------------------------------------------------------------------------------


def without_items(graph: Graph, path: str) -> str:
    """Return the path of a firing without the items of maps: where its node stands."""
    names, kept, here = path.split("/"), [], graph
    while names:
        kept.append(names.pop(0))
        node = here.nodes[kept[-1]]
        if names:
            here = graph.graphs[node.params["graph"]]
            if node.type == "flow.map":
                names.pop(0)
    return "/".join(kept)


def downstream(graph: Graph, path: str, *, up_to: str | None = None) -> set[str]:
    """Return the node and all that it may reach: along wires of both kinds, in and out of bodies, through stores; with
    `up_to` what it reaches without passing through that node.

    A failure reaches further: it ends the region around it. It is left out here.
    """
    leads = _wires(graph, graph, "")
    for one, other in _sharing(graph):
        leads.setdefault(one, set()).add(other)
    found, todo = {path}, [path]
    while todo:
        here = todo.pop()
        for next_ in leads.get(here, ()) if here != up_to else ():
            if next_ not in found:
                found.add(next_)
                todo.append(next_)
    return found


def _wires(top: Graph, graph: Graph, prefix: str) -> dict[str, set[str]]:
    leads: dict[str, set[str]] = {}

    def lead(source: str, target: str) -> None:
        leads.setdefault(source, set()).add(target)

    bodies: dict[str, Graph] = {
        name: top.graphs[node.params["graph"]] for name, node in graph.nodes.items() if node.type in REGIONS
    }
    for name, body in bodies.items():
        inner = _wires(top, body, f"{prefix}{name}/")
        for source, targets in inner.items():
            leads.setdefault(source, set()).update(targets)
        for inside, node in body.nodes.items():
            if node.type in ("flow.output", "flow.stop"):  # a body's end is its region's
                lead(f"{prefix}{name}/{inside}", f"{prefix}{name}")
    for edge in graph.edges:
        wires = [(edge.source, edge.source_port)]
        if edge.initial_from:
            wires.append((edge.initial_from.partition(".")[0], edge.initial_from.partition(".")[2]))
        for source, port in wires:
            start = f"{prefix}{source}"
            if source in bodies and port in bodies[source].nodes:
                start += f"/{port}"
            target = f"{prefix}{edge.target}"
            lead(start, target)
            if edge.target in bodies:
                for inside in _entered(bodies[edge.target], edge.target_port):
                    lead(start, f"{target}/{inside}")
    return leads


def _entered(body: Graph, port: str) -> list[str]:
    """The nodes of a body that see what comes in at a port of its region. All of them where it says whether, or how
    often, the body runs at all: so does an input that nothing stands for where it is absent."""
    if port in body.nodes and "value" in body.nodes[port].params:
        return [port]
    assert port in body.nodes or port in ("items", "when"), port
    return list(body.nodes)


def _sharing(top: Graph) -> list[tuple[str, str]]:
    """Pairs of nodes that use one store, both ways, wherever in the graph and its bodies they stand."""
    registry = default_registry()
    uses: dict[tuple[int, str], list[str]] = {}

    def look(scope: Scope, prefix: str) -> None:
        for name, node in scope.graph.nodes.items():
            cls = registry.find(node.type)
            for param in () if cls is None else cls.spec.stores:
                found = scope.find_store(str(node.params.get(param)))
                if found is not None:
                    uses.setdefault((id(found[0].graph), found[1].name), []).append(f"{prefix}{name}")
            if node.type in REGIONS:
                look(scope.find_graph(node.params[BODY_PARAM]), f"{prefix}{name}/")

    look(Scope(top), "")
    return [(one, other) for users in uses.values() for one in users for other in users if one != other]
