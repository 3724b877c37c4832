"""Keeps the source text of imported modules out of the memory of the window.

Once PySide6 is loaded it looks, after every import of any module, whether that module's source names PySide6: only such
a module may ask for `from __feature__ import …`. What it reads with keeps all lines of every file: 13 MB for the window
itself, 7 more when a trace is first made, 65 when `litellm` is loaded. Nothing here asks for a feature.
"""

from __future__ import annotations

import sys


def leave_sources() -> None:
    """Let PySide6 read no module's source from now on; without effect if it is not loaded."""
    feature = sys.modules.get("shibokensupport.feature")
    if feature is not None:
        vars(feature)["_mod_uses_pyside"] = lambda module: False
