"""What this is: version, licence, and where this person's files are."""

from __future__ import annotations

import platform
from importlib.metadata import version

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from studio.gui.base.log import log_path
from studio.gui.workbench import Workbench
from studio.settings.folders import cache_folder, config_folder, data_folder

ABOUT = "A workbench for architectures of language-model agents.\nNothing is sent anywhere but to the models you name."


class About(QDialog):
    """A few facts, to be read and copied."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("about")
        self.setWindowTitle("About Ganglia Studio")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(24, 20, 24, 16)
        title = QLabel("Ganglia Studio")
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.6)
        font.setBold(True)
        title.setFont(font)
        rows.addWidget(title)
        rows.addWidget(QLabel(ABOUT))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setContentsMargins(0, 12, 0, 12)
        self.facts = {
            "Version": version("ganglia-studio"),
            "Licence": "Apache 2.0 (the list of common words: CC BY-SA 4.0)",
            "Python, Qt": f"{platform.python_version()}, {qVersion()}",
            "Settings": str(workbench.settings.path or config_folder()),
            "Runs": str(workbench.settings.db_path()),
            "Data": str(data_folder()),
            "Cache": str(cache_folder()),
            "Log": str(log_path()),
        }
        for row, (name, text) in enumerate(self.facts.items()):
            label, value = QLabel(name), QLabel(text)
            label.setProperty("look", "soft")
            value.setTextFormat(Qt.TextFormat.PlainText)
            value.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            value.setAccessibleName(f"{name}: {text}")
            grid.addWidget(label, row, 0)
            grid.addWidget(value, row, 1)
        grid.setColumnStretch(1, 1)
        rows.addLayout(grid)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy = buttons.addButton("Copy", QDialogButtonBox.ButtonRole.ActionRole)
        self.copy.clicked.connect(lambda *_: QGuiApplication.clipboard().setText(self.text()))
        self.copy.setAutoDefault(False)
        buttons.button(QDialogButtonBox.StandardButton.Close).setDefault(True)
        buttons.rejected.connect(self.reject)
        rows.addWidget(buttons)

    def text(self) -> str:
        """Return all facts as text."""
        return "\n".join(f"{name}: {value}" for name, value in self.facts.items())


def show_about(workbench: Workbench) -> About:
    """Show the facts."""
    window = workbench.parts.get("window")
    dialog = About(workbench, window if isinstance(window, QWidget) else None)
    dialog.open()
    return dialog
