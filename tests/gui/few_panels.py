"""Windows in which only some panels are made, for tests that look at nothing else of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QWidget

from studio.gui.frame import window as window_module
from studio.gui.frame.pages import Pages
from studio.gui.panels import all_panels

_welcome = Pages.welcome


def make_only(monkeypatch: pytest.MonkeyPatch, *kept: str, welcome: bool = False) -> None:
    """Have windows make no panels but these (by id; the others stay empty), and no welcome page unless asked for."""
    panels = [
        one if one.id in kept else replace(one, make=lambda _: QWidget(), waits=True, part="", wakes=None)
        for one in all_panels()
    ]
    monkeypatch.setattr(window_module, "all_panels", lambda: panels)
    # Asked for, it is there also beside a window of the module that does without.
    monkeypatch.setattr(Pages, "welcome", _welcome if welcome else lambda *_, **__: None)
