"""Which of the random graphs that are stopped, resumed and forked are tried each time; the others in thorough runs."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from _pytest.mark.structures import MarkDecorator

from tests.support.thorough import thorough_but

EACH_TIME = 4
"""So many of a range; each has several regions and is cut in several places."""


def for_seeds(seeds: range, *, also: Iterable[int] = ()) -> MarkDecorator:
    """Return the mark of a test that runs for each seed: each time for the first ones and for those `also` given."""
    kept = {*seeds[:EACH_TIME], *also}
    return pytest.mark.parametrize("seed", thorough_but(kept.__contains__, [*seeds, *also]))
