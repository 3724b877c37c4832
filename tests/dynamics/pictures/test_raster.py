"""Pixels show what a cell is: fired, held, empty, failed, writing; at every scale, and the same in tiles."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy
import pytest
from numpy.typing import NDArray

from studio.dynamics.pictures.building import Firings, of_automaton, of_firings
from studio.dynamics.pictures.colours import HELD, Look, look, ramp, state_colours, symbol_colours
from studio.dynamics.pictures.diagram import COLOURINGS, Colouring, Column, Diagram
from studio.dynamics.pictures.raster import Raster
from studio.dynamics.pictures.sampling import KINDS, key_cells
from studio.dynamics.pictures.scale import LADDER, Scale, fitting, next_step
from studio.dynamics.pictures.tiles import Tiles
from tests.dynamics.pictures.samples import agent_run, long_run, rule_110
from tests.support.thorough import thorough_but

DARK, LIGHT = look("dark"), look("light")


def one_column(**more: Any) -> Diagram:
    """Six ticks: said, held, held, said, held, held."""
    plain = Firings.plain([0, 3], [0, 0], [0, 1])
    return of_firings([Column("a")], replace(plain, **more), last=5)


def pixel(made: NDArray[numpy.uint8], row: int) -> list[int]:
    return [int(one) for one in made[row, 0, :3]]


@pytest.mark.parametrize("shown", [DARK, LIGHT], ids=["dark", "light"])
def test_a_held_cell_lets_the_ground_through(shown: Look) -> None:
    made = Raster(one_column(), "symbol", shown).picture(Scale(1, 1))
    full = numpy.array(pixel(made, 0), float)
    ground = numpy.array(shown.ground, float)

    assert pixel(made, 0) == symbol_colours(numpy.array([0]), shown)[0].tolist()
    assert numpy.abs(numpy.array(pixel(made, 1)) - (ground + HELD * (full - ground))).max() <= 1


def test_talk_without_content_is_grey_whatever_it_says() -> None:
    made = Raster(one_column(contentless=numpy.array([True, True])), "symbol", DARK).picture(Scale(1, 1))

    assert pixel(made, 0) == pixel(made, 3) == list(DARK.role("skipped"))


def test_a_failure_is_red_where_rows_are_thin_and_only_when_it_happened() -> None:
    made = Raster(one_column(error=numpy.array([False, True])), "symbol", DARK).picture(Scale(1, 1))

    assert pixel(made, 3) == list(DARK.role("bad"))
    assert pixel(made, 4) != pixel(made, 3)
    assert pixel(made, 4)[0] < 200


def test_a_failure_is_hatched_where_there_is_room() -> None:
    made = Raster(one_column(error=numpy.array([False, True])), "symbol", LIGHT).picture(Scale(12, 30))
    red = (made[..., :3] == LIGHT.role("bad")).all(axis=2)

    assert not red[:36].any()
    assert 0.15 < red[37:48, :28].mean() < 0.5
    assert not red[48:].any()


def test_a_write_has_a_dot_in_its_upper_right_corner() -> None:
    plain, wrote = (
        Raster(one_column(write=numpy.array([False, flag])), "symbol", LIGHT).picture(Scale(16, 30))
        for flag in (False, True)
    )
    rows, columns = numpy.nonzero((plain != wrote).any(axis=2))

    assert rows.min() >= 48
    assert rows.max() < 48 + 8
    assert columns.min() > 18


def test_before_its_first_output_a_cell_is_the_ground() -> None:
    made = of_firings([Column("a"), Column("b")], Firings.plain([0, 1], [0, 1], [0, 0]))

    assert Raster(made, "age", DARK).picture(Scale(1, 1))[0, 1, :3].tolist() == list(DARK.ground)


BLINDNESS = {
    "none": numpy.eye(3),
    "protan": numpy.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
    "deutan": numpy.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
    "tritan": numpy.array([[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]]),
}
"""What is seen of linear red, green and blue (Machado, Oliveira & Fernandes 2009, table 1, severity 1)."""


def oklab(linear: NDArray[numpy.float64]) -> NDArray[numpy.float64]:
    """Linear sRGB to OKLab (Ottosson 2020)."""
    to_cones = numpy.array([[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.63]])
    to_lab = numpy.array([[0.2105, 0.7936, -0.0041], [1.978, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]])
    found: NDArray[numpy.float64] = numpy.cbrt(numpy.clip(linear, 0, 1) @ to_cones.T) @ to_lab.T
    return found


@pytest.mark.parametrize("kind", BLINDNESS)
@pytest.mark.parametrize("shown", [DARK, LIGHT], ids=["dark", "light"])
def test_the_first_twelve_symbols_are_told_apart_by_everybody(kind: str, shown: Look) -> None:
    colours = symbol_colours(numpy.arange(12), shown) / 255
    linear = numpy.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)

    seen = oklab(linear @ BLINDNESS[kind].T)

    away = numpy.linalg.norm(seen[:, None] - seen[None, :], axis=2)
    assert away[~numpy.eye(12, dtype=bool)].min() > 0.045


def test_a_symbol_keeps_its_colour_whatever_else_is_shown() -> None:
    alone, among = symbol_colours(numpy.array([41]), DARK)[0], symbol_colours(numpy.arange(99), DARK)[41]

    assert alone.tolist() == among.tolist()


@pytest.mark.parametrize("colouring", ["novelty", "mass", "age"])
def test_ramps_grow_steadily_away_from_the_ground(colouring: Colouring) -> None:
    for shown in (DARK, LIGHT):
        grey = ramp(colouring, shown).astype(float) @ (0.299, 0.587, 0.114)
        steps = numpy.diff(grey[::16])
        assert (steps > 0).all() if shown.is_dark else (steps < 0).all()


def test_state_0_of_an_automaton_is_the_ground() -> None:
    for states in (1, 2, 5):
        assert state_colours(states, LIGHT)[0].tolist() == list(LIGHT.ground)
    assert len({tuple(one) for one in state_colours(5, DARK).tolist()}) == 5


def test_folding_keeps_what_is_newest_and_every_failure() -> None:
    many = 4_000
    plain = Firings.plain(range(many), [0] * many, [0] * many)
    news, error = numpy.zeros(many, numpy.float32), numpy.zeros(many, bool)
    news[1_234], error[3_210] = 1.0, True
    made = of_firings([Column("a")], replace(plain, novelty=news, error=error))

    picture = Raster(made, "novelty", DARK).picture(Scale.at(-64, 20))[:, 0, :3]

    newest = ramp("novelty", DARK)[255].tolist()
    assert [one for one in range(len(picture)) if picture[one].tolist() == newest] == [1_234 // 128 * 2]
    assert [one for one in range(len(picture)) if picture[one].tolist() == list(DARK.role("bad"))] == [3_210 // 128 * 2]


def test_folded_states_of_an_automaton_are_averaged() -> None:
    states = numpy.zeros((8, 8), numpy.uint8)
    states[:, ::2] = 1

    made = Raster(of_automaton(states), "symbol", DARK).picture(Scale.at(-4))

    middle = state_colours(2, DARK).astype(float).mean(axis=0)
    assert made.shape == (2, 2, 4)
    assert numpy.abs(made[..., :3] - middle).max() <= 1


@pytest.mark.parametrize("step", thorough_but({-32, 8}.__contains__, [-32, -2, 1, 3, 8, 15]))
@pytest.mark.parametrize("name", ["run", "automaton"])
def test_tiles_together_are_the_whole_picture(step: int, name: str) -> None:
    made = long_run(3_000, 20) if name == "run" else rule_110(300, 700)
    scale = Scale.at(step, 30 if name == "run" else 0)
    raster = Raster(made, "symbol", LIGHT)
    high, wide = (min(1_500, side) for side in scale.size(made.rows, made.width))
    whole = raster.picture(scale)[:high, :wide]
    tiles: Tiles[NDArray[numpy.uint8]] = Tiles(raster, lambda pixels: pixels)

    pasted = numpy.zeros((high + 600, wide + 600, 4), numpy.uint8)
    for tile in tiles.within(scale, 0, 0, wide, high):
        pasted[tile.y : tile.y + tile.height, tile.x : tile.x + tile.width] = tile.image[:, :]

    assert numpy.array_equal(pasted[:high, :wide], whole)


def test_tiles_that_were_seen_are_not_drawn_again_and_memory_is_bounded() -> None:
    raster = Raster(long_run(20_000), "symbol", LIGHT)
    tiles: Tiles[int] = Tiles(raster, lambda pixels: 0, room=2_000_000)

    list(tiles.within(Scale(1, 30), 0, 500, 360, 800))
    made = tiles.made
    list(tiles.within(Scale(1, 30), 0, 600, 360, 700))
    assert tiles.made == made
    for y in range(0, 20_000, 256):
        list(tiles.within(Scale(1, 30), 0, y, 360, 256))
    assert len(tiles) <= 2_000_000 // (256 * 360 * 4) + 1


def test_every_step_of_the_ladder_draws_every_colouring() -> None:
    made = agent_run(40)
    for step in LADDER:
        scale = Scale.at(step, 20)
        for colouring in COLOURINGS:
            assert Raster(made, colouring, DARK).picture(scale).shape[:2] == scale.size(made.rows, made.width)


def test_a_part_without_rows_is_an_empty_picture() -> None:
    assert Raster(agent_run(10), "symbol", DARK).picture(Scale(3, 8), (4, 4)).shape == (0, 72, 4)


def test_steps_fit_what_there_is_room_for() -> None:
    assert fitting(100, 399) == 3
    assert fitting(100_000, 800) == -128
    assert fitting(0, 10) == LADDER[-1]
    assert next_step(1, -1) == -2
    assert next_step(LADDER[-1], 3) == LADDER[-1]


def test_the_key_shows_each_kind_of_cell_differently() -> None:
    drawn = [cell.tobytes() for _, cell in key_cells(Raster(agent_run(10), "symbol", LIGHT))]

    assert len(set(drawn)) == len(KINDS)
