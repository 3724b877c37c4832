"""Whose difference it is: a firing's own, or one that came down to it from others; and in what order they are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from studio.replay.diff.found import Change, Fact, Kind, NodeDiff, in_order
from studio.replay.diff.halves import Half
from studio.replay.diff.pairs import Identity
from studio.replay.diff.versions import Spot

_WORST: tuple[Kind, ...] = ("origin", "downstream", "unreached")


class Finding(NamedTuple):
    """A firing that differs, before it is known whose difference it is.

    `node_b` is its path in run B. `follows`: what it got differs. `skipped`: in how many runs it was skipped.
    `undecided`: one run did not finish it.
    """

    identity: Identity
    node_b: str
    id_a: int
    id_b: int
    what: tuple[str, ...]
    follows: bool
    skipped: int = 0
    undecided: bool = False

    @property
    def is_alone(self) -> bool:
        """True if one run has no such firing."""
        return not (self.id_a and self.id_b)


Edits = Mapping[tuple[str, str], Sequence[str]]
"""Nodes (graph, name in A) that the graphs declare otherwise, with the params and keys in which they do."""


def judged(a: Half, b: Half, findings: Sequence[Finding], edited: Edits) -> tuple[dict[str, NodeDiff], list[Change]]:
    """Return the nodes that differ and all changes, both in outline order."""
    return _Judge(a, b, edited).nodes(findings)


class _Judge:
    def __init__(self, a: Half, b: Half, edited: Edits) -> None:
        self.a = a
        self.b = b
        self.edited = edited

    def nodes(self, findings: Sequence[Finding]) -> tuple[dict[str, NodeDiff], list[Change]]:
        for half in (self.a, self.b):
            for id in list(half.changed_regions):
                while id and (id := half.parent[id]) and id not in half.changed_regions:
                    half.changed_regions.add(id)
        cut_short = self.is_cut_short(findings)
        by_node: dict[str, list[Change]] = {}
        names: dict[str, str] = {}
        changes: list[Change] = []
        for finding in sorted(findings, key=self.place):
            path, tick, attempt = finding.identity
            kind = self.kind(finding, cut_short)
            change = Change(path, tick, attempt, finding.id_a, finding.id_b, kind, finding.what)
            changes.append(change)
            by_node.setdefault(path, []).append(change)
            names.setdefault(path, finding.node_b)
        nodes = {
            path: NodeDiff(
                node=path,
                node_b=names[path],
                kind=min((change.kind for change in found), key=_WORST.index),
                what=in_order(word for change in found for word in change.what),
                spent_a=self.a.spent(path),
                spent_b=self.b.spent(path),
                changes=tuple(found),
                edited=self.is_edited(path, names[path]),
                folded=self.spot(path, names[path]).folded,
            )
            for path, found in by_node.items()
        }
        return nodes, changes

    def kind(self, finding: Finding, cut_short: bool) -> Kind:
        path, node_b = finding.identity[0], finding.node_b
        if finding.is_alone:
            if self.came_or_went(path, node_b):
                return "origin"
            return "unreached" if cut_short else "downstream"
        if finding.undecided:
            return "unreached"
        if finding.follows:
            return "downstream"
        if self.is_edited(path, node_b) or finding.skipped == 1:
            return "origin"
        # A region node differs because of what is inside. Skipped in both runs, each for its own reason: reasons come
        # along the wires.
        inside = finding.id_a in self.a.changed_regions or finding.id_b in self.b.changed_regions
        return "downstream" if inside or finding.skipped else "origin"

    def is_cut_short(self, findings: Iterable[Finding]) -> bool:
        """True if one run did the same as the other until it ended before its time."""
        decided = [finding for finding in findings if not finding.undecided]
        if any(not finding.is_alone for finding in decided):
            return False
        missing_in_a, missing_in_b = (any(not id for id in ids) for ids in zip(*_ids(decided), strict=True))
        return not (missing_in_a and self.a.header.status == "ok") and not (
            missing_in_b and self.b.header.status == "ok"
        )

    def came_or_went(self, path: str, node_b: str) -> bool:
        """True if only one of the graphs has this node."""
        if self.a.version.graph is None or self.b.version.graph is None:
            return False
        return (self.a.version.spot(path).node is None) != (self.b.version.spot(node_b).node is None)

    def is_edited(self, path: str, node_b: str) -> bool:
        """True if the graphs differ in the node itself."""
        return bool(self.edited) and (self.spot(path, node_b).graph, path.rpartition("/")[2]) in self.edited

    def spot(self, path: str, node_b: str) -> Spot:
        """What stands at a path: in the graph of A, or of B if A has no such node."""
        spot = self.a.version.spot(path)
        return spot if spot.node is not None else self.b.version.spot(node_b)

    def place(self, finding: Finding) -> tuple[Any, ...]:
        """Where a change stands in the outline: by the sum of its places in both runs, so that neither counts more.

        A firing that one run does not have stands there behind the one that comes before it in the other.
        """
        a, b, id_a, id_b = self.a, self.b, finding.id_a, finding.id_b
        rank_a = a.rank[id_a] if id_a else b.anchors(a)[b.rank[id_b]] + 0.5
        rank_b = b.rank[id_b] if id_b else a.anchors(b)[a.rank[id_a]] + 0.5
        return (rank_a + rank_b, finding.identity[1], finding.identity[0], finding.identity[2])


def _ids(findings: Sequence[Finding]) -> tuple[tuple[int, ...], ...]:
    return tuple((finding.id_a, finding.id_b) for finding in findings) or ((1, 1),)


def causes(a: Half, b: Half, origin: Change, node: NodeDiff, edited: Edits, options: Sequence[Fact]) -> tuple[str, ...]:
    """Return what is known to have made a firing do otherwise with the same inputs, as parts of a sentence."""
    found: list[str] = []
    spot = a.version.spot(node.node)
    if spot.node is None:
        spot = b.version.spot(node.node_b)
    parts = edited.get((spot.graph, node.node.rpartition("/")[2]), ())
    found += [f"the graphs differ in its `{part}`" for part in sorted(parts)]
    if not (origin.id_a and origin.id_b):
        return ("only one of the graphs has this node",)
    one, other = a.trace.firing(a.run, origin.id_a), b.trace.firing(b.run, origin.id_b)
    if "frozen" in (one.origin, other.origin) and one.origin != other.origin:
        found.append("its output was frozen in one run")
    if one.type != other.type or ("version" in origin.what):
        found.append("its node type, or the version of it, is another")
    mine, theirs = a.effects_of(one), b.effects_of(other)
    if mine is not None and theirs is not None:
        if mine[0].models and theirs[0].models and mine[0].models != theirs[0].models:
            found.append("another model was asked")
        elif not found and "reply" in origin.what and not {"prompt", "request"} & set(origin.what):
            seeded = any(fact.name == "seed" for fact in options)
            found.append("the run has another seed" if seeded else "the same question was answered otherwise")
    if "race" in origin.what:
        found.append("another wire won the race")
    if one.type == "flow.input" and "/" not in one.node:
        found.append("the run was given another input")
    if not found and any(fact.name == "seed" for fact in options):
        found.append("the run has another seed")
    return tuple(found)
