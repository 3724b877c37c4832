"""`flow.gate` lets a value through if a condition holds."""

from __future__ import annotations

from typing import Any

import pytest

from studio.nodes.flow.gate import Gate
from studio.spec.params import parse_params
from studio.support.expressions import ExpressionError
from tests.support.fake_context import present, run_node


@pytest.mark.parametrize(("confidence", "way"), [(0.9, "value"), (0.8, "value"), (0.79, "otherwise")])
async def test_sure_answers_pass_and_others_go_the_other_way(confidence: float, way: str) -> None:
    out = await run_node(
        Gate, {"condition": "confidence >= 0.8"}, {"value": {"label": "spam"}, "confidence": confidence}
    )

    assert present(out) == {way: {"label": "spam"}}


@pytest.mark.parametrize(("is_open", "way"), [(True, "value"), (False, "otherwise")])
async def test_without_a_condition_a_boolean_decides(is_open: bool, way: str) -> None:
    assert present(await run_node(Gate, {}, {"value": None, "open": is_open})) == {way: None}


async def test_the_value_itself_may_stand_in_the_condition() -> None:
    params, _ = parse_params(Gate.Params, {"condition": "len(value) > least"})

    assert list(Gate.inputs(params).fields()) == ["value", "least"]
    assert present(await run_node(Gate, {"condition": "len(value) > least"}, {"value": "abc", "least": 2})) == {
        "value": "abc"
    }


async def test_a_condition_that_fails_names_itself() -> None:
    with pytest.raises(ExpressionError, match="expression `x > 1`"):
        await run_node(Gate, {"condition": "x > 1"}, {"value": 1, "x": "a"})


@pytest.mark.parametrize(("condition", "problem"), [("x >", "cannot be read"), ("x.lower()", "Write `lower")])
def test_a_condition_that_cannot_be_used_is_told(condition: str, problem: str) -> None:
    params: Any = parse_params(Gate.Params, {"condition": condition})[0]

    assert problem in " ".join(Gate.problems(params))
