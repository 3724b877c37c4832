"""Each edit is kept as it is made, until the file is saved; a disk that is full is told once."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from studio.editing import (
    Document,
    Place,
    PutNode,
    SetKey,
)
from studio.editing.keeping import journal as journals
from studio.editing.keeping.recovery import recover, recoverable
from studio.graph.model import Graph, NodeInstance
from studio.support.errors import EnvironmentProblem, GraphError, StudioError
from tests.editing.keeping.conftest import NODE, keep, left_behind, say
from tests.editing.random_ops import snapshot


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


# -- keeping ---------------------------------------------------------------------------------------


def test_nothing_is_written_before_the_first_edit_and_nothing_is_left_after_a_save(doc: Document, folder: Path) -> None:
    journal = keep(doc, folder)
    assert not folder.exists()
    say(doc, "Other.")
    assert journal.path.exists()
    doc.save()
    assert not journal.path.exists()
    say(doc, "Again.")
    assert journal.path.exists()
    doc.undo()
    assert not journal.path.exists(), "undone to what was saved, there is nothing to keep"
    doc.redo()
    journal.close()
    assert list(folder.iterdir()) == []
    say(doc, "After closing.")
    assert list(folder.iterdir()) == []


def test_each_edit_is_kept_at_once_and_comes_back(doc: Document, folder: Path) -> None:
    assert doc.path is not None
    journal = keep(doc, folder)
    states = []
    for number in range(5):
        say(doc, f"Version {number}.")
        doc.do("Move", [Place((), "topic", [number, 0])])
        states.append((snapshot(doc.graph), left_behind(journal, folder, f"{number}.journal")))
    doc.undo()
    states.append((snapshot(doc.graph), left_behind(journal, folder, "undone.journal")))
    text = doc.path.read_text()
    for state, recovery in states:
        back = recover(recovery)
        assert snapshot(back.graph) == state
        assert (back.path, back.title, back.is_modified) == (doc.path, "loop.yaml", True)
        assert back.graph.base == doc.graph.base
        recovery.discard()
    assert doc.path.read_text() == text, "the user's file is never touched"
    journal.close()
    assert recoverable(folder) == []


def test_an_edit_that_failed_is_not_in_it(doc: Document, folder: Path) -> None:
    journal = keep(doc, folder)
    say(doc, "Before.")
    with pytest.raises(GraphError):
        doc.do("fails", [SetKey((), "about", "half"), PutNode((), "nobody", None)])
    say(doc, "After.")
    assert recover(left_behind(journal, folder)).graph.about == "After."
    doc.undo()
    assert recover(left_behind(journal, folder, "b.journal")).graph.about == "Before."


def test_a_document_that_no_file_could_hold_is_kept_all_the_same(doc: Document, folder: Path) -> None:
    """Half-typed prompts name reserved ports, which a graph file may not; a crash must not cost them."""
    journal = keep(doc, folder)
    node = doc.node((), "writer")
    doc.do("Type", [PutNode((), "writer", replace(node, params={"instructions": "Write {title} \ud83d now"}))])
    doc.do("Big", [PutNode((), "topic", NodeInstance("topic", "flow.input", {"value": 10**30}))])
    back = recover(left_behind(journal, folder))
    assert snapshot(back.graph) == snapshot(doc.graph)


def test_a_graph_that_was_never_saved_is_kept_too(folder: Path) -> None:
    doc = Document(Graph(name="new"))
    journal = keep(doc, folder)
    doc.do("Add", [PutNode((), "a", NODE)])
    recovery = left_behind(journal, folder)
    assert (recovery.file, recovery.title, recovery.file_changed) == (None, "new", False)
    assert recover(recovery).graph.nodes == {"a": NODE}


def test_a_recovered_document_is_kept_from_the_start(doc: Document, folder: Path) -> None:
    first = keep(doc, folder)
    say(doc, "Unsaved.")
    recovery = left_behind(first, folder)
    back = recover(recovery)
    second = keep(back, folder)
    recovery.discard()
    assert second.path.exists()
    assert recover(left_behind(second, folder, "again.journal")).graph.about == "Unsaved."


def test_another_graph_in_its_place_is_kept_whole(doc: Document, folder: Path) -> None:
    journal = keep(doc, folder)
    say(doc, "One.")
    doc.replace(Graph(name="another", about="Two."))
    say(doc, "Three.")
    back = recover(left_behind(journal, folder))
    assert (back.graph.name, back.graph.about) == ("another", "Three.")


def test_a_long_journal_is_written_anew(doc: Document, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journals, "MOST_EDITS", 10)
    journal = keep(doc, folder)
    sizes = []
    for number in range(35):
        say(doc, f"Version {number:03}.")
        sizes.append(journal.path.read_bytes().count(b"\n"))
    assert max(sizes) <= 12
    assert recover(left_behind(journal, folder)).graph.about == "Version 034."
    monkeypatch.setattr(journals, "MOST_BYTES", 1)
    for number in range(40):
        say(doc, "x" * 500 + str(number))
    assert journal.path.stat().st_size < 30_000
    assert recover(left_behind(journal, folder, "b.journal")).graph.about == "x" * 500 + "39"


def test_it_is_forced_onto_the_disk_now_and_then(doc: Document, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    journal = keep(doc, folder, clock=clock)
    say(doc, "begin")
    forced: list[int] = []
    monkeypatch.setattr(os, "fsync", forced.append)
    for number in range(20):
        clock.now += 0.25
        say(doc, str(number))
    assert len(forced) == 2
    journal.sync()
    journal.sync()
    assert len(forced) == 3, "what is on the disk need not be forced again"


def test_typing_in_a_long_text_writes_little(doc: Document, folder: Path) -> None:
    journal = keep(doc, folder)
    text = "word " * 20_000
    doc.do("Paste", [PutNode((), "topic", NodeInstance("topic", "flow.input", {"value": text}))])
    before = journal.path.stat().st_size
    for number in range(20):
        text = text[:1000] + str(number) + text[1000:]
        doc.do("Type", [PutNode((), "topic", NodeInstance("topic", "flow.input", {"value": text}))])
    assert journal.path.stat().st_size - before < 20 * 250
    assert recover(left_behind(journal, folder)).graph.nodes["topic"].params["value"] == text


# -- trouble ---------------------------------------------------------------------------------------


class FullDisk:
    """A file that takes so many bytes more and then no more, torn within a line."""

    def __init__(self, file: BinaryIO, room: int) -> None:
        self.file, self.room = file, room

    def write(self, data: bytes) -> int:
        taken = data[: self.room]
        self.room -= len(taken)
        self.file.write(taken)
        self.file.flush()
        if len(taken) < len(data):
            raise OSError(errno.ENOSPC, "No space left on device")
        return len(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


def test_a_full_disk_is_told_once_and_editing_goes_on(doc: Document, folder: Path) -> None:
    clock = Clock()
    journal = keep(doc, folder, clock=clock)
    told: list[StudioError] = []
    journal.troubled.connect(told.append)
    say(doc, "Kept.")
    journal._file = FullDisk(journal._file, 20)  # type: ignore[assignment, arg-type]
    say(doc, "Lost.")
    say(doc, "Lost too.")
    (error,) = told
    assert isinstance(error, EnvironmentProblem)
    assert "No space left" in str(error)
    assert recover(left_behind(journal, folder)).graph.about == "Kept.", "the torn line is left out"
    clock.now += journals.RETRY_S
    say(doc, "There is space again.")
    assert recover(left_behind(journal, folder, "b.journal")).graph.about == "There is space again."
    assert len(told) == 1


def test_a_folder_that_cannot_be_made_is_told_once(doc: Document, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    clock = Clock()
    journal = keep(doc, tmp_path / "file" / "recovery", clock=clock)
    told: list[StudioError] = []
    journal.troubled.connect(told.append)
    say(doc, "One.")
    say(doc, "Two.")
    assert len(told) == 1
    assert doc.graph.about == "Two."
    clock.now += journals.RETRY_S
    say(doc, "Three.")
    assert len(told) == 1, "tried again, refused again, and told before"
    journal.close()


def test_a_number_that_is_none_is_told_and_kept_from_then_on(doc: Document, folder: Path) -> None:
    clock = Clock()
    journal = keep(doc, folder, clock=clock)
    told: list[StudioError] = []
    journal.troubled.connect(told.append)
    say(doc, "Kept.")
    doc.do("Break", [Place((), "topic", float("nan"))])
    assert len(told) == 1
    doc.undo()
    clock.now += journals.RETRY_S
    say(doc, "Kept again.")
    assert recover(left_behind(journal, folder)).graph.about == "Kept again."
