"""Which wires may be drawn, and why not: what `graph.check` would say, before the edge is there.

`Connector` answers while a wire is being dragged; `can_connect` asks the same of one edge. A plain input may have
several wires (rule 2.3).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from studio.editing.document.document import Document
from studio.editing.document.ops import At
from studio.graph.model import Edge
from studio.graph.names import port_problem
from studio.graph.order import ordered_after
from studio.graph.ports import NodePorts
from studio.spec.fields import Field
from studio.spec.types import accepts

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
