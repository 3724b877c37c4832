"""Scenes of recorded runs: three steps of one run, what panels say of runs, forks side by side."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from tests.support.screenshots.stage import ROOT, Scene, Stage

if TYPE_CHECKING:
    from studio.gui.replay.session import Session


def replayed(stage: Stage, name: str, seq: int) -> Session:
    """Open the recorded run of an example at a step, the timeline in front."""
    from studio.gui.replay.session import Session, Source

    session = stage.window.workbench.part("replay").open(Source(ROOT / "graphs" / f"{name}.run.db", "last"))
    assert isinstance(session, Session)
    session.seek(seq)
    stage.show("timeline")
    stage.settle()
    return session


def step(stage: Stage, *, seq: int) -> None:
    """A run of many modules at one of its steps."""
    session = replayed(stage, "order_desk", seq)
    stage.canvas.setFocus()
    session.seek(seq)
    stage.settle()


SCENES: Final = (
    Scene("replay_first", partial(step, seq=12), "timeline"),
    Scene("replay_middle", partial(step, seq=60)),
    Scene("replay_last", partial(step, seq=111)),
)
