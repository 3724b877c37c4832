"""Scenes of recorded runs: three steps of one run, what panels say of runs, a fork and its parent side by side."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.support.screenshots.stage import ROOT, Scene, Stage, type_text

if TYPE_CHECKING:
    from studio.gui.replay.session import Session

RUNS: Final = ("order_desk", "inbox_triage", "chat_router", "review_digest", "critic_loop")

OVERRULED: Final = (
    "vague",
    "Tide pools are ponds the sea leaves in the rock. Crabs and anemones wait in them.",
    "good",
)
"""What the models of a fork answer where its parent's critic was satisfied."""


def recorded(name: str) -> Path:
    return ROOT / "graphs" / f"{name}.run.db"


def replayed(stage: Stage, name: str, seq: int) -> Session:
    """Open the recorded run of an example at a step, the timeline in front."""
    from studio.gui.replay.session import Session, Source

    session = stage.window.workbench.part("replay").open(Source(recorded(name), "last"))
    assert isinstance(session, Session)
    stage.show("timeline")
    stage.canvas.setFocus()
    session.seek(seq)
    stage.settle()
    return session


def step(stage: Stage, *, seq: int) -> None:
    """A run of many modules at one of its steps."""
    replayed(stage, "order_desk", seq)


def filled(stage: Stage) -> tuple[Path, str, str]:
    """Fill the profile with the examples' runs and a fork of one; return file, fork and parent."""
    from studio.models.scripted import Scripted
    from studio.replay.changes import Changes
    from studio.replay.continuing import fork
    from studio.trace import Trace
    from studio.trace.merging import merge
    from studio.trace.writer import close_writer

    db = Path(os.environ["STUDIO_DB"])
    for name in RUNS:
        merge(recorded(name), db)
    with Trace(recorded("critic_loop")) as trace:
        parent = trace.run().id
    with Trace(db) as trace:
        forked = next((run.id for run in trace.runs() if run.parent_run == parent), "")
        first = next(f.seq for f in trace.firings(parent, "critic", "1"))
    if not forked:
        change = Changes(outputs={"critic": {"label": OVERRULED[0]}})
        made = fork(db, parent, at=first, changes=change, model=Scripted([*OVERRULED[1:], *OVERRULED[1:]]))
        forked = str(made.run_id)
        close_writer(db)
    return db, forked, parent


def runs(stage: Stage) -> None:
    """All recorded runs, with their forks."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QAbstractButton

    filled(stage)
    replayed(stage, "order_desk", 60)
    panel = stage.show("runs")
    tree = panel.findChild(QAbstractButton, "runs.tree")
    assert tree is not None
    if not tree.isChecked():
        QTest.mouseClick(tree, Qt.MouseButton.LeftButton)


def side_by_side(stage: Stage) -> None:
    """A fork beside the run that it went on from, where they part."""
    from studio.gui.replay.session import Source

    db, forked, parent = filled(stage)
    comparison = stage.window.workbench.part("comparing").open(Source(db, parent), Source(db, forked))
    stage.until(lambda: comparison.found is not None)


def fork_form(stage: Stage) -> None:
    """Changing a run from a step on."""
    replayed(stage, "critic_loop", 2)
    stage.do("fork.here")


def why(stage: Stage) -> None:
    """What led to a value, lit on graph and timeline."""
    replayed(stage, "order_desk", 109)
    stage.canvas.zoom_to_fit()
    stage.do("causes.why")
    lights = stage.window.workbench.part("causes")
    session = stage.window.workbench.part("replay").current
    stage.until(lambda: session.lit is not None and lights is not None)


def prompts(stage: Stage) -> None:
    """Prompts of all runs that hold a word."""
    filled(stage)
    page: Any = stage.show("prompts").page  # type: ignore[attr-defined]
    stage.do("prompts.search")
    type_text("garden")
    stage.until(lambda: page.view.detail is not None and "garden" in str(page.view.text.toPlainText()))
    stage.settle()


def tests(stage: Stage) -> None:
    """Recorded tests of a graph, played offline."""
    (stage.folder / "critic_loop.tests.yaml").write_bytes((ROOT / "graphs" / "critic_loop.tests.yaml").read_bytes())
    stage.open("critic_loop")
    stage.show("tests")
    stage.do("tests.run_all")


SCENES: Final = (
    Scene("replay_first", partial(step, seq=12), "timeline"),
    Scene("replay_middle", partial(step, seq=60)),
    Scene("replay_last", partial(step, seq=111)),
    Scene("why", why),
    Scene("runs", runs, "runs"),
    Scene("fork", fork_form, "fork"),
    Scene("side_by_side", side_by_side),
    Scene("prompts", prompts, "prompts"),
    Scene("tests", tests, "tests"),
)
