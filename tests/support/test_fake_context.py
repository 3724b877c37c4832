"""The fake context keeps what it promises to the tests that stand on it."""

from __future__ import annotations

from typing import Any

import pytest

from studio.spec import ChatReply, Fields, Node, node, param, port
from studio.support.errors import ModelError
from tests.support.fake_context import FakeContext, FakeModel, cosine, present, run_node, toy_embedding


@node("test.ask", category="Test", effects="network", live=False)
class Ask(Node):
    """Ask a model."""

    class Params(Fields):
        model: str = param("default", help="Who answers.")

    class In(Fields):
        question: str = port(help="What to ask.")

    class Out(Fields):
        reply: str = port(help="What it said.")
        aside: str = port(help="Never set.")

    async def run(self, ctx: Any, params: Any, inputs: Any) -> Fields:
        answer = await ctx.model(params.model).chat([{"role": "user", "content": inputs.question}])
        return self.Out(reply=answer.text)  # type: ignore[call-arg]


async def test_replies_come_in_order_and_calls_are_recorded() -> None:
    ctx = FakeContext(replies=["one", {"n": 2}, lambda call: ChatReply(text=call.messages[0]["content"].upper())])

    said = [(await run_node(Ask, {}, {"question": q}, ctx)).reply for q in ("a", "b", "c")]

    assert said == ["one", '{"n":2}', "C"]
    assert [call.messages[0]["content"] for call in ctx.chats] == ["a", "b", "c"]
    assert [effect.kind for effect in ctx.effects] == ["chat"] * 3


async def test_a_scripted_error_is_raised_and_an_empty_script_fails_the_test() -> None:
    ctx = FakeContext(replies=[ModelError("slow down", code="rate_limit", transient=True)])

    with pytest.raises(ModelError, match="slow down"):
        await run_node(Ask, {}, {"question": "a"}, ctx)
    with pytest.raises(AssertionError, match="no scripted reply"):
        await run_node(Ask, {}, {"question": "a"}, ctx)


async def test_a_named_model_has_its_own_script() -> None:
    ctx = FakeContext(replies=["default"], models={"strong": FakeModel(["strong"])})

    out = await run_node(Ask, {"model": "strong"}, {"question": "a"}, ctx)

    assert present(out) == {"reply": "strong"}
    assert not ctx.chats


async def test_completion_scripts_give_choices_best_first() -> None:
    ctx = FakeContext(completions=[{" no": -2.0, " yes": -0.1}])

    reply = await ctx.model().complete("Is it?")

    assert reply.text == " yes"
    assert [choice.token for choice in reply.choices] == [" yes", " no"]


@pytest.mark.parametrize(
    ("params", "inputs", "message"),
    [
        ({"modle": "x"}, {"question": "a"}, "Did you mean `model`"),
        ({}, {}, "required input"),
        ({}, {"q": 1}, "no input"),
        ({}, {"question": 1}, "is text, got 1"),
    ],
)
async def test_a_wrong_call_fails_the_test(params: Any, inputs: Any, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        await run_node(Ask, params, inputs, FakeContext(replies=["x"]))


def test_the_toy_embedding_is_the_one_of_the_reference_sheets() -> None:
    assert sum(toy_embedding("Survey crops, survey!")) == 3
    assert cosine(toy_embedding("Call farmers"), toy_embedding("call FARMERS")) == pytest.approx(1.0)
    assert cosine(toy_embedding(""), toy_embedding("a")) == 0.0


def test_the_same_firing_draws_the_same_numbers() -> None:
    draws = [FakeContext(seed=1, tick=tick).random.random() for tick in ("0", "0", "1")]

    assert draws[0] == draws[1] != draws[2]


async def test_a_node_that_changes_its_inputs_is_caught() -> None:
    @node("toy.grow", category="Toys")
    class Grow(Node):
        """Appends to what it was given."""

        class In(Fields):
            value: list[int] = port()

        class Out(Fields):
            value: list[int] = port()

        def run(self, ctx: object, params: object, inputs: Grow.In) -> Grow.Out:
            inputs.value.append(1)
            return self.Out(value=[])

    with pytest.raises(AssertionError, match="changed its inputs"):
        await run_node(Grow, inputs={"value": []})
