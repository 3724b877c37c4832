"""An ACT-R model played: one of the bundled ones, or one of a test's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.seeds import Played, play

SIX = 5e-7
MODULES = (
    "event_queue", "firing", "buffers", "declarative_memory", "retrieval", "imaginal", "perceptual_motor",
    "utility_learning", "compilation", "production_memory", "matcher", "conflict_resolution",
)  # fmt: skip
"""The modules of the sheet, in the order of a tick."""


def times(played: Played, name: str = "fired") -> list[tuple[str, float]]:
    key = "rule" if name == "fired" else "chunk"
    return [(one[key], one["time"]) for one in played.result.outputs[name]]


def own(tmp_path: Path, productions: str, goal: str, chunks: str = "fact-1 isa fact n 1", **more: Any) -> Played:
    seed = more.pop("_seed", None)
    inputs = {"agent": "", "productions": productions, "goal": goal, "chunks": chunks, **more}
    return play("actr", inputs, tmp_path=tmp_path, **({} if seed is None else {"seed": seed}))
