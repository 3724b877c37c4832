"""What turns texts into vectors: a static table that ships with us, the toy embedding, and litellm's models.

The static table needs no network and embeds tens of thousands of texts a second; numpy and the tokenizer are
loaded with the first text.
"""

from __future__ import annotations

import asyncio
import importlib.util
import re
import threading
from pathlib import Path
from typing import Any

from studio.models.failures import MissingModel, failure
from studio.models.litellm.provider import LiteLLM
from studio.spec.calls import EmbedReply

EMBEDDED = "embedded/wordllama-256"
TOY = "toy"
FREE = (TOY, "embedded", EMBEDDED)
"""Embedders that need nobody else and cost nothing."""
DIMENSIONS = 256
TOY_DIMENSIONS = 16
_WORD = re.compile(r"[a-z0-9]+")
_INLINE = 64
"""Up to this many texts are embedded on the event loop: starting a thread would take longer."""


def toy_vector(text: str) -> list[float]:
    """Return the toy embedding: each lower-case word adds 1 to dimension (sum of its character codes mod 16)."""
    vector = [0.0] * TOY_DIMENSIONS
    for word in _WORD.findall(text.lower()):
        vector[sum(map(ord, word)) % TOY_DIMENSIONS] += 1.0
    return vector


class ToyEmbedder:
    """The toy embedding, for examples whose numbers can be checked by hand."""

    name = TOY
    billable = False

    async def embed(self, texts: list[str]) -> EmbedReply:
        """Return one vector of 16 counts per text."""
        return EmbedReply(vectors=[toy_vector(text) for text in texts])


class StaticEmbedder:
    """A table of one vector per token; a text is the mean of its tokens, of length 1. Empty text: zeros."""

    name = EMBEDDED
    billable = False

    def __init__(self, home: Path | None = None) -> None:
        """`home` is the folder of the installed table package, found without importing it."""
        self._home = home
        self._lock = threading.Lock()
        self._loaded: tuple[Any, Any, Any] | None = None

    async def embed(self, texts: list[str]) -> EmbedReply:
        """Return one vector of 256 numbers per text. Raises `MissingModel` if the table is not installed."""
        if self._loaded is None or len(texts) > _INLINE:
            return await asyncio.to_thread(self.embed_blocking, texts)
        return self.embed_blocking(texts)

    def embed_blocking(self, texts: list[str]) -> EmbedReply:
        """Like `embed`, without an event loop."""
        numpy, tokenizer, table = self._load()
        vectors, tokens = [], 0
        for text in texts:
            ids = tokenizer.encode(text, add_special_tokens=False).ids
            tokens += len(ids)
            mean = table[ids].mean(0) if ids else numpy.zeros(DIMENSIONS, numpy.float32)
            length = float(numpy.linalg.norm(mean))
            vectors.append((mean / length if length else mean).tolist())
        return EmbedReply(vectors=vectors, tokens_in=tokens)

    def _load(self) -> tuple[Any, Any, Any]:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._read(self._home or table_home())
            return self._loaded

    def _read(self, home: Path) -> tuple[Any, Any, Any]:
        import numpy
        from tokenizers import Tokenizer

        try:
            raw = (home / "weights" / "l2_supercat_256.safetensors").read_bytes()
            tokenizer = Tokenizer.from_file(str(home / "tokenizers" / "l2_supercat_tokenizer_config.json"))
        # The tokenizer library raises bare `Exception` for a file it cannot read.
        except Exception as error:  # noqa: BLE001
            raise MissingModel(
                f"The embedding table cannot be read: {error}.",
                where=str(home),
                hint="Install the package wordllama again.",
                code="not_found",
            ) from None
        tokenizer.no_padding()
        tokenizer.no_truncation()
        header = int.from_bytes(raw[:8], "little")
        table = numpy.frombuffer(raw, numpy.float16, offset=8 + header).reshape(-1, DIMENSIONS).astype(numpy.float32)
        return numpy, tokenizer, table


def table_home() -> Path:
    """Return the folder of the installed table. Raises `MissingModel` saying how to get it."""
    spec = importlib.util.find_spec("wordllama")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        return Path(folder)
    raise MissingModel(
        "The embedding table is not installed.",
        hint="Install the package wordllama, or choose another embedder with --embedder.",
        code="not_found",
    )


class LiteLLMEmbedder:
    """An embedding model reached through litellm, such as `openai/text-embedding-3-small`."""

    def __init__(self, model: LiteLLM) -> None:
        self._model = model
        self.name = model.name

    @property
    def billable(self) -> bool:
        """True if calls may cost money."""
        return self._model.info.billable

    def repeats(self, temperature: float) -> bool:
        """True: nothing is drawn. (The tables in this file do not say so, as looking up their vectors is no faster.)"""
        return True

    async def fingerprint(self) -> str:
        """Return which server answers."""
        return await self._model.fingerprint()

    async def embed(self, texts: list[str]) -> EmbedReply:
        """Return one vector per text, in order. Raises `ModelError`."""
        if any(not text for text in texts):
            raise failure("bad_request", "Providers embed no empty text.", where=self.name, hint="Leave it out.")
        return await self._model.embed(texts) if texts else EmbedReply()
