"""How a graph ends, where that is probably not what was meant: too soon, or not before its bound."""

from __future__ import annotations

from studio.engine.plan import NodePlan
from studio.graph.model import Edge
from studio.lint.region import RegionView

_MAYBE_ABSENT = frozenset({"flow.switch", "flow.gate"})
"""Types whose outputs are absent in some ticks, though the node fired."""


def one_tick(region: RegionView) -> None:
    """Name a loop whose state is in a store and which no edge asks to go on: it ends after one tick."""
    plan = region.plan
    if plan.is_shared or plan.until == "stop" or region.graph.edges == [] or _ticks_on(region):
        return
    if not region.wired_stop() and (plan.max_ticks == 1 or not plan.max_ticks_written):
        return  # nothing says that more than one tick is wanted
    for first in plan.nodes:
        for store, use in first.stores.items():
            back = next((node for node in plan.nodes if _writes_back(region, first, node, store)), None)
            if use not in ("take", "read") or back is None:
                continue
            region.view.node_finding(
                "one_tick",
                "warning",
                f"The loop through the store `{store}` ends after one tick: no feedback edge carries it on.",
                first.instance,
                f"Write `until: stop`, or draw `{back.name}.done ~> {first.name}.when: {{initial: true}}`.",
                store=store,
                other=back.name,
            )
            return


def _writes_back(region: RegionView, first: NodePlan, node: NodePlan, store: str) -> bool:
    return node.stores.get(store) == "write" and region.reaches(first.name, node.name)


def _ticks_on(region: RegionView) -> bool:
    """True if something here may ask for a next tick: a plain feedback edge, here or in a body that ticks along."""
    if region.feedback():
        return True
    return any(
        node.body is not None and node.body.shared and any(edge.feedback and not edge.hold for edge in body_edges(node))
        for node in region.plan.nodes
    )


def body_edges(node: NodePlan) -> list[Edge]:
    """Return the edges of a region node's body."""
    return node.body.scope.graph.edges if node.body is not None else []


def never_quiet(region: RegionView) -> None:
    """Name plain feedback that carries something at every tick, where the graph is meant to end by going quiet."""
    plan = region.plan
    if plan.is_shared or plan.until == "stop" or region.wired_stop():
        return
    always = _always_on(region)
    feedback = region.feedback()
    certain = [edge for edge in feedback if edge.source in always and _surely_present(region, edge)]
    if not certain or (plan.max_ticks_written and len(certain) == len(feedback)):
        # With a written bound and nothing that could fall quiet, the bound is how the graph is meant to end.
        return
    bound = "max_ticks" if plan.max_ticks_written else f"{plan.max_ticks} ticks, and pauses"
    alone = [edge for edge in certain if edge.source == edge.target] or certain[:1]
    for edge in alone:
        memory = edge.source == edge.target
        region.view.edge_finding(
            "never_quiet",
            "warning",
            f"`{edge}` carries something at every tick, so the graph goes on until {bound}.",
            edge,
            "If it is memory and not work, add `{hold: true}`."
            if memory
            else "Write `max_ticks`, or wire a `flow.stop`.",
        )


def _always_on(region: RegionView) -> set[str]:
    """Return live nodes that fire at every tick from some tick on: greatest fixed point over what they need."""
    on = {node.name for node in region.plan.nodes if node.live and not node.knockout}
    shrunk = True
    while shrunk:
        shrunk = False
        for name in list(on):
            node = region.by_name[name]
            into = region.view.into[name]
            ports = [entry.name for entry in node.inputs if entry.required]
            if "when" in into:
                ports.append("when")
            if not all(any(_always_there(region, edge, on) for edge in into.get(port, ())) for port in ports):
                on.discard(name)
                shrunk = True
    return on


def _always_there(region: RegionView, edge: Edge, on: set[str]) -> bool:
    """True if the edge brings a value at every tick, as far as the graph alone can tell."""
    source = region.by_name[edge.source]
    if edge.feedback and edge.hold:
        return True
    if not source.live and not edge.feedback:
        return _surely_present(region, edge)
    return edge.source in on and _surely_present(region, edge)


def _surely_present(region: RegionView, edge: Edge) -> bool:
    """True if the output carries a value whenever its node fires."""
    source = region.by_name[edge.source]
    if edge.source_port == "done":
        return True
    if edge.source_port == "error" or source.role in ("subgraph", "map"):
        return False
    return source.spec.type not in _MAYBE_ABSENT and "take" not in source.stores.values()


def no_stop(region: RegionView) -> None:
    """Name a graph that waits for a stop it does not have."""
    plan = region.plan
    if plan.until == "stop" and not plan.is_shared and not region.wired_stop() and not plan.max_ticks_written:
        region.view.graph_finding(
            "no_stop",
            "warning",
            f"`until: stop`, but no `flow.stop` is wired: the graph pauses after {plan.max_ticks} ticks.",
            "Wire a `flow.stop`, or write `max_ticks`.",
        )
