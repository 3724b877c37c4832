"""Probabilities from weighted features."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.nodes.score._logistic import logistic
from studio.nodes.score.logistic import Logistic
from studio.support.errors import NodeError
from tests.support.fake_context import run_node


async def test_the_sum_is_weighed_and_words_have_weights_of_their_own() -> None:
    params = {"weights": {"x": 2.0, "seen": -1}, "intercept": 0.5, "tables": {"language": {"python": 0.25}}}
    out = await run_node(Logistic, params, {"features": {"x": 0.1, "seen": True, "language": "python", "other": "?"}})
    unknown = await run_node(Logistic, params, {"features": {"x": 0.1, "seen": True, "language": "ada"}})

    assert out.total == pytest.approx(0.5 + 0.2 - 1 + 0.25)
    assert out.value == pytest.approx(1 / (1 + math.exp(0.05)))
    assert out.parts == {"x": 0.2, "seen": -1.0, "language": 0.25}
    assert unknown.total == pytest.approx(out.total - 0.25)


async def test_a_feature_that_is_missing_or_no_number_is_an_error() -> None:
    for features in ({}, {"x": "1"}, {"x": None}):
        with pytest.raises(NodeError, match="The feature `x` is"):
            await run_node(Logistic, {"weights": {"x": 1}}, {"features": features})


@pytest.mark.parametrize("params", [{"weights": {"x": "1"}}, {"weights": {}, "tables": {"a": 1}}])
async def test_weights_that_are_no_numbers_are_a_problem(params: dict[str, Any]) -> None:
    with pytest.raises(AssertionError, match="numbers"):
        await run_node(Logistic, params, {"features": {}})


@given(st.floats(-1e6, 1e6))
def test_it_rises_from_0_to_1(x: float) -> None:
    low, high = (logistic({"x": x + step}, weights={"x": 1.0})["value"] for step in (0.0, 1.0))

    assert 0.0 <= low <= high <= 1.0
