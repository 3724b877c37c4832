from __future__ import annotations

import math
from dataclasses import replace

import pytest

from studio.nodes.llm.function import Function
from studio.spec import CompletionReply
from studio.spec.calls import CompletionCall
from studio.support.errors import NodeError
from tests.support.fake_context import FULL_INFO, FakeContext, FakeModel, present, run_node

CHAT = replace(FULL_INFO, supports_completion=False, supports_logprobs=False)
SCRIPT = replace(FULL_INFO, supports_logprobs=False)
JUDGE = {"instructions": "Judge: {draft}", "labels": ["good", "vague", "wrong"]}


def chances(**by_token: float) -> dict[str, float]:
    """Return log-probabilities of first tokens, as a completion gives them: with a space before."""
    return {" " + token: math.log(chance) for token, chance in by_token.items()}


EVEN = chances(good=0.2, vague=0.2, wrong=0.2)


async def test_the_prompt_is_plain_text_with_examples_and_one_token_is_asked() -> None:
    ctx = FakeContext(completions=[EVEN] * 5)
    params = {**JUDGE, "examples": [{"draft": "Well said.", "output": "good"}]}

    await run_node(Function, params, {"draft": "Things\n are."}, ctx)

    call = ctx.completions[-1]
    assert call.prompt == (
        "Judge (good / vague / wrong)\n\nText: Well said.\nAnswer: good\n\nText: Things are.\nAnswer:"
    )
    assert call.max_tokens == 1


async def test_a_line_that_only_shows_the_input_is_no_part_of_the_task() -> None:
    ctx = FakeContext(completions=[EVEN] * 5)
    params = {**JUDGE, "instructions": "Is {draft} a clear text?\nDraft: {draft}", "system": "Be strict."}

    await run_node(Function, params, {"draft": "A."}, ctx)

    assert ctx.completions[-1].prompt.startswith("Be strict.\nIs the text a clear text? (good / vague / wrong)\n\n")


async def test_several_inputs_stand_with_their_names_and_meanings_follow_the_task() -> None:
    ctx = FakeContext(completions=[chances(yes=0.5, no=0.5)] * 5)
    params = {"instructions": "Does {reply} answer {the_question}?", "labels": {"yes": "It answers.", "no": ""}}

    await run_node(Function, params, {"reply": "42", "the_question": "Why?"}, ctx)

    assert ctx.completions[-1].prompt == (
        "Does reply answer the question? (yes / no)\nyes: It answers.\n\nText: reply: 42; the question: Why?\nAnswer:"
    )


async def test_scores_are_divided_by_the_liking_shown_on_empty_inputs() -> None:
    liking = chances(good=0.8, vague=0.1, wrong=0.1)
    ctx = FakeContext(completions=[liking] * 4 + [chances(good=0.6, vague=0.3, wrong=0.1)])

    out = await run_node(Function, JUDGE, {"draft": "Things are."}, ctx)

    # 0.6/0.8, 0.3/0.1, 0.1/0.1 → 0.75 : 3 : 1
    assert out.label == "vague"
    assert out.confidence == pytest.approx(3 / 4.75)
    assert list(out.scores) == ["vague", "wrong", "good"]
    assert sum(out.scores.values()) == pytest.approx(1)


async def test_a_label_that_is_never_offered_gains_nothing_by_the_division() -> None:
    rare = {**chances(good=0.5, vague=0.3), " the": math.log(0.1)}
    ctx = FakeContext(completions=[rare] * 4 + [{**rare, **chances(vague=0.4)}])
    seen = FakeContext(completions=[rare] * 4 + [{**rare, **chances(wrong=0.1)}])

    never = await run_node(Function, JUDGE, {"draft": "Hm."}, ctx)
    at_last = await run_node(Function, JUDGE, {"draft": "Hm."}, seen)

    assert never.scores["wrong"] == 0.0
    assert at_last.confidence == pytest.approx(1 / 3), "unoffered before means at most 0.1"


async def test_empty_inputs_are_asked_once_for_many_firings() -> None:
    ctx = FakeContext(completions=[EVEN] * 6)

    for draft in ("One.", "Two."):
        await run_node(Function, JUDGE, {"draft": draft}, ctx)

    assert len(ctx.completions) == 6
    assert len(ctx.effects) == 10, "every firing records what it relies on"


async def test_labels_that_begin_alike_are_told_apart_by_their_next_token() -> None:
    def answer(call: CompletionCall) -> CompletionReply:
        from studio.spec import TokenChoice

        if call.prompt.endswith(" ship"):
            blank = "parcel" not in call.prompt
            late, broken = (0.5, 0.5) if blank else (0.1, 0.9)
            found = [("_late", late), ("_broken", broken)]
        else:
            found = [(" ship", 0.6), (" bill", 0.4)]
        return CompletionReply(found[0][0], tuple(TokenChoice(token, math.log(p)) for token, p in found))

    ctx = FakeContext(completions=[answer] * 10)
    params = {"instructions": "Topic of {m}", "labels": ["bill", "ship_late", "ship_broken"]}

    out = await run_node(Function, params, {"m": "A parcel in pieces."}, ctx)

    assert out.label == "ship_broken"
    assert out.scores["ship_late"] == pytest.approx(0.2 / 3)
    assert out.scores["bill"] == pytest.approx(1 / 3)


async def test_labels_that_nothing_tells_apart_share_what_their_token_has() -> None:
    ctx = FakeContext(
        completions=[lambda call: {" ,": -0.1} if call.prompt.endswith("Answer: ship") else chances(ship=0.5, bill=0.5)]
        * 10
    )
    params = {"instructions": "Topic of {m}", "labels": ["bill", "ship_late", "ship_broken"]}

    out = await run_node(Function, params, {"m": "Hm."}, ctx)

    assert out.scores == pytest.approx({"bill": 1 / 3, "ship_late": 1 / 3, "ship_broken": 1 / 3})


async def test_a_label_with_a_token_of_its_own_keeps_it_beside_a_shared_one() -> None:
    def answer(call: CompletionCall) -> dict[str, float]:
        if call.prompt.endswith("Answer: go"):
            return {"\n": math.log(0.9), "od": math.log(0.1)}
        return chances(go=0.5, good=0.4) if "Fine" in call.prompt else chances(go=0.45, good=0.45)

    ctx = FakeContext(completions=[answer] * 10)

    out = await run_node(Function, {"instructions": "Judge {m}", "labels": ["go", "good"]}, {"m": "Fine."}, ctx)

    # go: 0.5·0.9, good: 0.5·0.1 + 0.4, both of 0.9; over those of the empty inputs, 0.405 and 0.495
    assert out.scores == pytest.approx({"go": 0.55, "good": 0.45}, abs=1e-3)


async def test_a_label_that_another_continues_ends_at_the_line() -> None:
    def answer(call: CompletionCall) -> dict[str, float]:
        if call.prompt.endswith("Answer: good"):
            return {"\n": math.log(0.3), " enough": math.log(0.7)}
        return chances(good=0.9, bad=0.1)

    ctx = FakeContext(completions=[answer] * 10)
    params = {"instructions": "Judge {m}", "labels": ["good", "good enough", "bad"]}

    out = await run_node(Function, params, {"m": "Fine."}, ctx)

    assert len(ctx.completions) == 10
    assert out.scores == pytest.approx({"good": 1 / 3, "good enough": 1 / 3, "bad": 1 / 3})


async def test_a_long_input_is_judged_by_its_surest_sentence() -> None:
    def answer(call: CompletionCall) -> dict[str, float]:
        last = call.prompt.rsplit("Text: ", 1)[1]
        return chances(good=0.05, vague=0.05, wrong=0.9) if "false" in last else EVEN

    ctx = FakeContext(completions=[answer] * 10)
    words = "This sentence says nothing in particular about anything at all. "

    out = await run_node(Function, JUDGE, {"draft": words * 4 + "That is false! " + words}, ctx)

    assert out.label == "wrong"
    assert out.confidence == pytest.approx(0.9)
    assert len(ctx.completions) == 4 + 6


async def test_a_check_on_the_label_takes_the_next_surest() -> None:
    ctx = FakeContext(completions=[EVEN] * 4 + [chances(good=0.6, vague=0.3, wrong=0.1)])
    params = {**JUDGE, "checks": [{"name": "strict", "expression": "label != 'good' or len(inputs.draft) > 50"}]}

    out = await run_node(Function, params, {"draft": "Short."}, ctx)

    assert (out.label, out.confidence) == ("vague", pytest.approx(0.3))


async def test_below_min_confidence_the_label_is_absent_or_unsure() -> None:
    replies = [EVEN] * 4 + [chances(good=0.4, vague=0.3, wrong=0.3)]
    params = {**JUDGE, "min_confidence": 0.75}

    out = await run_node(Function, params, {"draft": "Hm."}, FakeContext(completions=replies))
    named = await run_node(Function, {**params, "unsure": "ask"}, {"draft": "Hm."}, FakeContext(completions=replies))

    assert out.label.reason == "confidence 0.40 is below 0.75"
    assert out.confidence == pytest.approx(0.4)
    assert named.label == "ask"


@pytest.mark.parametrize(("last_vote", "label"), [("wrong", "wrong"), ("good", "ask")])
async def test_below_min_confidence_the_fallback_is_asked_and_gated_as_well(last_vote: str, label: str) -> None:
    small = FakeModel(completions=[EVEN] * 5)
    strong = FakeModel(["wrong", "wrong", last_vote], info=CHAT)
    ctx = FakeContext(models={"default": small, "strong": strong})
    params = {**JUDGE, "min_confidence": 0.75, "fallback": "strong", "unsure": "ask"}

    out = await run_node(Function, params, {"draft": "Hm."}, ctx)

    assert out.label == label
    assert ctx.logged == [
        ("fallback", {"from": "default", "to": "strong", "because": "confidence is too low"}),
    ]


@pytest.mark.parametrize("reply", ["vague", ' "Vague."\n', '{"label": "vague"}', '"vague"'])
async def test_a_chat_model_states_the_label_itself(reply: str) -> None:
    ctx = FakeContext(replies=[reply], info=CHAT)

    out = await run_node(Function, JUDGE, {"draft": "Things are."}, ctx)

    assert out.label == "vague"
    assert ctx.chats[0].schema is not None
    assert ctx.chats[0].schema["properties"]["label"]["enum"] == ["good", "vague", "wrong"]
    assert list(present(out)) == ["label"], "one statement of a label is no measure of confidence"
    assert "votes" in out.confidence.reason


async def test_votes_turn_the_order_of_the_labels_and_their_share_is_the_confidence() -> None:
    ctx = FakeContext(replies=["good", "vague", "good"], info=replace(CHAT, supports_schema=False))

    out = await run_node(Function, {**JUDGE, "votes": 3}, {"draft": "Things are."}, ctx)

    assert (out.label, out.confidence) == ("good", pytest.approx(2 / 3))
    firsts = [call.messages[0]["content"].splitlines()[1] for call in ctx.chats]
    assert firsts == ["- good", "- vague", "- wrong"]


async def test_a_reply_outside_the_list_is_repaired_and_else_fails_by_name() -> None:
    ctx = FakeContext(replies=["I think it is good", "good"], info=CHAT)
    out = await run_node(Function, JUDGE, {"draft": "A."}, ctx)
    assert out.label == "good"
    assert "must be exactly one of: good, vague, wrong." in ctx.chats[1].messages[-1]["content"]

    stubborn = FakeContext(replies=["I think it is good"] * 3, info=CHAT)
    with pytest.raises(NodeError, match="Check `labels` is violated after 3 answers"):
        await run_node(Function, JUDGE, {"draft": "A."}, stubborn)


async def test_a_model_that_completes_without_probabilities_is_asked_one_completion() -> None:
    ctx = FakeContext(completions=[{"vague": math.log(0.999)}], info=SCRIPT)

    out = await run_node(Function, JUDGE, {"draft": "A."}, ctx)

    assert (out.label, out.confidence) == ("vague", pytest.approx(0.999))
    assert len(ctx.completions) == 1


async def test_a_completion_that_names_no_label_is_followed_by_a_question_in_chat() -> None:
    ctx = FakeContext(completions=[{"maybe": 0.0}], replies=["wrong"], info=SCRIPT)

    out = await run_node(Function, JUDGE, {"draft": "A."}, ctx)

    assert out.label == "wrong"
    assert ctx.chats[0].messages[-2] == {"role": "assistant", "content": "maybe"}


async def test_probabilities_without_any_label_lead_to_chat_too() -> None:
    ctx = FakeContext(completions=[{" the": -0.1}] * 4, replies=["good"])

    assert (await run_node(Function, JUDGE, {"draft": "A."}, ctx)).label == "good"
