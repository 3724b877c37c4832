"""What node types that find passages do, in the studio and in a script."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from studio.documents.ranking.bm25 import K1, B, bm25_scores
from studio.documents.ranking.fusion import RRF_K, fuse
from studio.documents.ranking.jaccard import is_behind_hole, jaccard, jaccard_scores
from studio.documents.ranking.vectors import cosine_scores
from studio.documents.ranking.words import WAYS
from studio.nodes.retrieve._ranking import hit, hits_of, texts_of, told
from studio.spec import RunContext
from studio.support.errors import NodeError
from studio.support.values import Json, preview

Key = tuple[Json, ...]


def find_by_words(
    query: str,
    chunks: Sequence[Json],
    *,
    words: str = "words",
    k1: float = K1,
    b: float = B,
    k: int = 5,
    per_source: int = 0,
    order: str = "best_first",
) -> dict[str, Any]:
    """Return the chunks that have words of the query, by BM25."""
    scores = bm25_scores(query, texts_of(chunks), WAYS[words], k1=k1, b=b)
    return told(hits_of(chunks, scores, k, per_source, above=0.0), order)


async def find_by_meaning(
    firing: RunContext,
    query: str,
    chunks: Sequence[Json],
    vectors: Sequence[Sequence[float]] | None = None,
    *,
    model: str = "default",
    min_score: float = -1.0,
    later_first: bool = False,
    k: int = 5,
    per_source: int = 0,
    order: str = "best_first",
) -> dict[str, Any]:
    """Return the chunks nearest to the query, by the cosine of embeddings; `vectors` are those of the chunks."""
    texts = texts_of(chunks)
    if not texts:
        return told([], order)
    if vectors is None:
        asked, *vectors = await firing.embed([query, *texts], model)
    else:
        if len(vectors) != len(texts):
            raise NodeError(
                f"There are {len(vectors)} vectors for {len(texts)} chunks.", hint="Embed the same list.", code="input"
            )
        (asked,) = await firing.embed([query], model)
    scores = await asyncio.to_thread(cosine_scores, asked, vectors)
    above = None if min_score <= -1 else min_score
    return told(hits_of(chunks, scores, k, per_source, above=above, later_first=later_first), order)


def find_by_overlap(
    query: str,
    chunks: Sequence[Json],
    hole: Json = None,
    sets: Sequence[Sequence[str]] | None = None,
    *,
    words: str = "code",
    only_common: bool = False,
    later_first: bool = False,
    k: int = 5,
    per_source: int = 0,
    order: str = "best_first",
) -> dict[str, Any]:
    """Return the chunks that share most words with the query."""
    if sets is None:
        seen = _visible(chunks, hole)
        scores = jaccard_scores(query, texts_of(seen), WAYS[words])
    else:
        if len(sets) != len(chunks):
            raise NodeError(
                f"There are {len(sets)} sets of words for {len(chunks)} chunks.", hint="Take those of the same list.",
                code="input",
            )  # fmt: skip
        places = [place for place, chunk in enumerate(chunks) if not _hidden(chunk, hole)]
        seen = [chunks[place] for place in places]
        texts_of(seen)
        asked = frozenset(WAYS[words](query))
        scores = [jaccard(asked, sets[place]) for place in places]
    above = 0.0 if only_common else None
    return told(hits_of(seen, scores, k, per_source, above=above, later_first=later_first), order)


def word_sets(chunks: Sequence[Json], *, words: str = "code") -> dict[str, Any]:
    """Return the set of words of each chunk, sorted, so that equal texts give equal lists."""
    sets = [sorted(set(WAYS[words](text))) for text in texts_of(chunks)]
    return {"sets": sets, "length": len(sets)}


def keep_before_hole(hits: Sequence[Json], hole: Json = None, *, k: int = 20) -> dict[str, Any]:
    """Return the best hits that do not show what stands behind the hole."""
    texts_of(hits)
    seen = _visible(hits, hole)
    kept = [{**(one if isinstance(one, dict) else {"text": one}), "rank": rank} for rank, one in enumerate(seen[:k], 1)]
    return {"hits": kept, "dropped": len(hits) - len(seen), "length": len(kept)}


def _visible(chunks: Sequence[Json], hole: Json) -> list[Json]:
    return [one for one in chunks if not _hidden(one, hole)]


def _hidden(chunk: Json, hole: Json) -> bool:
    match hole:
        case None:
            return False
        case {"source": str() as source, "start_line": int() as line}:
            return isinstance(chunk, dict) and is_behind_hole(chunk, source, line)
    raise NodeError(
        f"`hole` is an object with `source` and `start_line`, not {preview(hole)}.", hint="Correct it.", code="input"
    )


def fuse_rankings(
    rankings: Sequence[Sequence[Json]],
    *,
    constant: float = RRF_K,
    weights: Sequence[float] = (),
    k: int = 5,
    per_source: int = 0,
    order: str = "best_first",
) -> dict[str, Any]:
    """Return one ranking made of several, by reciprocal rank fusion."""
    known: dict[Key, Json] = {}
    listed = []
    for ranking in rankings:
        texts_of(ranking)
        ordered = sorted(ranking, key=_rank)
        keys = [_key(one) for one in ordered]
        known = {**dict(zip(keys, ordered, strict=True)), **known}
        listed.append(keys)
    fused = fuse(listed, k=constant, weights=weights)
    if per_source:
        fused = _few_per_source(fused, per_source)
    return told([hit(known[key], score, rank) for rank, (key, score) in enumerate(fused[:k], 1)], order)


def _rank(one: Json) -> float:
    """Hits know their rank; plain chunks stay in their order."""
    rank = one.get("rank") if isinstance(one, Mapping) else None
    return rank if isinstance(rank, int | float) else 0


def _key(one: Json) -> Key:
    if isinstance(one, Mapping):
        return (str(one.get("source", "")), str(one.get("start", "")), str(one.get("end", "")), one["text"])
    return ("", "", "", one)


def _few_per_source(fused: list[tuple[Key, float]], most: int) -> list[tuple[Key, float]]:
    seen: dict[str, int] = {}
    kept = []
    for key, score in fused:
        seen[key[0]] = seen.get(key[0], 0) + 1
        if seen[key[0]] <= most:
            kept.append((key, score))
    return kept
