"""What `chunk.structure` does, in the studio and in a script."""

from __future__ import annotations

from typing import Any

from studio.documents.chunking.by_structure import chunk_by_structure
from studio.nodes.chunk._cutting import cut, told
from studio.support.values import Json


def cut_by_structure(
    documents: Json, *, size: int = 256, overlap: int = 0, measure: str = "tokens", format: str = "auto"
) -> dict[str, Any]:
    """Return the texts cut at headings, between paragraphs, between sentences."""
    is_markdown = None if format == "auto" else format == "markdown"
    return told(
        cut(
            documents,
            lambda source: chunk_by_structure(
                source, size=size, overlap=overlap, markdown=is_markdown, measure=measure
            ),
        )
    )
