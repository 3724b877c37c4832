"""How params are named beside their editors."""

from __future__ import annotations

import pytest

from studio.gui.panels.inspector.param_row import title_of
from studio.spec.fields import Field


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("limit_s", "limit (s)"),
        ("memory_mb", "memory (MB)"),
        ("cost_usd", "cost (USD)"),
        ("max_turns", "max turns"),
        ("folder", "folder"),
    ],
)
def test_what_is_measured_is_named_with_its_unit(name: str, title: str) -> None:
    assert title_of(Field(name=name, kind="param", type="number")) == title
