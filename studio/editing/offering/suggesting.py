"""What fits a port that a wire was dragged from, best first.

    for_port(doc, at, "critic", "label", True)      # a switch with the critic's labels as its cases comes first

Nothing here changes a document.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from math import log2

from studio.editing.document.document import Document
from studio.editing.document.ops import At
from studio.editing.edits.renaming import rename_in_params
from studio.editing.offering.catalogue import (
    TypeEntry,
    catalogue,
    document_entries,
    with_params,
)
from studio.editing.offering.presets import LIKES, UNFINISHED
from studio.graph.model import Edge, Graph, NodeInstance
from studio.graph.names import RESERVED_PORTS, name_problem
from studio.spec.fields import Field
from studio.spec.types import accepts
from studio.support.errors import StudioError
from studio.support.resources import bundled_graphs

# -- by port -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Suggestion:
    """A node to add at the loose end of a wire: `entry` (its params made to fit) and its `port` to be wired.

    `why` says in a few words what the port does with the value: `takes text`.
    """

    entry: TypeEntry
    port: str
    score: float
    why: str
    node: str
    node_port: str
    is_output: bool

    def edge(self, name: str) -> Edge:
        """Return the wire to the new node, which got this name."""
        if self.is_output:
            return Edge(self.node, self.node_port, name, self.port)
        return Edge(name, self.port, self.node, self.node_port)


def for_port(doc: Document, at: At, node: str, port: str, is_output: bool) -> list[Suggestion]:
    """Return what can be wired to a port, best first. `is_output` says that the port gives and the new node takes.

    What counts: how the types meet, required inputs first, like names, what the job is made for, and how often such
    wires are drawn, in this document and in the examples. Params are made to fit: a switch gets the labels of the
    model function as cases, a prompt the name of the value as placeholder. Empty if there is no such port.
    """
    known = doc.output(at, node, port) if is_output else doc.input(at, node, port)
    if known is None:
        return []
    loose = _Loose(doc, at, doc.node(at, node), known, is_output)
    made = [loose.suggest(entry) for entry in (*document_entries(doc, at), *catalogue(doc.registry))]
    found = [one for one in made if one is not None]
    return sorted(found, key=lambda one: -one.score)


class _Loose:
    """The end of a wire that is not wired yet."""

    def __init__(self, doc: Document, at: At, node: NodeInstance, port: Field, is_output: bool) -> None:
        self.doc = doc
        self.node = node
        self.port = port
        self.is_output = is_output
        self.pairs = _pairs(graph for _, graph in doc.walk())
        self.examples, self.popular = _examples()
        self.is_signal = _is_signal(doc, at, node, port) if is_output else False
        self.labels = _labels(node) if port.name in ("label", "value") else []
        # What the port is made for, where its type does not say: a prompt's gap takes anything, but is made for text.
        likes = ("boolean",) if port.name == "when" else LIKES.get(node.type, ())
        self.wanted = likes if port.type == "any" and not is_output else (port.type,)

    def suggest(self, entry: TypeEntry) -> Suggestion | None:
        """Return the best port of an entry with its score, or None if none fits."""
        # A wire into a subgraph cannot begin at a node that is the world outside.
        if entry.role == ("input" if self.is_output else "output") or entry.type in UNFINISHED:
            return None
        entry = self._fitted(entry)
        ports = entry.inputs if self.is_output else entry.outputs
        scored = [(self._fit(entry, port, nth), -nth, port) for nth, port in enumerate(ports.values())]
        if self.is_output:
            scored.append((self._when(entry), -len(ports), Field("when", "port", "any")))
        score, _, port = max(scored, key=lambda one: one[:2], default=(0.0, 0, self.port))
        if score <= 0:
            return None
        score += self._usual(entry)
        return Suggestion(
            entry, port.name, score, self._why(port), self.node.name, self.port.name, self.is_output
        )  # fmt: skip

    def _why(self, port: Field) -> str:
        if port.name == "when":
            return "runs if this is present and not false"
        verb = "takes" if self.is_output else "gives"
        return f"{verb} {'any value' if port.type == 'any' else port.type}"

    def _fit(self, entry: TypeEntry, port: Field, nth: int) -> float:
        source, target = (self.port, port) if self.is_output else (port, self.port)
        if not accepts(source.type, target.type) or self.port.name == "done":
            return 0.0
        if "any" in (source.type, target.type):
            score = 20.0
        elif source.type == target.type:
            score = 40.0
        else:
            score = 24.0 if source.type == "json" else 30.0
        if self.is_output:
            score += 10.0 if target.required else 4.0
            likes = entry.takes or LIKES.get(entry.type, ())
            score += 18.0 if target.type == "any" and source.type in likes else 0.0
        else:
            score += 14.0 if self.port.type == "any" and port.type in self.wanted else 0.0
            score -= 2.0 * nth
        if port.name == self.port.name and port.name != "value":
            score += 8.0
        return score + self._special(entry, port)

    def _special(self, entry: TypeEntry, port: Field) -> float:
        """What the names of ports tell: labels choose a way, a confidence opens a gate."""
        if self.is_output:
            if self.labels and entry.type == "flow.switch":
                return 34.0 if port.name == "value" else 0.0
            if self.labels and entry.type == "llm.function":
                return -16.0  # a label is an answer already
            if self.port.name in ("confidence", "share", "score") and port.name == entry.slot:
                return {"sure_enough": 30.0, "compare": 14.0}.get(entry.preset, 0.0)
            return 0.0
        if self.port.name == "when":
            return {"flow.switch": 24.0, "flow.gate": 10.0, "logic.expression": 6.0}.get(entry.type, 0.0)
        if self.labels and self.node.type == "flow.switch":
            return {"decide": 34.0, "route": 24.0}.get(entry.preset, 0.0) if port.name == "label" else 0.0
        if entry.type == "flow.input" and self.port.name != "when" and not entry.preset:
            return 24.0 if self.port.required else 12.0
        return 0.0

    def _when(self, entry: TypeEntry) -> float:
        if self.port.name == "done":
            return 44.0 if entry.role == "stop" else 30.0 if entry.inputs else 40.0
        if entry.role == "stop":
            return 62.0 if self.is_signal else 34.0
        # Nodes that take nothing else can still be told when to act.
        return 0.0 if entry.inputs else 26.0 if self.is_signal else 12.0

    def _usual(self, entry: TypeEntry) -> float:
        """What custom adds: wires between such types, in this document and in the examples."""
        if self.port.name == "done":
            return 0.0  # who comes after whom says nothing of what fits
        pair = (self.node.type, entry.type) if self.is_output else (entry.type, self.node.type)
        here, elsewhere = self.pairs[pair], self.examples[pair]
        bonus = min(12.0, 4.0 * log2(1 + here)) + min(8.0, 2.0 * log2(1 + elsewhere))
        bonus += min(8.0, 1.6 * log2(1 + self.popular[entry.type]))
        if entry.preset:
            bonus = bonus / 2 - 1.0  # a type is drawn oftener than each of its jobs
        return bonus - (6.0 if entry.category == "Debug" else 0.0)

    def _fitted(self, entry: TypeEntry) -> TypeEntry:
        """Return the entry with params that suit this wire."""
        registry = self.doc.registry
        if self.is_output and self.labels and entry.type == "flow.switch":
            return with_params(entry, registry, {**entry.params, "cases": list(self.labels)})
        if self.is_output:
            name = self._value_name(entry)
            cls = registry.find(entry.type)
            if cls is not None and entry.slot and name not in ("", entry.slot):
                renamed = with_params(entry, registry, rename_in_params(cls, entry.params, entry.slot, name))
                return replace(renamed, slot=name)
            return entry
        if self.labels and self.node.type == "flow.switch" and entry.preset == "decide":
            labels = self.labels if len(self.labels) > 1 else [*self.labels, "other"]
            return with_params(entry, registry, {**entry.params, "labels": list(labels)})
        if entry.type == "flow.input" and not entry.preset:
            named = replace(entry, name=_node_name(self.port.name) or entry.name)
            if self.port.type == "any":
                return named
            return with_params(named, registry, {**entry.params, "kind": self.port.type})
        return entry

    def _value_name(self, entry: TypeEntry) -> str:
        """Return how a prompt should call the value: its port's name or, where that says nothing, its node's."""
        for name in (self.port.name, self.node.name) if self.port.name not in _SAY_NOTHING else (self.node.name,):
            if name in RESERVED_PORTS or _node_name(name) != name:
                continue
            if entry.type == "llm.function" and name in entry.outputs:
                continue  # in its checks the name means the answer
            if name == entry.slot or name not in entry.inputs:
                return name
        return ""


_SAY_NOTHING = frozenset({"value", "out", "output", "item", "result", "done", "error", "else"})
"""Names of outputs that do not say what the value is."""


def _node_name(name: str) -> str:
    return "" if name_problem(name) else name


def _labels(node: NodeInstance) -> list[str]:
    """Return the closed list of values that a model function gives, or that a switch tells apart."""
    for key in ("labels", "routes", "cases"):
        given = node.params.get(key)
        if isinstance(given, list | dict) and given:
            return [one for one in given if isinstance(one, str) and one not in RESERVED_PORTS]
    return []


def _pairs(graphs: Iterable[Graph]) -> Counter[tuple[str, str]]:
    """Count the wires between types of nodes."""
    counted: Counter[tuple[str, str]] = Counter()
    for graph in graphs:
        nodes = graph.nodes
        for edge in graph.edges:
            source, target = nodes.get(edge.source), nodes.get(edge.target)
            if source is not None and target is not None:
                counted[source.type, target.type] += 1
    return counted


def _is_signal(doc: Document, at: At, node: NodeInstance, port: Field) -> bool:
    """True if an output says that something is so, rather than what it is."""
    if node.type == "flow.switch":
        return not any(edge.target == node.name and edge.target_port == "data" for edge in doc.at(at).edges)
    return port.type == "boolean"


@cache
def _examples() -> tuple[Counter[tuple[str, str]], Counter[str]]:
    """Count the wires and the types of the examples; none if they cannot be read (a bare installation still works)."""
    try:
        graphs = [graph for path in bundled_graphs() for _, graph in Graph.load(path).walk()]
    except StudioError:
        return Counter(), Counter()
    return _pairs(graphs), Counter(node.type for graph in graphs for node in graph.nodes.values())
