"""`chunk.tokens`: pieces of so many tokens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.documents.chunking.by_tokens import chunk_by_tokens
from studio.nodes.chunk._cutting import LIMITS, Chunks, Documents, cut, given
from studio.spec import Fields, Node, RunContext, node, param


@node(
    "chunk.tokens",
    title="Cut into tokens",
    category="Documents",
    icon="chunk",
    blocking=True,
    library="tokenizers",
    limits=LIMITS,
    standalone="it counts tokens by the library tokenizers",
)
class Tokens(Node):
    """Cut a text into chunks of so many tokens, whatever they say.

    Each chunk begins `size - overlap` tokens after the one before, so together they cover the text. Tokens are those
    of one tokenizer that ships with the studio; other models count a little otherwise.
    """

    class Params(Fields):
        size: int = param(256, ge=8, le=100_000, help="How many tokens a chunk has.")
        overlap: int = param(32, ge=0, le=50_000, help="How many of them it shares with the chunk before.")

    class In(Documents):
        pass

    class Out(Chunks):
        pass

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from overlap_problem(params)

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Any:
        return given(
            self.Out,
            cut(
                inputs.documents,
                lambda source: chunk_by_tokens(source.text, source.name, size=params.size, overlap=params.overlap),
            ),
        )


def overlap_problem(params: Any) -> Iterator[str]:
    """Yield what is wrong with an overlap."""
    if params.overlap > params.size // 2:
        yield "`overlap` is at most half of `size`: more makes many chunks that say the same."
