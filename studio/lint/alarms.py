"""Whoever asks for alarms where it cannot be told the same each time."""

from __future__ import annotations

from studio.dynamics.modules import ALARMS
from studio.lint.region import RegionView


def alarms_inside(region: RegionView) -> None:
    """Name `monitor.alarms` in a body with a clock of its own: what stands beside it there may not be over yet."""
    if region.view.scope.outer is None or region.plan.is_shared:
        return
    for node, _ in region.nodes():
        if node.type == ALARMS:
            region.view.node_finding(
                "alarms_inside",
                "warning",
                f"`{node.name}` asks for alarms in a graph with a clock of its own, where what runs beside it may "
                "not be over yet.",
                node,
                "Put it into the top graph and give what it tells to this graph as an input.",
            )
