"""The preview of a model node is the very prompt that its code sends, and nobody is asked for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from studio.editing.edits.nodes import set_params
from studio.gui.panels.inspector.asking import Asked, info_of_name, what_is_asked
from studio.gui.panels.inspector.preview_section import PreviewSection
from studio.gui.panels.inspector.tokens import TokenCounter
from studio.nodes.llm.chat import Chat
from studio.nodes.llm.function import Function
from studio.spec.calls import ModelInfo
from studio.spec.params import parse_params
from tests.gui.panels.inspector.conftest import Desk
from tests.gui.support import type_into
from tests.support.fake_context import FakeContext, FakeModel, run_node

CHAT = ModelInfo("chat/model")
PLAIN = ModelInfo("plain/model", supports_schema=False)
TOKENS = ModelInfo("embedded/x", supports_logprobs=True, supports_completion=True)

EXAMPLES = [{"text": "so kind", "output": "good"}, {"text": "so rude", "output": "bad"}]
TEXT_A = {"type": "object", "properties": {"a": {"type": "string"}}}
CASES: list[tuple[str, ModelInfo, dict[str, Any], list[Any], list[Any]]] = [
    ("text", CHAT, {"instructions": "Shorten: {text}", "system": "Be brief."}, ["short"], []),
    ("object", CHAT, {"instructions": "Read {text}", "schema": TEXT_A,
                      "examples": [{"text": "x", "output": {"a": "y"}}]}, [{"a": "b"}], []),
    ("object, no schemas", PLAIN, {"instructions": "Read {text}", "schema": TEXT_A},
     ['{"a": "1"}'], []),
    ("label", CHAT, {"instructions": "Judge: {text}", "labels": {"good": "fine", "bad": ""}, "examples": EXAMPLES},
     [{"label": "good"}], []),
    ("spans", CHAT, {"instructions": "Copy: {text}", "spans": True,
                     "schema": {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}},
     [{"a": "kind"}], []),
]  # fmt: skip


@pytest.mark.parametrize(("what", "info", "params", "replies", "completions"), CASES, ids=[case[0] for case in CASES])
async def test_the_messages_are_those_that_the_node_sends(
    what: str, info: ModelInfo, params: dict[str, Any], replies: list[Any], completions: list[Any]
) -> None:
    inputs = {"text": "a kind word"}
    model = FakeModel(replies, completions, info)
    await run_node(Function, params, inputs, FakeContext(models={"default": model}))

    parsed, faults = parse_params(Function.Params, params)
    asked = what_is_asked(Function, parsed, inputs, lambda name: info)

    assert not faults
    assert isinstance(asked, Asked)
    assert asked.messages == tuple(model.chats[0].messages)
    assert asked.schema == model.chats[0].schema
    other = what_is_asked(Function, parsed, {"text": "another"}, lambda name: info)
    assert isinstance(other, Asked)
    assert other.messages != asked.messages, "the sample stands in the prompt"


async def test_a_label_asked_for_by_tokens_shows_the_question_and_not_the_empty_inputs() -> None:
    params = {"instructions": "Judge: {text}", "labels": ["good", "bad"], "examples": EXAMPLES}
    even = {"good": -1.0, "bad": -1.0}
    model = FakeModel([], [even] * 5, TOKENS)
    await run_node(Function, params, {"text": "a kind word"}, FakeContext(models={"default": model}))

    parsed, _ = parse_params(Function.Params, params)
    asked = what_is_asked(Function, parsed, {"text": "a kind word"}, lambda name: TOKENS)

    assert isinstance(asked, Asked)
    assert asked.prompt == model.completions[-1].prompt
    assert "a kind word" in asked.prompt


def test_a_route_asks_no_model_and_a_conversation_shows_what_is_sent() -> None:
    parsed, _ = parse_params(Function.Params, {"instructions": "Of {text}", "routes": {"a": "sea", "b": "land"}})
    asked = what_is_asked(Function, parsed, {"text": "sand"}, info_of_name)
    assert isinstance(asked, Asked)
    assert asked.texts == ("sand",)
    chat, _ = parse_params(Chat.Params, {"system": "Be kind."})
    told = what_is_asked(Chat, chat, {"text": "Hello"}, info_of_name)
    assert isinstance(told, Asked)
    assert [one["content"] for one in told.messages] == ["Be kind.", "Hello"]
    assert what_is_asked(Chat, chat, {"text": ""}, info_of_name) == "With these sample values it asks no model."


def test_code_that_fails_on_the_samples_is_told_as_a_sentence() -> None:
    chat, _ = parse_params(Chat.Params, {})
    told = what_is_asked(Chat, chat, {"messages": [3], "text": "x"}, info_of_name)
    assert isinstance(told, str)
    assert "sample" in told


def test_the_preview_follows_prompt_and_samples_and_keeps_what_the_person_gave(loop: Desk) -> None:
    page = loop.select("writer")
    assert page.preview is not None
    page.preview.header.click()
    body = page.preview.body
    assert isinstance(body, PreviewSection)
    shown = loop.find(QPlainTextEdit, "inspector.preview.text")
    body._later.now()
    loop.settle()
    assert "Write about tide pools." in shown.toPlainText(), "the sample is the default of the input that is wired"

    sample = loop.find(QWidget, "inspector.sample.topic").findChild(QPlainTextEdit)
    assert sample is not None
    type_into(sample, "dunes", replace=True)
    body._later.now()
    assert "Write about dunes." in shown.toPlainText()
    loop.document.do("Prompt", set_params(loop.document, (), "writer", {"instructions": "Sing of {topic}."}))
    body._later.now()
    assert "Sing of dunes." in shown.toPlainText()
    assert loop.document.node((), "topic").params.get("value") != "dunes", "samples are no edits"
    loop.select("critic")
    loop.select("writer")
    body._later.now()
    assert "Sing of dunes." in shown.toPlainText()


def test_a_template_is_shown_filled_in(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(
        "studio: 1\nname: g\nnodes:\n  a: {type: text.template, template: 'Dear {name}, {{so}}'}\n"
        "  b: {type: text.constant, text: Ada}\nedges: [b.text -> a.name]\n"
    )
    page = desk.select("a")
    assert page.preview is not None
    page.preview.header.click()
    body = page.preview.body
    assert isinstance(body, PreviewSection)
    body._later.now()

    assert body.text.toPlainText() == "Dear Ada, {so}"


def test_tokens_are_counted_off_the_windows_thread(qtbot: Any) -> None:
    counter = TokenCounter()
    told: list[tuple[str, int]] = []
    counter.counted.connect(lambda text, count: told.append((text, count)))

    estimate = counter.ask("hello world, this is a text")

    assert estimate == 7
    if _installed():
        qtbot.waitUntil(lambda: bool(told))
        assert told[0][0] == "hello world, this is a text"
        assert 4 <= told[0][1] <= 12
    QTest.qWait(0)


def _installed() -> bool:
    import importlib.util

    return importlib.util.find_spec("wordllama") is not None and importlib.util.find_spec("tokenizers") is not None
