"""A window that was closed leaves nothing behind in the process."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

from studio.gui.frame.window import MainWindow
from studio.gui.workbench import Workbench
from studio.settings.settings import Settings
from tests.gui.windows import close


def test_a_closed_window_is_collected_with_the_graph_that_it_showed(qtbot: Any, small: Path) -> None:
    window = MainWindow(Workbench(Settings()))
    window.show()
    window.workbench.part("files").open(small)
    canvas = window.workbench.canvas
    assert canvas is not None
    kept: dict[str, weakref.ref[Any]] = {"window": weakref.ref(window), "canvas": weakref.ref(canvas)}

    close(window)
    del window, canvas
    gc.collect()

    assert [name for name, one in kept.items() if one() is not None] == []
