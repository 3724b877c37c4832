"""What a card of a recorded run shows of a firing that gives nothing: what it took, however many such nodes follow."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.gui.replay.session import Session, Source
from studio.spec.registry import default_registry
from studio.trace.decided import Decided
from tests.support.runs import made

DONE_AFTER_DONE = """\
studio: 1
name: by_turns
max_ticks: 40
nodes:
  tick: {type: math.expression, expression: x + 1}
  out: {type: flow.output}
  turn: {type: flow.output}
edges:
  - tick.value ~> tick.x: {initial: 0}
  - tick.value -> out.value
  - out.done ~> turn.value: {initial: true}
  - turn.done ~> out.when: {initial: true}
"""
"""Two nodes that give nothing, each of which waits for the other one to be done."""


def test_what_gives_nothing_shows_what_it_took_and_asks_no_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session(Source(made(DONE_AFTER_DONE, tmp_path / "run.db"), "last"), default_registry())
    session.seek(session.last)
    state = session.state_at(())
    assert state is not None
    asked: list[int] = []
    find = session.cursor.steps.firing

    def counted(id: int) -> Decided | None:
        asked.append(id)
        return find(id)

    monkeypatch.setattr(session.cursor.steps, "firing", counted)
    told = {}
    for name in ("tick", "out", "turn"):
        last = state.nodes[name].last
        assert last is not None
        told[name] = session.shots.of(last).summary()

    assert told == {"tick": "40", "out": "40", "turn": ""}
    assert len(asked) == 2  # where the values of `out` and `turn` came from, and not the 40 ticks before
    session.close()
