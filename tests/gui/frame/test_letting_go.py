"""A window that was closed leaves nothing behind in the process."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication, QWidget

from studio.gui.frame.page import GraphPage
from studio.gui.frame.window import MainWindow
from studio.gui.replay.session import Session, Source
from studio.gui.widgets.tab_order import tab_stops
from studio.gui.workbench import Workbench
from studio.settings.settings import Settings
from studio.support.resources import bundled_graphs
from tests.gui.fuzz.machine import settle
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


def test_tabs_that_were_closed_are_let_go_of_after_tab_walked_through_the_window(
    lone_window: MainWindow, small: Path
) -> None:
    lone_window.show_panel("inspector")
    lone_window.workbench.part("files").open(small)
    db = next(path for path in bundled_graphs() if path.stem == "critic_loop").with_suffix(".run.db")
    assert isinstance(lone_window.workbench.part("replay").open(Source(db, "last")), Session)
    QApplication.processEvents()
    assert len(list(tab_stops(lone_window))) > 5
    settle()
    shown = lone_window.pages.pages()
    kept = [weakref.ref[QWidget](one) for one in (*shown, *(page.canvas for page in shown))]
    assert len(shown) > 1
    del shown

    for document in list(lone_window.workbench.documents):
        lone_window.workbench.remove(document)
    settle()

    assert [one() for one in kept if one() is not None] == []


def test_a_page_that_somebody_keeps_is_noticed(lone_window: MainWindow, small: Path) -> None:
    lone_window.workbench.part("files").open(small)
    kept = lone_window.pages.current_page()
    assert isinstance(kept, GraphPage)
    page = weakref.ref(kept)

    for document in list(lone_window.workbench.documents):
        lone_window.workbench.remove(document)
    settle()

    assert page() is not None
    del kept
    settle()
    assert page() is None
