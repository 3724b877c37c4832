"""`chunk.code`: functions, methods and classes of source code."""

from __future__ import annotations

from typing import Any

from studio.documents.chunking.by_symbols import chunk_by_symbols
from studio.documents.code.languages import LANGUAGES
from studio.nodes.chunk._cutting import LIMITS, Chunks, Documents, cut, given
from studio.spec import Fields, Node, RunContext, node, param


@node(
    "chunk.code",
    title="Cut code into symbols",
    category="Documents",
    icon="chunk-code",
    blocking=True,
    library="tree-sitter and its grammars, tokenizers",
    limits=f"2 MB of code a file, {LIMITS}",
)
class Code(Node):
    """Cut source code by what it defines: a function, a class, or what stands between them.

    A definition that fits is one chunk, with its decorators and the comment above it. A class that does not fit
    becomes its head and its methods; a function that does not fit is cut between lines. Each chunk has its `symbol`
    (`Cart.total`), its `kind`, its docstring or comment as `doc`, and its lines. Files in other languages are cut
    between lines.
    """

    class Params(Fields):
        size: int = param(512, ge=16, le=100_000, help="How many tokens a chunk has at most.")
        language: str = param(
            "", choices=("", *LANGUAGES), help="The language; empty goes by the ending of the file's name."
        )
        gather: bool = param(False, help="Put small neighbours together while they fit.")

    class In(Documents):
        pass

    class Out(Chunks):
        pass

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Any:
        return given(
            self.Out,
            cut(
                inputs.documents,
                lambda source: chunk_by_symbols(
                    source, size=params.size, language=params.language, gather=params.gather
                ),
            ),
        )
