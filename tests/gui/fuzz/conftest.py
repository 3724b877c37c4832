"""Shaking collects garbage again and again: it looks only through what was made since the test began."""

from __future__ import annotations

import gc

import pytest


@pytest.fixture(autouse=True)
def _what_others_left_is_no_garbage() -> None:
    """The folder above does this once for a module of tests."""
    gc.collect()
    gc.freeze()
