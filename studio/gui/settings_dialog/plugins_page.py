"""Plugins: installed packages that offer node types. Listed by their metadata; imported when they are ticked."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from studio.gui.settings_dialog.pages import SettingsPage
from studio.gui.theme import current_theme, themes
from studio.gui.widgets.labels import plain_label
from studio.gui.workbench import Workbench
from studio.plugins.installed import Installed, enabled_names, installed

SETTING = "plugins.enabled"


class PluginsPanel(QWidget):
    """A box for each plugin. Ticking one lets its code run in the studio, so that is said above them."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workbench = workbench
        self.setObjectName("plugins")
        self.boxes: dict[str, QCheckBox] = {}
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 8, 0, 0)
        rows.setSpacing(6)
        found = installed()
        about = plain_label(
            "Packages that are installed beside the studio and offer node types. One that is ticked is imported: its "
            "code runs with all your rights, outside of any sandbox."
            if found
            else "No installed package offers node types."
        )
        about.setProperty("look", "soft")
        rows.addWidget(about)
        for one in found:
            rows.addWidget(self._box(one))
        self.problem = plain_label("")
        self.problem.setObjectName("plugins.problem")
        rows.addWidget(self.problem)
        workbench.settings_changed.connect(lambda name: self.refresh() if name == SETTING else None)
        own = workbench.parts.get("own_types")
        if own is not None:
            own.changed.connect(lambda *_: self.refresh())
        themes().changed.connect(self.refresh)
        self.refresh()

    def _box(self, one: Installed) -> QCheckBox:
        package = f" — {one.package} {one.version}".rstrip() if one.package else ""
        box = self.boxes[one.name] = QCheckBox(f"{one.name}{package}".replace("&", "&&"))
        box.setObjectName(f"plugins.{one.name}")
        box.setToolTip(one.imports)
        box.clicked.connect(lambda *_, name=one.name: self._enable(name, on=box.isChecked()))
        return box

    def _enable(self, name: str, *, on: bool) -> None:
        names = set(enabled_names(str(self.workbench.settings[SETTING])))
        names = names | {name} if on else names - {name}
        self.workbench.trying(lambda: self.workbench.change_setting(SETTING, ",".join(sorted(names)) or None))
        self.refresh()

    def refresh(self) -> None:
        """Show which are ticked, and why one that is gives nothing."""
        names = enabled_names(str(self.workbench.settings[SETTING]))
        fixed = self.workbench.settings.origin(SETTING) == "environment"
        for name, box in self.boxes.items():
            box.setChecked(name in names)
            box.setEnabled(not fixed)
        own = self.workbench.parts.get("own_types")
        failures = {} if own is None else own.failures_of(names)
        self.problem.setText("\n".join(f"{name}: {reason}" for name, reason in failures.items()))
        self.problem.setStyleSheet(current_theme().css("color: @bad;"))
        self.problem.setVisible(bool(failures))


PAGE = SettingsPage("plugins", "Plugins", PluginsPanel, words="plugins packages node types entry points installed")
