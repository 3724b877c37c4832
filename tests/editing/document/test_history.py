"""What was done, in entries: merged while a person is at one thing, cut where they save or begin another."""

from __future__ import annotations

import pytest

from studio.editing import Document, History, Place, SetKey
from studio.editing.document.history import MOST, Entry
from studio.graph.model import Graph


@pytest.fixture
def doc() -> Document:
    return Document(Graph(name="g"))


def say(doc: Document, text: str, merge: str = "typing") -> None:
    doc.do(f"Say {text}", [SetKey((), "about", text)], merge=merge)


def test_typing_is_one_entry_with_the_last_label(doc: Document) -> None:
    for text in ("a", "ab", "abc"):
        say(doc, text)
    assert doc.history.labels == ["Say abc"]
    assert doc.undo() == "Say abc"
    assert doc.graph.about == ""
    assert doc.redo() == "Say abc"
    assert doc.graph.about == "abc"


@pytest.mark.parametrize("how", ["another", "none", "end", "undo", "save"])
def test_merging_ends(doc: Document, how: str) -> None:
    say(doc, "a")
    if how == "another":
        say(doc, "b", merge="slider")
    elif how == "none":
        say(doc, "b", merge="")
    elif how == "end":
        doc.history.end_merge()
    elif how == "undo":
        say(doc, "b", merge="other")
        doc.undo()
    else:
        doc.history.mark_clean()
    count = len(doc.history.labels)
    say(doc, "c")
    assert len(doc.history.labels) == count + 1
    doc.undo()
    assert doc.graph.about == ("b" if how in ("another", "none") else "a")


def test_a_new_edit_drops_what_was_undone(doc: Document) -> None:
    say(doc, "a", "")
    say(doc, "b", "")
    doc.undo()
    assert doc.history.redo_label == "Say b"
    say(doc, "c", "")
    assert (doc.history.redo_label, doc.redo()) == ("", "")
    assert doc.history.labels == ["Say a", "Say c"]


def test_the_saved_state_is_found_again_by_undo_and_redo(doc: Document) -> None:
    say(doc, "a", "")
    say(doc, "b", "")
    doc.history.mark_clean()
    assert doc.history.is_clean
    doc.undo()
    assert not doc.history.is_clean
    doc.undo()
    assert not doc.history.is_clean, "what was there before the first edit is not what was saved"
    doc.redo()
    doc.redo()
    assert doc.history.is_clean


def test_a_saved_state_that_was_undone_and_overwritten_is_never_reached(doc: Document) -> None:
    say(doc, "a", "")
    doc.history.mark_clean()
    doc.undo()
    say(doc, "b", "")
    assert not doc.history.is_clean
    doc.undo()
    assert not doc.history.is_clean


def test_typing_on_after_a_save_is_an_entry_of_its_own(doc: Document) -> None:
    say(doc, "a")
    doc.history.mark_clean()
    say(doc, "ab")
    assert not doc.history.is_clean
    doc.undo()
    assert doc.history.is_clean
    assert doc.graph.about == "a"


def test_doing_the_same_again_is_not_what_was_saved(doc: Document) -> None:
    say(doc, "a", "")
    doc.history.mark_clean()
    say(doc, "a", "")
    doc.undo()
    say(doc, "b", "")
    doc.undo()
    assert doc.history.is_clean, "what was undone looked like what was saved, but was another entry"


def test_what_is_marked_dirty_stays_so_whatever_is_undone(doc: Document) -> None:
    say(doc, "a", "")
    doc.history.mark_dirty()
    doc.undo()
    assert not doc.history.is_clean
    doc.history.mark_clean()
    assert doc.history.is_clean


def test_the_oldest_entries_fall_away_and_clean_with_them(doc: Document) -> None:
    for number in range(MOST + 5):
        say(doc, str(number), "")
    assert len(doc.history.labels) == MOST
    while doc.undo():
        pass
    assert doc.graph.about == "4"
    assert not doc.history.is_clean, "the state that was saved can no more be reached"


def test_what_was_saved_stays_clean_when_its_entry_fell_away() -> None:
    history = History()
    history.push(Entry("first"))
    history.mark_clean()
    for number in range(MOST):
        history.push(Entry(str(number)))
    while history.take_undo():
        pass
    assert history.is_clean, "everything after the saved entry is undone, so that the document is as it was saved"


def test_changes_of_what_can_be_undone_are_told(doc: Document) -> None:
    heard: list[tuple[str, str]] = []
    doc.history.changed.connect(lambda: heard.append((doc.history.undo_label, doc.history.redo_label)))
    say(doc, "a", "")
    doc.undo()
    doc.redo()
    doc.history.clear()
    assert heard == [("Say a", ""), ("", "Say a"), ("Say a", ""), ("", "")]


def test_typing_a_long_text_keeps_its_first_and_its_last_state_only() -> None:
    doc = Document(Graph())
    for length in range(1, 40):
        say(doc, "x" * length)

    (entry,) = doc.history._done
    assert [op for op in entry.ops if isinstance(op, SetKey)] == [SetKey((), "about", "x" * 39)]
    assert entry.inverse == [SetKey((), "about", "")]
    doc.undo()
    assert doc.graph.about == ""
    doc.redo()
    assert doc.graph.about == "x" * 39


def test_nudging_many_nodes_keeps_their_first_and_their_last_places_only() -> None:
    doc = Document(Graph(layout={"a": [0, 0], "b": [0, 9]}))
    for x in range(1, 40):
        doc.do("Move", [Place((), "a", [x, 0]), Place((), "b", [x, 9])], merge="move")

    (entry,) = doc.history._done
    assert entry.ops == [Place((), "a", [39, 0]), Place((), "b", [39, 9])]
    assert len(entry.inverse) == 2
    doc.undo()
    assert doc.graph.layout == {"a": [0, 0], "b": [0, 9]}
    doc.redo()
    assert doc.graph.layout == {"a": [39, 0], "b": [39, 9]}


def test_entries_that_do_other_things_are_merged_with_all_they_do() -> None:
    doc = Document(Graph())
    say(doc, "a")
    doc.do("Name", [SetKey((), "name", "other")], merge="typing")

    assert len(doc.history._done) == 1
    doc.undo()
    assert (doc.graph.about, doc.graph.name) == ("", "graph")
