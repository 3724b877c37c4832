"""Wires that do something else than they seem to, and nodes that nobody listens to."""

from __future__ import annotations

from studio.engine.store_order import consecutive_uses
from studio.lint.region import RegionView, listed


def steady_joins(region: RegionView) -> None:
    """Name ports on which a steady value and a live one meet: the steady one returns when the other is absent."""
    for node, plan in region.nodes():
        for entry in plan.inputs:
            if entry.join == "many" or len(entry.wires) < 2:
                continue
            edges = region.view.into[node.name][entry.name]
            steady = [e for e in edges if not e.feedback and not region.by_name[e.source].live]
            live = [e for e in edges if e.feedback or region.by_name[e.source].live]
            if steady and live:
                region.view.node_finding(
                    "steady_join",
                    "warning",
                    f"`{node.name}.{entry.name}` takes {listed(e.source for e in steady)} again at every tick in which "
                    f"{listed(e.source for e in live)} {'gives' if len(live) == 1 else 'give'} nothing.",
                    node,
                    f"If that is not meant, wire `{live[0].source}.{live[0].source_port} ~> {node.name}.{entry.name}: "
                    f"{{initial_from: {steady[0].source}.{steady[0].source_port}}}` instead.",
                    port=entry.name,
                )


def store_order(region: RegionView) -> None:
    """Name pairs of nodes whose order at a store follows from the file only."""
    for store, before, node in consecutive_uses(region.plan.nodes):
        if node.stores[store] == "read" and before.stores[store] == "read":
            continue
        if not region.reaches(before.name, node.name):
            region.view.node_finding(
                "store_order",
                "warning",
                f"`{before.name}` uses the store `{store}` before `{node.name}` only because of the order of the file.",
                node.instance,
                f"If it matters, draw `{before.name}.done -> {node.name}.when`.",
                store=store,
                other=before.name,
            )


def unused_outputs(region: RegionView) -> None:
    """Name nodes whose results nobody takes, not even as a beginning of feedback, and that do nothing else."""
    begin = {edge.initial_from.partition(".")[0] for edge in region.view.graph.edges}
    for node, plan in region.nodes():
        if region.after[node.name] or node.name in begin or not region.view.ports[node.name].outputs:
            continue
        if plan.role in ("subgraph", "map") or plan.stores or plan.spec.category == "Debug":
            continue  # what happens inside, or in a store, may be all that is wanted
        if plan.effects in ("pure", "network") or plan.role == "input":
            outputs = listed(region.view.ports[node.name].outputs)
            region.view.node_finding(
                "output_unused",
                "warning",
                f"Nothing takes {outputs} of `{node.name}`.",
                node,
                "Wire an output, or delete the node.",
            )
