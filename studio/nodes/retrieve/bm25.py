"""`retrieve.bm25`: the chunks that hold the rare words of a question."""

from __future__ import annotations

from typing import Any, Literal

from studio.documents.ranking.bm25 import K1, B
from studio.nodes.retrieve._finding import find_by_words
from studio.nodes.retrieve._ranking import LIMITS, Ranked, RankParams, chunks_port
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain, changed


@node(
    "retrieve.bm25",
    title="Find by words (BM25)",
    category="Documents",
    icon="rank",
    blocking=True,
    library="bm25s",
    limits=LIMITS,
)
class Bm25(Node):
    """Find the chunks that hold the words of a question, rare words counting most (BM25).

    Only chunks with a word in common are found. Names, numbers and rare terms are found better than by vectors;
    put both together with *retrieve.fuse*.
    """

    class Params(RankParams):
        words: Literal["words", "code", "copilot"] = param(
            "words",
            choices=("words", "code", "copilot"),
            help="*words*: in lower case; *code*: runs of letters and digits, and single signs; *copilot*: ASCII "
            "words without stop words.",
        )
        k1: float = param(K1, ge=0, le=10, help="How much a word counts that comes again and again.")
        b: float = param(B, ge=0, le=1, help="How much long chunks are held back, from 0 to 1.")

    class In(Fields):
        query: str = port(help="What to look for.")
        chunks: list[Any] = chunks_port()

    class Out(Ranked):
        pass

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Any:
        return self.Out(**find_by_words(inputs.query, inputs.chunks, **params.as_dict()))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(find_by_words, changed(params), takes_firing=False)
