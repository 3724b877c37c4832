"""`chunk.structure`: pieces that follow headings, paragraphs and sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from studio.documents.chunking.by_structure import chunk_by_structure
from studio.nodes.chunk._cutting import LIMITS, Chunks, Documents, cut, given
from studio.nodes.chunk.tokens import overlap_problem
from studio.spec import Fields, Node, RunContext, node, param


@node(
    "chunk.structure",
    title="Cut by structure",
    category="Documents",
    icon="chunk-structure",
    blocking=True,
    library="markdown-it-py, tokenizers",
    limits=LIMITS,
)
class Structure(Node):
    """Cut a text where it divides itself: at headings, between paragraphs, between sentences.

    A chunk never crosses a heading of Markdown; whole paragraphs, lists and blocks of code are gathered while they
    fit, and only what does not fit a chunk of its own is cut further. Each chunk has the `title` of its section and
    all `headings` above it. The overlap is made of whole sentences.
    """

    class Params(Fields):
        size: int = param(256, ge=8, le=100_000, help="How many tokens a chunk has at most.")
        overlap: int = param(0, ge=0, le=50_000, help="At most so many tokens are repeated from the chunk before.")
        format: Literal["auto", "markdown", "text"] = param(
            "auto",
            choices=("auto", "markdown", "text"),
            help="Whether headings count; *auto* goes by what the reader said, else it is plain text.",
        )

    class In(Documents):
        pass

    class Out(Chunks):
        pass

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from overlap_problem(params)

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Any:
        is_markdown = None if params.format == "auto" else params.format == "markdown"
        return given(
            self.Out,
            cut(
                inputs.documents,
                lambda source: chunk_by_structure(
                    source, size=params.size, overlap=params.overlap, markdown=is_markdown
                ),
            ),
        )
