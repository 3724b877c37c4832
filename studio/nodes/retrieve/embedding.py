"""`retrieve.embedding`: the chunks whose meaning is nearest to a question."""

from __future__ import annotations

import asyncio
from typing import Any

from studio.documents.ranking.vectors import cosine_scores
from studio.nodes.retrieve._ranking import LIMITS, Ranked, RankParams, chunks_port, given, hits_of, texts_of
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError


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

    class In(Fields):
        query: str = port(help="What to look for.")
        chunks: list[Any] = chunks_port()
        vectors: list[Any] = port(None, help="One vector per chunk, in order, made by the same model.")

    class Out(Ranked):
        pass

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Any:
        texts = texts_of(inputs.chunks)
        if not texts:
            return given(self.Out, [])
        if inputs.vectors is None:
            query, *vectors = await ctx.embed([inputs.query, *texts], params.model)
        else:
            vectors = inputs.vectors
            if len(vectors) != len(texts):
                raise NodeError(
                    f"There are {len(vectors)} vectors for {len(texts)} chunks.", hint="Embed the same list.",
                    code="input",
                )  # fmt: skip
            (query,) = await ctx.embed([inputs.query], params.model)
        scores = await asyncio.to_thread(cosine_scores, query, vectors)
        above = None if params.min_score <= -1 else params.min_score
        return given(self.Out, hits_of(inputs.chunks, scores, params, above=above), params.order)
