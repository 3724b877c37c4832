"""LeCun's agent as a graph: seven modules and a world, both modes, the worked example, and how it fails."""

from __future__ import annotations

import random
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.support.seeds import Played, graph_of, play
from tests.support.thorough import thorough_but

MODULES = (
    "configurator", "perception", "world_model", "intrinsic_cost", "trainable_critic", "short_term_memory", "actor",
    "world",
)  # fmt: skip
THINKING = ["actor", "world_model", "intrinsic_cost", "trainable_critic", "actor"]
"""Propose, roll out, judge by both costs, settle."""
LEARNED = {"0": 1, "1": 1, "2": 1, "3": 1, "4": 1, "5": 1, "6": 0}


def walked(tmp_path: Path, **inputs: Any) -> Played:
    return play("lecun", inputs, tmp_path=tmp_path)


def states(played: Played) -> list[int]:
    found: list[int] = played.result.outputs["states"]
    return found


@pytest.mark.parametrize(
    ("horizon", "path"),
    [
        pytest.param(1, [1, 1, 1, 1, 1, 1, 1, 1], marks=pytest.mark.thorough),
        pytest.param(2, [1, 1, 1, 1, 1, 1, 1, 1], marks=pytest.mark.thorough),
        (3, [1, 1, 1, 1, 1, 1, 1, 1]),
        (4, [1, 2, 3, 4, 5, 6, 6, 6]),
        pytest.param(5, [1, 2, 3, 4, 5, 6, 6, 6], marks=pytest.mark.thorough),
    ],
)
def test_only_who_looks_far_enough_goes_through_the_hot_place(tmp_path: Path, horizon: int, path: list[int]) -> None:
    """A short horizon rests in a local minimum: procrastination."""
    assert states(walked(tmp_path, horizon=horizon)) == path


def test_a_step_in_mode_2_fires_the_modules_in_the_order_of_the_paper(tmp_path: Path) -> None:
    played = walked(tmp_path, steps=2)

    after = ["intrinsic_cost", "short_term_memory", "world"]
    assert played.fired(*MODULES) == [
        "configurator", "perception", *THINKING, *after, "perception", *THINKING, *after,
    ]  # fmt: skip
    played.verify()


def test_a_step_in_mode_1_reacts_and_world_model_and_cost_only_watch(tmp_path: Path) -> None:
    played = walked(tmp_path, mode=1, policy=LEARNED, steps=2)

    step = ["perception", "actor", "world_model", "intrinsic_cost", "short_term_memory", "world"]
    assert played.fired(*MODULES) == ["configurator", *step, *step]
    assert played.fired("deliberation") == []
    assert [one["foreseen"] for one in played.result.outputs["memory"]] == [1, 2]


def test_what_is_thought_costs_what_the_sheet_says(tmp_path: Path) -> None:
    plans = walked(tmp_path).result.outputs["plans"]

    # By hand, from 0: 2.5 + 5 + 1.5 + 1 + 0.5; from 1: 5 + 1.5 + 1 + 0.5 + 0.
    assert [(one["state"], one["plan"], one["cost"]) for one in plans[:2]] == [
        (0, [1, 1, 1, 1, 1], 10.5), (1, [1, 1, 1, 1, 1], 8.0),
    ]  # fmt: skip
    assert plans[2] == {"state": 2, "plan": [1, 1, 1, 1, 0], "cost": 3.0, "rounds": 2}


def test_the_costs_of_the_plans_that_tie_are_as_in_the_sheet(tmp_path: Path) -> None:
    played = walked(tmp_path, horizon=3, steps=2)

    judged = {tuple(one["actions"]): one["cost"] for one in played.output("total_cost", "value", 1)}
    assert len(judged) == 27
    # From 1: staying costs 3 · 2.5, going on 5 + 1.5 + 1; a tie, and 0 comes before +1.
    assert judged[0, 0, 0] == judged[1, 1, 1] == 7.5
    assert played.result.outputs["plans"][1]["plan"] == [0, 0, 0]


def test_what_thinking_finds_becomes_a_skill(tmp_path: Path) -> None:
    learned = walked(tmp_path).result.outputs["policy_learned"]
    reacting = walked(tmp_path, mode=1, policy=learned)

    assert learned == LEARNED
    assert states(reacting) == [1, 2, 3, 4, 5, 6, 6, 6]


def test_without_copying_nothing_becomes_a_skill(tmp_path: Path) -> None:
    assert walked(tmp_path, copy_skill=False).result.outputs["policy_learned"] == {}
    assert states(walked(tmp_path, mode=1, steps=3)) == [0, 0, 0], "who knows nothing does nothing"


def test_in_mode_auto_it_thinks_the_first_time_and_reacts_the_second(tmp_path: Path) -> None:
    played = walked(tmp_path, mode="auto", back_every=7, steps=14)

    assert played.result.outputs["modes"] == [2] * 7 + [1] * 7
    # The seventh and the fourteenth step end at 6, from where it is put back.
    assert states(played) == [1, 2, 3, 4, 5, 6, 6] * 2
    assert len(played.fired("deliberation")) == 7


def test_a_moved_goal_turns_it_round(tmp_path: Path) -> None:
    assert states(walked(tmp_path, goal=0, start=6, horizon=3)) == [5, 4, 3, 2, 1, 0, 0, 0]


def test_the_configurator_works_when_the_task_changes(tmp_path: Path) -> None:
    played = walked(tmp_path, moves=[{"step": 7, "goal": 0}], steps=14)

    assert states(played) == [1, 2, 3, 4, 5, 6, 6, 5, 4, 3, 2, 1, 0, 0]
    assert len(played.fired("configurator")) == 2
    assert [one["configuration"]["goal"] for one in played.outputs("configurator")] == [6, 0]


def test_a_skill_does_not_know_that_the_goal_has_moved(tmp_path: Path) -> None:
    played = walked(tmp_path, mode="auto", moves=[{"step": 7, "goal": 0}], steps=14)

    assert states(played)[7:] == [6] * 7
    assert played.result.outputs["costs"][7:] == [3.0] * 7


def test_what_is_remembered_is_time_state_and_intrinsic_cost(tmp_path: Path) -> None:
    memory = walked(tmp_path, steps=4).result.outputs["memory"]

    assert [(one["time"], one["state"], one["cost"]) for one in memory] == [
        (1, 0, 3.0),
        (2, 1, 2.5),
        (3, 2, 5.0),
        (4, 3, 1.5),
    ]
    assert [one["levels"] for one in memory] == [[0, 0], [1, 0], [2, 0], [3, 1]]


def test_the_critic_learns_to_foretell_the_cost_that_comes(tmp_path: Path) -> None:
    one = walked(tmp_path, critic_rate=0.5, steps=8)
    two = walked(tmp_path, critic_rate=0.5, steps=8, delta=2)

    # Half of the cost one (two) later: from 0 comes 2.5 (5), from 1 comes 5 (1.5), from 2 comes 1.5 (1), …
    assert one.result.outputs["critic_learned"] == {
        "0": 1.25,
        "1": 2.5,
        "2": 0.75,
        "3": 0.5,
        "4": 0.25,
        "5": 0.0,
        "6": 0.0,
    }
    assert two.result.outputs["critic_learned"] == {"0": 2.5, "1": 0.75, "2": 0.5, "3": 0.25, "4": 0.0, "5": 0.0}
    assert len(one.fired("trainable_critic")) == 8 + 8, "it judges and it learns, in each step"


@pytest.mark.thorough
def test_a_critic_that_adds_helps_a_short_horizon_over_the_hot_place(tmp_path: Path) -> None:
    alone = walked(tmp_path, horizon=3, steps=12)
    helped = walked(tmp_path, horizon=3, steps=12, critic_rate=0.5)

    assert states(alone)[-1] == 1
    assert states(helped)[-1] == 6


@pytest.mark.thorough
def test_a_critic_that_replaces_the_intrinsic_cost_wanders(tmp_path: Path) -> None:
    """It stands on its goal, where nothing hurts, and leaves it for states of which it knows nothing."""
    replaced = walked(tmp_path, start=6, steps=12, critic_rate=0.5, intrinsic_weights=[0, 0])
    added = walked(tmp_path, start=6, steps=12, critic_rate=0.5)

    assert states(replaced) == [5, 4, 3, 2, 1, 0, 0, 0, 1, 2, 3, 4]
    assert sum(replaced.result.outputs["costs"]) > 20
    assert states(added) == [6] * 12
    assert sum(added.result.outputs["costs"]) == 0


def test_a_proxy_is_chased_only_if_nothing_else_counts(tmp_path: Path) -> None:
    proxy = {"0": -1}

    assert states(walked(tmp_path, start=3, critic=proxy, intrinsic_weights=[0, 0]))[-1] == 0
    assert states(walked(tmp_path, start=3, critic=proxy))[-1] == 6
    assert states(walked(tmp_path, start=3, critic=proxy, intrinsic_weights=[0, 0], critic_weight=0))[0] == 2, "all tie"


def test_gradient_improves_step_by_step_and_stays_in_a_local_minimum(tmp_path: Path) -> None:
    played = walked(tmp_path, method="gradient", horizon=5)

    assert states(played) == [1] * 8
    first = played.result.outputs["plans"][0]
    assert (first["plan"], first["cost"], first["rounds"]) == ([1, 0, 0, 0, 0], 12.5, 3)
    judged = [min(one["cost"] for one in found["value"]) for found in played.outputs("total_cost")[:2]]
    assert judged == [12.5, 12.5], "the second round found nothing better"


def test_gradient_reaches_a_goal_that_nothing_bars(tmp_path: Path) -> None:
    played = walked(tmp_path, method="gradient", start=3, steps=4)

    assert states(played) == [4, 5, 6, 6]


def test_the_first_few_actions_may_be_acted_out_before_it_thinks_again(tmp_path: Path) -> None:
    played = walked(tmp_path, act_out=3)

    assert states(played) == [1, 2, 3, 4, 5, 6, 6, 6]
    assert [one["state"] for one in played.result.outputs["plans"]] == [0, 3, 6]


def test_what_may_slip_is_foreseen(tmp_path: Path) -> None:
    played = walked(tmp_path, latents=[0, -1], horizon=2, steps=1)

    (futures,) = [found["futures"] for found in played.outputs("world_model")]
    assert futures[8] == [[1, 2], [0, 0]], "+1, +1 without and with a slip"
    costs = {tuple(one["actions"]): one["cost"] for one in played.output("total_cost", "value")}
    # (2.5 + 5) and (3 + 3), their mean.
    assert costs[1, 1] == 6.75


def test_a_world_that_is_not_its_model_surprises_it(tmp_path: Path) -> None:
    played = walked(tmp_path, mode=1, policy=LEARNED, slip=-1, steps=3)

    assert states(played) == [0, 0, 0]
    assert [one["foreseen"] for one in played.result.outputs["memory"]] == [1, 1, 1]


def test_without_the_world_model_no_plan_is_judged_and_nothing_is_done(tmp_path: Path) -> None:
    graph = graph_of("lecun")
    graph.graphs["deliberation"].nodes["world_model"].knockout = True

    played = play(graph, {"steps": 2}, tmp_path=tmp_path)

    assert played.result.outputs["states"] == []
    assert played.fired("actor") == ["actor"]


def test_without_the_memory_it_walks_on_but_the_critic_learns_nothing(tmp_path: Path) -> None:
    graph = graph_of("lecun")
    graph.nodes["short_term_memory"].knockout = True

    played = play(graph, {"critic_rate": 0.5}, tmp_path=tmp_path)

    assert states(played) == [1, 2, 3, 4, 5, 6, 6, 6]
    assert played.result.outputs["critic_learned"] == {}


def by_hand(given: dict[str, Any]) -> dict[str, Any]:
    """Return what the agent does, written anew from the sheet: what comes into no formula there is left out."""
    policy, critic = dict(given["policy"]), dict(given["critic"])
    state, waiting, memory, found = given["start"], [], [], {"states": [], "chosen": [], "plans": []}  # type: ignore[var-annotated]

    def cost(place: int, weights: list[float]) -> Any:
        return weights[0] * 0.5 * abs(place - given["goal"]) + weights[1] * (3 if place == given["hot"] else 0)

    def moved(place: int, by: int) -> Any:
        return min(given["high"], max(given["low"], place + by))

    for _ in range(given["steps"]):
        if given["mode"] == 1 or (given["mode"] == "auto" and str(state) in policy):
            action = policy.get(str(state), 0)
        elif waiting:
            action = waiting.pop(0)
        else:
            best: tuple[float, tuple[int, ...]] | None = None
            for plan in product(given["actions"], repeat=given["horizon"]):
                total = 0.0
                for slip in given["latents"]:
                    place = state
                    for one in plan:
                        place = moved(place, one + slip)
                        total += cost(place, given["intrinsic_weights"])
                        total += given["critic_weight"] * critic.get(str(place), 0.0)
                total /= len(given["latents"])
                if best is None or total < best[0] - 1e-9:
                    best = (total, plan)
            assert best is not None
            action, waiting = best[1][0], list(best[1][1 : given["act_out"]])
            policy[str(state)] = action
            found["plans"].append((state, list(best[1]), pytest.approx(best[0], abs=1e-6)))
        memory.append((state, cost(state, [1, 1])))
        if given["critic_rate"] and len(memory) > given["delta"]:
            key = str(memory[-1 - given["delta"]][0])
            known = critic.get(key, 0.0)
            critic[key] = known + given["critic_rate"] * (memory[-1][1] - known)
        state = moved(state, action + given["slip"])
        found["states"].append(state)
        found["chosen"].append(action)
    return {**found, "policy_learned": policy, "critic_learned": critic}


@pytest.mark.parametrize("seed", thorough_but(lambda seed: seed < 3, range(10)))
def test_any_start_goal_horizon_cost_and_critic_give_what_the_sheet_says(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    given = {
        "goal": chance.randint(0, 6), "start": chance.randint(0, 6), "hot": chance.choice([2, 4, None]), "low": 0,
        "high": chance.choice([6, 8]), "steps": chance.randint(2, 7), "mode": chance.choice([2, 2, 1, "auto"]),
        "horizon": chance.randint(1, 4), "act_out": chance.choice([1, 2]),
        "actions": chance.choice([[-1, 0, 1], [1, 0, -1], [-2, -1, 0, 1]]),
        "intrinsic_weights": chance.choice([[1, 1], [0.3, 2], [1, 0]]), "critic_weight": chance.choice([1, 2.5]),
        "critic_rate": chance.choice([0, 0.5, 1]), "delta": chance.choice([1, 2]),
        "policy": chance.choice([{}, {"0": 1, "3": -1}]), "critic": chance.choice([{}, {"5": 4, "1": -2}]),
        "latents": chance.choice([[0], [0, -1]]), "slip": chance.choice([0, -1]),
    }  # fmt: skip
    outputs = walked(tmp_path, **given).result.outputs

    plans = [(one["state"], one["plan"], one["cost"]) for one in outputs["plans"]]
    expected = by_hand(given)
    assert {**{name: outputs[name] for name in expected}, "plans": plans} == expected


def test_the_row_may_be_longer_and_have_no_hot_place(tmp_path: Path) -> None:
    assert states(walked(tmp_path, horizon=1, hot=None)) == [1, 2, 3, 4, 5, 6, 6, 6]
    assert states(walked(tmp_path, high=8, goal=8, start=5, horizon=2, steps=4)) == [6, 7, 8, 8]


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ({"steps": 0}, "`steps` is 0, but it must be a whole number from 1 to 500."),
        ({"act_out": 0}, "`act_out` is 0"),
        ({"goal": "far"}, "`goal` is far"),
        ({"low": 5, "high": 1}, "`low` is not above `high`"),
        ({"moves": [{"goal": 1}]}, "each move is an object with a step and a goal"),
        ({"policy": [1]}, "`policy` is [1]"),
        ({"critic": {"0": "a"}}, "costs by state"),
        ({"horizon": -1}, "horizon"),
        ({"horizon": 0}, "horizon"),
        ({"horizon": 12}, "more than 50000 plans"),
        ({"intrinsic_weights": [1]}, "1 weights for 2 terms"),
    ],
)
def test_what_cannot_be_meant_is_told(tmp_path: Path, inputs: dict[str, Any], told: str) -> None:
    played = play("lecun", inputs, tmp_path=tmp_path, status="failed")

    assert told in str(played.result.error)
