from __future__ import annotations

import math
from dataclasses import replace

import pytest

from studio.nodes.llm._route import softmax
from studio.nodes.llm.function import Function
from studio.support.errors import NodeError
from tests.support.fake_context import FULL_INFO, FakeContext, present, run_node

VECTORS = {
    "bill": [1.0, 0.0, 0.0],
    "invoice": [0.0, 2.0, 0.0],
    "parcels and post": [0.0, 0.0, 1.0],
    "invoice for a bill": [0.6, 0.6, 0.1],
    "post": [0.1, 0.0, 0.9],
    "half": [0.5, 0.5, math.sqrt(0.5)],
    "": [0.0, 0.0, 0.0],
}
ROUTES = {
    "instructions": "Which desk should get this mail?\n{mail}",
    "routes": {"money": ["bill", "invoice"], "shipping": "parcels and post"},
}


CHAT = replace(FULL_INFO, supports_completion=False)


def context() -> FakeContext:
    return FakeContext(embed=VECTORS.__getitem__, info=CHAT)


async def test_the_nearest_centre_of_examples_or_description_wins_without_a_model_call() -> None:
    ctx = context()

    money = await run_node(Function, ROUTES, {"mail": "invoice for a bill"}, ctx)
    shipping = await run_node(Function, ROUTES, {"mail": "post"}, ctx)

    assert (money.label, shipping.label) == ("money", "shipping")
    assert list(present(money)) == ["label", "confidence", "scores"]
    assert {effect.kind for effect in ctx.effects} == {"embed"}
    assert ctx.effects[0].request == ["bill", "invoice", "parcels and post"]


async def test_confidence_is_the_softmax_of_cosines_at_the_documented_temperature() -> None:
    out = await run_node(Function, ROUTES, {"mail": "half"}, context())

    assert out.confidence == pytest.approx(0.5)
    assert softmax({"a": 0.4, "b": 0.3}, 0.05)["a"] == pytest.approx(1 / (1 + math.exp(-2)))


async def test_examples_of_the_function_count_for_their_route() -> None:
    params = {**ROUTES, "examples": [{"mail": "half", "output": "shipping"}]}
    ctx = context()

    await run_node(Function, params, {"mail": "post"}, ctx)

    assert ctx.effects[0].request == ["bill", "invoice", "parcels and post", "half"]


async def test_an_unsure_route_asks_the_fallback_model_among_the_same_routes() -> None:
    ctx = context()
    params = {**ROUTES, "min_confidence": 0.6, "fallback": "strong"}
    ctx.default_model.replies = [{"label": "money"}, {"label": "money"}, {"label": "shipping"}]

    out = await run_node(Function, params, {"mail": "half"}, ctx)

    assert (out.label, out.confidence) == ("money", pytest.approx(2 / 3))
    assert "- money: bill; invoice" in ctx.chats[0].messages[0]["content"]


async def test_without_fallback_an_unsure_route_is_absent() -> None:
    out = await run_node(Function, {**ROUTES, "min_confidence": 0.8}, {"mail": "half"}, context())

    assert out.label.reason == "confidence 0.50 is below 0.8"


async def test_a_check_on_the_route_takes_the_next_nearest() -> None:
    params = {**ROUTES, "checks": [{"name": "closed", "expression": "label != 'shipping'", "message": "No parcels."}]}

    assert (await run_node(Function, params, {"mail": "post"}, context())).label == "money"


async def test_when_every_route_violates_a_check_the_check_is_named() -> None:
    params = {**ROUTES, "checks": [{"name": "closed", "expression": "false", "message": "All desks are closed."}]}

    with pytest.raises(NodeError, match="Check `closed` is violated after 2 answers: All desks are closed"):
        await run_node(Function, params, {"mail": "post"}, context())


async def test_a_text_without_known_words_is_refused() -> None:
    with pytest.raises(NodeError, match="holds no known word"):
        await run_node(Function, ROUTES, {"mail": ""}, context())


async def test_the_closest_text_of_a_route_may_count_instead_of_the_centre() -> None:
    vectors = {**VECTORS, "claim": [-1.0, 0.0, 0.0], "question": [0.9, 0.1, 0.3]}
    params = {**ROUTES, "routes": {"money": ["bill", "claim"], "shipping": "parcels and post"}}

    async def label(compare: str) -> str:
        ctx = FakeContext(embed=vectors.__getitem__, info=CHAT)
        return str((await run_node(Function, {**params, "compare": compare}, {"mail": "question"}, ctx)).label)

    assert (await label("centre"), await label("closest")) == ("shipping", "money")


async def test_sharpness_flattens_the_scores() -> None:
    sharp = await run_node(Function, ROUTES, {"mail": "post"}, context())
    flat = await run_node(Function, {**ROUTES, "sharpness": 0.5}, {"mail": "post"}, context())

    assert flat.label == sharp.label
    assert flat.confidence < sharp.confidence
