"""Pictures of a graph: whole or selected, in another theme, with or without paper, refused when absurd."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QPushButton

from studio.editing.document.ops import Place
from studio.gui.canvas import Canvas
from studio.gui.dialogs.pictures import Picture, PictureSheet, problem_with, size_of, write
from studio.gui.theme import Theme, current_theme
from studio.gui.workbench import Tab, Workbench
from studio.support.errors import EnvironmentProblem, UsageError
from tests.gui.support import open_canvas
from tests.support.graphs import CRITIC_LOOP


@pytest.fixture
def canvas(qtbot: Any, workbench: Workbench) -> Canvas:
    """The canvas of a small graph, shown by the workbench."""
    made = open_canvas(qtbot, workbench, CRITIC_LOOP)
    workbench.set_current(Tab(made.document, ()), made)
    return made


def colours(image: QImage) -> set[str]:
    """Return the colours of every seventh pixel."""
    return {
        image.pixelColor(x, y).name(QColor.NameFormat.HexArgb)
        for x in range(0, image.width(), 7)
        for y in range(0, image.height(), 7)
    }


def opaque(name: str, role: str) -> str:
    return Theme(name).colour(role).name(QColor.NameFormat.HexArgb)


def test_a_png_has_the_size_that_was_said_and_the_paper_of_the_theme(canvas: Canvas, tmp_path: Path) -> None:
    picture = Picture(scale=2.0)
    write(canvas, picture, tmp_path / "a.png")
    image = QImage(str(tmp_path / "a.png"))

    assert (image.width(), image.height()) == size_of(canvas, picture)
    assert image.pixelColor(2, 2).name() == current_theme().colour("paper").name()
    assert opaque("light", "card") in colours(image)


def test_another_theme_is_painted_and_the_window_keeps_its_own(canvas: Canvas, tmp_path: Path) -> None:
    write(canvas, Picture(theme="dark"), tmp_path / "a.png")
    found = colours(QImage(str(tmp_path / "a.png")))

    assert {opaque("dark", "paper"), opaque("dark", "card")} <= found
    assert not {opaque("light", "paper"), opaque("light", "card")} & found
    assert current_theme().name == "light"
    shown = canvas.grab().toImage()
    assert opaque("light", "card") in colours(shown)
    assert opaque("dark", "card") not in colours(shown)


def test_without_paper_the_background_is_clear(canvas: Canvas, tmp_path: Path) -> None:
    write(canvas, Picture(paper=False), tmp_path / "a.png")
    image = QImage(str(tmp_path / "a.png"))

    assert image.pixelColor(2, 2).alpha() == 0
    assert opaque("light", "card") in colours(image)


def test_a_selection_is_cut_out_with_the_wires_between_and_stays_selected(canvas: Canvas, tmp_path: Path) -> None:
    canvas.select(["writer", "critic"])
    write(canvas, Picture(selected=True), tmp_path / "part.png")
    write(canvas, Picture(), tmp_path / "all.png")
    part, whole = QImage(str(tmp_path / "part.png")), QImage(str(tmp_path / "all.png"))
    write(canvas, Picture("svg", selected=True), tmp_path / "part.svg")
    write(canvas, Picture("svg"), tmp_path / "all.svg")

    assert part.width() < whole.width()
    assert canvas.selected() == ["writer", "critic"]
    texts = {name: (tmp_path / f"{name}.svg").read_text(encoding="utf-8") for name in ("part", "all")}
    assert "topic" in texts["all"]
    said = set(re.findall(r">([a-z_]+)</text>", texts["part"]))
    assert {"writer", "critic"} <= said | set(re.findall(r">\s*([a-z_]+)\s*<", texts["part"]))
    assert len(texts["part"]) < len(texts["all"])
    shown = colours(canvas.grab().toImage())
    assert opaque("light", "card") in shown, "what was left out of the picture is shown again"


def test_an_svg_draws_shapes_and_no_bitmaps(canvas: Canvas, tmp_path: Path) -> None:
    canvas.grab()  # fills the caches of items
    write(canvas, Picture("svg"), tmp_path / "a.svg")
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")

    assert "<path" in text
    assert "<image" not in text


def test_an_absurd_size_is_refused_with_a_sentence(canvas: Canvas, tmp_path: Path) -> None:
    canvas.document.do("Far", [Place((), "topic", [200_000, 0])])
    assert "pixels are more than" in problem_with(canvas, Picture())
    with pytest.raises(UsageError, match="Choose SVG"):
        write(canvas, Picture(), tmp_path / "a.png")

    assert not (tmp_path / "a.png").exists()
    assert problem_with(canvas, Picture("svg")) == ""


def test_a_selection_of_nothing_and_a_folder_that_is_not_there_are_refused(canvas: Canvas, tmp_path: Path) -> None:
    assert problem_with(canvas, Picture(selected=True)) == "No nodes are selected."
    for picture in (Picture(), Picture("svg")):
        with pytest.raises(EnvironmentProblem, match="cannot be written"):
            write(canvas, picture, tmp_path / "nowhere" / f"a.{picture.format}")


def test_the_sheet_asks_shows_and_writes(canvas: Canvas, workbench: Workbench, tmp_path: Path, qtbot: Any) -> None:
    canvas.select(["critic"])
    sheet = PictureSheet(workbench, canvas, canvas)
    sheet.open()
    qtbot.waitExposed(sheet)
    qtbot.waitUntil(lambda: not sheet.preview.pixmap().isNull())
    whole = sheet.said.text()

    sheet.part.click()
    assert sheet.said.text() != whole
    assert sheet.part.text() == "Selection (1)"
    export = sheet.findChild(QPushButton, "picture.export")
    assert export is not None
    QTest.mouseClick(export, Qt.MouseButton.LeftButton)
    dialog = sheet.findChild(QFileDialog, "picture.file")
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "critic.png"))

    assert QImage(str(tmp_path / "critic.png")).width() == size_of(canvas, Picture(scale=2.0, selected=True))[0]
    assert not sheet.isVisible()


def test_the_sheet_says_why_it_cannot_and_stays_open(canvas: Canvas, workbench: Workbench, tmp_path: Path) -> None:
    told: list[str] = []
    workbench.said.connect(lambda text, kind: told.append(text) if kind == "error" else None)
    sheet = PictureSheet(workbench, canvas, canvas)
    sheet.open()
    sheet.write_to(tmp_path / "nowhere" / "a.png")

    assert "cannot be written" in told[0]
    assert sheet.isVisible()
    canvas.document.do("Far", [Place((), "topic", [200_000, 0])])
    sheet.scale.setCurrentIndex(2)
    assert "more than other programs open" in sheet.said.text()
    assert not sheet.export.isEnabled()
    sheet.svg.click()
    assert sheet.export.isEnabled()
    sheet.reject()


def test_the_picture_can_be_copied(canvas: Canvas, workbench: Workbench) -> None:
    sheet = PictureSheet(workbench, canvas, canvas)
    sheet.open()
    sheet.scale.setCurrentIndex(0)
    sheet.copy_button.click()

    assert QGuiApplication.clipboard().image().width() == size_of(canvas, Picture(scale=1.0))[0]
