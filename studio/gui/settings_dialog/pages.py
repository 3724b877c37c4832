"""What a page of the settings is, and which there are."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.settings.declared import SETTINGS, Setting

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from studio.gui.workbench import Workbench

TITLES = {
    "models": "Models",
    "keys": "API Keys",
    "store": "Recording",
    "cache": "Cache",
    "window": "Window",
    "canvas": "Canvas",
    "limits": "Limits",
}
"""Titles of groups; one that is not here is called by its first word."""


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """A page: `id`, title, and what makes the widget below its settings (None: settings only).

    The settings of the group called like the page stand on it. `words` are what the search finds it by.
    """

    id: str
    title: str
    make: Callable[[Workbench], QWidget] | None = None
    order: int = 50
    words: str = ""


def settings_of(page_id: str) -> list[Setting]:
    """Return the settings that stand on a page: those whose names begin with its id."""
    return [setting for setting in SETTINGS if setting.name.split(".")[0] == page_id]


def all_pages() -> list[SettingsPage]:
    """Return the pages in their order: groups as they are declared, a page of its own in its group's place."""
    package = importlib.import_module("studio.gui.settings_dialog")
    own: dict[str, SettingsPage] = {}
    for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        page = getattr(importlib.import_module(info.name), "PAGE", None)
        if isinstance(page, SettingsPage):
            own[page.id] = page
    found: list[SettingsPage] = []
    for setting in SETTINGS:
        group = setting.name.split(".")[0]
        if not any(page.id == group for page in found):
            plain = SettingsPage(group, TITLES.get(group, group.capitalize()))
            found.append(own.pop(group, plain))
    return [*found, *sorted(own.values(), key=lambda page: (page.order, page.title))]
