"""`SettingsDialog`: pages on the left, a search over all of them, values that are written as they are changed."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QFont, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from studio.gui.base.rows import roomy
from studio.gui.settings_dialog.pages import SettingsPage, all_pages, settings_of
from studio.gui.settings_dialog.row import SettingRow
from studio.gui.workbench import Workbench
from studio.settings.folders import config_folder
from studio.settings.settings import FILE_NAME


class SettingsDialog(QDialog):
    """The settings. It stays open beside the window; there is nothing to confirm."""

    def __init__(self, workbench: Workbench) -> None:
        window = workbench.parts.get("window")
        super().__init__(window if isinstance(window, QWidget) else None)
        self.workbench = workbench
        self.pages = all_pages()
        self.setObjectName("settings")
        self.setWindowTitle("Settings — Ganglia Studio")
        self.resize(860, 640)
        self.search = QLineEdit()
        self.search.setObjectName("settings.search")
        self.search.setPlaceholderText("Search settings")
        self.search.setAccessibleName("Search settings")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda *_: self._show())
        self.list = QListWidget()
        self.list.setObjectName("settings_pages")
        self.list.setAccessibleName("Pages of settings")
        self.list.ensurePolished()  # rows are measured once, and shall be as high as the style makes them
        self.list.addItems([page.title for page in self.pages])
        roomy(self.list)
        self.list.setFixedWidth(180)
        self.list.currentRowChanged.connect(lambda *_: self._choose())
        self._sections = [_Section(workbench, page) for page in self.pages]
        self._nothing = QLabel("No setting is called so.")
        self._nothing.setProperty("look", "soft")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lay_out()
        QShortcut(QKeySequence.StandardKey.Find, self, self.search.setFocus)
        self.list.setCurrentRow(0)

    def _lay_out(self) -> None:
        content = QWidget()
        content.setObjectName("settings_content")
        column = QVBoxLayout(content)
        column.setContentsMargins(22, 12, 22, 12)
        column.setSpacing(4)
        for section in self._sections:
            column.addWidget(section)
        column.addWidget(self._nothing)
        column.addStretch(1)
        self.area = QScrollArea()
        self.area.setObjectName("settings_scroll")
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(content)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(self.search)
        left.addWidget(self.list, 1)
        body = QHBoxLayout()
        body.addLayout(left)
        body.addWidget(self.area, 1)
        path = self.workbench.settings.path or config_folder() / FILE_NAME
        where = QLabel(str(path))
        where.setAccessibleName(f"Settings file: {path}")
        where.setTextFormat(Qt.TextFormat.PlainText)
        where.setProperty("look", "soft")
        where.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        show_file = QPushButton("Open File")
        show_file.setToolTip("Open the settings file, where servers of your own (`endpoints`) are named too.")
        show_file.setAutoDefault(False)
        show_file.clicked.connect(lambda *_: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))))
        close = QPushButton("Close")
        close.setObjectName("settings.close")
        close.setAutoDefault(False)
        close.clicked.connect(self.close)
        foot = QHBoxLayout()
        foot.addWidget(where, 1)
        foot.addWidget(show_file)
        foot.addWidget(close)
        rows = QVBoxLayout(self)
        rows.addLayout(body, 1)
        rows.addLayout(foot)

    def go(self, page_id: str) -> None:
        """Show a page; an unknown one changes nothing."""
        for row, page in enumerate(self.pages):
            if page.id == page_id:
                self.search.clear()
                self.list.setCurrentRow(row)

    def row(self, name: str) -> SettingRow:
        """Return the row of a setting. Raises KeyError if it has none."""
        for section in self._sections:
            if name in section.rows:
                return section.rows[name]
        raise KeyError(name)

    def commit(self) -> None:
        """Write what is being typed: the window closes, or a run begins."""
        for section in self._sections:
            for row in section.rows.values():
                row.commit()

    def _choose(self) -> None:
        self.search.clear()
        self._show()
        self.area.verticalScrollBar().setValue(0)

    def _show(self) -> None:
        words = self.search.text().lower().split()
        current = self.list.currentRow()
        found = False
        for number, section in enumerate(self._sections):
            shown = section.filter(words) if words else section.show_whole(number == current)
            found = found or shown
        self._nothing.setVisible(not found)


class _Section(QWidget):
    """A page's title, its settings, and what it has of its own, which is made when it is first shown."""

    def __init__(self, workbench: Workbench, page: SettingsPage) -> None:
        super().__init__()
        self.workbench = workbench
        self.page = page
        self.rows: dict[str, SettingRow] = {}
        self._own: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 10)
        self._column.setSpacing(2)
        title = QLabel(page.title)
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.35)
        font.setBold(True)
        title.setFont(font)
        title.setProperty("look", "heading")
        self._column.addWidget(title)
        for setting in settings_of(page.id):
            row = self.rows[setting.name] = SettingRow(workbench, setting, self)
            self._column.addWidget(row)

    def show_whole(self, wanted: bool) -> bool:
        """Show all of it, or nothing."""
        for row in self.rows.values():
            row.setVisible(True)
        self._show_own(wanted)
        self.setVisible(wanted)
        return wanted

    def filter(self, words: list[str]) -> bool:
        """Show what the words are found in; returns whether there is something."""
        found = False
        for row in self.rows.values():
            fits = row.matches(words)
            row.setVisible(fits)
            found = found or fits
        about = f"{self.page.title} {self.page.words}".lower()
        own = self.page.make is not None and all(word in about for word in words)
        self._show_own(own)
        self.setVisible(found or own)
        return found or own

    def _show_own(self, wanted: bool) -> None:
        if wanted and self._own is None and self.page.make is not None:
            self._own = self.page.make(self.workbench)
            self._column.addWidget(self._own)
        if self._own is not None:
            self._own.setVisible(wanted)
