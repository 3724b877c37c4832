from __future__ import annotations

from dataclasses import replace

import pytest

from studio.nodes.llm._spans import numbers, spans
from studio.nodes.llm.function import Function
from studio.spec.params import parse_params
from studio.support.errors import NodeError
from tests.support.fake_context import FULL_INFO, FakeContext, present, run_node

PLAIN = replace(FULL_INFO, supports_schema=False)
ORDER = {
    "instructions": "Find what is ordered.\nMail: {mail}",
    "schema": {
        "type": "object",
        "properties": {"item": {"type": "string"}, "count": {"type": "integer"}},
        "required": ["item", "count"],
    },
    "spans": True,
}
MAIL = {"mail": "Please send 12 oak chairs, by Monday."}


def test_spans_are_literal_parts_within_a_sentence_without_outer_punctuation() -> None:
    assert spans("Hi Ana.\nBye, Bo!", 2) == ["Hi", "Hi Ana", "Ana", "Bye", "Bye, Bo", "Bo"]
    assert spans("Ask Ana (ana@b.de), or me.", 2) == ["Ask", "Ask Ana", "Ana", "ana@b.de", "or", "or me", "me"]


def test_spans_keep_initials_together_and_offer_a_name_without_its_possessive() -> None:
    found = spans("Ask J. Smith's dog", 3)

    assert "J. Smith" in found
    assert "J. Smith's dog" in found


def test_too_many_spans_drop_the_longest_first_and_then_all() -> None:
    text = "one two three four five"

    assert len(spans(text, 4)) == 14
    assert spans(text, 4, most=9) == ["one", "one two", "two", "two three", "three", "three four", "four", "four five",
                                      "five"]  # fmt: skip
    assert spans(text, 4, most=3) == []


def test_numbers_are_read_as_written() -> None:
    assert numbers("12 of 1,200.50 at -3.5 (x2, 4th, 7)") == [12, 1200.5, -3.5, 7]


async def test_texts_and_numbers_are_locked_to_what_stands_in_the_input() -> None:
    ctx = FakeContext(replies=[{"item": "oak chairs", "count": 12}])

    out = await run_node(Function, ORDER, MAIL, ctx)

    assert ctx.chats[0].schema is not None
    held = ctx.chats[0].schema["properties"]
    assert held["count"]["enum"] == [12]
    assert {"oak chairs", "Monday", "Please send 12 oak"} <= set(held["item"]["enum"])
    assert all(choice in MAIL["mail"] for choice in held["item"]["enum"])
    assert present(out) == {"item": "oak chairs", "count": 12, "value": {"item": "oak chairs", "count": 12}}


async def test_pattern_format_and_length_choose_among_the_spans() -> None:
    schema = {
        "type": "object",
        "properties": {
            "code": {"type": "string", "pattern": r"^[A-Z]{2}\d+$"},
            "email": {"type": "string", "format": "email"},
            "word": {"type": ["string", "null"], "minLength": 8},
            "tags": {"type": "array", "items": {"type": "string", "maxLength": 3}},
            "kind": {"enum": ["new", "old"]},
        },
    }
    ctx = FakeContext(replies=[{"code": "AB12", "email": "a@b.de", "word": None, "tags": ["is"], "kind": "new"}])

    out = await run_node(Function, {**ORDER, "schema": schema}, {"mail": "AB12 is for a@b.de, and c@d, today."}, ctx)

    assert ctx.chats[0].schema is not None
    held = ctx.chats[0].schema["properties"]
    assert held["code"] == {"type": "string", "enum": ["AB12"]}
    assert held["email"]["enum"] == ["a@b.de"]
    assert held["word"]["enum"][-1] is None
    assert held["tags"]["items"]["enum"] == ["is", "for", "and", "c@d"]
    assert held["kind"] == schema["properties"]["kind"]  # type: ignore[index]
    assert out.word.reason == "`word` is null in the answer"


async def test_schemas_within_schemas_are_locked_too() -> None:
    schema = {
        "type": "object",
        "properties": {
            "code": {"anyOf": [{"type": "string", "pattern": "^X"}, {"type": "null"}]},
            "buyer": {"$ref": "#/$defs/person"},
        },
        "$defs": {"person": {"type": "object", "properties": {"name": {"type": "string"}, "kind": {"enum": ["new"]}}}},
    }
    good = {"code": None, "buyer": {"name": "Ana", "kind": "new"}}
    strict = FakeContext(replies=[good])
    free = FakeContext(replies=[{"code": None, "buyer": {"name": "Eva", "kind": "new"}}, good], info=PLAIN)
    params = {**ORDER, "schema": schema}

    out = await run_node(Function, params, {"mail": "Ana buys."}, strict)
    assert strict.chats[0].schema is not None
    assert strict.chats[0].schema["properties"]["code"] == {"anyOf": [{"type": "null"}]}
    names = strict.chats[0].schema["$defs"]["person"]["properties"]["name"]["enum"]
    assert names == ["Ana", "Ana buys", "buys"]
    assert out.buyer == good["buyer"]

    await run_node(Function, params, {"mail": "Ana buys."}, free)
    shown = free.chats[1].messages[-1]["content"]
    assert "`buyer.name` must be copied word for word from the text; “Eva” is not." in shown
    assert "kind" not in shown


async def test_nothing_that_fits_fails_before_any_call() -> None:
    ctx = FakeContext()

    with pytest.raises(NodeError, match="Nothing in the input can stand for `count`") as caught:
        await run_node(Function, ORDER, {"mail": "Please send oak chairs."}, ctx)

    assert "null" in caught.value.hint
    assert ctx.effects == []


async def test_without_schema_support_an_invented_text_is_shown_and_repaired() -> None:
    ctx = FakeContext(replies=[{"item": "pine chairs", "count": 13}, {"item": "oak chairs", "count": 12}], info=PLAIN)

    out = await run_node(Function, ORDER, MAIL, ctx)

    shown = ctx.chats[1].messages[-1]["content"]
    assert "`item` must be copied word for word from the text; “pine chairs” is not." in shown
    assert "`count` must be a number that stands in the text; 13 is not." in shown
    assert out.item == "oak chairs"


async def test_a_copied_text_may_run_over_a_line_break() -> None:
    ctx = FakeContext(replies=[{"item": "oak chairs", "count": 2}], info=PLAIN)

    assert (await run_node(Function, ORDER, {"mail": "2 oak\n  chairs"}, ctx)).item == "oak chairs"


async def test_with_too_many_spans_the_model_is_free_and_its_answer_is_checked() -> None:
    ctx = FakeContext(replies=[{"item": "word999", "count": 1}, {"item": "word20", "count": 1}])
    long = " ".join(f"word{number}" for number in range(50)) + " 1"

    out = await run_node(Function, {**ORDER, "max_spans": 20}, {"mail": long}, ctx)

    assert ctx.chats[0].schema is not None
    assert "enum" not in ctx.chats[0].schema["properties"]["item"]
    assert out.item == "word20"


async def test_checks_apply_to_extracted_values_too() -> None:
    ctx = FakeContext(replies=[{"item": "Please send", "count": 12}, {"item": "chairs", "count": 12}])
    params = {**ORDER, "checks": [{"name": "no_verb", "expression": "not contains(item, 'send')"}]}

    assert (await run_node(Function, params, MAIL, ctx)).item == "chairs"


CHOICE = {
    "instructions": "Copy the product.\nMail: {mail}",
    "schema": {"type": "object", "properties": {"item": {"type": "string"}}, "required": ["item"]},
    "spans": True,
    "candidates": "products",
}


async def test_candidates_from_an_input_take_the_place_of_the_spans() -> None:
    ctx = FakeContext(replies=[{"item": "oak chair"}])

    out = await run_node(Function, CHOICE, {**MAIL, "products": ["oak chair", "desk", "desk "]}, ctx)

    assert ctx.chats[0].schema is not None
    assert ctx.chats[0].schema["properties"]["item"]["enum"] == ["oak chair", "desk"]
    assert "desk" not in ctx.chats[0].messages[-1]["content"], "the list is offered, not shown"
    assert out.item == "oak chair"


async def test_without_candidates_the_spans_count() -> None:
    ctx = FakeContext(replies=[{"item": "oak chairs"}])

    await run_node(Function, CHOICE, {**MAIL, "products": []}, ctx)

    assert ctx.chats[0].schema is not None
    assert "oak chairs" in ctx.chats[0].schema["properties"]["item"]["enum"]


async def test_an_answer_beside_the_candidates_is_shown_what_there_is() -> None:
    ctx = FakeContext(replies=[{"item": "oak chairs"}, {"item": "desk"}], info=PLAIN)

    out = await run_node(Function, CHOICE, {**MAIL, "products": ["oak chair", "desk"]}, ctx)

    shown = ctx.chats[1].messages[-1]["content"]
    assert "`item` must be one of these: oak chair; desk; “oak chairs” is not." in shown
    assert out.item == "desk"


async def test_of_a_text_as_candidates_its_spans_may_be_copied_and_nothing_else() -> None:
    asking = {
        "instructions": "Note: {note}\nQuestion: {question}",
        "schema": {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"]},
        "spans": True,
    }
    given = {"note": "It leans on the shed.", "question": "Where is the ladder?"}

    offered = []
    for candidates in ("note", ""):
        ctx = FakeContext(replies=[{"answer": "the shed"}])
        await run_node(Function, {**asking, "candidates": candidates}, given, ctx)
        assert ctx.chats[0].schema is not None
        offered.append(ctx.chats[0].schema["properties"]["answer"]["enum"])

    assert "the shed" in offered[0]
    assert "the ladder" not in offered[0]
    assert "the ladder" in offered[1], "without them the spans of the question count, too"


@pytest.mark.parametrize(("given", "named"), [(["desk", 3], "3"), (7, "7")])
async def test_candidates_must_be_texts(given: object, named: str) -> None:
    with pytest.raises(NodeError, match=f"candidates in `products` must all be texts; {named} is none"):
        await run_node(Function, CHOICE, {**MAIL, "products": given}, FakeContext())


def test_candidates_are_an_input_port() -> None:
    made, _ = parse_params(Function.Params, CHOICE)

    assert {name: one.type for name, one in Function.inputs(made).fields().items()} == {
        "mail": "any",
        "products": "any",
    }


MIXED = {
    "instructions": "Fill in the slip.\nMail: {mail}",
    "schema": {
        "type": "object",
        "properties": {
            "item": {"type": "string", "default": ""},
            "mood": {"type": "string", "maxLength": 9},
            "count": {"type": "integer", "minimum": 1},
        },
        "required": ["item", "mood", "count"],
    },
    "spans": ["item"],
}


async def test_only_the_named_properties_are_copied_and_a_default_is_a_choice_too() -> None:
    ctx = FakeContext(replies=[{"item": "", "mood": "calm", "count": 7}])

    out = await run_node(Function, MIXED, MAIL, ctx)

    assert ctx.chats[0].schema is not None
    held = ctx.chats[0].schema["properties"]
    assert list(held) == ["item", "mood", "count"]
    assert held["item"]["enum"][-1] == ""
    assert "oak chairs" in held["item"]["enum"]
    assert (held["mood"], held["count"]) == ({"type": "string", "maxLength": 9}, {"type": "integer", "minimum": 1})
    assert (out.item, out.mood, out.count) == ("", "calm", 7)


async def test_free_properties_and_defaults_are_not_taken_for_inventions() -> None:
    ctx = FakeContext(replies=[{"item": "pine", "mood": "calm", "count": 7}, {"item": "", "mood": "calm", "count": 7}],
                      info=PLAIN)  # fmt: skip

    out = await run_node(Function, MIXED, MAIL, ctx)

    shown = ctx.chats[1].messages[-1]["content"]
    assert "`item` must be copied" in shown
    assert "mood" not in shown.split("That answer breaks")[-1]
    assert out.item == ""


async def test_a_closed_branch_does_not_excuse_an_invention() -> None:
    schema = {"type": "object", "properties": {"item": {"anyOf": [{"const": "none"}, {"type": "string"}]}}}
    ctx = FakeContext(replies=[{"item": "pine"}, {"item": "none"}], info=PLAIN)

    out = await run_node(Function, {**ORDER, "schema": schema}, MAIL, ctx)

    assert "“pine” is not" in ctx.chats[1].messages[-1]["content"]
    assert out.item == "none"


async def test_the_rule_to_copy_is_said_only_to_models_that_could_break_it() -> None:
    held, free = FakeContext(replies=[{"item": "oak chairs", "count": 12}]), FakeContext(
        replies=[{"item": "oak chairs", "count": 12}], info=PLAIN
    )  # fmt: skip

    await run_node(Function, ORDER, MAIL, held)
    await run_node(Function, ORDER, MAIL, free)

    assert [message["role"] for message in held.chats[0].messages] == ["user"]
    assert "Copy every text of the answer word for word" in free.chats[0].messages[0]["content"]


async def test_examples_show_their_answer_as_json_with_spaces() -> None:
    ctx = FakeContext(replies=[{"item": "oak chairs", "count": 12}])
    params = {**ORDER, "examples": [{"mail": "2 desks", "output": {"item": "desks", "count": 2}}]}

    await run_node(Function, params, MAIL, ctx)

    assert ctx.chats[0].messages[1] == {"role": "assistant", "content": '{"item": "desks", "count": 2}'}
