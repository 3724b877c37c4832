"""Wires: which may be drawn and why not, and the ops that draw, cut, change and reorder them.

`Connector` answers while a wire is being dragged; `can_connect` asks the same of one edge. Both say what `graph.check`
would say, before the edge is there. A plain input may have several wires (rule 2.3), so connecting adds to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from studio.editing.annotations import wires_follow
from studio.editing.document import Document
from studio.editing.ops import At, InsertEdge, Op, PutNode, RemoveEdge, ReplaceEdge
from studio.editing.remarks import edges_follow, follow
from studio.graph.model import Edge, Graph
from studio.graph.names import port_problem
from studio.graph.order import ordered_after
from studio.graph.ports import NodePorts
from studio.graph.reading import parse_end
from studio.spec.fields import MISSING, Field
from studio.spec.types import accepts
from studio.support.errors import GraphError
from studio.support.values import Json, NotJson, encode, same_value

LONGEST_PATH = 6
"""Nodes of a cycle that a refusal names; a longer one is cut in the middle."""
_HALF = LONGEST_PATH // 2


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an edge cannot be, in a sentence; `offers_feedback`: it could be one that delivers at the next tick."""

    reason: str
    offers_feedback: bool = False

    def __str__(self) -> str:
        return self.reason


# -- may it be? ---------------------------------------------------------------------------------


def can_connect(doc: Document, at: At, edge: Edge, *, without: Edge | None = None) -> Refusal | None:
    """Return why this edge cannot be added, None if it can. `without` is an edge that it would stand in for."""
    drag = Connector(doc, at, edge.source, edge.source_port, True, without=without)
    return drag.refusal_of(edge)


class Connector:
    """A wire being dragged from a port: answers for every other port of the graph, quickly, while nothing is changed.

    `without` is the edge whose end was picked up, which no longer counts.
    """

    def __init__(
        self, doc: Document, at: At, node: str, port: str, is_output: bool, *, without: Edge | None = None
    ) -> None:
        self._doc = doc
        self._at = at
        self._graph = doc.at(at)
        self._node = node
        self._port = port
        self._is_output = is_output
        self._edges = _but(self._graph.edges, without)
        self._there = {_ends(edge) for edge in self._edges}
        self._next: dict[str, str] | None = None
        self._last: dict[str, tuple[str, ...]] = {}
        self._own = self._field(node, port, is_output)
        self._own_refusal = self._missing(node, port, is_output)

    def refusal(self, node: str, port: str, *, feedback: bool = False) -> Refusal | None:
        """Return why the wire cannot end at this port of the other kind, None if it can."""
        ends = (self._node, self._port, node, port) if self._is_output else (node, port, self._node, self._port)
        return self.refusal_of(Edge(*ends, feedback=feedback))

    def fitting(self) -> dict[tuple[str, str], Refusal | None]:
        """Return the ports where the wire may end: with None, or with the refusal that offers feedback there."""
        found: dict[tuple[str, str], Refusal | None] = {}
        for name in self._graph.nodes:
            ports = self._doc.ports(self._at, name)
            named = (*ports.inputs, "when") if self._is_output else (*ports.outputs, "done", "error")
            for port in dict.fromkeys(named):
                refusal = self.refusal(name, port)
                if refusal is None or refusal.offers_feedback:
                    found[name, port] = refusal
        return found

    def refusal_of(self, edge: Edge) -> Refusal | None:
        """Return why an edge that begins (or ends) at the dragged port cannot be added."""
        other, port = (edge.target, edge.target_port) if self._is_output else (edge.source, edge.source_port)
        found = self._own_refusal or self._missing(other, port, not self._is_output)
        if found is not None:
            return found
        far = self._field(other, port, not self._is_output)
        source, target = (self._own, far) if self._is_output else (far, self._own)
        if source is not None and target is not None and not accepts(source.type, target.type):
            return Refusal(
                f"`{edge.source}.{edge.source_port}` gives {source.type}, but "
                f"`{edge.target}.{edge.target_port}` takes {target.type}."
            )
        if edge.source_port == "error":
            says = self._graph.nodes[edge.source].on_error
            if says == "default":
                return Refusal(
                    f"`{edge.source}.error` never carries anything, because the node says `on_error: {says}`."
                )
        if _ends(edge) in self._there and (target is None or target.join != "many"):
            return Refusal(f"The edge `{edge}` is there already.")
        return self._cycle(edge)

    def _missing(self, node: str, port: str, is_output: bool) -> Refusal | None:
        if node not in self._graph.nodes:
            return Refusal(f"There is no node `{node}`.")
        if problem := port_problem(port):
            return Refusal(f"`{port[:60]}` cannot name a port: {problem}.")
        if self._field(node, port, is_output) is not None:
            return None
        ports = self._doc.ports(self._at, node)
        if (ports.inputs if is_output else ports.outputs).get(port) is not None:
            return Refusal("An output goes to an input." if is_output else "An input takes from an output.")
        if not _certain(ports):
            return None
        return Refusal(f"`{node}` has no {'output' if is_output else 'input'} `{port}`.")

    def _field(self, node: str, port: str, is_output: bool) -> Field | None:
        find = self._doc.output if is_output else self._doc.input
        return find(self._at, node, port)

    def _cycle(self, edge: Edge) -> Refusal | None:
        before = ordered_after(edge)
        if not before:
            return None
        if edge.feedback:
            # Only the first value orders: rarely asked, so it is walked anew.
            path = _path(edge.target, before, _steps(self._edges, forwards=True))
        else:
            path = self._path_back(edge)
        if path is None:
            return None
        shown = " -> ".join(_shortened(path))
        if edge.feedback:
            return Refusal(
                f"`{edge}` takes its first value from `{edge.initial_from}`, which needs `{edge.target}` "
                f"in the same tick: {shown}."
            )
        if edge.source == edge.target:
            return Refusal(f"`{edge.source}` would wait for itself within one tick.", offers_feedback=True)
        return Refusal(f"This would close a cycle within one tick: {shown}.", offers_feedback=True)

    def _path_back(self, edge: Edge) -> list[str] | None:
        """Return the nodes from the edge's target to its source and back, None if it closes no cycle."""
        if edge.source == edge.target:
            return [edge.source, edge.target]
        if self._next is None:
            # From an output, what leads to its node; from an input, what its node leads to.
            steps = _steps(self._edges, forwards=not self._is_output)
            self._next = _tree(self._node, steps)
            self._last = _last_steps(self._next)
        far = edge.target if self._is_output else edge.source
        if far not in self._next:
            return None
        walked = [far]
        while walked[-1] != self._node:
            if len(walked) > LONGEST_PATH:
                # Asked for every port of a long chain, whole ways would be walked again and again.
                walked[_HALF:] = ["…", *self._last[far]]
                break
            walked.append(self._next[walked[-1]])
        path = walked if self._is_output else walked[::-1]
        return [*path, path[0]]


def _ends(edge: Edge) -> tuple[str, str, str, str, bool]:
    """Return what two edges that stand for the same wire have in common."""
    return edge.source, edge.source_port, edge.target, edge.target_port, edge.feedback


def _but(edges: list[Edge], without: Edge | None) -> list[Edge]:
    if without is None:
        return edges
    left = list(edges)
    if without in left:
        left.remove(without)
    return left


def _certain(ports: NodePorts) -> bool:
    """True if the node's ports are certain: its type is known, its params usable, its body found."""
    return ports.params is not None and not any(found.code == "body_missing" for found in ports.findings)


def _steps(edges: Iterable[Edge], *, forwards: bool) -> dict[str, list[str]]:
    """Return which nodes follow (or precede) each within a tick."""
    steps: dict[str, list[str]] = {}
    for edge in edges:
        before = ordered_after(edge)
        if before:
            pair = (before, edge.target) if forwards else (edge.target, before)
            steps.setdefault(pair[0], []).append(pair[1])
    return steps


def _tree(start: str, steps: dict[str, list[str]]) -> dict[str, str]:
    """Return all nodes that can be reached, each with the one it was reached from: the shortest ways back."""
    came_from = {start: ""}
    waiting = [start]
    for name in waiting:
        for other in steps.get(name, ()):
            if other not in came_from:
                came_from[other] = name
                waiting.append(other)
    return came_from


def _last_steps(tree: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """Return for each node of a tree the last few nodes of the way to its start."""
    last: dict[str, tuple[str, ...]] = {}
    for name, before in tree.items():
        behind = last.get(before, ())
        last[name] = behind if len(behind) == _HALF else (name, *behind)
    return last


def _path(start: str, goal: str, steps: dict[str, list[str]]) -> list[str] | None:
    if start == goal:
        return [start, goal]
    came_from = _tree(start, steps)
    if goal not in came_from:
        return None
    walked = [goal]
    while walked[-1] != start:
        walked.append(came_from[walked[-1]])
    return [*walked[::-1], start]


def _shortened(path: list[str]) -> list[str]:
    if len(path) <= LONGEST_PATH + 1:
        return path
    return [*path[:_HALF], "…", *path[-_HALF:]]


# -- drawing and cutting ------------------------------------------------------------------------


def edge_index(doc: Document, at: At, edge: Edge) -> int:
    """Return the place of an edge in the file order. Raises GraphError if it is not there."""
    edges = doc.at(at).edges
    for number, one in enumerate(edges):
        if one is edge:
            return number
    for number, one in enumerate(edges):
        if one == edge:
            return number
    text = str(edge)
    for number, one in enumerate(edges):
        if str(one) == text:
            return number
    raise GraphError(f"There is no edge `{edge}`.")


def edges_at(doc: Document, at: At, node: str, port: str, is_output: bool) -> list[Edge]:
    """Return the edges at one port, in file order."""
    if is_output:
        return [edge for edge in doc.at(at).edges if (edge.source, edge.source_port) == (node, port)]
    return [edge for edge in doc.at(at).edges if (edge.target, edge.target_port) == (node, port)]


def connect(
    doc: Document, at: At, edge: Edge, *, replace_others: bool = False, without: Edge | None = None
) -> list[Op]:
    """Return the ops that add an edge, behind the others. Raises GraphError with the refusal if it cannot be.

    `replace_others` cuts all other wires into the same input. `without` is the edge that this one stands in for (its
    end was dragged elsewhere): the new one takes its place. A wire from `error` makes its node say `on_error: route`,
    without which the port never speaks.
    """
    require_options(edge)
    if without is not None and edge == without and same_value(edge.initial, without.initial):
        return []
    refusal = can_connect(doc, at, edge, without=without)
    if refusal is not None:
        raise GraphError(
            refusal.reason, hint="Deliver at the next tick instead: `~>`." if refusal.offers_feedback else ""
        )
    graph = doc.at(at)
    ops: list[Op] = []
    source = graph.nodes[edge.source]
    if edge.source_port == "error" and source.on_error != "route":
        ops.append(PutNode(at, edge.source, replace(source, on_error="route")))
    changed: list[tuple[int, Edge | None]] = []
    if without is not None:
        changed.append((edge_index(doc, at, without), edge))
    if replace_others:
        kept = {number for number, _ in changed}
        changed += [
            (number, None)
            for number, one in enumerate(graph.edges)
            if (one.target, one.target_port) == (edge.target, edge.target_port) and number not in kept
        ]
    ops += edge_ops(doc, at, changed)
    if without is None:
        cut = sum(1 for _, new in changed if new is None)
        ops.append(InsertEdge(at, len(graph.edges) - cut, edge))
    return ops


def unwire(doc: Document, at: At, edges: Iterable[Edge]) -> list[Op]:
    """Return the ops that cut edges. Raises GraphError for one that is not there."""
    return edge_ops(doc, at, [(number, None) for number in sorted(_numbers(doc, at, edges))])


def unwire_nodes(doc: Document, at: At, names: Iterable[str]) -> list[Op]:
    """Return the ops that cut all edges of nodes."""
    chosen = set(names)
    return unwire(doc, at, [edge for edge in doc.at(at).edges if edge.source in chosen or edge.target in chosen])


def set_edge(doc: Document, at: At, index: int, edge: Edge) -> list[Op]:
    """Return the ops that put another edge in the place of one: other options, or other ends.

    Raises GraphError for options that do not go together, and with the refusal for ends that do not.
    """
    edges = doc.at(at).edges
    if not 0 <= index < len(edges):
        raise GraphError(f"There is no edge number {index}.")
    require_options(edge)
    before = edges[index]
    if before == edge and same_value(before.initial, edge.initial):
        return []
    if str(before) != str(edge) or before.initial_from != edge.initial_from:
        refusal = can_connect(doc, at, edge, without=before)
        if refusal is not None:
            raise GraphError(refusal.reason)
    return edge_ops(doc, at, [(index, edge)])


def make_feedback(doc: Document, at: At, edge: Edge, *, initial: Json = MISSING, hold: bool = False) -> list[Op]:
    """Return the ops that make an edge deliver at the next tick."""
    given = initial is not MISSING
    new = replace(edge, feedback=True, has_initial=given, initial=initial if given else None, hold=hold)
    return set_edge(doc, at, edge_index(doc, at, edge), new)


def make_same_tick(doc: Document, at: At, edge: Edge) -> list[Op]:
    """Return the ops that make a feedback edge deliver in the same tick; its options go. Raises GraphError if that
    would close a cycle."""
    new = replace(edge, feedback=False, has_initial=False, initial=None, initial_from="", hold=False)
    return set_edge(doc, at, edge_index(doc, at, edge), new)


def reorder_edges(doc: Document, at: At, node: str, port: str, order: Sequence[int]) -> list[Op]:
    """Return the ops that put the wires into a port in another order, which decides who comes first (rule 2.3).

    `order` lists them by their present places: `[1, 0]` swaps two. Raises GraphError unless it names each once.
    """
    edges = doc.at(at).edges
    places = [number for number, edge in enumerate(edges) if (edge.target, edge.target_port) == (node, port)]
    if sorted(order) != list(range(len(places))):
        raise GraphError(f"`{node}.{port}` has {len(places)} wires, and each has one place.")
    wanted = [edges[places[old]] for old in order]
    return [
        ReplaceEdge(at, place, edge) for place, edge in zip(places, wanted, strict=True) if edges[place] is not edge
    ]


def require_options(edge: Edge) -> None:
    """Raise GraphError for options that no file could say."""
    if not edge.feedback and (edge.has_initial or edge.initial_from or edge.hold):
        raise GraphError(f"`{edge}` is no feedback edge and takes no options.", hint="Deliver at the next tick: `~>`.")
    if edge.has_initial and edge.initial_from:
        raise GraphError(f"`{edge}` has both `initial` and `initial_from`.", hint="Keep one of them.")
    if edge.initial_from and parse_end(edge.initial_from) is None:
        raise GraphError(f"`initial_from` of `{edge}` must be written `node.port`.")
    if edge.has_initial:
        try:
            encode(edge.initial)
        except NotJson as error:
            raise GraphError(f"`initial` of `{edge}` cannot be stored: {error}.") from None


def edge_ops(doc: Document, at: At, changed: Iterable[tuple[int, Edge | None]]) -> list[Op]:
    """Return the ops that replace or (None) remove edges by their numbers; comments and points follow.

    Everything that one edit does to the edges of a graph goes through one call, as the points of all wires are one
    entry of the layout.
    """
    graph = doc.at(at)
    last = dict(changed)
    pairs = [(graph.edges[number], new) for number, new in last.items()]
    ops: list[Op] = [ReplaceEdge(at, number, new) for number, new in last.items() if new is not None]
    ops += [RemoveEdge(at, number) for number in sorted((n for n, new in last.items() if new is None), reverse=True)]
    return [*ops, *_followers(at, graph, pairs)]


def mapped_edges(graph: Graph, change: Callable[[Edge], Edge]) -> list[tuple[int, Edge | None]]:
    """Return the edges that a change makes others, by number."""
    found: list[tuple[int, Edge | None]] = []
    for number, edge in enumerate(graph.edges):
        new = change(edge)
        if new is not edge and new != edge:
            found.append((number, new))
    return found


def _followers(at: At, graph: Graph, pairs: Iterable[tuple[Edge, Edge | None]]) -> list[Op]:
    changes = edges_follow(graph, pairs)
    texts = {key.removeprefix("edges."): new and new.removeprefix("edges.") for key, new in changes.items()}
    return [*follow(at, graph, changes), *wires_follow(at, graph, texts)]


def _numbers(doc: Document, at: At, edges: Iterable[Edge]) -> set[int]:
    """Return the places of edges; one that stands twice and is named twice is found twice."""
    graph = doc.at(at)
    by_id = {id(edge): number for number, edge in enumerate(graph.edges)}
    found: set[int] = set()
    for edge in edges:
        number = by_id.get(id(edge), -1)
        if number < 0 or number in found:
            number = next((n for n, one in enumerate(graph.edges) if one == edge and n not in found), -1)
        if number < 0:
            number = edge_index(doc, at, edge)
        found.add(number)
    return found
