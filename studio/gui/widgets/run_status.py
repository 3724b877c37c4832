"""The mark of each status of a run: a drawing and the role of its colour."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QIcon

from studio.gui.theme import current_theme
from studio.gui.theme.icons import icon

ICONS: Final = {
    "running": ("run", "running"), "ok": ("check", "ok"), "failed": ("close", "bad"), "paused": ("pause", "warn"),
    "aborted": ("abort", "warn"), "interrupted": ("stop", "warn"),
}  # fmt: skip
"""The drawing and the colour's role of each status."""


def status_icon(status: str) -> QIcon:
    """Return the mark of a status, light where its row is selected; an empty one for a status that is not known."""
    if status not in ICONS:
        return QIcon()
    name, role = ICONS[status]
    theme = current_theme()
    made = icon(name, theme.colour(role))
    made.addPixmap(icon(name, theme.colour("accent_ink")).pixmap(16), QIcon.Mode.Selected)
    return made
