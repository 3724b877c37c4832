"""`math.expression` and `logic.expression` compute over inputs named in the expression."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio import Graph, run
from studio.nodes.logic.expression import Condition
from studio.nodes.logic.require import Require
from studio.nodes.math.expression import Compute
from studio.spec.params import parse_params
from studio.support.errors import NodeError
from studio.support.expressions import ExpressionError
from tests.support.fake_context import present, run_node


def test_each_name_is_an_input() -> None:
    for cls in (Compute, Condition):
        params, _ = parse_params(cls.Params, {"expression": "a.x + sum(b) > a.y"})
        assert list(cls.inputs(params).fields()) == ["a", "b"]


@pytest.mark.parametrize(
    ("kind", "expression", "value"),
    [("any", "x + 1", 4), ("number", "x / 2", 1.5), ("integer", "x", 3), ("text", "str(x)", "3"), ("list", "[x]", [3])],
)
async def test_a_value_is_computed_and_has_its_kind(kind: str, expression: str, value: Any) -> None:
    params = {"expression": expression, "kind": kind}

    assert (await run_node(Compute, params, {"x": 3})).value == value
    assert Compute.outputs(parse_params(Compute.Params, params)[0]).fields()["value"].type == kind


async def test_a_value_of_another_kind_fails_and_says_so() -> None:
    with pytest.raises(NodeError, match=r"`x / 2` gave number \(1\.5\), not integer"):
        await run_node(Compute, {"expression": "x / 2", "kind": "integer"}, {"x": 3})


@pytest.mark.parametrize(("x", "holds"), [(2, False), (3, True)])
async def test_a_condition_gives_itself_and_its_inverse(x: int, holds: bool) -> None:
    out = await run_node(Condition, {"expression": "x >= 3"}, {"x": x})

    assert present(out) == {"value": holds, "inverse": not holds}


@pytest.mark.parametrize(("value", "holds"), [("", False), ("a", True), (None, False), ([0], True), (0, False)])
async def test_other_values_count_as_python_counts_them(value: Any, holds: bool) -> None:
    assert (await run_node(Condition, {"expression": "x"}, {"x": value})).value is holds


async def test_a_failure_names_the_expression() -> None:
    with pytest.raises(ExpressionError, match=r"expression `x \+ 1`.*does not work between a text and a number"):
        await run_node(Compute, {"expression": "x + 1"}, {"x": "a"})


@pytest.mark.parametrize("cls", [Compute, Condition])
@pytest.mark.parametrize("expression", ["", "x +", "open('f')", "lambda: 1"])
def test_an_expression_that_cannot_be_used_is_told(cls: Any, expression: str) -> None:
    assert list(cls.problems(parse_params(cls.Params, {"expression": expression})[0]))


@pytest.mark.parametrize("cls", [Compute, Condition])
async def test_an_input_that_may_be_absent_has_its_value_then(cls: Any) -> None:
    params = {"expression": "a > b", "optional": {"b": 2}}
    fields = cls.inputs(parse_params(cls.Params, params)[0]).fields()
    assert (fields["a"].required, fields["b"].required) == (True, False)

    assert (await run_node(cls, params, {"a": 3})).value is True
    assert (await run_node(cls, params, {"a": 3, "b": 4})).value is False


def test_a_knocked_out_module_leaves_the_resting_value(tmp_path: Path) -> None:
    graph = """
nodes:
  fear: {type: math.expression, expression: "9", knockout: KNOCKOUT}
  act: {type: math.expression, expression: hunger + fear, optional: {hunger: 1, fear: 0.5}}
  out: {type: flow.output}
edges: [fear.value -> act.fear, act.value -> out.value]
"""
    for knockout, value in (("false", 10), ("true", 1.5)):
        result = run(Graph.from_text(graph.replace("KNOCKOUT", knockout)), db=tmp_path / f"{knockout}.db")
        assert result.outputs == {"out": value}


@pytest.mark.parametrize("cls", [Compute, Condition])
def test_an_optional_name_that_is_no_input_is_told(cls: Any) -> None:
    params = parse_params(cls.Params, {"expression": "a > 1", "optional": {"b": 2}})[0]

    assert list(cls.problems(params)) == ["`optional` names `b`, which is no input."]


async def test_what_is_required_goes_on_or_fails_with_the_sentence_given() -> None:
    params = {"expression": "0 < steps and steps <= most", "otherwise": "`steps` is {steps}; at most {most} {can}."}

    assert present(await run_node(Require, params, {"steps": 2, "most": 9})) == {"holds": True}
    with pytest.raises(NodeError, match=r"^`steps` is 10; at most 9 \{can\}\.$"):
        await run_node(Require, params, {"steps": 10, "most": 9})
