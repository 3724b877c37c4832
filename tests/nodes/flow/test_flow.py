"""The small types of the category *Flow*, and those that the engine plays."""

from __future__ import annotations

from typing import Any

import pytest

from studio.nodes.flow.delay import Delay
from studio.nodes.flow.input import Input
from studio.nodes.flow.map import Map
from studio.nodes.flow.merge import Merge
from studio.nodes.flow.output import Output
from studio.nodes.flow.stop import Stop
from studio.nodes.flow.subgraph import Subgraph
from studio.spec.params import parse_params
from tests.support.fake_context import FakeContext, present, run_node


def test_roles_are_those_the_engine_plays() -> None:
    roles = {cls.spec.type: cls.spec.role for cls in (Input, Output, Stop, Subgraph, Map)}

    assert roles == {
        "flow.input": "input",
        "flow.output": "output",
        "flow.stop": "stop",
        "flow.subgraph": "subgraph",
        "flow.map": "map",
    }


@pytest.mark.parametrize("kind", ["text", "integer", "image", "any"])
def test_inputs_and_outputs_have_the_type_of_their_param(kind: str) -> None:
    given, _ = parse_params(Input.Params, {"kind": kind})
    wanted, _ = parse_params(Output.Params, {"kind": kind})

    assert Input.outputs(given).fields()["value"].type == kind
    assert Output.inputs(wanted).fields()["value"].type == kind
    assert Output.inputs(wanted).fields()["value"].required


def test_a_default_of_another_type_is_told() -> None:
    params, _ = parse_params(Input.Params, {"kind": "integer", "value": "3"})

    assert list(Input.problems(params)) == ["`value` must be a whole number, not a text (3), as its `kind` says."]
    assert not Input.problems(parse_params(Input.Params, {"kind": "number", "value": 3})[0])
    assert not Input.problems(parse_params(Input.Params, {"kind": "text"})[0])


@pytest.mark.parametrize(
    ("take", "join", "given", "value"),
    [("first_present", "plain", 3, 3), ("first_arrival", "first", None, None), ("all", "many", [1, None], [1, None])],
)
async def test_merge_joins_as_its_param_says(take: str, join: str, given: Any, value: Any) -> None:
    params, _ = parse_params(Merge.Params, {"take": take})

    assert Merge.inputs(params).fields()["value"].join == join
    assert present(await run_node(Merge, {"take": take}, {"value": given})) == {"value": value}


def test_merging_all_gives_a_list() -> None:
    assert Merge.outputs(parse_params(Merge.Params, {"take": "all"})[0]).fields()["value"].type == "list"
    assert Merge.outputs(parse_params(Merge.Params, {})[0]).fields()["value"].type == "any"


async def test_delay_waits_by_the_context_and_passes_the_value_on() -> None:
    ctx = FakeContext()

    out = await run_node(Delay, {"seconds": 0.5}, {"value": [1]}, ctx)

    assert present(out) == {"value": [1]}
    assert ctx.slept == [0.5]
    assert Delay.spec.live


@pytest.mark.parametrize(
    ("params", "problem"),
    [
        ({"graph": "a", "clock": "shared"}, "needs `key`"),
        ({"graph": "a", "each": ["item"]}, "split already"),
        ({"graph": "a", "each": [3]}, "lists names of inputs"),
        ({"graph": "a", "on_item_error": "ignore"}, "must be one of fail, skip, null"),
        ({"graph": "a", "concurrency": 0}, "at least 1"),
        ({}, "`graph` must be given"),
    ],
)
def test_a_map_that_cannot_run_is_told(params: dict[str, Any], problem: str) -> None:
    made, problems = parse_params(Map.Params, params)

    assert problem in " ".join([*problems, *Map.problems(made)])


def test_a_map_over_a_population_is_accepted() -> None:
    made, problems = parse_params(Map.Params, {"graph": "a", "clock": "shared", "key": "name", "each": ["mail"]})

    assert [*problems, *Map.problems(made)] == []


@pytest.mark.parametrize("stop", [Stop])
def test_stop_has_no_port_of_its_own_so_that_absence_always_skips_it(stop: Any) -> None:
    assert stop.inputs(stop.Params()).fields() == {}
