"""What is unsaved survives the death of the program, and nothing else is touched by that."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, BinaryIO, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.editing import (
    Document,
    InsertEdge,
    Op,
    Place,
    PutGraph,
    PutNode,
    PutStore,
    RemoveEdge,
    RenameGraph,
    RenameNode,
    ReplaceEdge,
    SetComment,
    SetKey,
)
from studio.editing.document.op_json import graph_from_json, graph_to_json, op_from_json, op_to_json, splice
from studio.editing.document.ops import apply
from studio.editing.keeping import journal as journals
from studio.editing.keeping.journal import Journal
from studio.editing.keeping.recovery import Recovery, recover, recoverable
from studio.graph.model import Edge, Graph, NodeInstance, StoreDecl
from studio.support.errors import EnvironmentProblem, GraphError, StudioError, UsageError
from tests.editing.random_ops import draw_op, snapshot
from tests.graph.strategies import graphs
from tests.support.graphs import CRITIC_LOOP


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def doc(tmp_path: Path) -> Document:
    path = tmp_path / "loop.yaml"
    path.write_text(CRITIC_LOOP)
    return Document.open(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "recovery"


_OPEN: list[Journal] = []


@pytest.fixture(autouse=True)
def _close_journals() -> Iterator[None]:
    yield
    while _OPEN:
        _OPEN.pop().close()


def keep(doc: Document, folder: Path, **options: Any) -> Journal:
    """Return a journal that the end of the test closes."""
    _OPEN.append(Journal(doc, folder, **options))
    return _OPEN[-1]


def say(doc: Document, text: str) -> None:
    doc.do("Describe", [SetKey((), "about", text)])


def left_behind(journal: Journal, folder: Path, name: str = "left.journal") -> Recovery:
    """Return the recovery of a journal as it is now, as if its process had been killed at this moment."""
    (folder / name).write_bytes(journal.path.read_bytes())
    (found,) = [one for one in recoverable(folder) if one.journal.name == name]
    return found


# -- ops as JSON -----------------------------------------------------------------------------------

EDGE = Edge("a", "out", "b", "in", feedback=True, has_initial=True, initial=None, hold=True)
NODE = NodeInstance(
    "a", "flow.map", {"x": [1, 2.5, None, {"k": "é"}]}, "Title", "once", "default", {"out": None}, 2, 1.5,
    {"calls": 3.0}, "pass",
)  # fmt: skip
EVERY_OP: list[Op] = [
    PutNode(("in", "side"), "a", NODE, 3),
    PutNode((), "a", None),
    RenameNode(("in",), "a", "b"),
    InsertEdge((), 0, EDGE),
    RemoveEdge(("in",), 4),
    ReplaceEdge((), 1, replace(EDGE, has_initial=False, initial_from="c.out")),
    PutStore((), "s", StoreDecl("s", "kv", "project", {"values": {"a": 1}}), 0),
    PutStore((), "s", None),
    PutGraph((), "g", Graph(name="other", nodes={"a": NODE}, edges=[EDGE], comments={"nodes.a": ["# hm"]}), 1),
    PutGraph((), "g", None),
    RenameGraph((), "g", "h", "own"),
    SetKey((), "limits", {"calls": 2.0}),
    SetKey((), "max_ticks", None),
    SetKey((), "dynamics", {"on_alarm": "stop", "settings": {"x": [1]}}),
    SetKey((), "until", "stop"),
    Place((), "a", [1, 2], 3, False),
    Place((), "/frames", None, None, True),
    Place((), "a", False),
    SetComment((), "nodes.a", ("one", ""), 2),
    SetComment((), "nodes.a", None),
]


@pytest.mark.parametrize("op", EVERY_OP, ids=lambda op: type(op).__name__)
def test_each_op_comes_back_as_it_was(op: Op) -> None:
    top = Graph(graphs={"in": Graph(graphs={"side": Graph()})})
    back = op_from_json(json.loads(json.dumps(op_to_json(op), allow_nan=False)), top)
    assert back == op
    if isinstance(op, PutGraph) and op.graph is not None:
        assert isinstance(back, PutGraph)
        assert back.graph is not None
        assert back.graph.comments == op.graph.comments, "which graphs do not compare"


def test_every_field_of_every_op_is_among_those_tried() -> None:
    """Control of the test above: a field that is added to an op and not written would be noticed."""
    for cls in get_args(Op):
        for one in fields(cls):
            tried = {repr(getattr(op, one.name)) for op in EVERY_OP if type(op) is cls}
            assert tried - {repr(one.default)}, f"{cls.__name__}.{one.name}"


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(graphs(), st.data())
def test_any_edits_read_back_make_the_same_document(graph: Graph, data: st.DataObject) -> None:
    doc = Document(graph)
    twin = graph_from_json(json.loads(json.dumps(graph_to_json(graph))))
    lines: list[str] = []
    doc.changed.connect(lambda op, inverse: lines.append(json.dumps(op_to_json(op, inverse))))
    for _ in range(data.draw(st.integers(1, 8))):
        doc.do("edit", [draw_op(data.draw, doc)])
    while data.draw(st.booleans()) and doc.undo():
        pass
    for line in lines:
        apply(twin, op_from_json(json.loads(line), twin))
    assert snapshot(twin) == snapshot(doc.graph)


@settings(derandomize=True, deadline=None)
@given(st.text(), st.text(), st.text(), st.text())
def test_a_splice_makes_one_text_of_another(front: str, old: str, new: str, back: str) -> None:
    before, after = front + old + back, front + new + back
    start, end, text = splice(before, after)
    assert before[:start] + text + before[end:] == after
    assert len(text) <= len(new)


def test_a_journal_of_before_dynamics_is_read() -> None:
    written = graph_to_json(Graph(dynamics={"on_alarm": "stop"}))
    assert graph_from_json(written).dynamics == {"on_alarm": "stop"}
    del written["dynamics"]
    assert graph_from_json(written).dynamics == {}
    with pytest.raises(GraphError, match="`dynamics` is no object"):
        graph_from_json({**written, "dynamics": 1})


def test_of_a_long_text_only_what_changed_is_written() -> None:
    long = "word " * 100_000
    old = NodeInstance("a", "text.constant", {"text": long, "other": 1})
    new = replace(old, params={"text": long[:1000] + "X" + long[1000:], "other": 1})
    written = json.dumps(op_to_json(PutNode((), "a", new), PutNode((), "a", old)))
    assert len(written) < 300
    read = op_from_json(json.loads(written), Graph(nodes={"a": old}))
    assert read == PutNode((), "a", new)
    with pytest.raises(GraphError, match="missing"):
        op_from_json(json.loads(written), Graph())


@pytest.mark.parametrize(
    "data",
    [
        None, [], "x", {}, {"op": "Format"}, {"op": 3}, {"op": "PutNode"}, {"op": "PutNode", "at": "x", "name": "a"},
        {"op": "PutNode", "at": [], "name": "a", "node": 5},
        {"op": "PutNode", "at": ["nowhere"], "name": "a", "node": {}},
        {"op": "PutNode", "at": [], "name": "a", "node": {"name": "a", "type": "t", "params": {}, "retries": -1}},
        {"op": "PutNode", "at": [], "name": "a", "node": {"name": "a", "type": "t", "params": {}, "fires": "never"}},
        {"op": "PutNode", "at": [], "name": "a", "node": {"name": "a", "type": "t", "params": {}, "changed": {"x": 1}}},
        {"op": "InsertEdge", "at": []}, {"op": "InsertEdge", "at": [], "index": -1, "edge": {"ends": []}},
        {"op": "InsertEdge", "at": [], "index": 0, "edge": {"ends": ["a", "b", "c"]}},
        {"op": "RemoveEdge", "at": [], "index": True}, {"op": "SetKey", "at": [], "key": "__class__", "value": 1},
        {"op": "SetKey", "at": [], "key": "until", "value": "never"}, {"op": "SetKey", "at": [], "key": "name"},
        {"op": "SetKey", "at": [], "key": "dynamics", "value": "stop"},
        {"op": "Place", "at": [], "key": "a", "future": 1}, {"op": "SetComment", "at": [], "key": "a", "lines": [1]},
        {"op": "PutGraph", "at": [], "name": "g", "graph": {"name": "g"}},
        {"op": "PutStore", "at": [], "name": "s", "store": {"name": "s", "type": "kv", "scope": "moon", "params": {}}},
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_op_is_refused_in_a_sentence(data: Any) -> None:
    with pytest.raises(GraphError) as refused:
        op_from_json(data, Graph())
    assert refused.value.message.endswith(".")


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


# -- what is left behind ---------------------------------------------------------------------------


def test_a_torn_last_line_costs_the_last_edit_only(doc: Document, folder: Path) -> None:
    journal = keep(doc, folder)
    say(doc, "First.")
    say(doc, "Second.")
    say(doc, "Third.")
    whole = journal.path.read_bytes()
    second = whole[: whole.rindex(b"\n", 0, -1) + 1]
    for cut in range(len(second), len(whole) - 1):
        (folder / "torn.journal").write_bytes(whole[:cut])
        (torn,) = [one for one in recoverable(folder) if one.journal.name == "torn.journal"]
        back = recover(torn)
        torn.discard()
        assert back.graph.about == "Second."
    (folder / "torn.journal").write_bytes(whole)
    assert recover(recoverable(folder)[0]).graph.about == "Third."


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "damaged"),
        (b"\n", "damaged"),
        (b"not json\n", "damaged"),
        (b"[" * 100_000 + b"\n", "damaged"),
        (b'{"something": "else"}\n', "no journal"),
        (b'{"ganglia_journal": 99}\n', "another version"),
        (b'{"ganglia_journal": 1, "file": 7}\n', "`file` is no text"),
        (b'{"ganglia_journal": 1, "file": "a\\u0000b"}\n', "`file` is no text"),
        (b'{"ganglia_journal": 1}\n', "damaged"),
        (b'{"ganglia_journal": 1}\n{"name": 1}\n', "damaged"),
        (b'{"ganglia_journal": 1}\nBASE{"edit": 1}\n', "no edit"),
        (b'{"ganglia_journal": 1}\nBASE{"edit": [{"op": "Format"}]}\n', "no edit `Format`"),
        (b'{"ganglia_journal": 1}\nBASE{"edit": [{"op": "RemoveEdge", "at": [], "index": 7}]}\n', "no edge"),
        (b'{"ganglia_journal": 1}\nBASE{"edit"\n', "damaged"),
    ],
)
def test_hostile_and_damaged_journals_are_refused_in_a_sentence(folder: Path, content: bytes, said: str) -> None:
    folder.mkdir()
    base = json.dumps(graph_to_json(Graph())).encode() + b"\n"
    (folder / "odd.journal").write_bytes(content.replace(b"BASE", base))
    (found,) = recoverable(folder)
    with pytest.raises(GraphError, match=said) as refused:
        recover(found)
    assert refused.value.where.endswith("odd.journal")
    found.discard()
    assert recoverable(folder) == []


def test_a_journal_that_is_too_large_is_not_read(doc: Document, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = keep(doc, folder)
    say(doc, "x" * 5000)
    recovery = left_behind(journal, folder)
    monkeypatch.setattr("studio.editing.keeping.recovery.LARGEST", 1000)
    (listed,) = recoverable(folder)
    assert "too large" in listed.problem
    with pytest.raises(GraphError, match="too large"):
        recover(recovery)


def test_the_file_that_changed_meanwhile_is_told(doc: Document, folder: Path) -> None:
    assert doc.path is not None
    journal = keep(doc, folder)
    say(doc, "Mine.")
    assert left_behind(journal, folder).file_changed is False
    doc.path.write_text(CRITIC_LOOP.replace("tide pools", "caves"))
    (found,) = recoverable(folder)
    assert found.file_changed
    assert recover(found).graph.nodes["topic"].params["value"] == "tide pools"


def test_journals_in_use_are_not_offered_and_one_window_recovers_at_a_time(doc: Document, folder: Path) -> None:
    assert doc.path is not None
    one, two = keep(doc, folder), keep(Document.open(doc.path), folder)
    say(doc, "In the first window.")
    say(two._document, "In the second.")
    assert one.path != two.path
    assert recoverable(folder) == []
    found = left_behind(one, folder)
    recover(found)
    assert recoverable(folder) == [], "it was brought back, and is not offered twice"
    other = run_python(f"""
        from pathlib import Path
        from studio.editing.keeping.recovery import Recovery, recover, recoverable
        folder = Path({str(folder)!r})
        print(len(recoverable(folder)))
        try:
            recover(Recovery(folder / "left.journal", None, "x", 0.0))
        except Exception as error:
            print(type(error).__name__)
    """)
    assert other.split() == ["0", "UsageError"]
    found.discard()
    with pytest.raises(UsageError, match="dealt with"):
        recover(found)


def run_python(code: str) -> str:
    done: subprocess.CompletedProcess[str] = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=60, check=False
    )
    assert not done.stderr, done.stderr
    return done.stdout


def test_a_killed_program_leaves_everything_it_had_done(doc: Document, folder: Path) -> None:
    """A real process, killed between two edits as by `kill -9`, and then found from here."""
    assert doc.path is not None
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            textwrap.dedent(f"""
                import sys
                from pathlib import Path
                from studio.editing import Document, SetKey
                from studio.editing.keeping.journal import Journal
                doc = Document.open(Path({str(doc.path)!r}))
                journal = Journal(doc, Path({str(folder)!r}))
                for line in sys.stdin:
                    doc.do("Describe", [SetKey((), "about", line.strip())])
                    print("done", flush=True)
            """),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        for number in range(3):
            process.stdin.write(f"Edit {number}.\n")
            process.stdin.flush()
            assert process.stdout.readline() == "done\n"
        assert recoverable(folder) == [], "its program lives"
        process.kill()
        process.wait()
    (found,) = recoverable(folder)
    assert (found.file, found.problem, found.file_changed) == (doc.path, "", False)
    back = recover(found)
    assert back.graph.about == "Edit 2."
    found.discard()
    assert recoverable(folder) == []
    assert list(folder.iterdir()) == []


def test_what_a_crash_left_half_made_is_swept_away(doc: Document, folder: Path) -> None:
    journal = keep(doc, folder)
    say(doc, "In use.")
    for name in ("gone.new", "gone.journal-lock"):
        (folder / name).write_bytes(b"")
    in_use = set(folder.iterdir()) - {folder / "gone.new", folder / "gone.journal-lock"}
    assert recoverable(folder) == []
    assert set(folder.iterdir()) == in_use
    assert journal.path in in_use
    assert recoverable(folder / "nowhere") == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_journal_cannot_make_the_program_wait_for_a_pipe_or_read_without_end(folder: Path, tmp_path: Path) -> None:
    folder.mkdir()
    os.mkfifo(tmp_path / "pipe")
    base = json.dumps(graph_to_json(Graph())).encode() + b"\n"
    for name, file in (("pipe", str(tmp_path / "pipe")), ("zero", "/dev/zero"), ("folder", str(tmp_path))):
        header = json.dumps({"ganglia_journal": 1, "file": file, "stamp": "x"}).encode() + b"\n"
        (folder / f"{name}.journal").write_bytes(header + base)
    for one in recoverable(folder):
        assert one.file_changed
        assert recover(one).path == one.file
        one.discard()
