"""Shaking collects garbage again and again: it looks only through what was made since the test began."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module", autouse=True)
def _all_is_looked_through_in_the_end() -> Iterator[None]:
    """Other tests find the collector as it was."""
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def _modules_are_no_garbage(_all_is_looked_through_in_the_end: None) -> None:
    """Modules and what they hold are most of all objects, and stay anyway."""
    gc.collect()
    gc.freeze()
