"""Answers that are typed along leave their rests."""

from __future__ import annotations

from typing import Any

import pytest

from studio.nodes.text.continuations import Continuations
from studio.support.values import Absent
from tests.support.fake_context import run_node


@pytest.mark.parametrize(
    ("now", "before", "texts", "rests"),
    [
        ("x = a", "x = ", ["abc", "b", "a"], ["bc", ""]),
        ("x = ", "x = ", ["abc  "], ["abc"]),
        ("x = b", "x = ", ["abc"], None),
        ("y = ", "x = ", ["abc"], None),
        ("x", "", ["x"], None),
    ],
)
async def test_the_rests_of_those_that_begin_so(now: str, before: str, texts: list[str], rests: Any) -> None:
    out = await run_node(Continuations, {}, {"now": now, "before": before, "texts": texts})

    if rests is None:
        assert isinstance(out.texts, Absent)
        assert out.none is True
    else:
        assert out.texts == rests
        assert isinstance(out.none, Absent)


async def test_without_answers_there_is_nothing() -> None:
    assert (await run_node(Continuations, {}, {"now": "x"})).none is True
