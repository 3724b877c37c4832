"""A key that slips into a prompt, an error or a note never reaches the trace, and the run still replays."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio import Graph, Trace, run
from studio.engine.recorded import RecordedEffects
from studio.models.scripted import Scripted
from studio.trace.writer import close_writer

KEY = "sk-canary-0123456789abcdefghij"

LEAK = """
nodes:
  leak: {type: flow.input}
  ask: {type: llm.function, instructions: "Use {key}", on_error: skip}
  note: {type: debug.log}
edges:
  - leak.value -> ask.key
  - leak.value -> note.value
"""


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CANARY_API_KEY", KEY)
    return tmp_path / "trace.db"


def effects_text(db: Path) -> str:
    with Trace(db) as trace:
        return repr(list(trace.effects("last"))) + repr(list(trace.prompts("last")))


def test_the_log_keeps_no_key_of_an_effect(db: Path) -> None:
    run(Graph.from_text(LEAK), model=Scripted(["fine"]), db=db, leak=KEY)

    told = effects_text(db)
    close_writer(db)

    assert "[secret:CANARY_API_KEY]" in told
    assert KEY not in told


def test_without_the_variable_the_same_text_would_be_kept(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CANARY_API_KEY")
    run(Graph.from_text(LEAK), model=Scripted(["fine"]), db=db, leak=KEY)

    told = effects_text(db)
    close_writer(db)

    assert KEY in told


def test_a_run_whose_prompt_was_cleaned_is_replayed(db: Path) -> None:
    run(Graph.from_text(LEAK), model=Scripted(["fine"]), db=db, leak=KEY)
    with Trace(db) as trace:
        recorded = RecordedEffects.from_trace(trace)

    again = run(Graph.from_text(LEAK), recorded=recorded, db=db.with_name("again.db"), leak=KEY)
    close_writer(db)
    close_writer(db.with_name("again.db"))

    assert (again.status, again.error) == ("ok", None)
    assert recorded.asked == 1
