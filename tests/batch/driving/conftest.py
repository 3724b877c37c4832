"""Hosts of workers are forked from one that has imported already; those of `tests/batch/engines` are not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.warm_hosts import warm_hosts


@pytest.fixture(scope="package", autouse=True)
def hosts() -> Iterator[None]:
    with warm_hosts():
        yield
