"""Runs that wait for a person go on with the answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.models.humans import AnswersFile
from tests.replay.going_on.conftest import OUTSIDE, gone_on, is_verified, ran

ASKING = """\
nodes:
  word: {type: flow.input, value: hello}
  ask: {type: human.ask, question: "Is {word} right?"}
  note: {type: t.send}
  result: {type: flow.output}
edges:
  - word.value -> note.text
  - note.text -> ask.word
  - ask.answer -> result.value
"""


def test_a_run_that_waits_for_a_person_pauses_and_goes_on_with_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.models import humans
    from studio.spec.calls import NobodyThere

    def nobody() -> humans.Terminal:
        raise NobodyThere("A person is asked, but there is no terminal.")

    db = tmp_path / "runs.db"
    paused = ran(db, ASKING, human=humans.TerminalHuman(nobody))
    assert (paused.status, paused.ended, paused.exit_code) == ("paused", "limit:human", 3)
    assert paused.error is not None
    assert "Is hello! right?" in str(paused.error["message"])

    result = gone_on(db, human=AnswersFile([("answers:1", "Quite.")], "answers"))

    assert result.outputs == {"result": "Quite."}
    assert OUTSIDE.done == ["a", "b"]
    assert is_verified(db, result.run_id)


def test_answers_go_on_where_the_earlier_run_had_come_to(tmp_path: Path) -> None:
    text = """\
nodes:
  first: {type: human.ask, question: First?}
  send: {type: t.send}
  second: {type: human.ask, question: "After {it}?"}
  result: {type: flow.output}
edges:
  - first.answer -> send.text
  - send.text -> second.it
  - second.answer -> result.value
"""
    db = tmp_path / "runs.db"
    OUTSIDE.broken = True
    ran(db, text, human=AnswersFile([("a:1", "one"), ("a:2", "two")], "answers"))
    OUTSIDE.broken = False

    result = gone_on(db, human=AnswersFile([("a:1", "one"), ("a:2", "two")], "answers"))

    assert result.outputs == {"result": "two"}
