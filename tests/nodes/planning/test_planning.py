"""Planning: plans are proposed, foreseen, judged, settled on; a critic learns; a table reacts."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.nodes.planning._proposing import best_of, every_sequence, nearby, resting
from studio.nodes.planning.configure import Configure
from studio.nodes.planning.cost import Cost
from studio.nodes.planning.critic import Critic
from studio.nodes.planning.discomfort import Discomfort
from studio.nodes.planning.perceive import Perceive
from studio.nodes.planning.policy import Policy
from studio.nodes.planning.propose import Propose
from studio.nodes.planning.rollout import Rollout
from studio.nodes.planning.train_critic import TrainCritic
from studio.nodes.planning.transition import Transition
from studio.stores import make_store
from studio.support.errors import NodeError
from tests.support.fake_context import FakeContext, present, run_node
from tests.support.thorough import draws

WALK = {"next": "min(high, max(low, state + action + (z or 0)))"}
COST = {"expression": "[0.5 * abs(state - goal), 3 if state == 2 else 0]"}
TOY = {"low": 0, "high": 6, "goal": 6, "actions": [-1, 0, 1], "horizon": 3, "method": "search"}


def stored(**stores: dict[str, Any]) -> FakeContext:
    return FakeContext(stores={name: make_store("kv", {"values": values}, name) for name, values in stores.items()})


async def test_a_plan_is_foreseen_step_by_step() -> None:
    out = await run_node(
        Rollout,
        WALK,
        {"candidates": [[1, 1, -1], [-1, -1, 0]], "state": 5, "configuration": TOY | {"latents": [0, -1]}},
    )

    assert out.futures == [[[6, 6, 5], [5, 5, 3]], [[4, 3, 3], [3, 1, 0]]]


async def test_without_latents_there_is_one_future() -> None:
    assert (await run_node(Rollout, WALK, {"candidates": [[1]], "state": 0, "configuration": TOY})).futures == [[[1]]]


@settings(max_examples=draws(5, 20))
@given(st.integers(0, 6), st.lists(st.sampled_from([-1, 0, 1]), min_size=1, max_size=6))
async def test_foreseeing_is_taking_one_step_after_another(start: int, plan: list[int]) -> None:
    out = await run_node(Rollout, WALK, {"candidates": [plan], "state": start, "configuration": TOY})

    state, states = start, []
    for action in plan:
        state = (await run_node(Transition, WALK, {"state": state, "action": action, "configuration": TOY})).state
        states.append(state)
    assert out.futures == [[states]]


async def test_a_future_costs_the_sum_over_its_states_and_the_mean_over_what_may_come() -> None:
    out = await run_node(Cost, COST, {"configuration": TOY, "futures": [[[1, 2, 3]], [[6, 6], [6, 4]]]})

    # By hand: 2.5 + (2 + 3) + 1.5 = 9; (0 + 0 and 0 + 1) / 2 = 0.5.
    assert present(out) == {"costs": [9.0, 0.5]}


async def test_a_state_costs_its_weighted_terms() -> None:
    out = await run_node(Discomfort, COST, {"configuration": TOY | {"intrinsic_weights": [2, 0.5]}, "state": 2})

    assert present(out) == {"cost": 2 * 2.0 + 0.5 * 3, "terms": [2.0, 3.0]}


@pytest.mark.parametrize(
    ("params", "more", "told"),
    [
        (COST, {"intrinsic_weights": [1]}, "1 weights for 2 terms"),
        ({"expression": "nowhere + state"}, {}, "names `nowhere`, which the configuration does not set"),
        ({"expression": "str(state)"}, {}, "A cost is a number"),
    ],
)
async def test_a_cost_that_cannot_be_meant_is_told(params: dict[str, Any], more: dict[str, Any], told: str) -> None:
    with pytest.raises(NodeError) as caught:
        await run_node(Discomfort, params, {"configuration": TOY | more, "state": 2})

    assert told in f"{caught.value} {caught.value.hint}"


async def test_the_critic_judges_by_what_it_learned_and_unknown_states_cost_nothing() -> None:
    ctx = stored(critic={"1": 2.0, "3": 1.0})

    out = await run_node(
        Critic,
        {"store": "critic"},
        {"configuration": {"critic_weight": 0.5}, "futures": [[[1, 3, 1]], [[5]], [[1], [3]]]},
        ctx,
    )

    assert out.costs == [2.5, 0.0, 0.75]


async def test_the_critic_learns_what_was_recorded_delta_later() -> None:
    ctx = stored(critic={})
    records = [{"state": 1, "cost": 2.5}, {"state": 2, "cost": 5.0}, {"state": 3, "cost": 1.5}]

    first = await run_node(TrainCritic, {"store": "critic"}, {"records": records[:1]}, ctx)
    second = await run_node(TrainCritic, {"store": "critic"}, {"records": records[:2]}, ctx)
    far = await run_node(TrainCritic, {"store": "critic"}, {"records": records, "configuration": {"delta": 2}}, ctx)

    # By hand: 0 + 0.5·(5 − 0) = 2.5; 2.5 + 0.5·(1.5 − 2.5) = 2.
    assert first.state.reason == "nothing was recorded 1 records ago"
    assert present(second) == {"state": 1, "value": 2.5, "wrong": 5.0}
    assert present(far) == {"state": 1, "value": 2.0, "wrong": -1.0}
    assert ctx.stores["critic"].dump() == {"1": 2.0}


@settings(max_examples=draws(4, 15))
@given(st.lists(st.floats(0, 10), min_size=2, max_size=20), st.floats(0.05, 1))
async def test_what_a_critic_says_lies_within_what_it_was_told(costs: list[float], rate: float) -> None:
    ctx = stored(critic={})
    for end in range(2, len(costs) + 1):
        records = [{"state": 0, "cost": cost} for cost in costs[:end]]
        out = await run_node(TrainCritic, {"store": "critic", "rate": rate}, {"records": records}, ctx)

    assert 0 <= out.value <= max(costs[1:])


def test_every_sequence_comes_in_the_order_of_the_actions() -> None:
    assert every_sequence([-1, 0, 1], 2)[:4] == [[-1, -1], [-1, 0], [-1, 1], [0, -1]]
    assert len(every_sequence(["a", "b"], 5)) == 32
    with pytest.raises(NodeError, match="more than 50000 plans"):
        every_sequence([-1, 0, 1], 10)


def test_nearby_plans_differ_by_one_action_by_one_place() -> None:
    assert nearby([0, 1], [-1, 0, 1]) == [[0, 1], [-1, 1], [1, 1], [0, 0]]
    assert resting([-1, 0, 1], 2) == [0, 0]
    assert resting(["left", "right"], 2) == ["left", "left"]


def test_of_costs_that_are_equal_but_for_rounding_the_first_wins() -> None:
    assert best_of([{"cost": 0.1 + 0.2}, {"cost": 0.3}]) == 0
    assert best_of([{"cost": 1.0}, {"cost": 0.5}, {"cost": 0.5}]) == 1


async def settle(settings: dict[str, Any], state: int) -> tuple[list[Any], float, int]:
    """The loop of act, predict, judge, improve, until a plan is settled on."""
    judged, rounds = None, 0
    while True:
        out = await run_node(Propose, {}, {"configuration": settings, **({} if judged is None else {"judged": judged})})
        if "plan" in present(out):
            return out.plan, out.cost, rounds
        rounds += 1
        futures = (
            await run_node(Rollout, WALK, {"candidates": out.candidates, "state": state, "configuration": settings})
        ).futures
        costs = (await run_node(Cost, COST, {"configuration": settings, "futures": futures})).costs
        judged = [{"actions": plan, "cost": cost} for plan, cost in zip(out.candidates, costs, strict=True)]


def cost_of(plan: list[int], state: int) -> float:
    """The toy by hand, without a node."""
    total = 0.0
    for action in plan:
        state = min(6, max(0, state + action))
        total += 0.5 * abs(state - 6) + (3 if state == 2 else 0)
    return total


@settings(max_examples=draws(5, 20), deadline=None)
@given(st.integers(0, 6), st.integers(1, 4))
async def test_search_finds_the_cheapest_plan_and_the_first_of_them(state: int, horizon: int) -> None:
    plan, cost, rounds = await settle(TOY | {"horizon": horizon}, state)

    every = [list(one) for one in product([-1, 0, 1], repeat=horizon)]
    assert cost == pytest.approx(min(cost_of(one, state) for one in every))
    assert plan == next(one for one in every if cost_of(one, state) <= cost + 1e-9)
    assert rounds == 1


@settings(max_examples=draws(5, 20), deadline=None)
@given(st.integers(0, 6), st.integers(1, 5))
async def test_gradient_ends_where_no_single_change_is_cheaper(state: int, horizon: int) -> None:
    plan, cost, _ = await settle(TOY | {"horizon": horizon, "method": "gradient"}, state)

    assert cost == pytest.approx(cost_of(plan, state))
    assert all(cost_of(other, state) >= cost - 1e-9 for other in nearby(plan, [-1, 0, 1]))
    assert cost <= cost_of(resting([-1, 0, 1], horizon), state) + 1e-9


async def test_gradient_stays_before_the_hot_place_that_search_runs_through() -> None:
    assert (await settle(TOY | {"horizon": 5, "method": "gradient"}, 1))[0] == [0, 0, 0, 0, 0]
    assert (await settle(TOY | {"horizon": 5}, 1))[0] == [1, 1, 1, 1, 1]


async def test_a_plan_without_judgement_is_told() -> None:
    with pytest.raises(NodeError, match="no plan was judged"):
        await run_node(Propose, {}, {"configuration": TOY, "judged": []})


async def test_a_table_reacts_and_says_whether_it_knew() -> None:
    ctx = stored(policy={"3": 1, "door": "open"})

    async def react(state: Any) -> Any:
        return present(await run_node(Policy, {"store": "policy"}, {"state": state}, ctx))

    assert await react(3) == {"action": 1, "known": True}
    assert await react("door") == {"action": "open", "known": True}
    assert await react(4) == {"action": 0, "known": False}


async def test_perception_takes_what_it_should_look_at_at_every_level() -> None:
    configuration = {"observe": "position", "grains": [1, 3]}

    out = await run_node(Perceive, {}, {"observation": {"position": 5, "noise": 1}, "configuration": configuration})
    word = await run_node(Perceive, {}, {"observation": "door", "configuration": {}})

    assert (out.state, out.levels) == (5, [5, 1])
    assert (word.state, word.levels) == ("door", ["door"])
    with pytest.raises(NodeError, match="has no `position`"):
        await run_node(Perceive, {}, {"observation": {"place": 5}, "configuration": configuration})


async def test_a_task_goes_over_the_settings_and_those_over_the_defaults() -> None:
    out = await run_node(Configure, {"settings": {"goal": 1, "horizon": 2}}, {"task": {"goal": 6}})

    assert (out.configuration["goal"], out.configuration["horizon"], out.configuration["delta"]) == (6, 2, 1)


@pytest.mark.parametrize(
    "task",
    [
        {"horizon": 0}, {"horizon": 61}, {"horizon": 2.5}, {"horizon": True}, {"actions": []}, {"method": "luck"},
        {"intrinsic_weights": ["a"]}, {"critic_weight": "1"}, {"latents": []}, {"delta": 0}, {"critic_rate": 2},
        {"observe": 3}, {"grains": [0]},
    ],
)  # fmt: skip
async def test_a_setting_that_cannot_be_meant_is_refused(task: dict[str, Any]) -> None:
    with pytest.raises(NodeError, match=f"the setting `{next(iter(task))}`"):
        await run_node(Configure, {}, {"task": task})


async def test_too_many_states_are_refused() -> None:
    with pytest.raises(NodeError, match="more than 500000 states"):
        await run_node(
            Rollout, WALK, {"candidates": [[1] * 60] * 50, "state": 0, "configuration": TOY | {"latents": [0] * 200}}
        )
