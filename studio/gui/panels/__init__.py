"""The panels around the canvas. Each module or folder here declares one as `PANEL`; nothing else lists them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from studio.gui.workbench import Workbench

Area = Literal["left", "right", "bottom"]


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel: stable `id`, `title` as people read it, where it stands at first, and how its widget is made.

    `order` sorts panels of one area; `shown` False keeps it closed until it is asked for; `keys` shows and focuses it.
    One that `waits` is made when it is first seen, or asked for by the name of its `part`: it must have nothing to do
    before. If it may have something to tell while nobody sees it, `wakes` connects what brings that about with the
    making of it. The others are made with the window. A widget's method `placed`, if it has one, is called once it
    stands in the window.
    """

    id: str
    title: str
    area: Area
    make: Callable[[Workbench], QWidget]
    order: int = 50
    shown: bool = True
    waits: bool = False
    part: str = ""
    wakes: Callable[[Workbench, Callable[[], object]], None] | None = None
    keys: str = ""
    help: str = ""


def later(module: str, name: str) -> Callable[[Workbench], QWidget]:
    """Return what makes the widget of this class; its module is imported only then, so that a window opens without what
    nobody looks at yet."""

    def make(workbench: Workbench) -> QWidget:
        made: QWidget = getattr(importlib.import_module(module), name)(workbench)
        return made

    return make


def all_panels() -> list[Panel]:
    """Return every panel, by area and order."""
    found = []
    for info in pkgutil.iter_modules(__path__, f"{__name__}."):
        panel = getattr(importlib.import_module(info.name), "PANEL", None)
        if isinstance(panel, Panel):
            found.append(panel)
    return sorted(found, key=lambda panel: (panel.area, panel.order, panel.id))
