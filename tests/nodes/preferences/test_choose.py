"""Choosing by numbers: the formulas of the manual, and draws that keep to them."""

from __future__ import annotations

import math
from collections import Counter
from random import Random
from typing import Any

import pytest

from studio.nodes.preferences.choose import Choose, draw, probabilities
from studio.support.errors import NodeError
from tests.support.fake_context import FakeContext, run_node


def test_softmax_is_value_over_the_sum_of_values() -> None:
    assert probabilities([1, 3], "softmax") == [0.25, 0.75]
    assert probabilities([-2, 1, 3], "softmax") == [0.0, 0.25, 0.75]
    assert probabilities([0, 0, -1], "softmax") == [1 / 3] * 3, "evenly if nothing is above 0"


def test_boltzmann_is_the_exponential_of_value_over_temperature() -> None:
    found = probabilities([1, 2], "boltzmann", temperature=25)

    whole = math.exp(1 / 25) + math.exp(2 / 25)
    assert found == pytest.approx([math.exp(1 / 25) / whole, math.exp(2 / 25) / whole], abs=1e-12)
    assert probabilities([1e6, 0], "boltzmann", temperature=1) == [1.0, 0.0], "large values do not overflow"


def test_epsilon_greedy_takes_the_best_with_what_is_left_and_shares_epsilon() -> None:
    assert probabilities([1, 5, 2, 3], "epsilon-greedy", 0.1) == pytest.approx([0.025, 0.925, 0.025, 0.025])
    assert probabilities([5, 5, 1], "epsilon-greedy", 0.3) == pytest.approx([0.45, 0.45, 0.1])
    assert probabilities([1, 2], "epsilon-greedy", 0) == [0.0, 1.0]


def test_first_and_last_go_by_order() -> None:
    assert probabilities([1, 9, 2], "first") == [1.0, 0.0, 0.0]
    assert probabilities([1, 9, 2], "last") == [0.0, 0.0, 1.0]


def test_draws_keep_to_the_probabilities() -> None:
    random = Random(1)

    counts = Counter(draw([0.25, 0.0, 0.75], random) for _ in range(4000))

    assert counts[1] == 0
    assert counts[0] / 4000 == pytest.approx(0.25, abs=0.03)


async def test_the_seed_decides_and_inputs_come_before_params() -> None:
    candidates = [{"operator": "O1", "value": 1.0}, {"operator": "O2", "value": 1.0}]

    async def chosen(seed: int, **inputs: Any) -> Any:
        return await run_node(Choose, {}, {"candidates": candidates, **inputs}, FakeContext(seed=seed))

    assert {(await chosen(seed)).operator for seed in range(8)} == {"O1", "O2"}
    assert (await chosen(3)).operator == (await chosen(3)).operator
    assert (await chosen(3, policy="last")).operator == "O2"
    assert (await chosen(3)).probabilities == [0.5, 0.5]


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        ({"candidates": []}, "nothing to choose from"),
        ({"candidates": [{"operator": "O1"}], "policy": "best"}, "there is no policy `best`"),
        ({"candidates": [{"operator": "O1"}], "policy": "boltzmann", "temperature": 0}, "must lie above 0"),
        ({"candidates": [{"operator": "O1"}], "policy": "epsilon-greedy", "epsilon": 2}, "from 0 to 1"),
    ],
)
async def test_what_cannot_be_chosen_from_is_told(inputs: dict[str, Any], why: str) -> None:
    with pytest.raises(NodeError, match=why):
        await run_node(Choose, {}, inputs, FakeContext())
