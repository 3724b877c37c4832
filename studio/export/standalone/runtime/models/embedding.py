"""What turns texts into vectors in a script: the toy embedding, or one of litellm's models."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from studio.export.standalone.runtime.models.catalog import refuse_ours
from studio.export.standalone.runtime.models.litellm_model import LiteLLM, usage_of
from studio.models.embedders import TOY, ToyEmbedder
from studio.models.failures import failure
from studio.spec.calls import EmbedReply
from studio.support.errors import UsageError
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.export.standalone.runtime.outside import AskingFiring


class Embedders:
    """The embedders of one run, opened when they are first asked for."""

    def __init__(self, table: Mapping[str, str], names: Sequence[str] = ("default",), *, embedder: str = "") -> None:
        """`table` may name an `embedder`, for which `embedder` stands; `names` are those that the graph asks."""
        self._names = names
        self._default = embedder or table.get("embedder", "")
        self._opened: dict[str, Any] = {}

    def provider(self, name: str = "default") -> Any:
        """Return the embedder for a name. Raises `UsageError` if a script cannot have it or nobody chose one."""
        full = self._default if name == "default" else name
        if full not in self._opened:
            self._opened[full] = _opened(full)
        return self._opened[full]

    async def prepare(self) -> None:
        """Open all that the graph may ask and check keys, before anything is asked or recorded."""
        for one in [self.provider(name) for name in self._names]:
            if isinstance(one, LiteLLMEmbedder):
                await one.prepare()

    async def close(self) -> None:
        """End connections that litellm keeps open for the next call."""
        if "litellm" in sys.modules and any(isinstance(one, LiteLLMEmbedder) for one in self._opened.values()):
            await sys.modules["litellm"].close_litellm_async_clients()

    async def embed(self, firing: AskingFiring, texts: list[str], name: str, once: bool) -> Any:
        """Let a firing ask for vectors (an effect of kind `embed`)."""
        one = firing.outside.find(firing.region.run, "embedder", name, self, _facts)

        async def perform() -> tuple[Json, dict[str, Any]]:
            reply = await one.embed(texts)
            return reply.vectors, {"tokens_in": reply.tokens_in, "tokens_out": 0, "cost_usd": reply.cost_usd}

        request = {"model": one.name, "texts": texts}
        return await firing.ask("embed", one.name, request, perform, billable=one.billable, once=once)


def _facts(embedder: Any) -> Json:
    return {"name": embedder.name, "billable": embedder.billable}


def _opened(name: str) -> Any:
    if name == TOY:
        return ToyEmbedder()
    if not name:
        raise UsageError(
            "This script turns texts into vectors, and no embedder is chosen.",
            hint="Give --embedder openai/text-embedding-3-small, or another one that litellm knows.",
        )
    refuse_ours(name, "embedder", "--embedder openai/text-embedding-3-small")
    return LiteLLMEmbedder(LiteLLM(name))


class LiteLLMEmbedder:
    """An embedding model reached through litellm, such as `openai/text-embedding-3-small`."""

    def __init__(self, model: LiteLLM) -> None:
        self._model = model
        self.name = model.name

    @property
    def billable(self) -> bool:
        """True if calls may cost money."""
        return self._model.info.billable

    async def prepare(self) -> None:
        """Load the library and check name and key. Raises `MissingModel` saying what is missing."""
        await self._model.prepare()

    async def embed(self, texts: list[str]) -> EmbedReply:
        """Return one vector per text, in order. Raises `ModelError`."""
        if any(not text for text in texts):
            raise failure("bad_request", "Providers embed no empty text.", where=self.name, hint="Leave it out.")

        async def ask(library: Any) -> EmbedReply:
            response, _ = await self._model.sent(library, library.aembedding, {"input": texts})
            rows = [row if isinstance(row, Mapping) else row.model_dump() for row in response.data or ()]
            vectors = [[float(x) for x in row["embedding"]] for row in sorted(rows, key=lambda row: row["index"])]
            if len(vectors) != len(texts) or not all(map(len, vectors)):
                raise failure("malformed", "The provider sent not one vector per text.", where=self.name)
            return EmbedReply(vectors, usage_of(response)[0], self._model.cost(library, response))

        reply: EmbedReply = await self._model.within(ask, self.name) if texts else EmbedReply()
        return reply
