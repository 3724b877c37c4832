"""Moments are said as seen from now, in whole words, and no number is too strange."""

from __future__ import annotations

from datetime import datetime

import pytest

from studio.support.ago import ago, in_full, midnight

NOW = datetime(2026, 11, 26, 15, 30).timestamp()


@pytest.mark.parametrize(
    ("then", "said"),
    [
        (datetime(2026, 11, 26, 15, 29, 55), "just now"),
        (datetime(2026, 11, 26, 15, 29, 20), "40 s ago"),
        (datetime(2026, 11, 26, 15, 18), "12 min ago"),
        (datetime(2026, 11, 26, 9, 5), "today 09:05"),
        (datetime(2026, 11, 25, 23, 50), "yesterday 23:50"),
        (datetime(2026, 11, 22, 8, 0), "Sun 08:00"),
        (datetime(2026, 10, 1, 8, 0), "2026-10-01 08:00"),
        (datetime(2026, 11, 27, 8, 0), "2026-11-27 08:00"),
    ],
)
def test_it_is_said_how_long_ago_it_was(then: datetime, said: str) -> None:
    assert ago(then.timestamp(), NOW) == said


def test_in_full_and_the_beginning_of_days() -> None:
    assert in_full(NOW) == "Thursday, 2026-11-26 15:30:00"
    assert midnight(NOW) == datetime(2026, 11, 26).timestamp()
    assert midnight(NOW, 6) == datetime(2026, 11, 20).timestamp()


@pytest.mark.parametrize("moment", [1e30, -1e30, float("inf")])
def test_strange_numbers_are_no_reason_to_fail(moment: float) -> None:
    assert ago(moment, NOW)
    assert in_full(moment) == "–"
