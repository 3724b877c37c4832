"""The category *Lists*."""

from __future__ import annotations

from typing import Any

import pytest

from studio.nodes.list.append import Append
from studio.nodes.list.concat import Concat
from studio.nodes.list.count import Count
from studio.nodes.list.filter import Filter
from studio.nodes.list.get import Get
from studio.nodes.list.length import Length
from studio.nodes.list.range import Range
from studio.nodes.list.slice import Slice
from studio.nodes.list.sort import Sort
from studio.nodes.list.unique import Unique
from studio.nodes.list.zip import Zip
from studio.spec import Node
from studio.spec.params import parse_params
from studio.support.errors import NodeError
from tests.support.fake_context import present, run_node

ROWS = [{"n": 2, "s": "b"}, {"n": 1, "s": "c"}, {"n": 2, "s": "a"}]


@pytest.mark.parametrize(
    ("cls", "params", "inputs", "outputs"),
    [
        (Length, {}, {"items": [1, None]}, {"length": 2, "empty": False}),
        (Length, {}, {"items": []}, {"length": 0, "empty": True}),
        (Get, {}, {"items": ["a", "b"]}, {"item": "a"}),
        (Get, {"index": -1}, {"items": ["a", None]}, {"item": None}),
        (Get, {"index": 5}, {"items": ["a", "b"], "index": 1}, {"item": "b"}),
        (Get, {"index": 5}, {"items": ["a", "b"], "index": 0}, {"item": "a"}),
        (Get, {"index": 2}, {"items": ["a", "b"]}, {"missing": True}),
        (Append, {}, {"items": [1], "value": [2]}, {"items": [1, [2]]}),
        (Append, {}, {"value": 1}, {"items": [1]}),
        (Append, {"keep": 2}, {"items": [1, 2], "value": 3}, {"items": [2, 3]}),
        (Concat, {}, {"lists": [[1], [], [2, [3]]]}, {"items": [1, 2, [3]]}),
        (Slice, {}, {"items": [1, 2]}, {"items": [1, 2], "rest": []}),
        (Slice, {"start": 1, "stop": 3}, {"items": [0, 1, 2, 3]}, {"items": [1, 2], "rest": [0, 3]}),
        (Slice, {"start": -2}, {"items": [0, 1, 2]}, {"items": [1, 2], "rest": [0]}),
        (Slice, {"start": 2, "stop": 1}, {"items": [0, 1, 2]}, {"items": [], "rest": [0, 1, 2]}),
        (Slice, {"start": 9}, {"items": [0]}, {"items": [], "rest": [0]}),
        (Sort, {}, {"items": [3, 1.5, 2]}, {"items": [1.5, 2, 3]}),
        (Sort, {"by": "n"}, {"items": ROWS}, {"items": [ROWS[1], ROWS[0], ROWS[2]]}),
        (Sort, {"by": "n", "reverse": True}, {"items": ROWS}, {"items": [ROWS[0], ROWS[2], ROWS[1]]}),
        (
            Unique,
            {},
            {"items": [1, 1.0, "1", {"a": 1, "b": 2}, {"b": 2, "a": 1}, 1]},
            {"items": [1, 1.0, "1", {"a": 1, "b": 2}]},
        ),
        (Unique, {"by": "n"}, {"items": ROWS}, {"items": ROWS[:2]}),
        (
            Filter,
            {"condition": "item.n > least"},
            {"items": ROWS, "least": 1},
            {"items": [ROWS[0], ROWS[2]], "rejected": [ROWS[1]]},
        ),
        (Filter, {"condition": "index % 2 == 0"}, {"items": ["a", "b", "c"]}, {"items": ["a", "c"], "rejected": ["b"]}),
        (Filter, {"condition": "item"}, {"items": []}, {"items": [], "rejected": []}),
        (Range, {}, {}, {"items": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]}),
        (Range, {"start": 3, "stop": 0, "step": -1}, {}, {"items": [3, 2, 1]}),
        (Range, {}, {"stop": 2}, {"items": [0, 1]}),
        (Range, {}, {"stop": 0}, {"items": []}),
        (
            Zip,
            {"names": ["q", "a"]},
            {"q": [1, 2], "a": ["x", None]},
            {"rows": [{"q": 1, "a": "x"}, {"q": 2, "a": None}]},
        ),
        (
            Count,
            {},
            {"items": ["b", "a", "b", True]},
            {"counts": {"b": 2, "a": 1, "true": 1}, "top": "b", "share": 0.5},
        ),
        (Count, {"by": "n"}, {"items": ROWS}, {"counts": {"2": 2, "1": 1}, "top": "2", "share": 2 / 3}),
        (Count, {}, {"items": []}, {"counts": {}}),
    ],
)
async def test_lists(cls: type[Node], params: Any, inputs: Any, outputs: Any) -> None:
    assert present(await run_node(cls, params, inputs)) == outputs


@pytest.mark.parametrize(
    ("cls", "params", "inputs", "message"),
    [
        (Sort, {}, {"items": [1, "a"]}, "not all numbers or all texts"),
        (Sort, {}, {"items": [{"a": 1}, {"a": 2}]}, "Set `by`"),
        (Sort, {"by": "z"}, {"items": ROWS}, "element 0 of the list has nothing at `z`"),
        (Unique, {"by": "a.b"}, {"items": [{"a": {"b": 1}}, {"a": 1}]}, "element 1 of the list has nothing at `a.b`"),
        (Count, {"by": "z"}, {"items": ROWS}, "has nothing at `z`"),
        (Range, {}, {"stop": 1_000_000}, "longer than 100000"),
        (Zip, {"names": ["a", "b"]}, {"a": [1], "b": []}, "`a` has 1, `b` has 0"),
    ],
)
async def test_what_cannot_be_done_is_told(cls: type[Node], params: Any, inputs: Any, message: str) -> None:
    with pytest.raises(NodeError, match=message):
        await run_node(cls, params, inputs)


@pytest.mark.parametrize(
    ("cls", "params", "problem"),
    [
        (Sort, {"by": "a..b"}, "The path"),
        (Unique, {"by": "["}, "The path"),
        (Count, {"by": ".a"}, "The path"),
        (Filter, {"condition": "item >"}, "cannot be read"),
        (Filter, {"condition": "item in items"}, "`items` is not available"),
        (Range, {"step": 0}, "must not be 0"),
        (Range, {"stop": 10**9}, "longer than"),
        (Zip, {"names": []}, "at least one key"),
        (Zip, {"names": ["a", "a"]}, "stands there twice"),
    ],
)
def test_params_that_cannot_be_used_are_told(cls: type[Node], params: Any, problem: str) -> None:
    assert problem in " ".join(cls.problems(parse_params(cls.Params, params)[0]))


def test_filter_has_an_input_for_each_other_name() -> None:
    params, _ = parse_params(Filter.Params, {"condition": "item.n > least and index < most and item != least"})

    assert list(Filter.inputs(params).fields()) == ["items", "least", "most"]
