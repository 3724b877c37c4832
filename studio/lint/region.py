"""A graph as the rules of lint see it: the document, its ports, and the plan that says what is steady and live."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from studio.engine.plan import NodePlan, RegionPlan
from studio.graph.checking import View
from studio.graph.model import Edge, NodeInstance
from studio.graph.order import edges_by_source, reaches


class RegionView:
    """One graph that compiled. Findings go through `view`."""

    def __init__(self, view: View, plan: RegionPlan) -> None:
        self.view = view
        self.graph = view.graph
        self.plan = plan
        self.by_name: dict[str, NodePlan] = {node.name: node for node in plan.nodes}
        self.rank: dict[str, int] = {node.name: node.index for node in plan.nodes}
        self.after = edges_by_source(view.graph)

    def nodes(self) -> Iterator[tuple[NodeInstance, NodePlan]]:
        """Yield the nodes that are not switched off, in file order."""
        for name, node in self.graph.nodes.items():
            if not node.knockout:
                yield node, self.by_name[name]

    def reaches(self, start: str, goal: str) -> bool:
        """True if same-tick edges lead from one node to another."""
        return reaches(self.after, start, goal)

    def wired_stop(self) -> bool:
        """True if a `flow.stop` here waits for something."""
        return any(node.role == "stop" and node.when for node in self.plan.nodes)

    def feedback(self) -> list[Edge]:
        """Return the plain feedback edges: those that keep the graph going (rule 2.5)."""
        return [edge for edge in self.graph.edges if edge.feedback and not edge.hold]


def listed(names: Iterable[str], most: int = 3) -> str:
    """Return names as people list them: `a`, `b` and 2 more."""
    shown = [f"`{name}`" for name in names]
    if len(shown) > most:
        return f"{', '.join(shown[:most])} and {len(shown) - most} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
