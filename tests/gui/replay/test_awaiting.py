"""A run that is watched before its first step, and a node of a watched run that is in the middle of a call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import time_ns
from typing import Any

import pytest

from studio.gui.frame.window import MainWindow
from studio.gui.panels.runs.deeds import watch_run
from studio.gui.replay import awaiting
from studio.gui.replay.session import Source
from studio.support.values import hash_bytes
from studio.trace import open_run
from studio.trace.runlog import FileRunLog
from studio.trace.writer import close_writer
from tests.gui.replay.runs import replays, settle
from tests.gui.windows import SMALL
from tests.trace.runs import put_firings, start_of

TEXT = "studio: 1\nname: calls\nnodes:\n  quick: {type: text.template, template: a}\n  slow: {type: llm.chat}\n"


class Writing:
    """A run that is written by hand, step by step."""

    def __init__(self, db: Path) -> None:
        self.db = db
        start = replace(start_of("01AWAITED"), graph_hash=hash_bytes(TEXT.encode()), graph_text=TEXT)
        self.log: FileRunLog = open_run(db, start)
        self.log.flush()

    def step(self) -> None:
        self.log.paths(1, "", [("quick", "text.template", 1), ("slow", "llm.chat", 1)], 0, 0)
        put_firings(self.log, 1)
        self.log.flush()

    def call(self) -> None:
        started = time_ns()
        self.log.open_firing(2, 2, "a0", 0, 0, started)
        self.log.effect_intent(2, 0, "chat", "m", {"messages": []}, 1, started)
        self.log.flush()

    def end(self) -> None:
        self.log.finish("aborted", "abort", None, {}, {}, 1)
        self.log.flush()


@pytest.fixture
def writing(tmp_path: Path) -> Iterator[Writing]:
    made = Writing(tmp_path / "held.db")
    yield made
    close_writer(made.db)


def bars(window: MainWindow) -> list[str]:
    page = window.pages.current_page()
    assert page is not None
    found = page.bars.bar(awaiting.BAR)
    return [] if found is None else [found.accessibleName()]


def test_a_run_without_a_step_is_shown_and_open_as_soon_as_it_has_one(
    window: MainWindow, writing: Writing, qtbot: Any
) -> None:
    said: list[str] = []
    window.workbench.said.connect(lambda text, kind: said.append(text))
    watch_run(window.workbench, Source(writing.db, "last"))
    canvas = settle(window)
    assert set(canvas.projection.cards) == {"quick", "slow"}
    assert bars(window) == [awaiting.WAITS]
    assert canvas.document.locked is not None
    assert replays(window).sessions == []
    watch_run(window.workbench, Source(writing.db, "last"))
    assert len(window.workbench.documents) == 1, "it is waited for once"

    writing.step()
    qtbot.waitUntil(lambda: bool(replays(window).sessions))
    session = replays(window).current
    assert session is not None
    assert [one.title for one in window.workbench.documents] == [session.document.title]
    assert session.tails
    assert session.run.id == "01AWAITED"
    assert bars(window) == []
    assert said == []


def test_who_does_something_else_meanwhile_is_not_taken_away(
    window: MainWindow, writing: Writing, qtbot: Any, tmp_path: Path
) -> None:
    watch_run(window.workbench, Source(writing.db, "last"))
    (tmp_path / "small.yaml").write_text(SMALL)
    other = window.workbench.open(tmp_path / "small.yaml")
    writing.step()
    qtbot.waitUntil(lambda: bool(replays(window).sessions))
    assert window.workbench.document is other
    assert len(window.workbench.documents) == 2


def test_a_run_that_ends_without_a_step_says_so_and_one_whose_tab_is_closed_is_let_go(
    window: MainWindow, writing: Writing, qtbot: Any
) -> None:
    watch_run(window.workbench, Source(writing.db, "last"))
    found = replays(window)._awaiting
    window.workbench.remove(window.workbench.documents[0])
    assert found._awaited == []

    watch_run(window.workbench, Source(writing.db, "last"))
    writing.end()
    qtbot.waitUntil(lambda: bars(window) != [awaiting.WAITS])
    assert bars(window) == ["The run ended before its first step: aborted."]
    assert found._awaited == []
    qtbot.waitUntil(lambda: not found._look.isActive())


def test_a_node_in_the_middle_of_a_call_runs_and_says_for_how_long(
    window: MainWindow, writing: Writing, qtbot: Any
) -> None:
    writing.step()
    watch_run(window.workbench, Source(writing.db, "last"))
    card = settle(window).projection.cards["slow"]
    assert card.state.status == "waiting"
    writing.call()
    qtbot.waitUntil(lambda: card.state.status == "running")
    assert "has not answered" in card.state.text
    first = card.state.duration
    assert first
    qtbot.waitUntil(lambda: card.state.duration != first)
