"""`soar`: decisions, impasses, learned rules and numbers, held against the sheet and against Soar 9.6 itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from studio.lint import lint
from tests.support.seeds import Played, graph_of, play
from tests.support.thorough import thorough_but

DATA = Path(__file__).parents[2] / "data" / "soar"
REFERENCE: dict[str, Any] = json.loads((DATA / "reference.json").read_text(encoding="utf-8"))
PLAIN = {"policy": "last", "rl_policy": "off", "episodes": "off", "learning": "off"}


def think(tmp_path: Path, **inputs: Any) -> Played:
    return play("soar", {**PLAIN, **inputs}, tmp_path=tmp_path)


def stacks(played: Played) -> list[str]:
    found: list[str] = played.result.outputs["stacks"]
    return found


def rules(name: str) -> str:
    return (DATA / f"{name}.soar").read_text(encoding="utf-8")


def numbers(played: Played) -> dict[str, float]:
    """What rules' numbers came to, of those that changed."""
    return {
        one["rule"]: one["after"]
        for node in ("rl", "rl_settled")
        for out in played.outputs(node)
        for one in out["changed"]
    }


# -- the worked examples ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Example a."""
    return think(tmp_path_factory.mktemp("counter"), agent="counter")


def test_example_a_counts_to_three_and_halts(counter: Played) -> None:
    played = counter

    assert stacks(played) == ["init", "inc", "inc", "inc", "halt"]
    assert played.result.ended == "stop"
    played.verify()


def test_the_done_flag_of_example_a_appears_by_itself_after_the_third_inc(counter: Played) -> None:
    played = counter

    fired = [one for one in played.firings("support") if one.status == "ok"]
    done = [
        (one.node, one.tick.partition(".")[0])
        for one, out in zip(fired, played.outputs("support"), strict=True)
        if "counter*elaborate*done" in out["fired"]
    ]
    assert done == [("apply/support", "3")], "in the phase that applies the third inc, and in no other"


def test_the_modules_of_a_decision_fire_in_the_order_of_the_cycle(counter: Played) -> None:
    played = counter
    modules = (
        "rule_memory", "input_link", "matcher", "support", "working_memory", "preference_memory", "decider",
        "exploration", "substate_maker", "chunker", "rl", "semantic_memory", "output_link", "episodic_memory",
    )  # fmt: skip
    wave = ["matcher", "support", "working_memory", "preference_memory"]

    fired = played.fired(*modules)
    first = fired[: fired.index("output_link") + 1]

    # Proposed in one wave. Applied in one; then inc is proposed and init no longer, with which its application goes.
    assert first == [
        "rule_memory", "input_link", *wave, "matcher", "decider", *wave * 3, "matcher", "output_link",
    ]  # fmt: skip
    assert fired.count("decider") == 5
    assert not {"exploration", "substate_maker", "chunker", "rl", "semantic_memory", "episodic_memory"} & set(fired)


EXAMPLE_B = ["tie", "tie+compare", "B", "reset"]


def test_example_b_without_learning_meets_the_same_tie_again_and_again(tmp_path: Path) -> None:
    played = think(tmp_path, agent="pick", decisions=8)

    assert stacks(played) == EXAMPLE_B * 2
    assert played.fired("substate_maker", "chunker") == ["substate_maker"] * 2
    assert played.result.outputs["learned"] == []
    played.verify()


def test_example_b_with_learning_needs_the_substate_once(tmp_path: Path) -> None:
    played = think(tmp_path, agent="pick", learning="always", decisions=8)

    assert stacks(played) == [*EXAMPLE_B, *["B", "reset"] * 2]
    assert played.fired("substate_maker", "chunker") == ["substate_maker", "chunker"]
    (learned,) = played.result.outputs["learned"]
    assert learned == (
        "sp {chunk*pick*compare*t2-1\n"
        "    :chunk\n"
        "    (state <s1> ^operator <o1> +)\n"
        "    (state <s1> ^operator { <o2> <> <o1> } +)\n"
        "    (<o1> ^cost <c1>)\n"
        "    (<o2> ^cost { <c2> > <c1> })\n"
        "    -->\n"
        "    (<s1> ^operator <o1> > <o2>)\n"
        "}"
    )
    played.verify()


def test_without_the_chunker_there_is_no_learning_but_the_result_stands(tmp_path: Path) -> None:
    graph = graph_of("soar")
    graph.graphs["phase"].nodes["chunker"].knockout = True

    played = play(graph, {**PLAIN, "agent": "pick", "learning": "always", "decisions": 8}, tmp_path=tmp_path)

    assert stacks(played) == EXAMPLE_B * 2


@pytest.mark.thorough
def test_what_was_learned_is_a_rule_like_any_other(tmp_path: Path) -> None:
    pick = graph_of("soar").nodes["pick"].params["text"]
    (learned,) = think(tmp_path, agent="pick", learning="always", decisions=4).result.outputs["learned"]

    played = think(tmp_path, rules=f"{pick}\n{learned}", decisions=4)

    assert stacks(played) == ["B", "reset", "B", "reset"]


# -- against Soar itself ----------------------------------------------------------------------------

AGENTS = sorted(REFERENCE["agents"])
KEPT = (
    "conflict always",
    "deep always",
    "neg off",
    "nothing off",
    "order off",
    "rl_halt off",
    "semantic off",
)
SETTINGS: dict[str, dict[str, Any]] = {"episodic": {"episodes": "dc"}}


@pytest.mark.parametrize("case", thorough_but(KEPT.__contains__, AGENTS))
def test_an_agent_decides_as_in_soar(case: str, tmp_path: Path) -> None:
    name, learning = case.split()
    asked = REFERENCE["agents"][case]
    halts = rules(name).count("(halt)")
    more = {"rl_policy": "sarsa"} if name.startswith("rl_") else {}

    played = think(
        tmp_path, rules=rules(name), learning=learning, **more, **SETTINGS.get(name, {}),
        decisions=len(asked["stacks"]) + (5 if halts else 0),
    )  # fmt: skip

    assert stacks(played)[: len(asked["stacks"])] == asked["stacks"]
    if halts and len(stacks(played)) < len(asked["stacks"]) + 5:
        assert len(stacks(played)) == len(asked["stacks"]), "it halts in the same decision"
    for rule, number in numbers(played).items():
        assert number == pytest.approx(asked["numbers"][rule], abs=1e-6), rule
    assert len(played.result.outputs["learned"]) == asked["chunks"]


def test_the_agents_that_soar_was_asked_about_learn_and_change_numbers() -> None:
    assert sum(one["chunks"] > 0 for one in REFERENCE["agents"].values()) >= 4
    assert sum(one["numbers"] != {} for one in REFERENCE["agents"].values()) == 5
    kinds = {part for one in REFERENCE["agents"].values() for stack in one["stacks"] for part in stack.split("+")}
    assert {"tie", "conflict", "constraint-failure", "state no-change", "operator no-change"} - kinds <= {"tie"}


# -- failure modes ----------------------------------------------------------------------------------


def test_without_knowledge_the_stack_grows_until_the_limit_of_decisions(tmp_path: Path) -> None:
    played = think(tmp_path, rules=rules("nothing"), decisions=9)

    assert [one.count("state no-change") for one in stacks(played)] == list(range(1, 10))
    assert played.output("stack", "depth", 8) == 10


def test_a_stack_that_grows_too_deep_fails_with_a_sentence(tmp_path: Path) -> None:
    graph = graph_of("soar")
    graph.nodes["substate_maker"].params["deepest"] = 5

    played = play(graph, {**PLAIN, "rules": rules("nothing")}, tmp_path=tmp_path, status="failed")

    assert played.result.error is not None
    assert "the stack of states has grown to 5" in played.result.error["message"]


def test_operators_that_undo_each_other_go_round_in_circles(tmp_path: Path) -> None:
    played = think(tmp_path, rules=rules("circles"), decisions=10)

    assert stacks(played) == ["there", "back"] * 5


@pytest.mark.thorough
def test_a_rule_that_takes_away_what_it_needs_is_stopped_after_a_hundred_waves(tmp_path: Path) -> None:
    played = think(tmp_path, rules=rules("wave_limit"), decisions=1)

    assert stacks(played) == ["wait"]
    assert max(int(one.tick.split(".")[1]) for one in played.firings("matcher")) == 99


LUCK = """
sp {luck*propose (state <s> ^superstate nil -^at)
  --> (<s> ^operator <o> + ^operator <p> +) (<o> ^name poor) (<p> ^name good)}
sp {luck*number*poor (state <s> ^operator <o> +) (<o> ^name poor) --> (<s> ^operator <o> = 0.0)}
sp {luck*number*good (state <s> ^operator <o> +) (<o> ^name good) --> (<s> ^operator <o> = 0.0)}
sp {luck*go (state <s> ^superstate nil ^operator.name { <n> << poor good >> }) --> (<s> ^at <n>)}
sp {luck*poor (state <s> ^at poor ^reward-link <r>) --> (<r> ^reward.value 1)}
sp {luck*good (state <s> ^at good ^reward-link <r>) --> (<r> ^reward.value 10)}
sp {luck*propose*back (state <s> ^superstate nil ^at) --> (<s> ^operator <o> +) (<o> ^name back)}
sp {luck*back (state <s> ^operator.name back ^at <n>) --> (<s> ^at <n> -)}
"""


@pytest.mark.thorough
def test_greedy_choice_freezes_on_an_early_lucky_one(tmp_path: Path) -> None:
    def greedy(epsilon: float, seed: int) -> list[str]:
        played = play(
            "soar", {**PLAIN, "rules": LUCK, "rl_policy": "sarsa", "policy": "epsilon-greedy", "epsilon": epsilon,
                     "decisions": 10}, tmp_path=tmp_path, seed=seed,
        )  # fmt: skip
        return [one for one in stacks(played) if one != "back"]

    frozen = [greedy(0, seed) for seed in (1, 4)]

    # What the first one brought is known only when the second is selected: both of these are luck.
    assert all(len(set(one[3:])) == 1 for one in frozen), "it never looks at the other again"
    assert {one[-1] for one in frozen} == {"poor", "good"}, "which one is luck"
    assert any(set(one) == {"poor"} for one in frozen), "after two poor ones it never finds out"
    assert len(set(greedy(0.9, 0)[3:])) == 2, "who explores goes on trying both"


# -- world and memories -----------------------------------------------------------------------------

ECHO = """
sp {echo*propose (state <s> ^superstate nil ^io.input-link.light <c>)
  --> (<s> ^operator <o> +) (<o> ^name see ^color <c>)}
sp {echo*apply (state <s> ^operator <o> ^io.output-link <out>) (<o> ^name see ^color <c>)
  --> (<out> ^say <x>) (<x> ^color <c>)}
"""


def test_input_comes_in_before_the_rules_and_output_goes_out_after_them(tmp_path: Path) -> None:
    world = [{"light": "red"}, {"light": "green", "lamps": [{"n": 1}, {"n": 2}]}]

    played = think(tmp_path, rules=ECHO, world=world, decisions=2)

    assert stacks(played) == ["see", "see"]
    assert played.result.outputs["outputs"] == [
        {"say": {"color": "red"}},
        {"say": [{"color": "red"}, {"color": "green"}]},
    ]
    assert len(played.output("input_link", "added", 1)) == 5
    assert played.output("input_link", "removed", 1) == [[13, "I2", "light", "red", False]]


def test_semantic_memory_answers_before_the_next_phase(tmp_path: Path) -> None:
    played = think(tmp_path, rules=rules("semantic"))

    assert [out["answers"][0] for out in played.outputs("semantic_memory")] == [
        {"state": "S1", "done": "store", "found": ["@1", "@2"]},
        {"state": "S1", "done": "query", "found": "@2"},
        {"state": "S1", "done": "query", "found": None},
    ]
    assert [one.tick.partition(".")[0] for one in played.firings("semantic_memory") if one.status == "ok"] == [
        "0", "1", "2",
    ]  # fmt: skip


def test_episodic_memory_gives_the_newest_of_equal_episodes(tmp_path: Path) -> None:
    played = think(tmp_path, rules=rules("episodic"), episodes="dc")
    (answer,) = [one for out in played.outputs("episodic_memory") for one in out["answers"]]

    assert answer["found"] == 3, "rooms 2 and 3 were hot"
    assert (answer["match-score"], answer["cue-size"], answer["graph-match"]) == (1.0, 1, 1)


# -- the agent that is shown ------------------------------------------------------------------------


def test_every_module_works_in_the_agent_that_is_shown(tmp_path: Path) -> None:
    played = play("soar", {}, tmp_path=tmp_path)

    assert {
        "working_memory", "rule_memory", "input_link", "output_link", "matcher", "support", "preference_memory",
        "decider", "exploration", "substate_maker", "chunker", "rl", "semantic_memory", "episodic_memory",
    } <= set(played.fired())  # fmt: skip
    assert stacks(played)[0] == "learn"
    assert stacks(played)[-1] == "halt"
    assert played.result.outputs["said"][-1][0].startswith("The last episode at the wood is ")
    assert played.prompts == []
    played.verify()


@pytest.mark.thorough
def test_another_seed_makes_other_choices(tmp_path: Path) -> None:
    def choices(seed: int) -> list[str]:
        settings = {**PLAIN, "rules": LUCK, "policy": "softmax", "decisions": 7}
        return stacks(play("soar", settings, tmp_path=tmp_path, seed=seed))

    made = [choices(seed) for seed in range(3)]

    assert choices(1) == made[1]
    assert made[0] != made[1] or made[1] != made[2]


def test_rules_that_cannot_be_read_end_the_run_with_a_sentence(tmp_path: Path) -> None:
    played = play("soar", {"rules": "sp {odd (state <s> ^a b) (<s> ^c d)}"}, tmp_path=tmp_path, status="failed")

    assert played.result.error is not None
    assert "the rule `odd` cannot be read" in played.result.error["message"]


def test_lint_finds_no_error() -> None:
    assert [one for one in lint(graph_of("soar")) if one.severity == "error"] == []
