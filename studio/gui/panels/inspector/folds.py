"""Which sections are unfolded: as the person left them, by kind of page and section, for the session."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from studio.gui.widgets.section import Section


class Folds:
    """Remembers what a person folded and unfolded."""

    def __init__(self) -> None:
        self._open: dict[str, bool] = {}

    def section(
        self, key: str, title: str, make: Callable[[], QWidget], *, is_open: bool = False, level: int = 0
    ) -> Section:
        """Return a section that is as the person left one of this key, else as `is_open` says."""
        made = Section(title, make, name=f"inspector.{key}", is_open=self._open.get(key, is_open), level=level)
        made.toggled.connect(lambda shown: self._open.__setitem__(key, shown))
        return made

    def suggest(self, key: str, section: Section, is_open: bool) -> None:
        """Fold or unfold a section that the person has not folded or unfolded."""
        if key not in self._open and section.is_open != is_open:
            section.set_open(is_open)
