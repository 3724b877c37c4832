"""Runs of equal values."""

from __future__ import annotations

from itertools import chain, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.nodes.list.runs import Runs
from tests.support.fake_context import run_node


@pytest.mark.parametrize(
    ("items", "unit", "runs"),
    [
        ([], 1, []),
        (["a", "a", "b", "a"], 60, [["a", 120], ["b", 60], ["a", 60]]),
        ([1, True, 1.0, 1], 1, [[1, 1], [True, 1], [1.0, 2]]),
        ([{"x": 1}, {"x": 1}, None, None], 0.5, [[{"x": 1}, 1.0], [None, 1.0]]),
    ],
)
async def test_runs_are_compressed(items: list[Any], unit: float, runs: list[Any]) -> None:
    out = await run_node(Runs, {"unit": unit}, {"items": items})

    assert out.runs == runs
    assert out.length == len(runs)


@given(st.lists(st.sampled_from(["a", "b"])))
async def test_the_runs_spelt_out_are_the_list(items: list[str]) -> None:
    runs = (await run_node(Runs, {}, {"items": items})).runs

    assert list(chain.from_iterable([value] * count for value, count in runs)) == items
    assert all(before[0] != now[0] for before, now in pairwise(runs))
