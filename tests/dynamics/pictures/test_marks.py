"""Marks find room, stay few, and rulers count in round numbers."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy

from studio.dynamics.pictures.diagram import Period
from studio.dynamics.pictures.marks import ARCS, LANES, lanes, nice_step, ruler, telling
from tests.dynamics.pictures.samples import agent_run, long_run


def test_brackets_of_one_lane_never_meet() -> None:
    dice = random.Random(3)
    starts = [dice.randrange(500) for _ in range(80)]
    periods = [Period(start, start + dice.randrange(1, 90), 1, 3) for start in starts]

    placed = lanes(periods)

    assert 20 < len(placed) < 80
    for at, (one, lane) in enumerate(placed):
        assert 0 <= lane < LANES
        for other, its in placed[at + 1 :]:
            assert lane != its or one.end < other.start or other.end < one.start


def test_of_very_many_returns_few_are_drawn_at_each_scale() -> None:
    revisits = long_run(20_000).revisits

    assert revisits is not None
    assert len(revisits) > 2_000
    for apart in (1, 50, 2_000):
        assert 0 < len(telling(revisits, apart)) <= ARCS


def test_few_returns_are_all_drawn() -> None:
    revisits = agent_run().revisits

    assert revisits is not None
    assert telling(revisits, 1).tolist() == revisits.tolist()
    assert telling(None, 1).tolist() == []


def test_a_ruler_counts_in_round_ticks() -> None:
    made = agent_run(160)

    assert [text for _, text in ruler(made, (0, 160), 8)] == ["0", "20", "40", "60", "80", "100", "120", "140"]
    assert [row for row, _ in ruler(made, (33, 71), 4)] == [40, 50, 60, 70]


def test_a_ruler_says_ticks_not_rows_where_rows_were_left_out() -> None:
    made = replace(agent_run(6), ticks=numpy.array([0, 10, 1_000, 20_000, 20_001, 90_000]))

    assert ruler(made, (0, 6), 6) == [(0, "0"), (1, "10"), (2, "1,000"), (3, "20,000"), (4, "20,001"), (5, "90,000")]


def test_steps_are_one_two_five_times_a_power_of_ten() -> None:
    assert [nice_step(span, 10) for span in (5, 15, 45, 95, 150, 99_999)] == [1, 2, 5, 10, 20, 10_000]
