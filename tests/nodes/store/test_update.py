"""`store.update` sets many keys of a kv store at once."""

from __future__ import annotations

import pytest

from studio.nodes.store.update import Update
from studio.stores import make_store
from studio.support.errors import NodeError
from tests.support.fake_context import FakeContext, run_node


def context() -> FakeContext:
    return FakeContext(
        stores={
            "files": make_store("kv", {"values": {"a.py": "1", "b.py": "2"}}, "files"),
            "log": make_store("list", {}, "log"),
        }
    )


async def test_given_keys_are_set_and_the_others_stay() -> None:
    ctx = context()

    out = await run_node(Update, {"store": "files"}, {"values": {"b.py": "3", "c.py": "4"}}, ctx)

    assert ctx.stores["files"].dump() == {"a.py": "1", "b.py": "3", "c.py": "4"}
    assert out.keys == ["b.py", "c.py"]


async def test_replacing_forgets_the_others() -> None:
    ctx = context()

    await run_node(Update, {"store": "files", "replace": True}, {"values": {"c.py": "4"}}, ctx)

    assert ctx.stores["files"].dump() == {"c.py": "4"}


async def test_another_kind_of_store_is_refused() -> None:
    with pytest.raises(NodeError, match="works on a `kv`"):
        await run_node(Update, {"store": "log"}, {"values": {"a": 1}}, context())
