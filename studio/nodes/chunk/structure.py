"""`chunk.structure`: pieces that follow headings, paragraphs and sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from studio.nodes.chunk._cutting import LIMITS, Chunks, Documents
from studio.nodes.chunk._structure import cut_by_structure
from studio.nodes.chunk.tokens import overlap_problem
from studio.spec import Fields, Node, RunContext, node, param
from studio.spec.plain import Plain, changed
from studio.support.errors import UsageError


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
        size: int = param(256, ge=8, le=100_000, help="How many tokens (or words) a chunk has at most.")
        overlap: int = param(0, ge=0, le=50_000, help="At most so many of them are repeated from the chunk before.")
        measure: Literal["tokens", "words"] = param(
            "tokens",
            choices=("tokens", "words"),
            help="What is counted; *words* are what stands between blanks, of one or two tokens each.",
        )
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
        return self.Out(**cut_by_structure(inputs.documents, **params.as_dict()))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        if params.measure == "tokens":
            raise UsageError("it counts tokens by the library tokenizers; measure in words")
        return Plain(cut_by_structure, changed(params), takes_firing=False)
