"""The store of facts: whatever is done to it, what stands has a reason and a way from a state."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from studio.stores import make_store
from tests.support.thorough import draws

IDS = st.sampled_from(["S1", "S2", "T1", "T2", "T3"])
FACTS = st.tuples(IDS, st.sampled_from(["a", "b"]), IDS | st.sampled_from([1, "x"])).map(list)
REASONS = st.sampled_from(["r1", "r2", "r3"])
CHANGES = st.one_of(
    st.builds(
        lambda fact, reason, stays: {
            "add": [[*fact, False, reason, stays]], "reasons": {reason: {"state": "S1" if reason == "r1" else "S2"}},
        },
        FACTS, REASONS, st.booleans(),
    ),
    st.builds(lambda fact: {"remove": [fact]}, FACTS),
    st.builds(lambda reason: {"gone": [reason]}, REASONS),
    st.builds(lambda fact, reason: {"reject": [[*fact, reason]], "reasons": {reason: {"state": "S1"}}}, FACTS, REASONS),
    st.just({"pop": ["S2"]}),
    st.just({"push": [{"id": "S2"}], "add": [["S2", "superstate", "S1", False, "given", True]]}),
)  # fmt: skip


@settings(max_examples=draws(35, 200), deadline=None)
@given(st.lists(CHANGES, max_size=14))
def test_what_stands_has_a_reason_and_a_way_from_a_state(changes: list[Any]) -> None:
    store = make_store("facts", {"states": ["S1"], "facts": [["S1", "type", "state"], ["S1", "t", "T1"]]}, "facts")
    tags = {tuple(one[1:4]): one[0] for one in store.do("items", {})["facts"]}

    for change in changes:
        done = store.do("change", change)
        content = store.do("items", {})
        standing = {tuple(one[1:4]): one[0] for one in content["facts"]}

        reached, waiting = set(), [state["id"] for state in content["states"]]
        while waiting:
            id = waiting.pop()
            if id not in reached:
                reached.add(id)
                waiting += [value for holder, _, value in standing if holder == id]
        assert {id for id, _, _ in standing} <= reached
        assert all(one[5] for one in content["facts"]), "each has a reason"
        assert {tuple(one[1:4]) for one in done["added"]} == {
            fact for fact in standing if standing[fact] != tags.get(fact)
        }
        assert {tuple(one[1:4]) for one in done["removed"]} == {
            fact for fact in tags if standing.get(fact) != tags[fact]
        }
        assert len({state["id"] for state in content["states"]}) == len(content["states"])
        assert len(set(standing.values())) == len(standing), "numbers are given once"
        tags = standing

    again = make_store("facts", {}, "facts")
    again.load(store.dump())
    assert again.dump() == store.dump()
    assert again.do("items", {}) == store.do("items", {})


def test_a_choice_goes_with_its_proposal_and_takes_the_states_below_along() -> None:
    store = make_store("facts", {"states": ["S1"], "facts": [["S1", "type", "state"]]}, "facts")
    store.do("change", {"add": [["S1", "operator", "O1", True, "r", False]], "reasons": {"r": {"state": "S1"}}})
    store.do("change", {"add": [["S1", "operator", "O1", False, "chosen", True]]})
    store.do("change", {"push": [{"id": "S2"}], "add": [["S2", "superstate", "S1", False, "given", True]]})

    done = store.do("change", {"gone": ["r"]})

    assert done["popped"] == ["S2"]
    assert store.shown() == [["S1", "type", "state", False]]


def test_what_is_taken_away_and_made_again_at_once_has_stood_all_the_time() -> None:
    store = make_store("facts", {"states": ["S1"], "facts": [["S1", "n", 1]]}, "facts")

    done = store.do("change", {"remove": [["S1", "n", 1]], "add": [["S1", "n", 1, False, "given", True]]})

    assert (done["changed"], done["added"], done["removed"]) == (False, [], [])
