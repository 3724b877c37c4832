"""Embedders: the toy's numbers by hand, the table's sense of likeness, litellm's checked answers."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from studio.models.catalog import Catalog
from studio.models.embedders import LiteLLMEmbedder, StaticEmbedder, ToyEmbedder, table_home, toy_vector
from studio.models.litellm.access import Endpoint
from studio.models.litellm.provider import LiteLLM
from studio.settings import Settings
from studio.support.errors import ModelError
from tests.support.fake_llm_server import Step, fake_llm_server


def cosine(a: list[float], b: list[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True)) / (math.hypot(*a) * math.hypot(*b))


def test_the_toy_embedding_counts_words_by_the_sum_of_their_characters() -> None:
    vector = toy_vector("Ab, ab! B2")

    assert len(vector) == 16
    assert vector[(97 + 98) % 16] == 2.0
    assert vector[(98 + 50) % 16] == 1.0
    assert sum(vector) == 3.0


def test_the_toy_embedding_gives_the_similarities_of_the_worked_example() -> None:
    objective = toy_vector("Solve world hunger.")
    first, second = toy_vector("I listed three steps."), toy_vector("Crops surveyed: maize and rice.")

    assert cosine(objective, first) == pytest.approx(0.67082, abs=1e-5)
    assert cosine(objective, second) == 0.0


async def test_the_table_finds_the_paraphrase_and_gives_unit_vectors() -> None:
    texts = ["My parcel never arrived", "The package was not delivered", "I love this guitar", ""]

    reply = await StaticEmbedder().embed(texts)

    parcel, package, guitar, empty = reply.vectors
    assert [len(v) for v in reply.vectors] == [256] * 4
    assert math.hypot(*parcel) == pytest.approx(1.0, abs=1e-5)
    assert empty == [0.0] * 256
    assert cosine(parcel, package) > cosine(parcel, guitar) + 0.2
    assert reply.tokens_in > 10
    assert reply.cost_usd == 0.0


async def test_many_texts_at_once_give_the_same_vectors_as_one_by_one() -> None:
    embedder = StaticEmbedder()
    texts = [f"text number {n}" for n in range(100)]

    together = (await embedder.embed(texts)).vectors

    assert [(await embedder.embed([text])).vectors[0] for text in texts[:3]] == together[:3]


async def test_a_broken_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="embedding table cannot be read"):
        await StaticEmbedder(tmp_path).embed(["x"])
    assert (table_home() / "weights").is_dir()


def vectors(*rows: list[float]) -> Step:
    data = [{"object": "embedding", "index": n, "embedding": row} for n, row in enumerate(rows)]
    body = {"object": "list", "model": "m", "data": data[::-1], "usage": {"prompt_tokens": 4, "total_tokens": 4}}
    return Step(body=json.dumps(body).encode())


async def test_litellm_vectors_come_in_the_order_of_the_texts_and_are_counted() -> None:
    with fake_llm_server(vectors([1.0, 2.0], [3.0, 4.0]), vectors([1.0])) as server:
        model = LiteLLM("openai/text-embedding-3-small", endpoint=Endpoint(server.base), keyring=False)
        embedder = LiteLLMEmbedder(model)
        reply = await embedder.embed(["a", "b"])
        with pytest.raises(ModelError, match="not one vector per text"):
            await embedder.embed(["a", "b"])
        with pytest.raises(ModelError, match="no empty text"):
            await embedder.embed(["a", ""])
        assert (await embedder.embed([])).vectors == []

    assert reply.vectors == [[1.0, 2.0], [3.0, 4.0]]
    assert reply.tokens_in == 4
    assert server.requests[0]["input"] == ["a", "b"]
    assert not embedder.billable


def test_the_catalogue_knows_embedders_by_name() -> None:
    catalog = Catalog(Settings(), embedder="toy")

    assert catalog.embedder().name == "toy"
    assert catalog.embedder("embedded").name == "embedded/wordllama-256"
    assert Catalog(Settings()).embedder().name == "embedded/wordllama-256"
    assert catalog.embedder("openai/text-embedding-3-small").name == "openai/text-embedding-3-small"
    own = ToyEmbedder()
    assert Catalog(Settings(), embedder=own).embedder() is own
    with pytest.raises(ModelError, match="no embedder 'embedded/other'"):
        catalog.embedder("embedded/other")
