from __future__ import annotations

from dataclasses import replace

import pytest

from studio.nodes.llm._spans import numbers, spans
from studio.nodes.llm.function import Function
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
