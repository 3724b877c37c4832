"""Any JSON value goes into a worker and comes back as it was; anything else is refused and never changed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.sandbox.boxes import RunSandbox
from studio.sandbox.pools import Pool
from studio.support.errors import NodeError
from studio.support.values import Json, same_value
from tests.support.thorough import draws

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
    max_leaves=20,
)


@pytest.fixture
def loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def sandbox() -> Iterator[RunSandbox]:
    pool = Pool()
    yield RunSandbox("values", wish="none", pool=pool)
    pool.end_all()


@settings(max_examples=draws(30, 150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=VALUES)
def test_json_goes_in_and_comes_back_as_it_was(loop: asyncio.Runner, sandbox: RunSandbox, value: Json) -> None:
    done = loop.run(sandbox.python("def main(x):\n    return x", {"x": value}))

    assert same_value(done.value, value)


@settings(max_examples=draws(10, 60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.integers().filter(lambda n: not -(2**63) <= n < 2**64) | st.integers(2**64, 2**70))
def test_numbers_that_are_too_large_are_refused_and_not_rounded(
    loop: asyncio.Runner, sandbox: RunSandbox, number: int
) -> None:
    with pytest.raises(NodeError, match="gave no JSON value"):
        loop.run(sandbox.python(f"def main():\n    return [{number}]", {}))
