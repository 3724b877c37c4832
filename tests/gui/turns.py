"""How threads take turns while windows are tried out that run graphs: as in the studio itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

SWITCH_S = 0.0005
"""As `studio.gui.app` has it: beside an engine that computes, the window gets Python at once."""


@pytest.fixture(scope="module", autouse=True)
def short_turns() -> Iterator[None]:
    """Threads take short turns; by default the window would wait five milliseconds for each of its calls."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    yield
    sys.setswitchinterval(before)
