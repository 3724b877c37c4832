"""Runs that go on from others, and runs that are still going: where firings were taken over from, what is under way."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QComboBox

from studio.gui.panels.inspector.firing.call_block import CallBlock, CallBody
from studio.gui.panels.inspector.firing.changes_section import ChangesBody
from studio.gui.widgets.labels import Elided, Link
from studio.models.scripted import Scripted
from studio.replay.changes import Changes
from studio.replay.continuing import fork
from studio.replay.firing.whole import as_json
from studio.trace import Trace
from studio.trace.copies import seal
from studio.trace.sqlite import sqlite3
from tests.gui.panels.inspector.firing.conftest import Stage
from tests.replay.firing.workshop import record

MORE = [
    {"node": "critic", "reply": "good"},
    {"node": "again", "reply": "Well done."},
    {"node": "risky", "reply": '{"n": 1}'},
]


@pytest.fixture
def forked(db: Path) -> tuple[str, str]:
    """The workshop, and a run that goes on from its first answer of the critic with another one."""
    parent = record(db)
    with Trace(db) as trace:
        at = next(trace.firings(parent, "critic", "0")).seq
    changes = Changes(outputs={"critic": {"label": "good"}})
    result = fork(db, parent, at=at, changes=changes, model=Scripted(MORE))
    assert result.status == "ok", result.error
    return parent, str(result.run_id)


def test_a_firing_that_was_taken_over_leads_to_where_it_was_executed(
    db: Path, forked: tuple[str, str], stage_of: Callable[..., Stage]
) -> None:
    parent, child = forked
    stage = stage_of(db, child)
    stage.seek_node("writer", "0")
    facts = stage.facts
    assert facts.origin == "replayed"
    assert facts.taken is not None
    assert facts.taken.run == parent
    [link] = stage.find(Link, "firing.taken")
    assert parent[:10] in link.text()
    body = next(one.body for one in stage.find(CallBlock, "firing.call") if one.is_open)
    assert isinstance(body, CallBody)
    assert body.reply.whole == "Pools are wet.", "what it asked there"

    stage.click(link)

    opened = stage.replays.current
    assert opened is not None
    assert opened.run.id == parent
    assert (opened.here.node, opened.here.tick) == ("writer", "0")
    assert stage.facts.origin == "executed"
    stage.workbench.remove(opened.document)


def test_what_a_person_put_in_is_named_so(db: Path, forked: tuple[str, str], stage_of: Callable[..., Stage]) -> None:
    stage = stage_of(db, forked[1])
    stage.seek_node("critic", "0")

    assert stage.facts.origin == "frozen"
    assert "put in by hand" in stage.find(Elided, "firing.when")[0]._full


@pytest.mark.thorough
def test_the_parent_is_the_first_run_to_compare_with(
    db: Path, forked: tuple[str, str], stage_of: Callable[..., Stage], qtbot: Any
) -> None:
    stage = stage_of(db, forked[1])
    stage.seek_node("route", "0")
    stage.click(stage.page.changes.header)
    choice = stage.find(QComboBox, "firing.changes.choice")[0]
    qtbot.waitUntil(lambda: choice.count() > 1)
    assert choice.itemText(1).startswith(f"its parent {forked[0][:10]}")

    choice.setCurrentIndex(1)
    choice.activated.emit(1)
    body = stage.page.changes.body
    assert isinstance(body, ChangesBody)
    qtbot.waitUntil(lambda: body.comparison is not None and body.comparison.other is not None)

    assert {part.caption.text() for part in body.parts.shown} >= {"input value"}


def test_a_past_that_is_not_in_the_file_is_said_to_be_missing(
    db: Path, forked: tuple[str, str], stage_of: Callable[..., Stage], tmp_path: Path
) -> None:
    alone = tmp_path / "alone.db"
    seal(db, alone)
    connection = sqlite3.connect(alone)
    with connection:
        connection.execute("UPDATE _run SET parent_run = ? WHERE run = ?", ("01" + "Z" * 24, forked[1]))
    connection.close()
    stage = stage_of(alone, forked[1])
    stage.seek_node("writer", "0")

    assert stage.facts.taken is None
    [link] = stage.find(Link, "firing.taken")
    assert link.text() == "taken over from a run that is not in this file"
    assert not link.isEnabled()
    body: Any = stage.page.calls.body
    assert "not in this file" in body.notes.text()
    with Trace(db) as whole, Trace(alone) as part:
        assert json.loads(as_json(whole, forked[1], stage.facts.firing))["effects"]
        assert json.loads(as_json(part, forked[1], stage.facts.firing))["effects"] is None
