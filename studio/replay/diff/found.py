"""What a comparison of two runs gives. "A" is the first run, "B" the second; swapping the runs swaps every pair."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal, NamedTuple

from studio.support.values import Json
from studio.trace.found import Ref, Run

Kind = Literal["origin", "downstream", "unreached"]
"""Whose difference it is. `origin`: the inputs are the same and the firing did otherwise. `downstream`: it follows from
another firing that differs. `unreached`: the other run was over (paused, aborted, died) before it came to this."""

PROMPT_ONLY: Final = frozenset({"prompt", "request", "reply", "version"})
"""Where only these differ, nothing came of it: status and outputs are the same."""


class Change(NamedTuple):
    """A firing that differs. `node` is its path in A if it is there, else in B; `id_a`, `id_b` are firing ids, 0 where
    the firing is in one run only; `attempt` counts the attempts of a retried region around it, from 1.

    `what` differs, in this order: only in A, only in B, type, version, status, reason, inputs, store (what it read from
    one), race (which wire won), prompt (what a model was told), request (all else that was asked), reply, writes (to a
    store), outputs.
    """

    node: str
    tick: str
    attempt: int
    id_a: int
    id_b: int
    kind: Kind
    what: tuple[str, ...]

    @property
    def prompt_only(self) -> bool:
        """True if it asked otherwise or was answered otherwise, and nothing came of it."""
        return bool(self.what) and PROMPT_ONLY.issuperset(self.what)

    def swapped(self, node: str) -> Change:
        """Return the change as seen from the other side, where the node is called `node`."""
        return self._replace(node=node, id_a=self.id_b, id_b=self.id_a, what=_swapped(self.what))

    def to_json(self) -> dict[str, Json]:
        """Return the change for programs."""
        return {
            "node": self.node, "tick": self.tick, "attempt": self.attempt, "firing_a": self.id_a or None,
            "firing_b": self.id_b or None, "kind": self.kind, "what": list(self.what), "prompt_only": self.prompt_only,
        }  # fmt: skip


class Spent(NamedTuple):
    """What the firings of a node used in one run. `firings` leaves out skipped ones; `cost_usd` is None if a price is
    unknown; `duration_ms` is summed over firings."""

    firings: int = 0
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float | None = 0.0
    duration_ms: float = 0.0

    def plus(self, other: Spent) -> Spent:
        """Return both together."""
        known = self.cost_usd is not None and other.cost_usd is not None
        return Spent(
            self.firings + other.firings,
            self.calls + other.calls,
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            (self.cost_usd or 0.0) + (other.cost_usd or 0.0) if known else None,
            self.duration_ms + other.duration_ms,
        )


@dataclass(frozen=True, slots=True)
class NodeDiff:
    """A node that differs. `node` is its path in A if it is there, else in B, and `node_b` its path in B if it has
    another name there. `edited` says that the graphs differ in the node itself. `changes` are its firings that differ,
    in outline order."""

    node: str
    node_b: str
    kind: Kind
    what: tuple[str, ...]
    spent_a: Spent
    spent_b: Spent
    changes: tuple[Change, ...]
    edited: bool = False
    folded: str = ""
    """The path with `*` for the items of maps: what the nodes of all items have in common."""

    @property
    def prompt_only(self) -> bool:
        """True if it asked otherwise or was answered otherwise, and nothing came of it."""
        return all(change.prompt_only for change in self.changes)

    def swapped(self) -> NodeDiff:
        """Return the node as seen from the other side."""
        return replace(
            self,
            node=self.node_b,
            node_b=self.node,
            what=_swapped(self.what),
            spent_a=self.spent_b,
            spent_b=self.spent_a,
            changes=tuple(change.swapped(self.node_b) for change in self.changes),
        )

    def to_json(self, most: int | None = None) -> dict[str, Json]:
        """Return the node for programs, with at most `most` of its changes."""
        return {
            "node": self.node, "node_b": self.node_b, "kind": self.kind, "what": list(self.what),
            "prompt_only": self.prompt_only, "edited": self.edited, "differing": len(self.changes),
            "a": self.spent_a._asdict(), "b": self.spent_b._asdict(),
            "changes": [change.to_json() for change in self.changes[:most]],
        }  # fmt: skip


class Fact(NamedTuple):
    """Something that differs beside the firings: an option (`seed`), a part of the end (`status`, `output x`), or a
    part of the graph (`writer.instructions`). `a` or `b` is None where one side has none."""

    name: str
    a: Json
    b: Json

    def swapped(self) -> Fact:
        """Return the fact as seen from the other side."""
        return Fact(self.name, self.b, self.a)

    def to_json(self) -> dict[str, Json]:
        """Return the fact for programs; large values as they stand in the trace, by hash."""
        return {"name": self.name, "a": _reference(self.a), "b": _reference(self.b)}


@dataclass(frozen=True)
class RunDiff:
    """How two runs differ.

    `nodes` are the nodes that differ, by path, in the order of their first difference. `first` is the first firing in
    outline order that differs, `origin` the first whose inputs are the same in both runs. `graph`, `options`, `inputs`
    and `ends` are what differs beside; `renamed` maps names of nodes in B (`graph.node` in a
    subgraph) to those in A. `compared` counts
    firings present in both runs. `notes` are sentences about what could not be compared.
    """

    a: Run
    b: Run
    compared: int = 0
    nodes: Mapping[str, NodeDiff] = field(default_factory=dict)
    first: Change | None = None
    origin: Change | None = None
    causes: tuple[str, ...] = ()
    """What is known to have made the origin differ: `param instructions`, `model`, `seed`, …"""
    graph: tuple[Fact, ...] = ()
    options: tuple[Fact, ...] = ()
    inputs: tuple[Fact, ...] = ()
    ends: tuple[Fact, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        """True if all firings did the same and both runs ended alike; graph and options may differ all the same."""
        return not self.nodes and not self.ends

    def changes(self) -> Iterator[Change]:
        """Yield all firings that differ, node by node."""
        for node in self.nodes.values():
            yield from node.changes

    def swapped(self) -> RunDiff:
        """Return the comparison as seen from the other side."""

        def other(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
            return tuple(fact.swapped() for fact in facts)

        def turned(change: Change | None) -> Change | None:
            return None if change is None else change.swapped(self.nodes[change.node].node_b)

        return replace(
            self,
            a=self.b,
            b=self.a,
            nodes={node.node_b: node.swapped() for node in self.nodes.values()},
            first=turned(self.first),
            origin=turned(self.origin),
            graph=other(self.graph),
            options=other(self.options),
            inputs=other(self.inputs),
            ends=other(self.ends),
            renamed={old: new for new, old in self.renamed.items()},
        )

    def to_json(self, most: int | None = None) -> dict[str, Json]:
        """Return the comparison for programs, with at most `most` changes of each node."""
        return {
            "a": self.a.id, "b": self.b.id, "equal": self.equal, "compared": self.compared,
            "first": self.first.to_json() if self.first else None,
            "origin": self.origin.to_json() if self.origin else None, "causes": list(self.causes),
            "nodes": [node.to_json(most) for node in self.nodes.values()],
            "graph": [fact.to_json() for fact in self.graph], "options": [fact.to_json() for fact in self.options],
            "inputs": [fact.to_json() for fact in self.inputs], "ends": [fact.to_json() for fact in self.ends],
            "renamed": dict(self.renamed), "notes": list(self.notes),
        }  # fmt: skip


WHAT: Final = (
    "only in A", "only in B", "type", "version", "status", "reason", "inputs", "store", "race", "prompt", "request",
    "reply", "writes", "outputs",
)  # fmt: skip
"""All that may differ in a firing, in the order in which it is told."""


_SIDES: Final = {"only in A": "only in B", "only in B": "only in A"}


def in_order(what: Iterable[str]) -> tuple[str, ...]:
    """Return the words once each, in the order of `WHAT`."""
    return tuple(sorted(set(what), key=WHAT.index))


def _reference(value: Json) -> Json:
    return {"$ref": value.hash, "size": value.size} if isinstance(value, Ref) else value


def _swapped(what: tuple[str, ...]) -> tuple[str, ...]:
    return in_order(_SIDES.get(one, one) for one in what)
