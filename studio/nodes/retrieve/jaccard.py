"""`retrieve.jaccard`: the chunks that share most words with a question."""

from __future__ import annotations

from typing import Any, Literal

from studio.documents.ranking.words import WAYS
from studio.nodes.retrieve._finding import find_by_overlap
from studio.nodes.retrieve._ranking import LIMITS, Ranked, RankParams, chunks_port
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain, changed


@node(
    "retrieve.jaccard",
    title="Find by overlap (Jaccard)",
    category="Documents",
    icon="rank",
    blocking=True,
    limits=LIMITS,
)
class Jaccard(Node):
    """Find the chunks that are most alike by the words they share: |A ∩ B| / |A ∪ B|.

    Good for code, where the same names mean the same thing. RepoCoder takes the 20 best windows, Copilot (words
    *copilot*, *only_common*, *per_source* 1, *best_last*) the best window of each file and of those the best 4.
    """

    class Params(RankParams):
        words: Literal["code", "copilot", "words"] = param(
            "code",
            choices=tuple(WAYS),
            help="*code*: runs of letters and digits, and single signs; *copilot*: ASCII words without stop words; "
            "*words*: words in lower case.",
        )
        only_common: bool = param(False, help="Only chunks that share a word with the query.")

        later_first: bool = param(
            False, help="Of equal chunks the later comes first, as in RepoCoder's program; else the earlier."
        )

    class In(Fields):
        query: str = port(help="What to look for.")
        chunks: list[Any] = chunks_port()
        hole: Any = port(
            None,
            help="RepoCoder's filter: `source` and `start_line` of the prompt whose continuation must not be shown.",
        )
        sets: list[Any] = port(
            None,
            help="The words of each chunk, from *retrieve.words* set to the same `words`; without it they are made.",
        )

    class Out(Ranked):
        pass

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Any:
        return self.Out(**find_by_overlap(**vars(inputs), **params.as_dict()))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(find_by_overlap, changed(params), takes_firing=False)
