"""`retrieve.embedding`: the chunks whose meaning is nearest to a question."""

from __future__ import annotations

from typing import Any

from studio.nodes.retrieve._finding import find_by_meaning
from studio.nodes.retrieve._ranking import LIMITS, Ranked, RankParams, chunks_port
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain, changed


@node(
    "retrieve.embedding",
    title="Find by meaning",
    category="Documents",
    icon="rank",
    effects="network",
    live=False,
    needs_approval=False,
    library="litellm, wordllama, numpy",
    limits=f"{LIMITS}, one call for all texts",
)
class Embedding(Node):
    """Find the chunks whose meaning is nearest to a question: by the cosine of embedding vectors.

    Vectors of the chunks that are there already (of *llm.embed*, by the same model) can be wired to `vectors`, so that
    a loop embeds only its question. For very many chunks, or ones that outlive a run, use a vector store.
    """

    class Params(RankParams):
        model: str = param("default", help="Role or name of the embedder.", editor={"kind": "embedder"})
        min_score: float = param(-1.0, ge=-1, le=1, help="Only chunks whose cosine is higher than this.")
        later_first: bool = param(
            False, help="Of equal chunks the later comes first, as in RepoCoder's program; else the earlier."
        )

    class In(Fields):
        query: str = port(help="What to look for.")
        chunks: list[Any] = chunks_port()
        vectors: list[Any] = port(None, help="One vector per chunk, in order, made by the same model.")

    class Out(Ranked):
        pass

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Any:
        return self.Out(**await find_by_meaning(ctx, **vars(inputs), **params.as_dict()))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(find_by_meaning, changed(params))
