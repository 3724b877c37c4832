"""The rules of ACT-R: utility, rewards, compilation, and the circles in which they fail."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.examples.seeds.actr.model import SIX, own, times
from tests.support.seeds import graph_of, play
from tests.support.thorough import thorough_but


def test_utility_decides_and_of_equals_the_first_is_chosen(tmp_path: Path) -> None:
    rules = "rule a {} =goal> n 1 ==> -goal> rule b utility 1 =goal> n 1 ==> -goal>"

    assert times(own(tmp_path, rules.format(""), "n 1")) == [("b", 0.05)]
    assert times(own(tmp_path, rules.format("utility 1"), "n 1")) == [("a", 0.05)]


def test_rewards_reach_what_fired_before_less_the_time_that_passed(tmp_path: Path) -> None:
    rules = """
    rule first utility 1 =goal> n 1 ==> =goal> n 2
    rule second reward 10 =goal> n 2 ==> =goal> n 3
    rule third =goal> n 3 ==> =goal> n 4
    """
    played = own(tmp_path, rules, "n 1", rewards=[{"time": 1.15, "reward": 3}])

    # By hand: 1 + 0.2·(9.95 − 1) = 2.79; 0 + 0.2·10 = 2. Then the third alone: 0.2·(3 − 1) = 0.4.
    assert played.result.outputs["learned"] == [
        {"first": pytest.approx(2.79), "second": pytest.approx(2.0)}, {"third": pytest.approx(0.4)},
    ]  # fmt: skip
    assert [one["utility"] for one in played.result.outputs["utilities"]] == pytest.approx([2.79, 2.0, 0.4])


def test_counted_from_the_choice_a_reward_is_smaller_and_it_can_be_switched_off(tmp_path: Path) -> None:
    rules = "rule only reward 10 =goal> n 1 ==> =goal> n 2"

    choice = own(tmp_path, rules, "n 1", settings={"reward_since": "choice"})
    off = own(tmp_path, rules, "n 1", settings={"utility_learning": False})

    assert choice.result.outputs["learned"] == [{"only": pytest.approx(0.2 * 9.95)}]
    assert off.result.outputs["learned"] == []
    assert off.fired("utility_learning") == []


@pytest.mark.thorough
def test_the_rule_that_pays_wins_in_time(tmp_path: Path) -> None:
    played = play("actr", {"agent": "gamble", "seconds": 4}, tmp_path=tmp_path, seed=3)

    chosen = [name for name, _ in times(played) if name in ("left", "right")]
    assert chosen[0] == "left", "it is worth more at first"
    assert chosen[-10:] == ["right"] * 10


def test_two_rules_become_one_that_needs_no_memory(tmp_path: Path) -> None:
    played = play("actr", {"agent": "pairs"}, tmp_path=tmp_path)

    (made,) = played.result.outputs["compiled"]
    assert made["name"] == "ask-memory+use-answer"
    assert made["if"][0]["slots"] == [["=", "isa", "task"], ["=", "word", "dog"], ["=", "answer", None]]
    assert made["then"] == [{"kind": "modify", "buffer": "goal", "slots": [["=", "answer", 3]]}]

    worth_more = [{**made, "utility": 9.0}]
    alone = own(tmp_path, worth_more, "isa task word dog")  # type: ignore[arg-type]
    assert times(alone) == [("ask-memory+use-answer", 0.05)]
    assert alone.result.outputs["buffers_left"]["goal"]["chunk"]["slots"]["answer"] == 3
    assert alone.fired("retrieval") == []


def test_without_compilation_no_rule_is_made(tmp_path: Path) -> None:
    played = play("actr", {"agent": "pairs", "settings": {"compilation": False}}, tmp_path=tmp_path)

    assert played.fired("compilation") == []
    assert len(played.result.outputs["utilities"]) == 2


def test_a_request_that_fails_is_made_again_for_ever(tmp_path: Path) -> None:
    """Circles: no rule tests for the failure."""
    played = play("actr", {"agent": "forgetful", "seconds": 1}, tmp_path=tmp_path)

    answers = played.result.outputs["retrievals"]
    assert len(answers) > 15
    assert {str(one["request"]) for one in answers} == {str(answers[0]["request"])}
    assert not any(one["found"] for one in answers)
    # F·exp(−f·τ) = 0.1·e^−3
    assert answers[0]["latency"] == pytest.approx(0.0049787, abs=SIX)
    assert {name for name, _ in times(played)} == {"ask"}


def test_a_rule_that_tests_for_the_failure_ends_the_circle(tmp_path: Path) -> None:
    shipped = graph_of("actr").nodes["agents"].params["value"]["forgetful"]
    rules = (
        shipped["productions"].replace("buffer empty", "buffer empty  - state error")
        + """
    rule give-up =goal> isa question answer nil ?retrieval> state error ==> =goal> answer unknown
    """
    )
    played = own(
        tmp_path, rules, shipped["goal"], shipped["chunks"], settings=shipped["settings"], seconds=1
    )  # fmt: skip

    assert [name for name, _ in times(played)] == ["ask", "give-up"]


def test_where_no_rule_matches_time_passes_until_a_module_is_done_and_then_it_ends(tmp_path: Path) -> None:
    """Procrastination: nothing happens from 0.05 to 0.25 s, and then nothing at all."""
    played = play("actr", {"agent": "stuck"}, tmp_path=tmp_path)

    assert times(played) == [("ask", 0.05)]
    assert played.result.outputs["time"] == 0.25
    assert played.fired("matcher", "conflict_resolution") == ["matcher", "conflict_resolution", "matcher", "matcher"]


def test_a_rule_that_holds_no_more_when_its_time_comes_does_not_fire(tmp_path: Path) -> None:
    rules = """
    rule ask =goal> isa q step nil ==> =goal> step 1 +retrieval> isa fact
    rule hasty =goal> step 1 ?retrieval> buffer empty ==> =goal> step 2
    rule calm =goal> step 1 =retrieval> isa fact ==> =goal> step 3
    """
    played = own(tmp_path, rules, "isa q", settings={"symbolic_latency": 0.02})

    # hasty is chosen at 0.05 and should fire at 0.1; the chunk comes at 0.07.
    assert times(played) == [("ask", 0.05), ("calm", 0.15)]
    assert [one.get("stale", False) for one in played.outputs("firing")] == [False, True, False]


@pytest.mark.parametrize("seed", thorough_but(lambda seed: seed < 2, range(6)))
def test_utilities_after_any_rewards_are_those_of_the_equation(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    rate, worth = chance.choice([0.2, 0.5]), [chance.randint(0, 5) for _ in range(3)]
    paid = [chance.choice([None, chance.randint(1, 9)]) for _ in range(3)]
    outer = sorted(chance.sample([0.12, 0.33, 0.61, 0.97], 2))
    rules = "\n".join(
        f"rule r{n} utility {worth[n]} {'' if paid[n] is None else f'reward {paid[n]}'}"
        f" =goal> n {n} ==> =goal> n {(n + 1) % 3}"
        for n in range(3)
    )
    rewards = [{"time": time, "reward": 4} for time in outer]
    played = own(tmp_path, rules, "n 0", rewards=rewards, seconds=1.02, settings={"utility_rate": rate})

    utilities, waiting = [float(one) for one in worth], []
    moments = sorted([(round(0.05 * (n + 1), 9), n) for n in range(20)] + [(time, -1) for time in outer])
    for time, rule in moments:
        if rule >= 0:
            waiting.append((rule % 3, time))
        reward = 4 if rule < 0 else paid[rule % 3]
        if reward is not None:
            for one, fired in waiting:
                utilities[one] += rate * (reward - (time - fired) - utilities[one])
            waiting = []
    assert [one["utility"] for one in played.result.outputs["utilities"]] == pytest.approx(utilities, abs=SIX)
