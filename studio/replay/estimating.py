"""What a fork will take, roughly, before it runs: how much is taken over, and what may have to be done again.

Goes by the wires alone: whatever a change can reach counts as done again. A fork then takes over even of that what gets
the same inputs as before, so it is never more, unless the run goes another way.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from studio.graph.model import Graph, NodeInstance
from studio.graph.paths import node_at
from studio.graph.scope import Scope
from studio.replay.changes import Changes, changed_nodes
from studio.replay.drafts import body_of
from studio.spec.registry import Registry
from studio.trace.ahead import done_from

if TYPE_CHECKING:
    from studio.trace import Trace


class Estimate(NamedTuple):
    """`kept` firings lie before the fork, `taken` after it and out of reach of the changes; `anew` may fire again,
    which took `calls` model calls and `cost_usd` where they were made before."""

    kept: int
    taken: int
    anew: int
    calls: int
    cost_usd: float

    def told(self) -> str:
        """Return the estimate as a sentence."""
        over = self.kept + self.taken
        text = f"{over:,} of {over + self.anew:,} firings are taken over."
        if not self.anew:
            return f"{text} Nothing that the run did would be done again."
        asks = ""
        if self.calls:
            cost = f", ${self.cost_usd:.2g}" if self.cost_usd else ""
            asks = f", with {self.calls:,} model {'call' if self.calls == 1 else 'calls'} there{cost}"
        return f"{text} Up to {self.anew:,} run anew{asks}."


def estimate(trace: Trace, run: str, graph: Graph, registry: Registry, changes: Changes, at: int) -> Estimate:
    """Return what a fork of a run from a step on will take. Raises UsageError for changes that do not fit the graph."""
    reached = reached_nodes(graph, registry, changes)
    top = Scope(graph)
    taken = anew = calls = 0
    cost = 0.0
    steps = trace.steps(run)
    replaced = set(changes.outputs)
    for one in done_from(steps, at):
        found = node_at(top, one.node, registry)
        frozen = 1 if one.node in replaced else 0  # what stands in its place is not asked for
        if found is not None and id(found[1]) in reached:
            again = max(0, one.firings - frozen)
            anew += again
            calls += round(one.calls * again / max(1, one.firings))
            cost += one.cost_usd * again / max(1, one.firings)
            taken += frozen
        else:
            taken += one.firings
    before = steps.counts(at - 1)
    return Estimate(before.decided - before.skipped, taken, anew, calls, cost)


def reached_nodes(graph: Graph, registry: Registry, changes: Changes) -> frozenset[int]:
    """Return the nodes of the graph, by identity, that may do otherwise: those changed, and all that they lead to, by
    wires, through bodies and by stores."""
    return frozenset(_Reach(graph, registry).from_changes(changes))


class _Reach:
    def __init__(self, graph: Graph, registry: Registry) -> None:
        self.graph = graph
        self.registry = registry
        self.top = Scope(graph)
        self.callers: dict[int, list[tuple[Scope, NodeInstance]]] = {}
        """Region nodes by the graph that they run."""
        self.readers: dict[tuple[int, str], list[tuple[Scope, NodeInstance]]] = {}
        """Nodes by the store that they use: where it is declared, and its name."""
        self._seen_graphs: set[int] = set()
        self._note(self.top)

    def _note(self, scope: Scope) -> None:
        if id(scope.graph) in self._seen_graphs:
            return
        self._seen_graphs.add(id(scope.graph))
        for node in scope.graph.nodes.values():
            for store in self._stores(scope, node):
                self.readers.setdefault(store, []).append((scope, node))
            body = body_of(scope, node, self.registry)
            if body is not None:
                self.callers.setdefault(id(body.graph), []).append((scope, node))
                self._note(body)

    def _stores(self, scope: Scope, node: NodeInstance) -> Iterable[tuple[int, str]]:
        cls = self.registry.find(node.type)
        for param in cls.spec.stores if cls is not None else ():
            name = str(node.params.get(param, ""))
            declared = scope.find_store(name)
            if declared is not None:
                yield id(declared[0].graph), name

    def from_changes(self, changes: Changes) -> set[int]:
        waiting = [(*one, True) for one in self._begun(changes)]
        reached: dict[int, bool] = {}
        """Nodes, and of region nodes whether all that is inside them is reached, too."""
        while waiting:
            scope, node, with_body = waiting.pop()
            known = reached.get(id(node))
            if known is not None and known >= with_body:
                continue
            reached[id(node)] = with_body
            if known is None:
                waiting += [(*one, True) for one in self._after(scope, node)]
                waiting += [(*one, False) for one in self.callers.get(id(scope.graph), ())]
            body = body_of(scope, node, self.registry) if with_body else None
            if body is not None:
                waiting += [(body, inner, True) for inner in body.graph.nodes.values()]
        return set(reached)

    def _begun(self, changes: Changes) -> list[tuple[Scope, NodeInstance]]:
        """Return the nodes that are changed, or fire again, or follow one whose output is replaced."""
        found: list[tuple[Scope, NodeInstance]] = []
        places = self._scopes()
        for place, node in changed_nodes(self.graph, changes.applied_to(self.graph, self.registry)):
            graph = self.graph
            for name in place:
                graph = graph.graphs[name]
            if node.name in graph.nodes and id(graph) in places:
                found.append((places[id(graph)], graph.nodes[node.name]))
        again = (node_at(self.top, path, self.registry) for path in changes.redo)
        found += [one for one in again if one is not None]
        for path in changes.outputs:
            frozen = node_at(self.top, path, self.registry)
            if frozen is not None:
                found += self._after(*frozen)
        return found

    def _scopes(self) -> dict[int, Scope]:
        """The scopes in which the graphs are run, by graph; of one that several nodes run, any."""
        found = {id(self.top.graph): self.top}
        for callers in self.callers.values():
            for scope, node in callers:
                body = body_of(scope, node, self.registry)
                if body is not None:
                    found[id(body.graph)] = body
        return found

    def _after(self, scope: Scope, node: NodeInstance) -> list[tuple[Scope, NodeInstance]]:
        """What a node leads to: along its wires, and by what it stores."""
        nodes = scope.graph.nodes
        after = [(scope, nodes[edge.target]) for edge in scope.graph.edges
                 if edge.source == node.name and edge.target in nodes]  # fmt: skip
        for store in self._stores(scope, node):
            after += self.readers.get(store, ())
        return after
