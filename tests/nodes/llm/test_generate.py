from __future__ import annotations

from dataclasses import replace

import pytest

from studio.nodes.llm.function import Function
from studio.spec import ChatReply
from studio.support.errors import ModelError, NodeError
from tests.support.fake_context import FULL_INFO, FakeContext, FakeModel, present, run_node

PLAIN = replace(FULL_INFO, supports_schema=False, supports_completion=False, supports_logprobs=False)
PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": ["integer", "null"]}},
    "required": ["name", "age"],
}


async def test_instructions_with_inputs_become_the_question_and_the_reply_the_text() -> None:
    ctx = FakeContext(replies=["  Tides come twice a day.\n"])

    out = await run_node(Function, {"instructions": "Explain {topic}.\n"}, {"topic": "tides"}, ctx)

    assert ctx.chats[0].messages == ({"role": "user", "content": "Explain tides."},)
    assert present(out) == {"text": "Tides come twice a day."}


async def test_examples_are_earlier_turns_after_the_system_text() -> None:
    ctx = FakeContext(replies=["Könntest du gehen?"])
    params = {
        "instructions": "Translate: {text}",
        "system": "You translate.",
        "output": "german",
        "examples": [{"text": "Hello", "output": "Hallo"}],
    }

    out = await run_node(Function, params, {"text": "Could you go?"}, ctx)

    assert [(m["role"], m["content"]) for m in ctx.chats[0].messages] == [
        ("system", "You translate."),
        ("user", "Translate: Hello"),
        ("assistant", "Hallo"),
        ("user", "Translate: Could you go?"),
    ]
    assert out.german == "Könntest du gehen?"


async def test_a_schema_is_enforced_by_the_model_and_gives_a_port_per_property() -> None:
    ctx = FakeContext(replies=[{"name": "Ada", "age": 36}])

    out = await run_node(Function, {"instructions": "Who? {text}", "schema": PERSON}, {"text": "Ada, 36"}, ctx)

    assert ctx.chats[0].schema == {**PERSON, "additionalProperties": False}
    assert present(out) == {"name": "Ada", "age": 36, "value": {"name": "Ada", "age": 36}}
    assert Function.outputs(_params({"instructions": "{text}", "schema": PERSON})).fields()["age"].type == "integer"


async def test_a_null_property_is_absent_with_its_reason() -> None:
    ctx = FakeContext(replies=[{"name": "Ada", "age": None}])

    out = await run_node(Function, {"instructions": "Who? {text}", "schema": PERSON}, {"text": "Ada"}, ctx)

    assert out.age.reason == "`age` is null in the answer"
    assert out.value == {"name": "Ada", "age": None}


async def test_a_model_without_schemas_is_told_the_schema_and_its_fenced_json_is_read() -> None:
    ctx = FakeContext(replies=['Here you are:\n```json\n{"name": "Ada", "age": 36}\n```'], info=PLAIN)

    out = await run_node(Function, {"instructions": "Who? {text}", "schema": PERSON}, {"text": "Ada, 36"}, ctx)

    assert ctx.chats[0].schema is None
    assert '"required":["name","age"]' in ctx.chats[0].messages[0]["content"]
    assert out.name == "Ada"


async def test_an_answer_off_the_schema_is_shown_its_faults_and_repaired() -> None:
    ctx = FakeContext(replies=["Ada is 36", {"name": "Ada", "age": "old"}, {"name": "Ada", "age": 36}], info=PLAIN)

    out = await run_node(Function, {"instructions": "Who? {text}", "schema": PERSON}, {"text": "Ada, 36"}, ctx)

    assert out.age == 36
    first, second = (call.messages[-1]["content"] for call in ctx.chats[1:])
    assert "- The answer must be JSON and nothing else." in first
    assert "- `age` must be of type integer or null, not old." in second
    assert ctx.chats[2].messages[-2] == {"role": "assistant", "content": '{"name":"Ada","age":"old"}'}


async def test_a_schema_that_is_no_object_is_wrapped_for_the_provider() -> None:
    ctx = FakeContext(replies=[{"value": [1, 2]}])
    params = {"instructions": "Numbers in {text}", "schema": {"type": "array", "items": {"type": "integer"}}}

    out = await run_node(Function, params, {"text": "1 and 2"}, ctx)

    assert ctx.chats[0].schema is not None
    assert ctx.chats[0].schema["properties"]["value"] == params["schema"]
    assert present(out) == {"value": [1, 2]}


async def test_a_violated_check_is_shown_to_the_model_until_it_is_kept() -> None:
    ctx = FakeContext(replies=["one two three four", "one two three", "one two"])
    params = {
        "instructions": "Shorten: {text}",
        "checks": [
            {"name": "short", "expression": "len(words(text)) < 4", "message": "Use at most 3 words, not: {text}"},
            {"name": "shorter", "expression": "len(words(text)) < len(words(inputs.text)) - 1"},
        ],
    }

    out = await run_node(Function, params, {"text": "a b c d"}, ctx)

    assert out.text == "one two"
    assert ctx.chats[1].messages[-1]["content"] == (
        "That answer breaks rules:\n"
        "- Use at most 3 words, not: one two three four\n"
        "- This must be true: len(words(text)) < len(words(inputs.text)) - 1.\n"
        "Answer again and keep to this."
    )
    assert [label for label, _ in ctx.logged] == ["violated", "violated"]


async def test_rules_broken_before_are_not_forgotten() -> None:
    ctx = FakeContext(replies=["aaaa", "b", "aa"])
    params = {
        "instructions": "{q}",
        "checks": [
            {"name": "short", "expression": "len(text) < 3", "message": "Be short."},
            {"name": "a", "expression": "contains(text, 'a')", "message": "Use an a."},
        ],
    }

    assert (await run_node(Function, params, {"q": "?"}, ctx)).text == "aa"
    assert ctx.chats[2].messages[-2]["content"] == "b"
    assert ctx.chats[2].messages[-1]["content"] == (
        "That answer breaks a rule:\n- Use an a.\nAlso keep:\n- Be short.\nAnswer again and keep to this."
    )


async def test_the_error_names_the_violated_check_the_answer_and_the_next_step() -> None:
    ctx = FakeContext(replies=["long answer"] * 2)
    params = {"instructions": "{q}", "repairs": 1, "checks": [{"name": "short", "expression": "len(text) < 5"}]}

    with pytest.raises(NodeError) as caught:
        await run_node(Function, params, {"q": "?"}, ctx)

    assert "Check `short` is violated after 2 answers: This must be true: len(text) < 5." in str(caught.value)
    assert "“long answer”" in str(caught.value)
    assert "`fallback`" in caught.value.hint
    assert caught.value.kind == "check"


async def test_an_answer_a_check_cannot_be_computed_on_violates_it() -> None:
    ctx = FakeContext(replies=[{"name": "Ada", "age": None}, {"name": "Ada", "age": 36}])
    params = {"instructions": "{q}", "schema": PERSON, "checks": ["age > 18"]}

    out = await run_node(Function, params, {"q": "?"}, ctx)

    assert out.age == 36
    assert "`age > 18` cannot be computed" in ctx.chats[1].messages[-1]["content"]


async def test_the_fallback_starts_afresh_when_repairs_are_used_up() -> None:
    small, strong = FakeModel(["bad", "bad"]), FakeModel(["ok"])
    ctx = FakeContext(models={"default": small, "strong": strong})
    params = {"instructions": "{q}", "repairs": 1, "fallback": "strong", "checks": ["text == 'ok'"]}

    out = await run_node(Function, params, {"q": "?"}, ctx)

    assert out.text == "ok"
    assert len(small.chats) == 2
    assert len(strong.chats[0].messages) == 1


@pytest.mark.parametrize(("kind", "helps"), [("rate_limit", True), ("context_window", True), ("auth", False)])
async def test_the_fallback_answers_for_a_model_that_fails_unless_a_person_must_act(kind: str, helps: bool) -> None:
    ctx = FakeContext(models={"default": FakeModel([ModelError("no", code=kind)]), "strong": FakeModel(["ok"])})
    params = {"instructions": "{q}", "fallback": "strong"}

    if helps:
        assert (await run_node(Function, params, {"q": "?"}, ctx)).text == "ok"
        assert ctx.logged[0][0] == "fallback"
    else:
        with pytest.raises(ModelError, match="no"):
            await run_node(Function, params, {"q": "?"}, ctx)


async def test_no_call_is_made_once_the_cost_cap_is_spent() -> None:
    ctx = FakeContext(replies=[ChatReply("bad", cost_usd=0.02), ChatReply("bad", cost_usd=0.02), "good"])
    params = {"instructions": "{q}", "cost_usd": 0.03, "repairs": 5, "checks": ["text == 'good'"]}

    with pytest.raises(ModelError, match=r"spent 0.04 USD of its cap of 0.03 USD") as caught:
        await run_node(Function, params, {"q": "?"}, ctx)

    assert caught.value.kind == "cost_cap"
    assert len(ctx.chats) == 2


async def test_a_cap_cannot_be_kept_for_a_model_of_unknown_price() -> None:
    ctx = FakeContext(replies=[ChatReply("bad", model="x/y", cost_usd=None), "good"])
    params = {"instructions": "{q}", "cost_usd": 1, "checks": ["text == 'good'"]}

    with pytest.raises(ModelError, match="price of x/y is unknown"):
        await run_node(Function, params, {"q": "?"}, ctx)


async def test_an_empty_answer_and_one_cut_off_are_faults_unless_allowed() -> None:
    cut = ChatReply("The sea is", finish_reason="length")
    ctx = FakeContext(replies=["", cut, "The sea."])
    params = {"instructions": "{q}", "max_tokens": 3}

    out = await run_node(Function, params, {"q": "?"}, ctx)

    assert out.text == "The sea."
    assert "must not be empty" in ctx.chats[1].messages[-1]["content"]
    assert "cut off after 3 tokens" in ctx.chats[2].messages[-1]["content"]
    allowed = await run_node(Function, {**params, "allow_cut": True}, {"q": "?"}, FakeContext(replies=[cut]))
    assert allowed.text == "The sea is"
    nothing = await run_node(Function, {**params, "allow_empty": True}, {"q": "?"}, FakeContext(replies=["  \n"]))
    assert nothing.text == ""


async def test_an_optional_input_takes_its_default() -> None:
    ctx = FakeContext(replies=["ok"])
    params = {"instructions": "Write on {topic}. Fault of the last draft: {fault}", "optional": {"fault": "none"}}

    await run_node(Function, params, {"topic": "tides"}, ctx)

    assert ctx.chats[0].messages[0]["content"] == "Write on tides. Fault of the last draft: none"


JUDGED = {
    "instructions": "Answer: {question}",
    "checks": [
        {
            "name": "faithful",
            "judge": "Does the answer follow from the source?\nSource: {source}\nAnswer: {text}",
            "message": "Say only what the source says.",
            "model": "judge",
        },
        {"name": "short", "expression": "len(text) < 30"},
    ],
}


async def test_a_judge_is_another_narrow_call_that_adds_its_own_input() -> None:
    writer = FakeModel(["Far too long an answer to be accepted.", "It is blue.", "It is grey."])
    judge = FakeModel([{"label": "no"}, {"label": "yes"}], info=replace(PLAIN, supports_schema=True))
    ctx = FakeContext(models={"default": writer, "judge": judge})

    out = await run_node(Function, JUDGED, {"question": "Colour?", "source": "The sea is grey."}, ctx)

    assert out.text == "It is grey."
    assert len(judge.chats) == 2, "the judge is not asked about an answer that an expression refuses"
    assert "Say only what the source says." in writer.chats[2].messages[-1]["content"]
    assert judge.chats[0].messages[-1]["content"].endswith("Source: The sea is grey.\nAnswer: It is blue.")


async def test_a_judge_that_names_no_label_fails_the_firing_by_its_check() -> None:
    ctx = FakeContext(models={"default": FakeModel(["Blue."]), "judge": FakeModel(["Hm."] * 3, info=PLAIN)})

    with pytest.raises(NodeError, match="Check `faithful` could not be judged: judge named none of the labels yes, no"):
        await run_node(Function, JUDGED, {"question": "Colour?", "source": "The sea is grey."}, ctx)


def _params(given: dict[str, object]) -> Function.Params:
    from studio.spec.params import parse_params

    made, problems = parse_params(Function.Params, given)
    assert not problems
    return made
