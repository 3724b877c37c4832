"""`list.unpack` gives each element an output of its own."""

from __future__ import annotations

import pytest

from studio.nodes.list.unpack import Unpack
from studio.spec.params import parse_params
from studio.support.errors import NodeError
from tests.support.fake_context import present, run_node


async def test_each_element_comes_out_by_its_name() -> None:
    out = await run_node(Unpack, {"names": ["a", "b"]}, {"items": [None, [1]]})

    assert present(out) == {"a": None, "b": [1]}


@pytest.mark.parametrize("items", [[], [1], [1, 2, 3]])
async def test_a_list_of_another_length_is_refused(items: list[int]) -> None:
    with pytest.raises(NodeError, match="but 2 are named"):
        await run_node(Unpack, {"names": ["a", "b"]}, {"items": items})


@pytest.mark.parametrize(("names", "said"), [([], "1 to 200"), (["a", "a"], "stands there twice")])
def test_names_that_cannot_be_outputs_are_told(names: list[str], said: str) -> None:
    params, _ = parse_params(Unpack.Params, {"names": names})

    assert any(said in problem for problem in Unpack.problems(params))
