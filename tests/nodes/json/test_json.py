"""The category *JSON*: reading, taking apart, building and checking values."""

from __future__ import annotations

import time
from typing import Any

import pytest

from studio.nodes.json._paths import parse_path
from studio.nodes.json.build import Build
from studio.nodes.json.get import Get
from studio.nodes.json.parse import Parse
from studio.nodes.json.validate import Validate
from studio.spec.params import parse_params
from studio.support.errors import NodeError, UsageError
from tests.support.fake_context import present, run_node


@pytest.mark.parametrize(("text", "value"), [('{"a": [1, null]}', {"a": [1, None]}), (' "x" ', "x"), ("3.5", 3.5)])
async def test_a_text_is_read_as_json(text: str, value: Any) -> None:
    assert (await run_node(Parse, {}, {"text": text})).value == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1,\n "b": }', "at line 2, column 7, near"),
        ("", "the text is no JSON"),
        ("NaN", "the text is no JSON"),
        ("Here: {}", "Set `lenient`"),
        ('"\\ud800"', "the text is no JSON"),
    ],
)
async def test_a_text_that_is_no_json_says_where(text: str, message: str) -> None:
    with pytest.raises(NodeError, match=message):
        await run_node(Parse, {}, {"text": text})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('Sure! Here it is:\n```json\n{"a": {"b": [1]}}\n```\nBye {x}', {"a": {"b": [1]}}),
        ("I think {this} is [1, 2].", [1, 2]),
        ('{"a": NaN} {"a": 1}', {"a": 1}),
        ('{"a": "\\ud800"} {"b": 2}', {"b": 2}),
        ('{"n": 99999999999999999999999} [3]', [3]),
        ("[1, 2", None),
        ('{"whole": true}', {"whole": True}),
    ],
)
async def test_lenient_takes_the_first_object_or_list(text: str, value: Any) -> None:
    if value is None:
        with pytest.raises(NodeError, match="no JSON object or list was found"):
            await run_node(Parse, {"lenient": True}, {"text": text})
    else:
        assert (await run_node(Parse, {"lenient": True}, {"text": text})).value == value


@pytest.mark.parametrize("text", ["[" * 100_000, "{" * 100_000, '{"a":' * 50_000, "[1," * 100_000, "a" * 1_000_000])
async def test_lenient_gives_up_soon(text: str) -> None:
    started = time.process_time()

    with pytest.raises(NodeError):
        await run_node(Parse, {"lenient": True}, {"text": text})

    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("", ()), ("a", ("a",)), ("a.b[0].c", ("a", "b", 0, "c")), ("[-1]", (-1,)), ('["odd key"].x', ("odd key", "x")),
        ('a["x.y"][2]', ("a", "x.y", 2)), ("größe.k-1", ("größe", "k-1")), ('["a\\"b"]', ('a"b',)), ("a.0", ("a", "0")),
    ],
)  # fmt: skip
def test_a_path_names_keys_and_places(path: str, steps: tuple[Any, ...]) -> None:
    assert parse_path(path) == steps


@pytest.mark.parametrize("path", [".a", "a..b", "a.", "a[", "a[x]", "a[0]b", "a b", "['a']", '["\\q"]', "a]"])
def test_a_path_that_cannot_be_read_is_told(path: str) -> None:
    with pytest.raises(UsageError, match="The path"):
        parse_path(path)
    assert list(Get.problems(parse_params(Get.Params, {"path": path})[0]))


VALUE = {"a": {"b": [{"c": None}, 2]}}


@pytest.mark.parametrize(
    ("params", "outputs"),
    [
        ({"path": "a.b[1]"}, {"value": 2}),
        ({"path": "a.b[0].c"}, {"value": None}),
        ({"path": ""}, {"value": VALUE}),
        ({"path": "a.x"}, {"missing": True}),
        ({"path": "a.x", "fallback": 7}, {"value": 7, "missing": True}),
        ({"path": "a.b[0].c", "fallback": 7}, {"value": None}),
    ],
)
async def test_get_gives_what_stands_at_a_path(params: Any, outputs: Any) -> None:
    assert present(await run_node(Get, params, {"value": VALUE})) == outputs


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("a.x", "there is no key `x`"),
        ("a.b[2]", "there is no place 2 in a list of 2"),
        ("a[0]", "[0] needs a list"),
        ("a.b.c", "`c` needs an object"),
    ],
)
async def test_get_says_why_nothing_is_there(path: str, why: str) -> None:
    assert (await run_node(Get, {"path": path}, {"value": VALUE})).value.reason == f"nothing at `{path}`: {why}"


async def test_build_makes_an_object_of_named_inputs() -> None:
    out = await run_node(Build, {"names": ["b", "a"]}, {"a": [1], "b": None})

    assert list(out.value.items()) == [("b", None), ("a", [1])]


async def test_build_fills_a_shape() -> None:
    shape = {"to": "{who}", "text": "Dear {who}, {n} items", "list": ["{n}", {"{who}": True}], "plain": 3, "b": "{{n}}"}

    out = await run_node(Build, {"template": shape}, {"who": "Ada", "n": [1, 2]})

    assert out.value == {
        "to": "Ada",
        "text": "Dear Ada, [1,2] items",
        "list": [[1, 2], {"Ada": True}],
        "plain": 3,
        "b": "{n}",
    }


@pytest.mark.parametrize(
    ("params", "problem"),
    [
        ({}, "Give `names`"),
        ({"names": ["a"], "template": {}}, "not both"),
        ({"names": ["a", "a"]}, "stands there twice"),
        ({"names": [3]}, "is no text"),
    ],
)
def test_build_says_what_is_missing(params: Any, problem: str) -> None:
    assert problem in " ".join(Build.problems(parse_params(Build.Params, params)[0]))


async def test_validate_lets_through_what_fits() -> None:
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}

    good = await run_node(Validate, {"schema": schema}, {"value": {"a": 1}})
    bad = await run_node(Validate, {"schema": schema}, {"value": {"a": "1"}})

    assert present(good) == {"value": {"a": 1}, "valid": True, "errors": []}
    assert present(bad) == {"valid": False, "errors": ["`a` must be of type integer, not 1."]}
    assert bad.value.reason.startswith("the value does not fit the schema: `a` must")


def test_a_schema_that_is_not_usable_is_told() -> None:
    params, _ = parse_params(Validate.Params, {"schema": {"type": "strin"}})

    assert "no valid JSON Schema" in " ".join(Validate.problems(params))
