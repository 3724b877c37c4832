"""What is unsaved survives the death of the program, and nothing else is touched by that."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from studio.editing import (
    Document,
)
from studio.editing.document.op_json import graph_to_json
from studio.editing.keeping.recovery import recover, recoverable
from studio.graph.model import Graph
from studio.support.errors import GraphError, UsageError
from tests.editing.keeping.conftest import keep, left_behind, say
from tests.support.graphs import CRITIC_LOOP


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
