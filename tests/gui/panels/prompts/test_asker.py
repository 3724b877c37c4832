"""Answers are of the question that was asked last, whatever happens to those before it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from studio.gui.panels.prompts.asker import Asker
from studio.support.errors import StudioError
from studio.support.resources import recorded_run


def test_the_refusal_of_an_older_question_is_not_the_answer_to_a_newer_one(qtbot: Any, tmp_path: Path) -> None:
    db = tmp_path / "made_later.run.db"
    source = recorded_run("critic_loop")
    assert source is not None
    asker = Asker()
    told: list[tuple[str, object]] = []
    asker.answered.connect(lambda key, answer: told.append((key, answer)))
    asker.set_file(db)
    try:
        asker.ask("count", lambda trace, stop: None)
        lookup = asker._lookup
        assert lookup is not None
        asker._timer.stop()  # as if the window were busy just then
        qtbot.waitUntil(lambda: bool(lookup.answers))
        assert isinstance(lookup.answers[0][1], StudioError), "the control: there is no file yet"
        shutil.copyfile(source, db)
        asker.ask("count", lambda trace, stop: trace.sql("SELECT count(*) FROM run").rows)
        qtbot.waitUntil(lambda: bool(told))
        assert told == [("count", [(1,)])]
    finally:
        asker.shutdown()
