"""Export of a graph as a picture: what is asked for, the sheet that asks it, and the file that comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from studio.gui.dialogs.export_buttons import ExportButtons
from studio.gui.widgets.choices import QuietCombo
from studio.gui.workbench import Workbench
from studio.support.errors import EnvironmentProblem, UsageError

if TYPE_CHECKING:
    from studio.gui.canvas import Canvas
    from studio.gui.canvas.picture import Shot

Format = Literal["png", "svg"]

MOST_SIDE: Final = 16_000
MOST_PIXELS: Final = 100_000_000
"""Width or height, and pixels in all, beyond which no usual program opens a picture."""

_PREVIEW: Final = QSize(420, 230)


@dataclass(frozen=True, slots=True)
class Picture:
    """What is asked for: `scale` in pixels for each unit of the canvas (PNG), `theme` light, dark or "" (as shown),
    `selected` only the selected nodes and the wires between them, `paper` False leaves the background clear."""

    format: Format = "png"
    scale: float = 1.0
    theme: str = ""
    selected: bool = False
    paper: bool = True

    def shot(self, canvas: Canvas) -> Shot:
        """Return this as the canvas takes it."""
        from studio.gui.canvas.picture import Shot

        return Shot(frozenset(canvas.selected()) if self.selected else None, self.theme, self.paper)


def size_of(canvas: Canvas, picture: Picture) -> tuple[int, int]:
    """Return width and height in pixels (of an SVG: in its own units)."""
    from studio.gui.canvas.picture import extent

    area = extent(canvas, picture.shot(canvas).names)
    scale = picture.scale if picture.format == "png" else 1.0
    return round(area.width() * scale), round(area.height() * scale)


def problem_with(canvas: Canvas, picture: Picture) -> str:
    """Return why there can be no such picture, as a sentence, or ""."""
    if picture.selected and not canvas.selected():
        return "No nodes are selected."
    width, height = size_of(canvas, picture)
    if picture.format == "png" and (max(width, height) > MOST_SIDE or width * height > MOST_PIXELS):
        better = "Choose a smaller scale or SVG, or" if picture.scale > 1 else "Choose SVG, or"
        return f"{width:,} × {height:,} pixels are more than other programs open. {better} select fewer nodes."
    return ""


def write(canvas: Canvas, picture: Picture, path: Path) -> None:
    """Write a picture. Raises UsageError for an impossible one, EnvironmentProblem if the disk refuses."""
    if problem := problem_with(canvas, picture):
        raise UsageError(problem)
    if picture.format == "svg":
        canvas.to_svg(path, picture.shot(canvas))
        return
    image = canvas.to_image(picture.scale, picture.shot(canvas))
    if not image.save(str(path)):
        raise EnvironmentProblem("The picture cannot be written.", where=str(path), hint="Choose another folder.")


class PictureSheet(QDialog):
    """Asks what the picture shall be, with a preview; nothing waits for it."""

    def __init__(self, workbench: Workbench, canvas: Canvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workbench = workbench
        self.canvas = canvas
        self.setObjectName("picture")
        self.setWindowTitle("Export Picture")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self._draw = QTimer(self)
        self._draw.setSingleShot(True)
        self._draw.setInterval(0)
        self._draw.timeout.connect(self._show_preview)
        self._make()
        canvas.destroyed.connect(self.reject)
        self._refresh()

    def _make(self) -> None:
        self.preview = QLabel()
        self.preview.setObjectName("picture.preview")
        self.preview.setAccessibleName("Preview")
        self.preview.setFixedSize(_PREVIEW)
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        self.png, self.svg = self._choice(form, "&Format", ("picture.png", "PNG"), ("picture.svg", "SVG"))
        count = len(self.canvas.selected())
        self.whole, self.part = self._choice(
            form, "&Show", ("picture.whole", "Whole graph"), ("picture.selection", f"Selection ({count})")
        )
        self.part.setEnabled(count > 0)
        self.scale = self._list(form, "S&cale", "picture.scale", {"1×": 1.0, "2×": 2.0, "3×": 3.0})
        self.scale.setCurrentIndex(1)
        self.theme = self._list(form, "&Theme", "picture.theme", {"As shown": "", "Light": "light", "Dark": "dark"})
        self.paper = QCheckBox("&Background")
        self.paper.setObjectName("picture.paper")
        self.paper.setChecked(True)
        form.addRow("", self.paper)
        self.said = QLabel()
        self.said.setObjectName("picture.said")
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setWordWrap(True)
        self.said.setMinimumHeight(self.said.fontMetrics().lineSpacing() * 2)
        buttons = ExportButtons("picture", self._copy, self.reject, self.ask_where)
        self.copy_button, self.export = buttons.copy, buttons.export
        rows = QVBoxLayout(self)
        rows.setContentsMargins(18, 18, 18, 14)
        rows.setSpacing(14)
        for button in (self.png, self.whole, self.paper):  # of each pair, one tells
            button.toggled.connect(self._refresh)
        for box in (self.scale, self.theme):
            box.currentIndexChanged.connect(self._refresh)
        rows.addWidget(self.preview)
        rows.addLayout(form)
        rows.addWidget(self.said)
        rows.addLayout(buttons)

    def _choice(
        self, form: QFormLayout, label: str, one: tuple[str, str], other: tuple[str, str]
    ) -> tuple[QRadioButton, QRadioButton]:
        row = QHBoxLayout()
        row.setSpacing(18)
        group = QButtonGroup(self)
        made = []
        for name, text in (one, other):
            button = QRadioButton(text)
            button.setObjectName(name)
            group.addButton(button)
            row.addWidget(button)
            made.append(button)
        row.addStretch(1)
        made[0].setChecked(True)
        title = QLabel(label)
        title.setBuddy(made[0])
        form.addRow(title, row)
        return made[0], made[1]

    def _list(self, form: QFormLayout, label: str, name: str, choices: dict[str, float] | dict[str, str]) -> QComboBox:
        box = QuietCombo()
        box.setObjectName(name)
        for text, value in choices.items():
            box.addItem(text, value)
        form.addRow(label, box)
        return box

    def picture(self) -> Picture:
        """Return what is asked for now."""
        return Picture(
            "svg" if self.svg.isChecked() else "png",
            float(self.scale.currentData()),
            str(self.theme.currentData()),
            self.part.isChecked(),
            self.paper.isChecked(),
        )

    def _refresh(self) -> None:
        picture = self.picture()
        problem = problem_with(self.canvas, picture)
        width, height = size_of(self.canvas, picture)
        self.said.setText(problem or f"{width:,} × {height:,} {'pixels' if picture.format == 'png' else 'units'}")
        self.export.setEnabled(not problem)
        self.copy_button.setEnabled(not problem and picture.format == "png")
        self.scale.setEnabled(picture.format == "png")
        self._draw.start()

    def _show_preview(self) -> None:
        picture = self.picture()
        if picture.selected and not self.canvas.selected():
            return
        width, height = size_of(self.canvas, Picture(selected=picture.selected))
        ratio = self.devicePixelRatioF()
        scale = min(_PREVIEW.width() / width, _PREVIEW.height() / height, 1.0) * ratio
        shown = QPixmap.fromImage(self.canvas.to_image(scale, picture.shot(self.canvas)))
        shown.setDevicePixelRatio(ratio)
        self.preview.setPixmap(shown)

    def _copy(self) -> None:
        picture = self.picture()
        QGuiApplication.clipboard().setImage(self.canvas.to_image(picture.scale, picture.shot(self.canvas)))
        self.workbench.say("The picture is in the clipboard.")
        self.accept()

    def ask_where(self) -> QFileDialog:
        """Ask for the file, and write it."""
        picture = self.picture()
        dialog = QFileDialog(self, "Export Picture")
        dialog.setObjectName("picture.file")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(f"{picture.format.upper()} pictures (*.{picture.format})")
        dialog.setDefaultSuffix(picture.format)
        document = self.canvas.document
        if document.path is not None:
            dialog.setDirectory(str(document.path.absolute().parent))
        name = self.canvas.at[-1] if self.canvas.at else Path(document.title).stem
        dialog.selectFile(f"{name}.{picture.format}")
        dialog.fileSelected.connect(lambda chosen: self.write_to(Path(chosen)))
        dialog.open()
        return dialog

    def write_to(self, path: Path) -> None:
        """Write the picture; a refusal is told and leaves the sheet open."""
        if self.workbench.trying(lambda: write(self.canvas, self.picture(), path)):
            self.workbench.say(f"Exported {path.name}.")
            self.accept()


def show_sheet(workbench: Workbench) -> PictureSheet | None:
    """Ask what the picture of the graph that is shown shall be."""
    canvas = workbench.canvas
    if canvas is None:
        return None
    sheet = PictureSheet(workbench, canvas, canvas.window())
    sheet.open()
    return sheet
