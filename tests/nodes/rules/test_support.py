"""Firing: what stays and what vanishes, what a result rests on, and arithmetic."""

from __future__ import annotations

from typing import Any

import pytest

from studio.nodes.facts.change import Change
from studio.nodes.rules._firing import Names, evaluate, operator_supported
from studio.nodes.rules._language import read_rule
from studio.nodes.rules._terms import Call, Term
from studio.nodes.rules.add import Add
from studio.nodes.rules.match import Match
from studio.nodes.rules.support import Support
from studio.stores import make_store
from studio.support.errors import NodeError
from tests.support.fake_context import FakeContext, run_node

TOP = [["S1", "type", "state"], ["S1", "superstate", "nil"]]


class Mind:
    """A working memory and rules, of which one wave after the other is fired."""

    def __init__(self, rules: str, facts: list[Any] = TOP) -> None:
        self.facts = make_store("facts", {"facts": facts, "states": ["S1"]}, "facts")
        self.rules = make_store("kv", {}, "rules")
        self.text = rules

    def context(self) -> FakeContext:
        return FakeContext(stores={"facts": self.facts, "rules": self.rules})

    async def wave(self, phase: str = "apply") -> Any:
        stores = {"facts": "facts", "rules": "rules"}
        await run_node(Add, {"store": "rules", "text": self.text}, {}, self.context())
        found = (await run_node(Match, {**stores, "phase": phase}, {}, self.context())).found
        if not isinstance(found, dict):
            return None
        made = await run_node(Support, stores, {"found": found}, self.context())
        await run_node(Change, {"store": "facts"}, {"changes": made.changes}, self.context())
        return made

    def stands(self) -> list[Any]:
        return [one[:3] for one in self.facts.shown() if one[1] not in ("type", "superstate")]

    def choose(self, state: str, operator: str) -> None:
        self.facts.do("change", {"add": [[state, "operator", operator, False, "chosen", True]]})


async def test_instantiation_support_vanishes_with_its_conditions() -> None:
    mind = Mind("sp {a (state <s> ^light on) --> (<s> ^bright yes)}", [*TOP, ["S1", "light", "on"]])

    await mind.wave()
    assert ["S1", "bright", "yes"] in mind.stands()

    mind.facts.do("change", {"remove": [["S1", "light", "on"]]})
    await mind.wave()
    assert mind.stands() == []
    assert await mind.wave() is None, "quiet"


async def test_operator_support_stays_until_it_is_taken_away() -> None:
    mind = Mind(
        "sp {p (state <s> ^superstate nil -^done) --> (<s> ^operator <o> +) (<o> ^name go)}"
        "sp {a (state <s> ^operator.name go) --> (<s> ^done yes)}"
        "sp {e (state <s> ^operator <o>) (<o> ^name go) --> (<o> ^speed 3)}"
    )
    await mind.wave("propose")
    mind.choose("S1", "O1")

    elaborated = await mind.wave()
    assert elaborated.fired == ["e"], "what elaborates the operator comes before what applies it"
    assert ["O1", "speed", 3] in mind.stands()
    assert await mind.wave("propose") is None, "what applies it waits for its phase"

    await mind.wave()
    await mind.wave()
    assert mind.stands() == [["S1", "done", "yes"]], "the proposal is gone, and with it the operator; the deed stays"


async def test_all_rules_of_a_wave_see_the_same_memory() -> None:
    mind = Mind(
        "sp {x (state <s> ^a <v>) --> (<s> ^b <v>)} sp {y (state <s> ^b <v>) --> (<s> ^c <v>)}"
        "sp {z (state <s> ^a <v>) --> (<s> ^d <v>)}",
        [*TOP, ["S1", "a", 1]],
    )

    assert sorted((await mind.wave()).fired) == ["x", "z"]
    assert (await mind.wave()).fired == ["y"]


async def test_a_fact_stands_while_one_of_its_reasons_holds() -> None:
    mind = Mind(
        "sp {x (state <s> ^a 1) --> (<s> ^c yes)} sp {y (state <s> ^b 1) --> (<s> ^c yes)}",
        [*TOP, ["S1", "a", 1], ["S1", "b", 1]],
    )
    await mind.wave()

    mind.facts.do("change", {"remove": [["S1", "a", 1]]})
    await mind.wave()
    assert ["S1", "c", "yes"] in mind.stands()

    mind.facts.do("change", {"remove": [["S1", "b", 1]]})
    await mind.wave()
    assert mind.stands() == []


async def test_a_reject_that_depends_on_conditions_hides_and_gives_back() -> None:
    mind = Mind("sp {r (state <s> ^quiet yes ^noise) --> (<s> ^sound loud -)}",
                [*TOP, ["S1", "quiet", "yes"], ["S1", "noise", 1], ["S1", "sound", "loud"]])  # fmt: skip
    await mind.wave()
    assert ["S1", "sound", "loud"] not in mind.stands()

    mind.facts.do("change", {"remove": [["S1", "quiet", "yes"]]})
    await mind.wave()
    assert ["S1", "sound", "loud"] in mind.stands()


@pytest.mark.parametrize(
    ("conditions", "actions", "stays"),
    [
        ("(state <s> ^operator <o>)", "(<s> ^done yes)", True),
        ("(state <s> ^operator <o>)", "(<o> ^speed 3)", False),
        ("(state <s> ^operator <o>)", "(<o> ^speed 3) (<s> ^done yes)", True),
        ("(state <s> ^operator <o> +)", "(<s> ^seen yes)", False),
        ("(state <s> ^operator <o>)", "(<s> ^operator <p> +)", False),
        ("(state <s> ^operator <o>)", "(<s> ^operator <o> -)", True),
        (":i-support (state <s> ^operator <o>)", "(<s> ^done yes)", False),
        (":o-support (state <s> ^operator <o> +)", "(<s> ^done yes)", True),
    ],
)
def test_what_applies_an_operator_stays(conditions: str, actions: str, stays: bool) -> None:
    rule = read_rule(f"sp {{r {conditions} --> {actions}}}")
    fact = ("S1", "operator", "O1", "+)" in conditions)

    assert operator_supported(rule, [fact], {"s": "S1", "o": "O1"}, "S1") is stays
    if stays and not rule.support:
        assert not operator_supported(rule, [fact], {"s": "S1", "o": "O1"}, "S2"), "the operator of another state"


@pytest.mark.parametrize(
    ("name", "values", "result"),
    [
        ("+", [1, 2, 3], 6), ("-", [5], -5), ("-", [5, 1, 1], 3), ("*", [2, 3], 6), ("/", [6, 2], 3.0),
        ("/", [7, 2], 3.5), ("div", [7, 2], 3), ("div", [-7, 2], -3), ("mod", [-7, 2], -1), ("concat", ["a", 1], "a1"),
        ("min", [3, 1], 1), ("max", [3, 1.5], 3), ("int", ["4"], 4), ("float", [4], 4.0), ("abs", [-2], 2),
        ("ifeq", [1, 1.0, "same", "other"], "other"), ("strlen", ["abc"], 3),
    ],
)  # fmt: skip
def test_functions_give_what_they_give_in_soar(name: str, values: list[Any], result: Any) -> None:
    found = evaluate(Call(name, tuple(map(Term, values))), {}, Names({}), "r")

    assert (found, type(found)) == (result, type(result))


@pytest.mark.parametrize(
    ("name", "values"), [("/", [1, 0]), ("div", [1, 0]), ("+", ["a", 1]), ("sqrt", [-1]), ("+", []), ("ifeq", [1])]
)
def test_a_function_that_has_no_result_is_told(name: str, values: list[Any]) -> None:
    with pytest.raises(NodeError, match="the rule `r` cannot work out"):
        evaluate(Call(name, tuple(map(Term, values))), {}, Names({}), "r")


async def test_a_twin_of_a_rule_is_ignored() -> None:
    text = (
        "sp {a (state <s> ^operator <o> +) --> (<s> ^operator <o> = 1.0)}"
        "sp {b (state <x> ^operator <y> +) --> (<x> ^operator <y> = 2.0)}"
    )

    out = await run_node(Add, {"store": "r", "text": text}, {}, FakeContext(stores={"r": make_store("kv", {}, "r")}))

    assert (out.names, out.ignored) == (["a"], [{"rule": "b", "like": "a"}])
