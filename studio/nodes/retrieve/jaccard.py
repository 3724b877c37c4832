"""`retrieve.jaccard`: the chunks that share most words with a question."""

from __future__ import annotations

from typing import Any, Literal

from studio.documents.ranking.jaccard import is_behind_hole, jaccard_scores
from studio.documents.ranking.words import WAYS
from studio.nodes.retrieve._ranking import LIMITS, Ranked, RankParams, chunks_port, given, hits_of, texts_of
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.support.values import Json, preview


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

    class Out(Ranked):
        pass

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Any:
        chunks = _visible(inputs.chunks, inputs.hole)
        scores = jaccard_scores(inputs.query, texts_of(chunks), WAYS[params.words])
        above = 0.0 if params.only_common else None
        hits = hits_of(chunks, scores, params, above=above, later_first=params.later_first)
        return given(self.Out, hits, params.order)


def _visible(chunks: list[Json], hole: Json) -> list[Json]:
    match hole:
        case None:
            return chunks
        case {"source": str() as source, "start_line": int() as line}:
            return [one for one in chunks if not (isinstance(one, dict) and is_behind_hole(one, source, line))]
    raise NodeError(
        f"`hole` is an object with `source` and `start_line`, not {preview(hole)}.", hint="Correct it.", code="input"
    )
