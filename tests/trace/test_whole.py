"""A run firing by firing, each with all that belongs to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.support.resources import bundled_graphs
from studio.trace import Trace, whole
from tests.export.records.played import WORKERS, WORKERS_REPLIES, played
from tests.support.thorough import thorough_but

EXAMPLES = [path for path in bundled_graphs() if path.with_suffix(".run.db").is_file()]

EVERYDAY = sorted(EXAMPLES, key=lambda path: path.with_suffix(".run.db").stat().st_size)[::4]
"""Some of each length."""


@pytest.mark.parametrize("path", thorough_but(EVERYDAY.__contains__, EXAMPLES), ids=lambda path: path.stem)
def test_every_record_of_an_example_comes_once(path: Path) -> None:
    with Trace(path.with_suffix(".run.db")) as trace:
        found = list(trace.whole())
        firings = [one.firing for one in found if one.firing is not None]

        assert sorted(firings, key=lambda one: one.id) == list(trace.firings())
        effects = [effect for one in found for effect in one.effects]
        assert sorted(effects, key=lambda one: (one.firing, one.n)) == sorted(
            trace.effects(), key=lambda one: (one.firing, one.n)
        )
        assert sum(len(one.store_ops) for one in found) == len(list(trace.store_ops()))


def test_firings_come_by_step_with_what_is_theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "PAGE", 3)
    trace, run = played(WORKERS, WORKERS_REPLIES, tmp_path / "t.db")

    found = list(trace.whole(run))

    steps = [one.firing.seq for one in found if one.firing is not None]
    assert steps == sorted(steps, key=lambda seq: seq or 0)
    assert len(steps) == len(list(trace.firings(run))) > 6
    assert found[0].firing is None
    assert [one.kind for one in found[0].effects] == ["model"]
    for one in found[1:]:
        assert one.firing is not None
        assert {effect.firing for effect in one.effects} <= {one.firing.id}
        assert {op.firing for op in one.store_ops} <= {one.firing.id}
    trace.close()
