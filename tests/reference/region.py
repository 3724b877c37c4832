"""A graph being executed, and what of it outlives a tick."""

from __future__ import annotations

from tests.reference.plan import Scope, live_nodes
from tests.reference.records import Decision, Wire
from tests.reference.stores import NaiveStore, View


class Region:
    """A graph being executed: the top graph, a subgraph, one item of a map. Keeps what outlives a tick."""

    def __init__(
        self,
        scope: Scope,
        path: str,
        parent: Region | None,
        *,
        shared: bool = False,
        live_inputs: frozenset[str] = frozenset(),
        sees_snapshot: bool = False,
    ) -> None:
        self.scope = scope
        self.path = path
        self.parent = parent
        self.shared = shared
        self.live = live_nodes(scope, live_inputs)
        self.ticks_done = 0
        self.inputs: dict[str, Wire] = {}
        self.tick = ""
        self.decided: dict[str, Decision] = {}
        self.kept: dict[str, Decision] = {}
        """Outcomes of the steady nodes, from tick 0 on."""
        self.registers: dict[int, Wire] = {}
        """What each feedback edge delivers at the next tick."""
        self.over = ""
        """Why a shared body ticks no more."""
        self.organs: dict[str, Region] = {}
        self.populations: dict[str, dict[str, Region]] = {}
        self.failed_maps: set[str] = set()
        self.ticking: list[Region] = []
        """The shared bodies that ticked in this tick."""
        self.stores: dict[str, NaiveStore] = {}
        self.views: dict[int, View] | None = {} if sees_snapshot else None

    def inside(self, name: str) -> str:
        """Return the path of a node of this region."""
        return f"{self.path}/{name}" if self.path else name

    def times_around(self, body: Scope) -> int:
        """Return how many regions from here outwards run this graph (rule 2.6: `max_depth`)."""
        here = int(self.scope.graph is body.graph)
        return here + (self.parent.times_around(body) if self.parent is not None else 0)

    def carries_onward(self) -> bool:
        """Rule 2.5 (b): a "plain feedback edge, of the region or of a shared-clock body that ticked, carries a present
        value onward"."""
        own = any(
            edge.feedback and not edge.hold and self.decided[edge.source].wire(edge.source_port).present
            for edge in self.scope.graph.edges
        )
        return own or any(body.carries_onward() for body in self.ticking if not body.over)
