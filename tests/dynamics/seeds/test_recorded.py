"""The recorded runs of all bundled graphs: none is asked to stop but those whose pages say that they go in circles."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from studio import Trace
from studio.dynamics.analysis import analyse
from studio.dynamics.verdict import Verdict
from studio.replay.dynamics import known_of, recorded_run
from studio.support.resources import resource_root
from tests.support.thorough import thorough_but

RECORDED = sorted(path.name.removesuffix(".run.db") for path in resource_root("graphs").glob("*.run.db"))
IN_CIRCLES = {"twin": "keeper", "generative_agents": "hour_planner"}
"""Runs of the embedded model that did fail, and who repeated what it said."""


def judged(name: str, tmp_path: Path) -> Verdict:
    """Return what today's reading of the recorded outputs comes to."""
    copy = tmp_path / f"{name}.db"
    shutil.copy(resource_root("graphs") / f"{name}.run.db", copy)
    with Trace(copy) as trace:
        return analyse(recorded_run(trace, texts=True), known_of(trace).thresholds)


HEALTHY = [name for name in RECORDED if name not in IN_CIRCLES]


@pytest.mark.parametrize("name", thorough_but(HEALTHY[::2].__contains__, HEALTHY))
def test_a_recorded_run_is_not_asked_to_stop(name: str, tmp_path: Path) -> None:
    verdict = judged(name, tmp_path)

    assert [alarm.msg for alarm in verdict.alarms if alarm.level == "stop"] == []


@pytest.mark.parametrize(("name", "who"), IN_CIRCLES.items())
def test_a_recorded_run_that_goes_in_circles_is_named(name: str, who: str, tmp_path: Path) -> None:
    verdict = judged(name, tmp_path)

    assert (verdict.kind, verdict.wolfram) == ("circle", "II")
    assert {alarm.kind for alarm in verdict.alarms if alarm.level == "stop"} == {"circle"}
    assert any(who in line for line in verdict.evidence)
    assert "class II" in (resource_root("graphs") / f"{name}.md").read_text("utf-8")


def test_there_is_a_recorded_run_of_every_graph() -> None:
    assert len(RECORDED) >= 20
