"""What a script says of a graph beside its wiring."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from studio.support.errors import NodeError
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.export.standalone.runtime.firing import Firing
    from studio.export.standalone.runtime.region import Region

NodeFacts = tuple[str, int] | tuple[str, int, Mapping[str, str]]
"""Type of a node, the version of the type, and its outputs with their port types."""

UNWRITTEN_MAX_TICKS = 100
"""Ticks after which a graph that names no bound pauses the run."""


class Declared(Protocol):
    """A store that a graph declares (a `StoreDecl`)."""

    def open(self, firing: Firing, name: str, graph: Graph) -> Any:
        """Return the store as a firing sees it; `graph` is where it is declared."""


@dataclass(frozen=True, slots=True)
class Input:
    """An input of a graph: the port type of its values, and whether a node that runs it needs one.

    `choices` are the only values it takes, any if there are none. `null_default`: its default is null, which an item of
    a map falls back to and nobody else.
    """

    kind: str = "any"
    required: bool = True
    null_default: bool = False
    choices: Sequence[Json] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A graph that can be run: its coroutine and what else there is to say.

    `nodes` has all nodes in plan order; `until`, `max_ticks` and `on_limit` say how it ends, `limits` what it may use
    before the run pauses. `stores` are its named memories; it also sees those of the graph it stands `inside`.
    """

    body: Callable[[Region], Awaitable[None] | AsyncGenerator[None, None]]
    name: str = ""
    nodes: Mapping[str, NodeFacts] = field(default_factory=dict)
    inputs: Mapping[str, Input] = field(default_factory=dict)
    until: Literal["quiet", "stop"] = "quiet"
    max_ticks: int | None = None
    on_limit: Literal["stop", "fail"] = "stop"
    limits: Mapping[str, float] = field(default_factory=dict)
    stores: Mapping[str, Declared] = field(default_factory=dict)
    inside: Callable[[], Graph] | None = None

    @property
    def outputs(self) -> list[str]:
        """The names of its outputs."""
        return [name for name, facts in self.nodes.items() if facts[0] == "flow.output"]

    def ports(self, name: str) -> Mapping[str, str]:
        """The outputs of a node with their port types, as far as they need a look."""
        facts: Any = self.nodes[name]
        found: Mapping[str, str] = facts[2] if len(facts) > 2 else {}
        return found

    def find_store(self, name: str) -> tuple[Graph, Declared]:
        """Return a store that nodes of this graph mean by a name, and the graph it belongs to."""
        graph = self
        while name not in graph.stores:
            if graph.inside is None:
                raise NodeError(f"There is no store `{name}`.", hint="Declare it under `stores`.", code="no_store")
            graph = graph.inside()
        return graph, graph.stores[name]
