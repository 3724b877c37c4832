"""`flow.placeholder` has the ports it names, and says what is missing when it should work."""

from __future__ import annotations

import pytest

from studio.nodes.flow.placeholder import Placeholder
from studio.spec.params import parse_params
from studio.support.errors import NodeError
from tests.support.fake_context import run_node


def test_it_has_the_ports_that_it_names() -> None:
    params, _ = parse_params(Placeholder.Params, {"inputs": ["a", "b"], "outputs": ["c"]})

    assert list(Placeholder.inputs(params).fields()) == ["a", "b"]
    assert list(Placeholder.outputs(params).fields()) == ["c"]


@pytest.mark.parametrize("names", [["a", "a"], ["a", 1]])
def test_names_that_no_port_can_have_are_told(names: list[str]) -> None:
    params, _ = parse_params(Placeholder.Params, {"inputs": names})

    assert list(Placeholder.problems(params))


async def test_it_fails_and_says_what_belongs_there() -> None:
    with pytest.raises(NodeError, match="a placeholder for a spelling checker"):
        await run_node(Placeholder, {"stands_for": "a spelling checker", "inputs": ["text"]}, {"text": "x"})
