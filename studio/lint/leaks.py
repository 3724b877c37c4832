"""Models that meet what strangers wrote, what is private, and a way out, in one graph."""

from __future__ import annotations

from studio.graph.checking import Report, View
from studio.lint.region import listed
from studio.trust.labels import Risk, find_risks


def may_leak(report: Report) -> None:
    """Name each model that a stranger's text could make send what is private, with the three and the ways out of it."""
    if not report.views:
        return
    top = report.views[0]
    by_graph = {id(view.graph): view for view in report.views}
    for risk in find_risks(top.scope.root, top.registry):
        view = by_graph.get(risk.key[0])
        node = None if view is None else view.graph.nodes.get(risk.key[1])
        if view is not None and node is not None and not node.knockout:
            _tell(view, risk)


def _tell(view: View, risk: Risk) -> None:
    ways = [f"{way.path}" for way in risk.ways_out]
    here = [way for way in ways if way != risk.path]
    way = f"and what it gives reaches {listed(here)}" if here else "and has a tool of its own"
    view.node_finding(
        "may_leak",
        "warning",
        f"`{risk.path}` reads what strangers write ({listed(risk.untrusted)}) and what is private "
        f"({listed(risk.private)}), {way}, which can carry texts out of this machine.",
        view.graph.nodes[risk.key[1]],
        "A stranger's text could make it send what is private. Cut one of the three: let another model, which sees "
        "nothing private, read the stranger's text and give a closed label; or wire nothing private here; or take the "
        "way out away. As it is, a person is asked before each request.",
        other=risk.ways_out[0].key[1] if risk.ways_out[0].key[0] == risk.key[0] else "",
    )
