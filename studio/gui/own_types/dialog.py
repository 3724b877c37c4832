"""The code of a project's own node types, to be read before any of it runs, and the question. Without a clear yes
nothing runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from studio.gui.widgets.labels import plain_label
from studio.plugins.files import FOLDER, OwnFile
from studio.support.pieces import plural
from studio.trust.showing import seen, seen_line

SIZE = 880, 620
LIST_WIDTH = 190


class CodeDialog(QDialog):
    """Accepted only by its one button that says so; Enter, Escape and the cross refuse.

    `files` are the files that are shown, and approved if it is accepted: as they were read, not as they are by then.
    """

    def __init__(self, project: Path, files: Sequence[OwnFile], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.files = tuple(files)
        self.setObjectName("own_types")
        self.setWindowTitle("Approve Node Types of This Project")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*SIZE)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(16, 14, 16, 14)
        rows.setSpacing(10)
        head = plain_label(
            f"{seen_line(project.name)}/{FOLDER} holds {plural(len(self.files), 'file')} of Python code that nobody "
            "here approved. Approved, it runs with all your rights, outside of any sandbox, whenever a graph of this "
            "project is opened."
        )
        head.setToolTip(seen_line(str(project / FOLDER)))
        font = head.font()
        font.setBold(True)
        head.setFont(font)
        rows.addWidget(head)
        middle = QHBoxLayout()
        self.names = QListWidget(self)
        self.names.setObjectName("own_types.files")
        self.names.setAccessibleName("Files that wait for approval")
        self.names.setFixedWidth(LIST_WIDTH)
        for file in self.files:
            self.names.addItem(seen_line(file.name))
            self.names.item(self.names.count() - 1).setToolTip(seen_line(", ".join(file.types)))
        self.names.setVisible(len(self.files) > 1)
        self.view = QPlainTextEdit(self)
        self.view.setObjectName("own_types.code")
        self.view.setAccessibleName("Code of the file")
        self.view.setReadOnly(True)
        self.view.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.view.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        middle.addWidget(self.names)
        middle.addWidget(self.view, 1)
        rows.addLayout(middle, 1)
        rows.addWidget(
            plain_label(
                "The approval holds for exactly these bytes: one that changes is asked again. It does not cover other "
                "modules that the code imports."
            )
        )
        self.mine = QCheckBox("This folder is mine: load whatever it holds from now on, without asking", self)
        self.mine.setObjectName("own_types.mine")
        self.mine.toggled.connect(self._name_button)
        rows.addWidget(self.mine)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        self.approve = QPushButton(self)
        self.approve.setObjectName("own_types.approve")
        self.approve.setAutoDefault(False)
        self.approve.clicked.connect(self.accept)
        self.refuse = QPushButton("Not Now", self)
        self.refuse.setObjectName("own_types.refuse")
        self.refuse.setProperty("primary", "true")
        self.refuse.setDefault(True)
        self.refuse.clicked.connect(self.reject)
        buttons.addWidget(self.approve)
        buttons.addWidget(self.refuse)
        rows.addLayout(buttons)
        self.names.currentRowChanged.connect(self._show)
        self.names.setCurrentRow(0)
        self._name_button()
        self.refuse.setFocus()

    @property
    def is_mine(self) -> bool:
        """True if the person says that the whole folder is their own."""
        return self.mine.isChecked()

    def _name_button(self) -> None:
        every = "Approve" if len(self.files) == 1 else f"Approve All {len(self.files)} Files"
        self.approve.setText("Approve and Trust the Folder" if self.is_mine else every)

    def _show(self, row: int) -> None:
        self.view.setPlainText(seen(self.files[row].source.decode("utf-8", "replace")))
