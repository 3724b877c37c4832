"""`retrieve.words`: the set of words of each text."""

from __future__ import annotations

from typing import Any, Literal

from studio.documents.ranking.words import WAYS
from studio.nodes.retrieve._finding import word_sets
from studio.nodes.retrieve._ranking import LIMITS, chunks_port
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain, changed


@node("retrieve.words", title="Sets of words", category="Documents", icon="tally", blocking=True, limits=LIMITS)
class Words(Node):
    """Give each text the set of its words: a sparse vector in which every word counts the same.

    *retrieve.jaccard* takes them as `sets`, so that texts that stay need not be taken apart for each question.
    """

    class Params(Fields):
        words: Literal["code", "copilot", "words"] = param(
            "code",
            choices=tuple(WAYS),
            help="*code*: runs of letters and digits, and single signs; *copilot*: ASCII words without stop words; "
            "*words*: words in lower case.",
        )

    class In(Fields):
        chunks: list[Any] = chunks_port()

    class Out(Fields):
        sets: list[Any] = port(help="For each text the list of its words, sorted, each once.")
        length: int = port(help="How many texts there are.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        return self.Out(**word_sets(inputs.chunks, words=params.words))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(word_sets, changed(params), takes_firing=False)
