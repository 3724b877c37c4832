"""`flow.switch` sends a value down the way its case names."""

from __future__ import annotations

from typing import Any

import pytest

from studio.nodes.flow.switch import Switch
from studio.spec.params import parse_params
from studio.support.values import Absent
from tests.support.fake_context import present, run_node


@pytest.mark.parametrize(
    ("cases", "value", "way"),
    [
        (["good", "wrong"], "good", "good"),
        (["good", "wrong"], "Good", "else"),
        (["good", "wrong"], " good", "else"),
        (["good"], None, "else"),
        ([1, 2], 2, "2"),
        ([1], 1.0, "else"),
        (["1"], 1, "1"),
        ([True, False], True, "true"),
        (["true"], True, "true"),
        ([None], None, "null"),
        (["a"], ["a"], "else"),
        ({"finished": "done", "go": "open"}, "done", "finished"),
        ({"fine": ["good", "great"], "off": 0}, "great", "fine"),
        ({"fine": ["good", "great"], "off": 0}, 0, "off"),
        ({"mend": "needs work"}, "needs work", "mend"),
    ],
)
async def test_the_way_is_the_one_whose_case_equals_the_value(cases: Any, value: Any, way: str) -> None:
    out = await run_node(Switch, {"cases": cases}, {"value": value})

    assert present(out) == {way: True}


@pytest.mark.parametrize("data", [None, False, "text", {"a": 1}])
async def test_the_chosen_way_gives_the_data_if_it_is_wired(data: Any) -> None:
    out = await run_node(Switch, {"cases": ["a"]}, {"value": "a", "data": data})

    assert present(out) == {"a": data}


async def test_absent_data_makes_the_chosen_way_absent_with_its_reason() -> None:
    out = await run_node(Switch, {"cases": ["a"]}, {"value": "a", "data": Absent("`fetch` failed")})

    assert present(out) == {}
    assert out.a.reason == "`fetch` failed"
    assert out.as_dict()["else"].reason == "route not taken"


@pytest.mark.parametrize(
    ("cases", "names"),
    [
        (["b", "a"], ["b", "a", "else"]),
        ({"p": ["x", "z"], "q": "y"}, ["p", "q", "else"]),
        ([], ["else"]),
        (3, ["else"]),
    ],
)
def test_the_outputs_follow_from_the_cases(cases: Any, names: list[str]) -> None:
    params, _ = parse_params(Switch.Params, {"cases": cases})

    assert list(Switch.outputs(params).fields()) == names


@pytest.mark.parametrize(
    ("cases", "problem"),
    [
        ([], "must be a list of values, or output names"),
        ("good", "must be a list of values, or output names"),
        (["a", "a"], "stands there twice"),
        ({"x": "a", "y": ["a"]}, "stands there twice"),
        ([["a"]], "is a text, a number"),
        ({"x": {"a": 1}}, "is a text, a number"),
        (["else"], "`else` is there already"),
        ({"else": "x"}, "`else` is there already"),
    ],
)
def test_cases_that_make_no_ports_are_refused(cases: Any, problem: str) -> None:
    params, problems = parse_params(Switch.Params, {"cases": cases})

    assert problem in " ".join([*problems, *Switch.problems(params)])


def test_data_tells_an_absent_wire_from_no_wire() -> None:
    assert Switch.In.fields()["data"].passes_absence
    assert Switch.In.fields()["data"].default is True
