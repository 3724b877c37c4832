"""A cache forgets what was used least recently."""

from __future__ import annotations

import hashlib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from studio.nodes.cache._recent import cached, put
from studio.nodes.cache.get import Get
from studio.nodes.cache.put import Put
from studio.stores import make_store
from studio.support.values import Absent
from tests.support.fake_context import FakeContext, run_node


def context() -> FakeContext:
    return FakeContext(stores={"kept": make_store("kv", {}, "kept")})


async def test_what_was_put_is_given_back_and_what_was_not_is_missing() -> None:
    ctx = context()
    await run_node(Put, {"store": "kept"}, {"key": "a", "value": [1]}, ctx)
    found = await run_node(Get, {"store": "kept"}, {"key": "a"}, ctx)
    none = await run_node(Get, {"store": "kept"}, {"key": "b"}, ctx)

    assert (found.value, found.hit) == ([1], True)
    assert isinstance(none.value, Absent)
    assert (none.missing, none.hit) == (True, False)


async def test_looking_up_counts_as_use() -> None:
    ctx = context()
    for key in "ab":
        await run_node(Put, {"store": "kept", "most": 2}, {"key": key, "value": key}, ctx)
    await run_node(Get, {"store": "kept"}, {"key": "a"}, ctx)
    out = await run_node(Put, {"store": "kept", "most": 2}, {"key": "c", "value": "c"}, ctx)

    assert list(ctx.stores["kept"].dump()) == ["a", "c"]
    assert (out.length, out.forgotten) == (2, 1)


async def test_a_long_key_is_kept_as_its_hash() -> None:
    ctx = context()
    out = await run_node(Put, {"store": "kept", "hashed": True}, {"key": "long text", "value": 1}, ctx)

    assert out.key == hashlib.sha256(b"long text").hexdigest()
    assert (await run_node(Get, {"store": "kept", "hashed": True}, {"key": "long text"}, ctx)).value == 1


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abcdef")), max_size=30), st.integers(1, 4))
def test_it_is_a_cache_of_the_least_recently_used(uses: list[tuple[bool, str]], most: int) -> None:
    ctx: Any = context()
    model: dict[str, int] = {}
    for number, (writes, key) in enumerate(uses):
        if writes:
            put(ctx, key, number, store="kept", most=most)
            model.pop(key, None)
            model[key] = number
            while len(model) > most:
                del model[next(iter(model))]
        else:
            found = cached(ctx, key, store="kept")
            assert found["hit"] == (key in model)
            if key in model:
                assert found["value"] == model[key]
                model[key] = model.pop(key)
    assert list(ctx.stores["kept"].dump().items()) == list(model.items())
