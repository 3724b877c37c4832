"""`retrieve.fuse`: several rankings made one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from studio.documents.ranking.fusion import RRF_K, fuse
from studio.nodes.retrieve._ranking import Ranked, RankParams, given, hit, texts_of
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.values import Json


@node("retrieve.fuse", title="Fuse rankings", category="Documents", icon="fuse", limits="200,000 chunks in a ranking")
class Fuse(Node):
    """Make one ranking of several: by reciprocal rank fusion, each hit gets the sum of 1 / (constant + rank).

    Scores of different kinds cannot be added, ranks can. A hit of two rankings is the same if source, place and text
    are; it keeps what the first ranking says of it. Rankings count from their best hit on, whichever way they are
    ordered.
    """

    class Params(RankParams):
        constant: float = param(RRF_K, ge=0, le=10_000, help="The larger, the less the very first ranks stand out.")
        weights: list[Any] = param([], help="What each ranking counts, in the order of the wires; empty: 1 each.")

    class In(Fields):
        rankings: tuple[Any, ...] = port(
            many=True, type="list", help="Hits of rankings, or lists of chunks, best first."
        )

    class Out(Ranked):
        pass

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        if not all(isinstance(one, int | float) and not isinstance(one, bool) and one >= 0 for one in params.weights):
            yield "`weights` holds numbers from 0 on."

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Any:
        known: dict[tuple[Json, ...], Json] = {}
        rankings = []
        for ranking in inputs.rankings:
            texts_of(ranking)
            ordered = sorted(ranking, key=_rank)
            keys = [_key(one) for one in ordered]
            known = {**dict(zip(keys, ordered, strict=True)), **known}
            rankings.append(keys)
        fused = fuse(rankings, k=params.constant, weights=params.weights)
        if params.per_source:
            fused = _few_per_source(fused, known, params.per_source)
        hits = [hit(known[key], score, rank) for rank, (key, score) in enumerate(fused[: params.k], 1)]
        return given(self.Out, hits, params.order)


def _rank(one: Json) -> float:
    """Hits know their rank; plain chunks stay in their order."""
    rank = one.get("rank") if isinstance(one, Mapping) else None
    return rank if isinstance(rank, int | float) else 0


def _key(one: Json) -> tuple[Json, ...]:
    if isinstance(one, Mapping):
        return (str(one.get("source", "")), str(one.get("start", "")), str(one.get("end", "")), one["text"])
    return ("", "", "", one)


def _few_per_source(
    fused: list[tuple[tuple[Json, ...], float]], known: Mapping[tuple[Json, ...], Json], most: int
) -> list[tuple[tuple[Json, ...], float]]:
    seen: dict[str, int] = {}
    kept = []
    for key, score in fused:
        seen[key[0]] = seen.get(key[0], 0) + 1
        if seen[key[0]] <= most:
            kept.append((key, score))
    return kept
