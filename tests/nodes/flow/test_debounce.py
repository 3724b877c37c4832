"""Requests wait, and newer ones cancel them (fact sheet, section 6, worked example B)."""

from __future__ import annotations

from typing import Any

import pytest

from studio.nodes.flow.debounce import Debounce
from studio.support.errors import NodeError
from studio.support.values import Absent
from tests.support.fake_context import run_node


@pytest.mark.parametrize(
    ("score", "wait"),
    [(0.01, 275.0), (0.2, 242.775145), (0.275, 150.0), (0.6, 27.296285), (0.0, 75.0), (None, 75.0)],
)
async def test_the_likelier_the_shorter(score: Any, wait: float) -> None:
    given = {"at": 1.0} if score is None else {"at": 1.0, "score": score}

    assert (await run_node(Debounce, {}, given)).wait_ms == pytest.approx(wait, abs=1e-4)


async def test_a_newer_request_cancels_one_that_waits() -> None:
    late = await run_node(Debounce, {}, {"at": 1.0, "next_at": 1.075, "value": "x"})
    soon = await run_node(Debounce, {}, {"at": 1.0, "next_at": 1.07, "value": "x"})
    last = await run_node(Debounce, {}, {"at": 1.0, "next_at": None, "value": "x"})

    assert late.value == last.value == "x"
    assert isinstance(soon.value, Absent)
    assert soon.cancelled == "x"
    with pytest.raises(NodeError, match="`next_at` is a number or null"):
        await run_node(Debounce, {}, {"at": 1.0, "next_at": "soon"})
