"""`flow.stop`: ends the graph it stands in."""

from __future__ import annotations

from studio.spec import Node, node


@node("flow.stop", category="Flow", icon="stop", role="stop")
class Stop(Node):
    """End this graph after the present tick.

    Wire what decides it to `when`: any value ends the graph, only `false` does not.  The rest of the tick is
    still done and its results count; put a switch or a gate before whatever must not run.  In a subgraph it ends
    that subgraph only.
    """
