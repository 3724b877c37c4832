"""Figures: the same bytes each time, only files that can be, hostile names, no global state."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import matplotlib
import numpy
import pytest
from lxml import etree  # type: ignore[import-untyped]

from studio.dynamics.pictures.building import Firings, of_firings
from studio.dynamics.pictures.diagram import Column, empty
from studio.dynamics.pictures.figures import page, save, save_flow, save_recurrence
from studio.dynamics.pictures.figures.sheet import LARGEST
from studio.support.errors import UsageError
from tests.dynamics.pictures.samples import agent_run, long_run, rule_110

HOSTILE = "</text><script>alert(1)</script> $\\frac{1}{2}$ \x1b[31m\n" + "é" * 500


def size_of(path: Path) -> tuple[int, int]:
    pixels = matplotlib.image.imread(path)
    return pixels.shape[1], pixels.shape[0]


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_same_diagram_gives_the_same_bytes(tmp_path: Path, kind: str) -> None:
    def written(name: str, theme: str) -> bytes:
        path = tmp_path / f"{name}.{kind}"
        save([rule_110(20, 21), agent_run(20)], path, theme=theme)
        return path.read_bytes()

    one = written("one", "light")

    assert written("other", "light") == one
    assert written("dark", "dark") != one
    assert b"2026" not in one[:4000]


def test_a_png_has_the_size_of_its_page(tmp_path: Path) -> None:
    sheet = page(agent_run(60))
    sheet.save(tmp_path / "a.png")

    assert size_of(tmp_path / "a.png") == (sheet.width, sheet.height)


def test_cells_of_the_picture_are_the_pixels_of_the_raster(tmp_path: Path) -> None:
    from studio.dynamics.pictures.colours import look
    from studio.dynamics.pictures.figures import EDGE, spacetime

    made = rule_110(50, 61)
    block = spacetime.layout(made, look("light"))
    save(made, tmp_path / "a.png")
    pixels = (matplotlib.image.imread(tmp_path / "a.png")[..., :3] * 255 + 0.5).astype(int)
    x, y = EDGE + block.left, EDGE + block.top

    drawn = pixels[y + 4 : y + block.rows_high - 4, x + 4 : x + block.columns_wide - 4]

    expected = block.raster.picture(block.scale)[4:-4, 4:-4, :3].astype(int)
    assert numpy.abs(drawn - expected).max() <= 1


@pytest.mark.parametrize("curves", ["beside", "below", "none"])
def test_curves_stand_where_they_are_asked_for(tmp_path: Path, curves: str) -> None:
    plain, sheet = page(agent_run(60), curves="none"), page(agent_run(60), curves=curves)  # type: ignore[arg-type]

    assert (sheet.width > plain.width + 300) == (curves == "beside")
    assert (sheet.height > plain.height + 100) == (curves == "below")


def test_a_very_long_run_is_a_picture_of_common_size(tmp_path: Path) -> None:
    save(long_run(6_000), tmp_path / "long.png")

    wide, high = size_of(tmp_path / "long.png")
    assert max(wide, high) < 2_400


def test_nothing_at_all_is_a_picture_too(tmp_path: Path) -> None:
    save(empty(), tmp_path / "a.png")
    save_recurrence(empty(), tmp_path / "b.svg")
    save_flow([], numpy.zeros((0, 0)), tmp_path / "c.png")

    assert all((tmp_path / name).stat().st_size > 200 for name in ("a.png", "b.svg", "c.png"))


@pytest.mark.parametrize("name", ["a.jpg", "a", "a.pdf"])
def test_other_kinds_of_files_are_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"\.png or \.svg"):
        save(rule_110(5, 9), tmp_path / name)
    assert not (tmp_path / name).exists()


def test_a_page_that_would_be_too_large_is_refused_with_what_to_do() -> None:
    many = [Column(f"m{number}") for number in range(2_000)]
    made = of_firings(many, Firings.plain([0], [0], [0]))

    with pytest.raises(UsageError, match=f"{LARGEST:,} pixels at most"):
        page(made)


def test_names_of_strangers_are_written_as_text(tmp_path: Path) -> None:
    made = agent_run(30)
    hostile = replace(made, title=HOSTILE, columns=tuple(Column(HOSTILE, HOSTILE, HOSTILE) for _ in made.columns))

    save(hostile, tmp_path / "a.svg")
    save(hostile, tmp_path / "a.png")

    root = etree.fromstring((tmp_path / "a.svg").read_bytes())
    assert not root.findall(".//{*}script")


def test_a_colouring_that_tells_nothing_gives_way_to_symbols(tmp_path: Path) -> None:
    save(rule_110(20, 21), tmp_path / "goal.png", colouring="goal")
    save(rule_110(20, 21), tmp_path / "symbol.png", colouring="symbol")

    assert (tmp_path / "goal.png").read_bytes() == (tmp_path / "symbol.png").read_bytes()


def test_flow_of_another_shape_and_too_many_modules_are_refused() -> None:
    with pytest.raises(ValueError, match="2 names"):
        save_flow(["a", "b"], numpy.zeros((3, 3)), Path("x.png"))
    with pytest.raises(UsageError, match="201 modules"):
        save_flow([str(one) for one in range(201)], numpy.zeros((201, 201)), Path("x.png"))


def test_flow_that_is_not_known_is_left_open(tmp_path: Path) -> None:
    for name, value in (("known", 0.9), ("unknown", numpy.nan)):
        save_flow(["a", "b"], numpy.array([[0.1, value], [0.2, 0.3]]), tmp_path / f"{name}.png")

    assert (tmp_path / "known.png").read_bytes() != (tmp_path / "unknown.png").read_bytes()


def test_drawing_needs_neither_qt_nor_the_global_state_of_matplotlib(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; import studio.dynamics.pictures.figures as figures;"
        "assert 'matplotlib' not in sys.modules; from tests.dynamics.pictures.samples import rule_110;"
        f"figures.save(rule_110(9, 9), Path({str(tmp_path / 'a.png')!r}));"
        "assert 'matplotlib' in sys.modules;"
        "print([name for name in ('matplotlib.pyplot', 'PySide6') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
