"""What node types that cut texts share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from studio.documents.chunking.chunk import Source, bounded, sources_of
from studio.spec import Fields, port
from studio.support.values import Json

LIMITS = "20 million characters together, 200,000 chunks"


class Documents(Fields):
    """The one input of a chunker."""

    documents: Any = port(help="A text, a `document` of a reader, `files` of *documents.read_tree*, or a list of such.")


class Chunks(Fields):
    """What a chunker gives."""

    chunks: list[Any] = port(
        help="Objects with `text`, `source`, `start` and `end` (characters), `start_line`, `end_line` and more."
    )
    texts: list[Any] = port(help="Only the texts, in the same order.")
    length: int = port(help="How many chunks there are.")


def cut(documents: Json, work: Callable[[Source], Iterable[dict[str, Json]]]) -> list[dict[str, Json]]:
    """Return the chunks of all texts, in order."""
    return bounded(chunk for source in sources_of(documents) for chunk in work(source))


def told(chunks: list[dict[str, Json]]) -> dict[str, Any]:
    """Return the outputs by port."""
    return {"chunks": chunks, "texts": [chunk["text"] for chunk in chunks], "length": len(chunks)}


def given(out: Any, chunks: list[dict[str, Json]]) -> Any:
    """Return the outputs."""
    return out(**told(chunks))
