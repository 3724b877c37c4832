"""Damage is found, and told run by run. SQLite's own check is the control: it finds less than half."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from studio.support.errors import EnvironmentProblem
from studio.trace import Trace
from studio.trace.runlog import FileRunLog
from studio.trace.sqlite import sqlite3
from studio.trace.writer import close_writer
from tests.trace.runs import put_firings

MARK = b'"marked-value-'


def recorded(db: Path, log: FileRunLog) -> None:
    put_firings(log, 300)
    for id in (301, 302):
        value = b'"marked-value-%d"' % id if id == 301 else b'"' + b"long-value " * 20 + b'"'
        log.firing(id, id, 1, "a0", 0, 0, 0, "", 0, 1, 1, {}, {"text": value}, 1)
    log.effect_intent(1, 1, "chat", "m", {"messages": [{"role": "user", "content": "a message about tides"}]}, 1, 1)
    log.effect_result(1, 1, "ok", {"text": "fine"}, "", 1, 1, 1, None, "stop", None)
    log.finish("ok", "quiet", None, {}, {"firings": 302}, 1)
    log.flush()
    close_writer(db)


def flip(db: Path, text: bytes) -> None:
    """Change one letter of the given text in the file."""
    data = bytearray(db.read_bytes())
    at = data.index(text)
    data[at + 2] ^= 0x01
    db.write_bytes(data)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (MARK, "row 302 of _firing|row 301 of _firing"),
        (b"long-value long-value", "does not match its hash"),
        (b"a message about tides", "message 1 does not match"),
    ],
    ids=["row", "blob", "message"],
)
def test_a_flipped_bit_is_found_where_sqlite_finds_nothing(db: Path, log: FileRunLog, text: bytes, what: str) -> None:
    recorded(db, log)
    flip(db, text)

    connection = sqlite3.connect(str(db))
    assert connection.execute("PRAGMA quick_check").fetchone()[0] == "ok", "the control sees nothing"
    connection.close()
    with Trace(db) as trace:
        found = trace.verify()
        assert any(part in finding.what for finding in found for part in what.split("|"))


def test_reading_a_damaged_value_says_so_instead_of_giving_it(db: Path, log: FileRunLog) -> None:
    recorded(db, log)
    flip(db, b"long-value long-value")

    with Trace(db) as trace, pytest.raises(EnvironmentProblem, match="is damaged"):
        trace.outputs(trace.firing("last", 302))


def test_a_sound_trace_has_no_findings(db: Path, log: FileRunLog) -> None:
    recorded(db, log)

    with Trace(db) as trace:
        assert trace.verify() == []
        assert trace.verify("last") == []


def test_missing_rows_are_told_by_the_footer(db: Path, log: FileRunLog) -> None:
    recorded(db, log)
    connection = sqlite3.connect(str(db))
    connection.execute("DELETE FROM _firing WHERE (id & 4294967295) = 7")
    connection.execute("DELETE FROM _blob")
    connection.execute("DELETE FROM _path")
    connection.commit()
    connection.close()

    with Trace(db) as trace:
        whats = " ".join(finding.what for finding in trace.verify("last"))
    assert "the footer counts 302 firings" in whats
    assert "output `text` of firing 302 is missing" in whats
    assert "firing 1 has no node path" in whats


def test_a_trashed_page_is_one_sentence_and_not_a_crash(db: Path, log: FileRunLog, trace: Callable[[], Trace]) -> None:
    recorded(db, log)
    data = bytearray(db.read_bytes())
    for page in range(2, len(data) // 4096):
        data[page * 4096 : page * 4096 + 200] = b"\xa5" * 200
    db.write_bytes(data)

    with pytest.raises(EnvironmentProblem, match="damaged"):
        list(Trace(db).firings("last"))
    with pytest.raises(EnvironmentProblem, match="damaged"):
        Trace(db, foreign=True)
