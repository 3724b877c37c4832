"""`json.mend`: what was written nearly as JSON is read, slip by slip."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.nodes.json._slips import MAX_CHARACTERS, read_mending
from studio.nodes.json.mend import Mend
from studio.spec.params import parse_params
from tests.support.fake_context import run_node


@pytest.mark.parametrize(
    ("text", "value", "how"),
    [
        ('{"a": [1, null]}', {"a": [1, None]}, "as_it_is"),
        ("null", None, "as_it_is"),
        # What the program's reader took and no value of a graph can be: nothing, or the nearest number.
        ('{"a": [NaN, -Infinity, 1e999]}', {"a": [None, None, None]}, "as_it_is"),
        ('{"a": 9223372036854775807}', {"a": 9223372036854775807}, "as_it_is"),
        ('{"a": 9223372036854775808}', {"a": 9223372036854775808.0}, "as_it_is"),
        ('{"a":\t"b\tc"}', {"a": "bc"}, "as_it_is"),
        (r'{"a": "it\'s \d"}', {"a": "it's d"}, "mended"),
        ('{a: 1, "b": {c: 2}}', {"a": 1, "b": {"c": 2}}, "mended"),
        ('{"a": {"b": 1}', {"a": {"b": 1}}, "mended"),
        ('Sure! {"a": 1} Anything else?', {"a": 1}, "cut_out"),
    ],
)
async def test_a_slip_is_mended(text: str, value: Any, how: str) -> None:
    out = await run_node(Mend, {}, {"text": text})

    assert out.value == value
    assert out.how == how


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("I will now append.", "I will now append."),
        ("", ""),
        ('{"a": 1,}', '{"a": 1,}'),
        ('{"a": 1} and {"b": 2}', '{"a": 1} and {"b": 2}'),
        # The backslash is taken away for good, so that whoever repairs the text sees one fault less.
        (r'{"a": "\d" "b"}', '{"a": "d" "b"}'),
        # Where quotes round names do not help, the braces are not balanced either.
        ("{a: b", "{a: b"),
        # Of too many closing braces all at the end are taken away, which never helps; so it was in the program.
        ('{"a": 1}}', '{"a": 1}}'),
        ('"\\ud800"', '"\\ud800"'),
    ],
)
async def test_what_cannot_be_read_goes_out_as_far_as_it_was_mended(text: str, left: str) -> None:
    out = await run_node(Mend, {}, {"text": text})

    assert out.unreadable == left


@pytest.mark.parametrize(
    ("slip", "text"),
    [
        ("tabs", '{"a": "b\tc"}'), ("escapes", r'{"a": "\d"}'), ("names", "{a: 1}"), ("braces", '{"a": 1'),
        ("around", 'Here: {"a": 1}'),
    ],
)  # fmt: skip
def test_each_slip_can_be_left_alone(slip: str, text: str) -> None:
    others = tuple(one for one in ("tabs", "escapes", "names", "braces", "around") if one != slip)

    assert "value" in read_mending(text)
    assert "unreadable" in read_mending(text, others)


def test_a_slip_that_is_not_known_is_told() -> None:
    params, problems = parse_params(Mend.Params, {"slips": ["commas"]})

    assert problems == []
    assert "commas" in next(iter(Mend.problems(params)))


@pytest.mark.parametrize("text", ["{" * 100_000, "\\" * 3_000, '{"a": "' + "\\d" * 1_000, "x" * (MAX_CHARACTERS + 1)])
def test_hostile_texts_are_left_unread_in_bounded_time(text: str) -> None:
    assert "unreadable" in read_mending(text)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=10))
def test_what_is_json_is_read_as_it_is(value: Any) -> None:
    text = json.dumps({"value": value})

    assert read_mending(text) == {"value": {"value": value}, "how": "as_it_is"}


@given(st.text(alphabet='{}[]":,\\ab1 \n\t', max_size=30))
def test_nothing_makes_it_fail_and_what_comes_out_is_json(text: str) -> None:
    found = read_mending(text)

    assert ("value" in found) != ("unreadable" in found)
    if "value" in found:
        json.dumps(found["value"])
