"""Scenes of how runs behave: the Dynamics panel with a run beside an automaton."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, cast

from tests.support.screenshots.replaying import replayed
from tests.support.screenshots.stage import Scene, Stage

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDockWidget

    from studio.gui.panels.dynamics.panel import DynamicsPanel


def dynamics(stage: Stage, *, beside: bool) -> None:
    """A run of babyagi by ticks and modules, with what was found, or beside rule 110."""
    from PySide6.QtCore import Qt

    replayed(stage, "babyagi", 60)
    panel = cast("DynamicsPanel", stage.show("dynamics"))
    stage.until(lambda: panel.views is not None and panel.views.isVisible())
    if beside:
        panel.show_beside(True)
        lab = panel.made_lab()
        lab.classify()
        stage.until(lambda: not lab.is_busy, seconds=60.0)
    dock = cast("QDockWidget", panel.parentWidget())
    stage.window.resizeDocks([dock], [430], Qt.Orientation.Vertical)
    stage.settle()


SCENES: Final = (
    Scene("dynamics", partial(dynamics, beside=False), "dynamics"),
    Scene("dynamics_lab", partial(dynamics, beside=True)),
)
