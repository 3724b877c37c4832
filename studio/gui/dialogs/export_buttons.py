"""The row below a sheet that exports something: copy at the left, cancel and export at the right."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QPushButton


class ExportButtons(QHBoxLayout):
    """Three buttons, named after their sheet: `export.copy`, `export.cancel`, `export.export`."""

    def __init__(
        self, sheet: str, copy: Callable[[], object], cancel: Callable[[], object], export: Callable[[], object]
    ) -> None:
        super().__init__()
        self.copy = _button("&Copy", f"{sheet}.copy", copy)
        self.export = _button("&Export…", f"{sheet}.export", export)
        self.export.setDefault(True)
        self.addWidget(self.copy)
        self.addStretch(1)
        self.addWidget(_button("Cancel", f"{sheet}.cancel", cancel))
        self.addWidget(self.export)


def _button(text: str, name: str, press: Callable[[], object]) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.clicked.connect(lambda *_: press())
    return button
