"""A window's process keeps no source text of what it imports, though Qt's hook would read it all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]

OPEN_AND_IMPORT = """
import linecache
from pathlib import Path
from studio.cli.commands.gui import open_window
from PySide6.QtWidgets import QApplication
QApplication.exec = lambda self: 0
open_window([])
import sqlite_utils
import studio.gui.canvas
kept = {Path(name).parent.name for name in linecache.cache}
print(sorted(kept & {"frame", "canvas", "sqlite_utils", "NodeGraphQt"}))
"""


def test_what_is_imported_after_qt_leaves_no_source_in_memory() -> None:
    done = subprocess.run(
        [sys.executable, "-c", OPEN_AND_IMPORT], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr
