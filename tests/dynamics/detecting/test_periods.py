"""Runs of every period are exact, whatever the stream; checked against a plain count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.dynamics.detecting.periods import Periods


def plain_run(stream: list[int], period: int) -> int:
    run = 0
    while run + period < len(stream) and stream[-1 - run] == stream[-1 - run - period]:
        run += 1
    return run


def fed(stream: list[int], longest: int = 12) -> Periods:
    last: dict[int, int] = {}
    found = Periods(longest)
    for at, word in enumerate(stream):
        found.see(word, last.get(word, -1))
        last[word] = at
    return found


@given(st.lists(st.integers(0, 3), max_size=60))
def test_every_run_is_that_of_a_plain_count(stream: list[int]) -> None:
    found = fed(stream)

    assert [found.run(period) for period in range(1, 13)] == [plain_run(stream, period) for period in range(1, 13)]


@pytest.mark.parametrize("period", range(1, 13))
@pytest.mark.parametrize("prefix", [0, 5, 37])
def test_a_strict_circle_of_any_period_is_found_with_its_repeats(period: int, prefix: int) -> None:
    found = fed([1000 + at for at in range(prefix)] + list(range(period)) * 4)

    assert found.best() == (period, 4)


def test_a_stream_without_repetition_has_no_period() -> None:
    assert fed(list(range(100))).best() == (0, 1)
    assert fed([0, 1, 0, 1]).best() == (0, 1)  # twice is not yet three times
    assert fed([0, 1, 0, 1, 0, 1]).best() == (2, 3)


def test_a_restart_forgets_what_was() -> None:
    found = fed([0, 1] * 6)
    found.restart()
    assert found.best() == (0, 1)


def test_long_streams_keep_exact_runs_though_the_store_goes_round() -> None:
    found = fed([0, 1, 2] * 50)

    assert found.run(3) == 147
    assert found.best() == (3, 50)


def test_the_period_of_a_noisy_circle_is_guessed_and_noise_has_none() -> None:
    circle = [at % 4 if at % 11 else 100 + at for at in range(80)]

    assert fed(circle).likely()[0] == 4
    assert fed(list(range(80))).likely() == (0, 0.0)
