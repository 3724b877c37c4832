"""What opens over the window and goes away again: adding a node, commands, finding, renaming, menus at a point."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.gui.workbench import Workbench


def install(workbench: Workbench) -> None:
    """Offer the popups as the part `popups`."""
    from studio.gui.popups.service import Popups

    workbench.parts["popups"] = Popups(workbench)
