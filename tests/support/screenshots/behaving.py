"""Scenes of how runs behave: the Dynamics panel with a run beside an automaton, and an experiment."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from tests.support.screenshots.replaying import replayed
from tests.support.screenshots.stage import Scene, Stage

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDockWidget

    from studio.gui.panels.dynamics.panel import DynamicsPanel
    from studio.gui.panels.experiments.panel import ExperimentsPanel
    from studio.trace.batches import Batch


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


def listed(db: Path) -> Sequence[Batch]:
    """Return the experiments of a database that may not be there yet."""
    from studio.trace.batches import Batches

    if not db.is_file():
        return ()
    with Batches(db) as batches:
        return batches.batches()


def experiments(stage: Stage) -> None:
    """Modules of known worth, what an experiment found of them, and the graph coloured by it."""
    from PySide6.QtCore import Qt

    from studio.batch.design.options import experiment_of
    from studio.batch.sessions import Ways, run_batch
    from studio.settings.settings import current_settings
    from studio.trace.writer import close_writer

    path = stage.folder / "days.yaml"
    path.write_text(WORTH, encoding="utf-8")
    said = {
        "graph": str(path), "data": [{"topic": number} for number in range(24)], "score": "points", "margin": 0.3,
        "knockouts": ["planner", "critic", "memory", "chatter", "luck"], "name": "What each module adds",
    }  # fmt: skip
    db = current_settings().db_path()
    if not any(listed(db)):  # the other theme has made it
        run_batch(experiment_of(said), db, Ways(workers=1))
        close_writer(db)
    stage.window.workbench.open(Path(path.name))
    panel = cast("ExperimentsPanel", stage.show("experiments"))
    stage.until(lambda: panel.shown is not None)
    panel.show_view("modules")
    stage.window.workbench.trigger("experiments.colour")
    dock = cast("QDockWidget", panel.parentWidget())
    stage.window.resizeDocks([dock], [290], Qt.Orientation.Vertical)
    stage.settle()


WORTH: Final = """\
studio: 1
name: days
about: Modules of known worth.
nodes:
  topic: {type: flow.input, value: 1, kind: number}
  luck: {type: random.number, low: -1, high: 1}
  planner: {type: math.expression, expression: topic * 0 + 2}
  critic: {type: math.expression, expression: topic * 0 + 1}
  chatter: {type: math.expression, expression: topic * 0 - 1.5}
  memory: {type: math.expression, expression: topic * 0}
  total:
    type: math.expression
    expression: planner + critic + chatter + memory + luck
    optional: {planner: 0, critic: 0, chatter: 0, memory: 0, luck: 0}
  points: {type: flow.output}
edges:
  - topic.value -> planner.topic
  - topic.value -> critic.topic
  - topic.value -> chatter.topic
  - topic.value -> memory.topic
  - planner.value -> total.planner
  - critic.value -> total.critic
  - chatter.value -> total.chatter
  - memory.value -> total.memory
  - luck.value -> total.luck
  - total.value -> points.value
"""

SCENES: Final = (
    Scene("experiments", experiments, "experiments"),
    Scene("dynamics", partial(dynamics, beside=False), "dynamics"),
    Scene("dynamics_lab", partial(dynamics, beside=True)),
)
