"""The stack, and the two long-term memories: what is found, and which of several."""

from __future__ import annotations

import math
from typing import Any

import pytest

from studio.nodes.episodes.remember import found_by, stands
from studio.nodes.facts.input import Input
from studio.nodes.facts.substate import Substate
from studio.nodes.rules._matching import Fact, Facts
from studio.nodes.semantic.answer import Memory
from studio.stores import make_store
from studio.support.errors import NodeError
from tests.support.fake_context import FakeContext, run_node


def thing(*facts: Any, last: int = 0, uses: tuple[float, ...] = ()) -> dict[str, Any]:
    return {"facts": [list(one) for one in facts], "last": last, "uses": list(uses)}


def cue(*facts: Any) -> Facts:
    return Facts([Fact(tag, one[0], one[1], one[2], False) for tag, one in enumerate(facts, 1)], [{"id": "S1"}])


def test_base_level_activation_is_the_log_of_the_sum_of_decaying_uses() -> None:
    memory = Memory({"@1": thing(uses=(1, 5, 9))}, now=10, activation="base-level", decay=0.5)

    assert memory.activity("@1") == pytest.approx(math.log(9**-0.5 + 5**-0.5 + 1), abs=1e-12)


def test_the_most_recent_or_the_most_active_of_those_that_fit_is_found() -> None:
    content = {
        "@1": thing(["kind", "bird"], last=4, uses=(1, 2, 3, 4)),
        "@2": thing(["kind", "bird"], last=5, uses=(5,)),
        "@3": thing(["kind", "fish"], last=9, uses=(9,)),
    }
    facts = cue(("Q1", "kind", "bird"))

    assert Memory(content, 6, "recency", 0.5)._best("Q1", facts, set()) == "@2"
    assert Memory(content, 6, "base-level", 0.5)._best("Q1", facts, set()) == "@1"
    assert Memory(content, 6, "recency", 0.5)._best("Q1", facts, {"@2"}) == "@1"
    assert Memory(content, 6, "recency", 0.5)._best("Q2", facts, set()) is None, "an empty cue finds nothing"


def test_an_episode_is_found_by_the_most_ends_of_the_cue_and_the_newest_of_equals() -> None:
    def episode(**facts: Any) -> dict[str, Any]:
        return {"root": "S1", "facts": [["S1", name, value, False] for name, value in facts.items()]}

    episodes = [episode(a=1, b=2), episode(a=1, b=3), episode(a=1, c=9), episode(a=2)]
    facts = cue(("Q1", "a", 1), ("Q1", "b", 2), ("N1", "c", 9))

    def asked(**ids: Any) -> Any:
        return found_by({"ids": ids}, facts, episodes, 2)[1]

    assert asked(query="Q1") == 1
    assert asked(query="Q1", prohibit=1) == 3, "2 and 3 are equal: the newer one"
    assert asked(query="Q1", **{"neg-query": "N1", "prohibit": 1}) == 2
    assert asked(query="Q1", after=1, before=3) == 2
    assert (asked(next="yes"), asked(previous="yes"), asked(retrieve=4), asked(retrieve=5)) == (3, 1, 4, None)
    assert found_by({"ids": {"next": "yes"}}, facts, episodes, None)[1] is None
    assert not stands(episodes[0], [("a", 1), ("b", None)]), "the way goes through a thing"


async def test_a_stack_that_is_too_deep_and_a_state_that_is_not_there_are_told() -> None:
    store = make_store("facts", {"states": ["S1"], "facts": [["S1", "type", "state"]]}, "facts")
    stuck = {"state": "S1", "kind": "tie", "attribute": "operator", "items": [], "numeric": []}

    out = await run_node(Substate, {"store": "facts"}, {"impasse": stuck}, FakeContext(stores={"facts": store}))
    assert (out.state, out.depth) == ("S2", 1)

    for more, why in (({"deepest": 1}, "has grown to 1"), ({}, "there is no state S9")):
        wrong = stuck if more else {**stuck, "state": "S9"}
        with pytest.raises(NodeError, match=why):
            await run_node(
                Substate, {"store": "facts", **more}, {"impasse": wrong}, FakeContext(stores={"facts": store})
            )


async def test_input_that_has_not_changed_is_left_as_it_stands() -> None:
    facts = [["S1", "io", "I1"], ["I1", "input-link", "I2"]]
    store = make_store("facts", {"states": ["S1"], "facts": facts}, "facts")

    async def shown(world: Any) -> Any:
        return await run_node(Input, {"store": "facts"}, {"world": world}, FakeContext(stores={"facts": store}))

    first = await shown({"light": "S5", "on": True, "lamp": {"n": 1, "size": [2, 3], "on": False}})
    assert [one[1:4] for one in first.added] == [
        ["I2", "light", "|S5|"], ["I2", "on", "yes"], ["I2", "lamp", "L1"], ["L1", "n", 1], ["L1", "size", 2],
        ["L1", "size", 3], ["L1", "on", "no"],
    ]  # fmt: skip
    again = await shown({"light": "S5", "on": True, "lamp": {"n": 1, "size": [2, 3], "on": False}})
    assert (again.added, again.removed) == ([], [])
    other = await shown({"light": "S5", "lamp": {"n": 2, "size": [2, 3]}})
    assert sorted([one[1:4] for one in other.removed], key=str) == [
        ["I2", "lamp", "L1"], ["I2", "on", "yes"], ["L1", "n", 1], ["L1", "on", "no"], ["L1", "size", 2],
        ["L1", "size", 3],
    ]  # fmt: skip
