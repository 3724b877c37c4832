"""Keys of providers: kept in the system's keyring, never shown, never written to a file."""

from __future__ import annotations

import re
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from studio.gui.base.beside import beside
from studio.gui.settings_dialog.pages import SettingsPage
from studio.gui.theme import current_theme, themes
from studio.gui.widgets.labels import plain_label
from studio.gui.workbench import Workbench
from studio.support import keys
from studio.support.errors import StudioError

PROVIDERS = (
    ("OpenAI", "OPENAI_API_KEY"), ("Anthropic", "ANTHROPIC_API_KEY"), ("Google Gemini", "GEMINI_API_KEY"),
    ("Mistral", "MISTRAL_API_KEY"), ("DeepSeek", "DEEPSEEK_API_KEY"), ("Groq", "GROQ_API_KEY"),
    ("OpenRouter", "OPENROUTER_API_KEY"), ("Together", "TOGETHERAI_API_KEY"), ("xAI", "XAI_API_KEY"),
    ("Cohere", "COHERE_API_KEY"),
)  # fmt: skip
"""Providers that are always listed, with the names of their keys; any other name can be added."""

_NAME = re.compile(r"[A-Z][A-Z0-9_]{2,80}")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the keys: where each comes from ("" if it is not there), and why none can be kept."""

    origins: dict[str, str]
    problem: str


class KeysPanel(QWidget):
    """A row for each provider. The keyring is asked beside the window, as it may ask for its password."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workbench = workbench
        self.setObjectName("keys")
        self.rows: dict[str, KeyRow] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(6)
        about = plain_label(
            "A key stays in the keyring of this computer and goes to its provider only. It is never shown again, and "
            "stands in no graph, run or settings file. A variable of the environment goes before the keyring."
        )
        about.setProperty("look", "soft")
        self.problem = plain_label("")
        self.problem.setObjectName("keys.problem")
        column.addWidget(about)
        column.addWidget(self.problem)
        self._grid = QVBoxLayout()
        column.addLayout(self._grid)
        names = {name: title for title, name in PROVIDERS}
        for model, entry in _endpoints(workbench):
            if entry and entry not in names:
                names[entry] = f"Server of {model}"
        for name, title in names.items():
            self._add(title, name)
        column.addLayout(self._other())
        themes().changed.connect(self._paint)
        self._paint()
        self.refresh()

    def _other(self) -> QHBoxLayout:
        self.other = QLineEdit()
        self.other.setObjectName("keys.other")
        self.other.setPlaceholderText("Another provider's variable, such as HUGGINGFACE_API_KEY")
        self.other.setAccessibleName("Name of another key")
        add = QPushButton("Add")
        add.setObjectName("keys.add")
        add.setAutoDefault(False)
        add.clicked.connect(lambda *_: self._add_other())
        self.other.returnPressed.connect(self._add_other)
        row = QHBoxLayout()
        row.addWidget(self.other, 1)
        row.addWidget(add)
        return row

    def _add(self, title: str, name: str) -> KeyRow:
        row = self.rows[name] = KeyRow(self, title, name)
        self._grid.addWidget(row)
        return row

    def _add_other(self) -> None:
        name = self.other.text().strip()
        if not _NAME.fullmatch(name):
            self._tell("A key is called by capital letters, digits and `_`, as in HUGGINGFACE_API_KEY.")
            return
        self._tell("")
        self.other.clear()
        row = self.rows.get(name) or self._add(name.removesuffix("_API_KEY").replace("_", " ").title(), name)
        row.field.setFocus()
        self.refresh()

    # -- asking the keyring -------------------------------------------------------------------

    def refresh(self) -> None:
        """Find out, beside the window, where each key comes from."""
        names = list(self.rows)
        uses_keyring = bool(self.workbench.settings["keys.keyring"])

        def look() -> Known:
            problem = keys.keyring_problem()
            origins: dict[str, str] = {name: keys.origin(name, keyring=uses_keyring and not problem) for name in names}
            return Known(origins, problem)

        beside(self, look, self._show)

    def _show(self, known: Known) -> None:
        for name, origin in known.origins.items():
            self.rows[name].show_origin(origin, can_keep=not known.problem)
        self._tell(known.problem)

    def store(self, name: str, value: str) -> None:
        """Put a key into the keyring, beside the window."""
        keys.protect(name, value)  # from now on nothing that is written shows it, also if a fault comes of this
        beside(self, lambda: keys.store(name, value), lambda _: self._done(f"{name} is kept in the keyring."), self._no)

    def remove(self, name: str) -> None:
        """Take a key out of the keyring, beside the window."""
        beside(self, lambda: keys.remove(name), lambda _: self._done(f"{name} is gone from the keyring."), self._no)

    def _done(self, sentence: str) -> None:
        self.workbench.say(sentence)
        self.refresh()

    def _no(self, error: StudioError) -> None:
        self._tell(str(error))

    def _tell(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))

    def _paint(self) -> None:
        self.problem.setStyleSheet(f"color: {current_theme().colour('warn').name()};")


class KeyRow(QWidget):
    """One key: whose it is, where it comes from, a field for a new one."""

    def __init__(self, panel: KeysPanel, title: str, name: str) -> None:
        super().__init__(panel)
        self.name = name
        self.setObjectName(f"keys.{name}")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 4)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(1)
        head = QLabel(title)
        head.setTextFormat(Qt.TextFormat.PlainText)
        bold = QFont(self.font())
        bold.setBold(True)
        head.setFont(bold)
        head.setProperty("look", "heading")
        self.state = QLabel("…")
        self.state.setObjectName(f"keys.{name}.state")
        self.state.setProperty("look", "soft")
        self.field = QLineEdit()
        self.field.setObjectName(f"keys.{name}.field")
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setPlaceholderText(name)
        self.field.setAccessibleName(f"Key of {title}")
        self.keep = QPushButton("Keep")
        self.keep.setObjectName(f"keys.{name}.keep")
        self.keep.setAccessibleName(f"Keep the key of {title}")
        self.keep.setAutoDefault(False)
        self.keep.setEnabled(False)
        self.take = QPushButton("Remove")
        self.take.setObjectName(f"keys.{name}.remove")
        self.take.setAccessibleName(f"Remove the key of {title}")
        self.take.setAutoDefault(False)
        self.take.setVisible(False)
        self._can_keep = True
        self.field.textChanged.connect(lambda *_: self._enable())
        self.field.returnPressed.connect(lambda: self._keep(panel))
        self.keep.clicked.connect(lambda *_: self._keep(panel))
        self.take.clicked.connect(lambda *_: panel.remove(name))
        grid.addWidget(head, 0, 0)
        grid.addWidget(self.state, 0, 1, 1, 3, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self.field, 1, 0, 1, 2)
        grid.addWidget(self.keep, 1, 2)
        grid.addWidget(self.take, 1, 3)
        grid.setColumnStretch(1, 1)

    def _enable(self) -> None:
        self.keep.setEnabled(self._can_keep and len(self.field.text().strip()) >= keys.SHORTEST)

    def _keep(self, panel: KeysPanel) -> None:
        value = self.field.text().strip()
        if self.keep.isEnabled():
            self.field.clear()
            panel.store(self.name, value)

    def show_origin(self, origin: str, *, can_keep: bool) -> None:
        """Show where the key comes from."""
        self._can_keep = can_keep
        self.state.setText(
            {"environment": f"from the environment ({self.name})", "keyring": "kept in the keyring"}.get(
                origin, "no key yet"
            )
        )
        self.field.setEnabled(can_keep)
        self.take.setVisible(origin == "keyring")
        self._enable()


def _endpoints(workbench: Workbench) -> list[tuple[str, str]]:
    try:
        return [(model, str(entry.get("key_env", ""))) for model, entry in workbench.settings.endpoints().items()]
    except StudioError:
        return []  # the settings file says it where the endpoint is used


PAGE = SettingsPage("keys", "API Keys", KeysPanel, words="providers openai anthropic gemini keyring secret token")
