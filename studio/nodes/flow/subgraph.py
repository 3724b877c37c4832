"""`flow.subgraph`: a graph that runs as one node."""

from __future__ import annotations

from typing import Literal

from studio.spec import Fields, Node, node, param


@node(
    "flow.subgraph", category="Flow", icon="subgraph", role="subgraph", limits="own clock: `max_ticks`, 16 levels deep"
)
class Subgraph(Node):
    """Run another graph as one node.

    Its inputs and outputs are the ports.  With its *own* clock it runs from beginning to end inside one tick and
    starts afresh each time.  With the *shared* clock it is an organ of this graph: it does one tick per tick
    here and keeps what its feedback edges hold; while `when` is absent or false it is frozen.
    """

    class Params(Fields):
        graph: str = param(
            help="Name of a graph under `graphs`, or a file such as `./refine.yaml`.", editor={"kind": "graph"}
        )
        clock: Literal["own", "shared"] = param(
            "own", choices=("own", "shared"), help="Run to the end each time, or tick together with this graph."
        )
