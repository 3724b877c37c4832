"""Shaking collects garbage again and again: it looks only through what was made since the test began."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _modules_are_no_garbage() -> Iterator[None]:
    """Modules and what they hold are most of all objects, and stay anyway."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
