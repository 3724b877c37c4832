"""`monitor.stuck` knows the four signs of going in circles, and no more."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.nodes.monitor.stuck import Stuck
from studio.support.errors import NodeError
from studio.tools.stuck import Signs, sign_of_circles
from tests.support.fake_context import present, run_node


def act(action: str, result: str = "", failed: bool = False) -> dict[str, Any]:
    return {"action": action, "result": result, "failed": failed}


SAY = {"message": "I think"}
A, B, C = act("a", "x"), act("b", "y"), act("c", "z")


@pytest.mark.parametrize(
    ("events", "sign"),
    [
        ([A] * 4, "pairs"),
        ([A] * 3, ""),
        ([B, A, A, A, A], "pairs"),
        ([A, A, A, A, B], ""),
        ([A, A, SAY, A, A], "pairs"),
        ([act("a", str(n)) for n in range(9)], ""),
        ([act("a", str(n), True) for n in range(3)], "failures"),
        ([act("a", str(n), n != 0) for n in range(3)], ""),
        ([act("a", "x", True)] * 2, ""),
        ([act("a", "", True), act("b", "", True), act("a", "", True)], ""),
        ([SAY] * 3, "messages"),
        ([SAY] * 2, ""),
        ([SAY, SAY, A, SAY], ""),
        ([SAY, SAY, {"message": "else"}], ""),
        ([A, B] * 3, "alternations"),
        ([C, A, B, A, B, A, B], "alternations"),
        ([A, B] * 2 + [A], ""),
        ([A, B, A, B, A, C], ""),
        ([A, B, C] * 2, ""),
        ([], ""),
    ],
)
async def test_the_four_signs(events: list[dict[str, Any]], sign: str) -> None:
    out = await run_node(Stuck, {}, {"events": events})

    assert (out.stuck, out.free) == (bool(sign), not sign)
    assert present(out).get("sign", "") == sign
    assert ("why" in present(out)) == bool(sign)


async def test_each_sign_can_be_set_and_switched_off() -> None:
    off = {"pairs": 0, "failures": 0, "messages": 0, "alternations": 0}

    for events in ([A] * 9, [act("a", "", True)] * 9, [SAY] * 9, [A, B] * 9):
        assert (await run_node(Stuck, off, {"events": events})).free
    assert (await run_node(Stuck, {**off, "pairs": 2}, {"events": [A, A]})).stuck
    with pytest.raises(NodeError, match="neither an action nor a message"):
        await run_node(Stuck, {}, {"events": [{"x": 1}]})


@given(st.lists(st.sampled_from([A, B, SAY]), max_size=8), st.lists(st.sampled_from([A, B]), min_size=9, max_size=9))
def test_only_the_last_events_count(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> None:
    assert sign_of_circles(old + new, Signs()) == sign_of_circles(new, Signs())
