"""Each measure on diagrams made by hand, with the value worked out by hand."""

from __future__ import annotations

import math
import zlib
from typing import Any

import numpy as np
import pytest

from studio.dynamics.automata import measures
from studio.dynamics.automata.rules import elementary
from studio.dynamics.automata.simulate import drawn, run


def made(*rows: str) -> Any:
    return np.array([[int(sign) for sign in row] for row in rows], dtype=np.uint8)


def noise(ticks: int, cells: int, states: int = 2) -> Any:
    return drawn(states, (ticks, cells), 9, "noise")


STILL = np.tile(made("0110100"), (48, 1))
BLINKING = np.array([[tick % 2] * 5 for tick in range(48)], dtype=np.uint8)
SHIFTING = np.array([np.roll([0, 0, 1, 0, 1, 1, 0, 0, 0, 1, 1], tick) for tick in range(66)], dtype=np.uint8)


def test_the_transient_ends_with_the_first_row_that_comes_back() -> None:
    assert measures.transient_and_period(made("00", "01", "10", "11", "10", "11")) == (2, 2)
    assert measures.transient_and_period(STILL) == (0, 1)
    assert measures.transient_and_period(SHIFTING) == (0, 11)
    assert measures.transient_and_period(made("00", "01", "10")) == (3, None)


def test_activity_is_the_share_of_cells_that_change() -> None:
    assert measures.activity(made("0000", "0001", "0110")).tolist() == [0.25, 0.75]


def test_row_entropy_is_zero_when_uniform_and_one_when_all_states_are_as_frequent() -> None:
    assert measures.row_entropy(made("0000", "2222", "0011"), 3).tolist() == pytest.approx([0, 0, 1 / math.log2(3)])
    assert measures.row_entropy(made("012"), 3).tolist() == pytest.approx([1])


def test_block_entropy_counts_words_of_one_cell_in_time() -> None:
    assert measures.block_entropy(BLINKING, 2, 3) == pytest.approx(1)  # 010 and 101, as often
    assert measures.block_entropy(STILL, 2, 4) == pytest.approx(
        -(3 / 7) * math.log2(3 / 7) - (4 / 7) * math.log2(4 / 7)
    )


def test_noise_has_an_entropy_rate_and_no_memory_and_a_cycle_has_memory_and_no_rate() -> None:
    rate, excess = measures.entropy_rate(noise(400, 100), 2)
    assert rate == pytest.approx(1, abs=0.05)
    assert abs(excess) < 0.5

    rate, excess = measures.entropy_rate(BLINKING, 2)
    assert rate == pytest.approx(0)
    assert excess == pytest.approx(1, abs=0.001)


def test_input_entropy_of_one_neighbourhood_is_zero_and_of_all_alike_is_one() -> None:
    ring = made("00010111")  # a ring on which each of the eight triples stands once

    assert measures.input_entropy(np.tile(ring, (20, 1)), 2, 1).tolist() == pytest.approx([1, 1])
    assert measures.input_entropy(np.zeros((20, 8), dtype=np.uint8), 2, 1).tolist() == [0, 0]
    assert measures.input_entropy(np.zeros((20, 5, 5), dtype=np.uint8), 2, 1).tolist() == [0, 0]


def test_input_entropy_on_a_torus_tells_a_state_and_how_many_neighbours_are_unlike() -> None:
    plane = np.zeros((10, 7, 7), dtype=np.uint8)
    plane[:, 3, 3] = 1
    # One cell with 8 unlike neighbours, 8 with 1, 40 with none.
    by_hand = measures.entropy([1, 8, 40]) / math.log2(18)

    assert measures.input_entropy(plane, 2, 1).tolist() == pytest.approx([by_hand])


def test_many_kinds_of_neighbourhoods_are_counted_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    diagram = noise(50, 60, 3)
    binned = measures.input_entropy(diagram, 3, 1)
    monkeypatch.setattr(measures, "MAX_BINS", 1)

    assert measures.input_entropy(diagram, 3, 1).tolist() == pytest.approx(binned.tolist())


def test_the_copy_score_is_zero_for_shifts_and_one_for_noise() -> None:
    assert measures.copy_score(SHIFTING, 2, 1) == pytest.approx(0)
    assert measures.copy_score(1 - SHIFTING, 2, 1) == pytest.approx(0)
    assert measures.copy_score(BLINKING, 2, 1) == pytest.approx(0)
    assert measures.copy_score(noise(200, 100), 2, 1) > 0.99
    # The sum of two neighbours (rule 90) tells nothing as long as only one of them is known.
    assert measures.copy_score(run(elementary(90), noise(1, 101), 200)[0], 2, 1) > 0.98


def test_the_copy_score_sees_a_shift_across_the_torus() -> None:
    plane = drawn(2, (6, 7), 1, "plane")
    diagram = np.array([np.roll(plane, (tick, -tick), axis=(0, 1)) for tick in range(30)])

    assert measures.copy_score(diagram, 2, 1) == pytest.approx(0)
    assert measures.copy_score(drawn(2, (90, 6, 7), 2, "noise"), 2, 1) > 0.9


def test_laminarity_is_the_share_that_repeats() -> None:
    half = np.concatenate([np.tile(STILL[:, :5], (1, 2)), noise(48, 10)], axis=1)

    assert measures.laminarity(STILL) == 1
    assert measures.laminarity(BLINKING) == 1
    assert measures.laminarity(half) == pytest.approx(0.5, abs=0.06)
    assert measures.laminarity(noise(480, 50)) < 0.01
    assert measures.laminarity(SHIFTING, longest=8) == 0  # its period is 11
    assert measures.laminarity(SHIFTING, window=24, longest=11) == 1


def test_damage_is_the_share_that_differs() -> None:
    assert measures.damage(made("0000", "0000"), made("0100", "1110")).tolist() == [0.25, 0.75]


def test_unrelated_rows_differ_by_chance() -> None:
    assert measures.chance_of_difference(made("0011"), made("0101")) == 0.5
    assert measures.chance_of_difference(made("0000"), made("0000")) == 0
    assert measures.chance_of_difference(made("0000"), made("1111")) == 0.5
    assert measures.chance_of_difference(made("0001"), made("0002")) == pytest.approx(1 - (36 + 1 + 1) / 64)


def test_damage_reaches_as_far_as_the_light_cone_lets_it() -> None:
    start = np.zeros((1, 101), dtype=np.uint8)
    hurt = start.copy()
    hurt[0, 100] = 1  # so that it crosses the seam of the ring

    def reached(number: int) -> float:
        one, other = (run(elementary(number), cells, 60)[0] for cells in (start, hurt))
        return measures.damage_reach(one, other, 1)

    assert reached(150) == 1
    assert reached(204) == pytest.approx(1 / 81)  # stays where it is, at tick 40
    assert reached(170) == pytest.approx(1 / 81)  # moves, and stays one cell
    assert reached(0) == 0


def test_novelty_is_the_share_of_rows_that_are_new() -> None:
    assert measures.novelty(made("00", "01", "10", "01", "01", "11"), 2).tolist() == [1, 0.5, 0.5]


def test_what_repeats_adds_little_to_what_is_compressed() -> None:
    assert measures.compression_growth(np.tile(STILL, (10, 10))) < 0.01
    assert 0.1 < measures.compression_growth(noise(200, 200)) < 0.2  # a bit per cell is an eighth of a byte

    diagram = noise(20, 50)
    renamed = min(bytes((diagram ^ diagram[0, 0]).ravel()), bytes((diagram ^ diagram[0, -1])[:, ::-1].ravel()))
    expected = (len(zlib.compress(renamed)) - len(zlib.compress(renamed[:500]))) / 500
    assert measures.compression_growth(diagram) == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("states", [2, 3])
def test_all_measures_are_the_same_in_a_mirror_and_with_other_names(states: int) -> None:
    diagram = noise(120, 61, states)
    diagram[40:] = diagram[40]
    seen = (states - 1 - diagram)[:, ::-1]
    other = diagram.copy()
    other[:, 7] = 0

    def every(picture: Any, hurt: Any) -> list[Any]:
        return [
            measures.transient_and_period(picture),
            measures.activity(picture).tolist(),
            measures.row_entropy(picture, states).tolist(),
            measures.entropy_rate(picture, states),
            measures.input_entropy(picture, states, 1).tolist(),
            measures.copy_score(picture, states, 1),
            measures.laminarity(picture),
            measures.damage(picture, hurt).tolist(),
            measures.chance_of_difference(picture, hurt),
            measures.damage_reach(picture, hurt, 1),
            measures.novelty(picture, 10).tolist(),
            measures.compression_growth(picture),
        ]

    assert every(diagram, other) == every(seen, (states - 1 - other)[:, ::-1])
