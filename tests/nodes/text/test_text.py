"""The category *Text*: constants, templates, joining and splitting."""

from __future__ import annotations

import time
from typing import Any

import pytest

from studio.nodes.text.constant import Constant
from studio.nodes.text.join import Join
from studio.nodes.text.split import Split
from studio.nodes.text.template import Template
from studio.spec.params import parse_params
from tests.support.fake_context import present, run_node


async def test_a_constant_leaves_braces_alone() -> None:
    assert present(await run_node(Constant, {"text": "{a} {{b}}"})) == {"text": "{a} {{b}}"}


async def test_a_template_has_an_input_per_gap() -> None:
    params, _ = parse_params(Template.Params, {"template": "{b} and {a} and {b} in {{c}}"})

    assert list(Template.inputs(params).fields()) == ["b", "a"]
    out = await run_node(Template, {"template": "{b} and {a} in {{c}}"}, {"a": {"x": [1]}, "b": "{a}"})
    assert out.text == '{a} and {"x":[1]} in {c}'


@pytest.mark.parametrize(
    ("params", "texts", "text"),
    [
        ({}, ["a", "b"], "a\nb"),
        ({"separator": ", "}, ["a", ["b", "c"], 3, None], "a, b, c, 3, null"),
        ({"separator": "-", "skip_empty": True}, ["", "a", [""], "b"], "a-b"),
        ({"separator": "-"}, ["", "a"], "-a"),
        ({}, [[]], ""),
    ],
)
async def test_join_puts_texts_and_lists_of_texts_together(params: Any, texts: list[Any], text: str) -> None:
    assert (await run_node(Join, params, {"texts": texts})).text == text


@pytest.mark.parametrize(
    ("params", "text", "parts"),
    [
        ({}, "a\n\n b \r\nc", ["a", "b", "c"]),
        ({"keep_empty": True}, "a\n\nb", ["a", "", "b"]),
        ({"strip": False}, " a \nb", [" a ", "b"]),
        ({"by": "separator", "separator": ","}, "a, b,,c", ["a", "b", "c"]),
        ({"by": "separator", "separator": "--"}, "", []),
        ({"by": "paragraphs"}, "a\nb\n \n\nc\n", ["a\nb", "c"]),
        ({"by": "sentences"}, "One. Two!  Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ({"by": "sentences"}, "Dr. Smith met J. Doe, e.g. here. It cost 3.50 euros.", None),
        ({"by": "sentences"}, 'He said "Stop." Then (later!) he left… 9 men did.', None),
        ({"by": "sentences"}, "A title\n\nA text. a small one.", ["A title", "A text. a small one."]),
        ({"by": "sentences"}, "Das war z.B. Anna. Über Berlin.", ["Das war z.B. Anna.", "Über Berlin."]),
    ],
)
async def test_split_cuts_where_it_is_told(params: dict[str, Any], text: str, parts: list[str] | None) -> None:
    out = await run_node(Split, params, {"text": text})

    if parts is None:
        parts = {
            "D": ["Dr. Smith met J. Doe, e.g. here.", "It cost 3.50 euros."],
            "H": ['He said "Stop."', "Then (later!) he left…", "9 men did."],
        }[text[0]]
    assert present(out) == {"parts": parts, "length": len(parts)}


def test_an_empty_separator_is_refused() -> None:
    params, _ = parse_params(Split.Params, {"by": "separator", "separator": ""})

    assert list(Split.problems(params)) == ["`separator` must not be empty."]


@pytest.mark.parametrize("text", ["." * 200_000, ". " * 60_000, "a" * 200_000, '."' * 100_000, "A. " * 60_000])
async def test_splitting_into_sentences_takes_linear_time(text: str) -> None:
    started = time.process_time()

    await run_node(Split, {"by": "sentences"}, {"text": text})

    assert time.process_time() - started < 3
