"""Bringing a file of a project's own node types before the person's eyes, without running it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

OPENS_TEXT: Final = sys.platform.startswith("linux")
"""Whether the desktop opens a Python file in an editor. Elsewhere "opening" one may run it: its folder is shown."""

OPEN: Final = "Open File" if OPENS_TEXT else "Show Folder"
"""How a button is called that does `open_file`."""


def open_file(path: Path) -> bool:
    """Open a file in the desktop's editor, or its folder where that might run it. Returns whether the desktop could."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path if OPENS_TEXT else path.parent)))
