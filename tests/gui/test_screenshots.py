"""The pictures of the window that are committed: one for each panel and scene, in both themes, and small."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QImage

from studio.gui.panels import all_panels
from studio.gui.theme import Theme
from tests.support.screenshots import OUT, SCENES, SIZE, THEMES, Scene, file_of
from tests.support.small_png import COLOURS, palette, save_small

MOST_BYTES = 4_500_000


def test_every_panel_has_a_scene() -> None:
    assert {panel.id for panel in all_panels()} <= {scene.panel for scene in SCENES}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_every_scene_has_its_picture(scene: Scene, theme: str) -> None:
    image = QImage(str(file_of(scene, theme)))

    assert (image.width(), image.height()) == SIZE, "run `python -m tests.support.screenshots`"
    ground = Theme(theme).colour("window")
    corner = image.pixelColor(SIZE[0] - 3, SIZE[1] - 3)
    assert _distance(ground, corner) < 12, "the window's ground, in the colour of the theme"


def test_no_picture_is_left_over_and_all_are_small() -> None:
    files = set(OUT.glob("*.png"))

    assert files == {file_of(scene, theme) for scene in SCENES for theme in THEMES}
    assert sum(file.stat().st_size for file in files) < MOST_BYTES


def test_few_colours_are_kept_as_they_are_and_many_are_reduced(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("png")
    few = QImage(64, 64, QImage.Format.Format_RGB32)
    few.fill(QColor("#123456"))
    few.setPixelColor(3, 3, QColor("#fedcba"))
    many = QImage(64, 64, QImage.Format.Format_RGB32)
    for x in range(64):
        for y in range(64):
            many.setPixelColor(x, y, QColor(x * 4, y * 4, 90))
    save_small(few, folder / "few.png")
    save_small(many, folder / "many.png")

    assert QImage(str(folder / "few.png")).pixelColor(3, 3).name() == "#fedcba"
    again = QImage(str(folder / "many.png"))
    assert again.colorCount() <= COLOURS
    assert max(_distance(many.pixelColor(x, x), again.pixelColor(x, x)) for x in range(64)) < 40
    assert len(palette([[0x010203, 0x010203]])) == 1


def _distance(one: QColor, other: QColor) -> int:
    return max(
        abs(one.red() - other.red()), abs(one.green() - other.green()), abs(one.blue() - other.blue())
    )  # fmt: skip
