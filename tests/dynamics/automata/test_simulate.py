"""Whole runs, the protocol, and that starts are the same for ever."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from studio.dynamics.automata.life import lifelike
from studio.dynamics.automata.rules import elementary, totalistic
from studio.dynamics.automata.simulate import NARROW, WIDE, changed, drawn, observe, run
from studio.support.errors import UsageError
from tests.dynamics.automata.plain import elementary_step, life_step


def test_a_run_is_the_plain_one_tick_by_tick() -> None:
    row = [int(sign) for sign in "0010110111010001011"]

    diagram = run(elementary(110), np.array([row], dtype=np.uint8), 30)[0].tolist()

    for before, after in pairwise(diagram):
        assert after == elementary_step(before, 110)
    assert diagram[0] == row


def test_a_glider_comes_round_the_torus() -> None:
    plane = np.zeros((1, 8, 8), dtype=np.uint8)
    plane[0, [0, 1, 2, 2, 2], [1, 2, 0, 1, 2]] = 1

    diagram = run(lifelike([3], [2, 3]), plane, 33)[0]

    assert diagram[4].tolist() == np.roll(diagram[0], (1, 1), axis=(0, 1)).tolist()
    assert diagram[32].tolist() == diagram[0].tolist() != diagram[31].tolist()
    assert diagram[1].tolist() == life_step(diagram[0].tolist(), [3], [2, 3], 2)


def test_the_protocol_shows_two_rings_and_damaged_runs() -> None:
    seen = observe(totalistic(3, 1, 777), seed=1, starts=2)

    assert seen.late.shape == (2, *NARROW)
    assert seen.early.shape == (2, *WIDE)
    assert seen.damaged.shape[1:] == seen.late.shape
    assert ((seen.damaged[:, :, 0] != seen.late[:, 0]).sum(axis=-1) == 1).all()
    assert set(np.unique(seen.late[:, 0])) == {0, 1, 2}


def test_other_seeds_and_starts_are_other_runs() -> None:
    seen, other = observe(elementary(30), seed=1, starts=2), observe(elementary(30), seed=2, starts=2)

    assert (seen.late[0, 0] != other.late[0, 0]).any()
    assert (seen.late[0, 0] != seen.late[1, 0]).any()
    assert (seen.late == observe(elementary(30), seed=1, starts=2).late).all()


def test_random_starts_are_these_for_ever() -> None:
    assert "".join(map(str, drawn(2, (24,), 0, "late"))) == "101111010001000111101110"
    assert abs(float(drawn(3, (30_000,), 0, "late").mean()) - 1) < 0.02


def test_a_changed_start_differs_in_one_cell_or_within_one_block() -> None:
    starts = drawn(3, (50, 9, 10), 5, "late")

    one = changed(starts, 3, 5) != starts
    block = changed(starts, 3, 5, side=3) != starts

    assert (one.sum(axis=(1, 2)) == 1).all()
    assert (block.sum(axis=(1, 2)) >= 1).all()
    assert (block.sum(axis=(1, 2)) <= 9).all()
    assert (block.any(axis=2).sum(axis=1) <= 3).all()
    assert (block.sum(axis=(1, 2)) > 3).any()


def test_equivalent_rules_see_the_same_pictures_in_a_mirror_and_in_other_colours() -> None:
    plain, mirror, negative = (observe(elementary(number), seed=3, starts=2) for number in (110, 124, 137))

    assert (mirror.late == plain.late[..., ::-1]).all()
    assert (negative.late == 1 - plain.late).all()
    assert (negative.damaged == 1 - plain.damaged).all()
    assert (mirror.early == plain.early[..., ::-1]).all()


def test_what_cannot_be_run_is_refused() -> None:
    row = np.zeros((1, 10), dtype=np.uint8)
    for starts, ticks in ((row[0], 5), (row, 0), (row, 10**9), (row + 2, 5), (row[:, :2], 5)):
        with pytest.raises(UsageError):
            run(elementary(1), starts, ticks)
    for starts_asked in (0, 25, 1.5, True):
        with pytest.raises(UsageError, match="starts"):
            observe(elementary(1), starts=starts_asked)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="seed"):
        observe(elementary(1), seed="x")  # type: ignore[arg-type]
