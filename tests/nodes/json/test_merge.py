"""Objects put together into one."""

from __future__ import annotations

import pytest

from studio.nodes.json.merge import Merge
from studio.support.errors import NodeError
from tests.support.fake_context import run_node


async def test_later_fields_win_and_keep_their_place() -> None:
    out = await run_node(Merge, {}, {"objects": [{"a": 1, "b": {"x": 1}}, {"c": 3, "b": {"y": 2}}, {}]})

    assert list(out.value.items()) == [("a", 1), ("b", {"y": 2}), ("c", 3)]


async def test_what_is_no_object_is_told_with_its_wire() -> None:
    with pytest.raises(NodeError, match="wire 2"):
        await run_node(Merge, {}, {"objects": [{}, [1]]})
