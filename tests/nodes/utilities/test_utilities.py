"""Utilities: the choice among rules, and what rewards make of them."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.nodes.utilities._choosing import learned, probabilities
from studio.nodes.utilities.choose import Choose
from studio.nodes.utilities.learn import Learn
from studio.stores import make_store
from tests.support.fake_context import FakeContext, run_node


def test_the_probability_of_a_choice() -> None:
    # By hand: exp(1 / (√2 · 0.5)) = e^1.414214 = 4.113250; 4.113250 / 5.113250.
    assert probabilities([1.0, 0.0], 0.5) == pytest.approx([0.804430, 0.195570], abs=5e-7)
    assert probabilities([1.0, 2.0, 2.0], 0) == [0.0, 1.0, 0.0]


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=6), st.floats(0.05, 5), st.floats(-20, 20))
def test_probabilities_add_up_to_one_and_only_differences_count(us: list[float], s: float, shift: float) -> None:
    made = probabilities(us, s)

    assert math.fsum(made) == pytest.approx(1)
    assert made == pytest.approx(probabilities([u + shift for u in us], s), abs=1e-9)


def candidates(*utilities: float) -> list[Any]:
    return [{"name": f"r{place}", "utility": utility} for place, utility in enumerate(utilities)]


async def test_the_highest_utility_wins_and_of_equals_the_first() -> None:
    best = await run_node(Choose, {}, {"candidates": candidates(1, 3, 3)})

    assert best.chosen["name"] == "r1"
    assert best.utilities == [1.0, 3.0, 3.0]


async def test_with_noise_a_worse_rule_is_chosen_about_as_often_as_the_formula_says() -> None:
    chosen = [
        (await run_node(Choose, {"noise": 0.5}, {"candidates": candidates(1, 0)}, FakeContext(seed=seed))).chosen[
            "name"
        ]
        for seed in range(400)
    ]

    # The formula is that of ACT-R, an approximation: the difference of two logistic numbers is not quite logistic.
    assert chosen.count("r0") / 400 == pytest.approx(0.80, abs=0.06)


async def test_a_setting_goes_over_the_param() -> None:
    out = await run_node(Choose, {"noise": 9.0}, {"candidates": candidates(1, 0), "settings": {"utility_noise": 0}})

    assert out.probabilities == [1.0, 0.0]


RULES: dict[str, Any] = {"a": {"name": "a", "utility": 2.0}, "b": {"name": "b", "utility": 0.0}}
FIRED = [{"rule": "a", "time": 1.0, "chosen": 0.95}, {"rule": "b", "time": 1.5, "chosen": 1.45}]


def test_a_reward_is_less_for_what_fired_long_before_it() -> None:
    # By hand: a: 2 + 0.2·((10 − 1) − 2) = 3.4; b: 0 + 0.2·((10 − 0.5) − 0) = 1.9.
    assert learned(RULES, FIRED, 10, 2.0, rate=0.2, since="firing") == {
        "a": pytest.approx(3.4),
        "b": pytest.approx(1.9),
    }
    # Counted from the choice, 0.05 s earlier: 0.01 less.
    assert learned(RULES, FIRED, 10, 2.0, rate=0.2, since="choice") == {
        "a": pytest.approx(3.39),
        "b": pytest.approx(1.89),
    }


def test_a_rule_that_fired_twice_learns_twice() -> None:
    twice = [{"rule": "b", "time": 0.0, "chosen": 0.0}, {"rule": "b", "time": 1.0, "chosen": 1.0}]

    # By hand: 0.2·(5 − 1) = 0.8; 0.8 + 0.2·(5 − 0.8) = 1.64.
    assert learned(RULES, twice, 5, 1.0, rate=0.2, since="firing") == {"b": pytest.approx(1.64)}


@given(st.floats(-20, 20), st.floats(-20, 20), st.floats(0, 1))
def test_a_utility_goes_towards_the_reward_and_never_past_it(before: float, reward: float, rate: float) -> None:
    rules = {"r": {"utility": before}}

    after = learned(rules, [{"rule": "r", "time": 0.0, "chosen": 0.0}], reward, 0.0, rate=rate, since="firing")["r"]

    assert min(before, reward) - 1e-9 <= after <= max(before, reward) + 1e-9


async def test_what_is_learned_is_kept_and_a_rule_that_is_gone_is_passed_over() -> None:
    ctx = FakeContext(stores={"rules": make_store("kv", {"values": RULES}, "rules")})
    fired = [*FIRED, {"rule": "gone", "time": 1.9, "chosen": 1.9}]

    out = await run_node(Learn, {"rules": "rules"}, {"reward": 10, "fired": fired, "time": 2.0}, ctx)

    assert set(out.utilities) == {"a", "b"}
    assert ctx.stores["rules"].dump()["a"] == {"name": "a", "utility": pytest.approx(3.4)}
