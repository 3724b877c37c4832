"""What node types that rank texts share: the texts they are given, and the hits they give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from studio.documents.ranking.hits import best, best_per_group
from studio.spec import Fields, param, port
from studio.support.errors import NodeError
from studio.support.values import Absent, Json, preview

MOST_CHUNKS: Final = 200_000
LIMITS: Final = "200,000 chunks"


class Ranked(Fields):
    """What a ranking gives."""

    hits: list[Any] = port(help="The chunks found, best first: each with its `score` and its `rank` from 1.")
    texts: list[Any] = port(help="Only their texts, in the same order.")
    best: Any = port(help="The best hit; absent if there is none.")
    length: int = port(help="How many were found.")


class RankParams(Fields):
    """How many hits, and in what order."""

    k: int = param(5, ge=1, le=10_000, help="At most so many hits.")
    per_source: int = param(0, ge=0, le=10_000, help="At most so many hits from one source; 0 for any number.")
    order: Literal["best_first", "best_last"] = param(
        "best_first",
        choices=("best_first", "best_last"),
        help="*best_last* puts the best nearest to what follows, as RepoCoder and Copilot do.",
    )


def chunks_port() -> Any:
    """Declare the input that takes what is searched."""
    return port(help="Chunks (objects with a `text`) or texts to look through.")


def texts_of(chunks: Sequence[Json]) -> list[str]:
    """Return the texts. Raises `NodeError` for what has none, and for too many."""
    if len(chunks) > MOST_CHUNKS:
        raise NodeError(
            f"{len(chunks)} chunks are too many to rank at once (at most {MOST_CHUNKS}).",
            hint="Narrow them down first, or keep them in a vector store.", code="input",
        )  # fmt: skip
    texts = []
    for number, chunk in enumerate(chunks):
        text = chunk.get("text") if isinstance(chunk, Mapping) else chunk
        if not isinstance(text, str):
            raise NodeError(
                f"Element {number} of `chunks` has no text: {preview(chunk)}.", hint="Wire the output of a chunker.",
                code="input",
            )  # fmt: skip
        texts.append(text)
    return texts


def hits_of(
    chunks: Sequence[Json], scores: Sequence[float], k: int, per_source: int, *, above: float | None = None,
    later_first: bool = False,
) -> list[dict[str, Json]]:  # fmt: skip
    """Return the hits by these scores, best first. Equal scores keep the order of the chunks, or turn it round."""
    ranked = best(scores, len(scores), above=above, later_first=later_first)
    if per_source:
        groups = [str(chunk.get("source", "")) if isinstance(chunk, Mapping) else "" for chunk in chunks]
        ranked = best_per_group(ranked, groups, per_source)
    return [hit(chunks[place], score, rank) for rank, (place, score) in enumerate(ranked[:k], 1)]


def hit(chunk: Json, score: float, rank: int) -> dict[str, Json]:
    """Return a chunk with its score and rank."""
    return {**(chunk if isinstance(chunk, Mapping) else {"text": chunk}), "score": score, "rank": rank}


def told(hits: list[dict[str, Json]], order: str) -> dict[str, Any]:
    """Return the outputs by port."""
    first = hits[0] if hits else Absent("nothing was found")
    shown = hits[::-1] if order == "best_last" else hits
    return {"hits": shown, "texts": [one["text"] for one in shown], "best": first, "length": len(hits)}
