"""`vote.most` chooses as Agentless chooses among patches."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.nodes.vote.most import Most
from studio.support.errors import NodeError
from studio.tools.votes import choose
from tests.support.fake_context import present, run_node

SIX = ["P1", "P2", "P1", "P3", "P2", "P1"]


async def vote(candidates: list[Any], params: dict[str, Any] | None = None, **inputs: Any) -> Any:
    return await run_node(Most, params or {}, {"candidates": candidates, **inputs})


@pytest.mark.parametrize(
    ("passing", "value", "validated", "votes"),
    [({"P1", "P2", "P3"}, "P1", True, 3), ({"P2", "P3"}, "P2", True, 2), ({"P3"}, "P3", True, 1),
     (set(), "P1", False, 3)],
    ids=["all pass", "P1 fails", "only P3 passes", "nothing passes"],
)  # fmt: skip
async def test_the_vote_cases_of_the_sheet(passing: set[str], value: str, validated: bool, votes: int) -> None:
    out = await vote(SIX, passed=[one in passing for one in SIX])

    assert (out.value, out.validated, out.votes, out.is_empty) == (value, validated, votes, False)
    assert [(one["index"], one["votes"]) for one in out.tally] == [(0, 3), (1, 2), (3, 1)]


async def test_ties_go_to_the_first_seen() -> None:
    assert (await vote(["b", "a", "a", "b"])).value == "b"
    assert (await vote(["b", "a", "a", "b"], passed=[False, True, True, False])).value == "a"


@pytest.mark.parametrize("empty", ["", "  \n", None, [], {}])
async def test_empty_patches_are_chosen_only_if_all_are_empty(empty: Any) -> None:
    some = await vote([empty, empty, "P1"], passed=[True, True, False])
    none = await vote([empty, empty], passed=[True, True])

    assert (some.value, some.validated, some.is_empty) == ("P1", False, False)
    assert (none.value, none.validated, none.is_empty) == (empty, False, True)


async def test_equal_is_what_the_keys_say() -> None:
    out = await vote(["a = 1", "b", "a=1"], keys=["A", "B", "A"])
    inside = await vote([{"k": 1, "ok": False}, {"k": 2, "ok": True}, None], {"by": "k", "passed_by": "ok"})

    assert (out.value, out.votes) == ("a = 1", 2)
    assert (inside.index, inside.validated) == (1, True)


async def test_no_candidate_gives_no_value_and_uneven_lists_are_refused() -> None:
    out = await vote([])

    assert "value" not in present(out)
    assert (out.is_empty, out.validated) == (True, False)
    with pytest.raises(NodeError, match="`passed` has 1 entries for 2"):
        await vote(["a", "b"], passed=[True])
    with pytest.raises(NodeError, match="nothing at `k`"):
        await vote([{"x": 1}], {"by": "k"})


@given(st.lists(st.tuples(st.sampled_from(["", "a", "b", "c"]), st.booleans()), min_size=1, max_size=12))
def test_the_choice_passes_if_any_full_one_does_and_none_has_more_votes(given_: list[tuple[str, bool]]) -> None:
    keys, passed = [key for key, _ in given_], [ok for _, ok in given_]

    chosen = choose(keys, passed)

    assert chosen is not None
    full = Counter(key for key, ok in given_ if key and ok)
    assert chosen.validated == bool(full)
    if full:
        assert full[keys[chosen.index]] == max(full.values()) == chosen.votes
    elif any(keys):
        counts = Counter(key for key in keys if key)
        assert counts[keys[chosen.index]] == max(counts.values())
