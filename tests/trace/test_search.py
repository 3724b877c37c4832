"""Any text may be searched for, whether the writer has indexed it yet or not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from studio.support.errors import UsageError
from studio.trace import Trace, open_run
from studio.trace.runlog import FileRunLog
from studio.trace.search import index_some
from studio.trace.sqlite import connect_writer, sqlite3
from tests.trace.declaring import declare
from tests.trace.runs import start_of

TEXTS = (
    'The crab said "no" to the tide.',
    "A NOT-gate; a* (b) OR c:d ^x",
    "日本語 and Ünïcode",
    "the tide, again: crab",
)


def ask_all(log: FileRunLog) -> None:
    for at, text in enumerate(TEXTS, 1):
        log.open_firing(at, 1, f"a{at}", 0, 0, 1)
        log.effect_intent(at, 1, "chat", "m", {"messages": [{"role": "user", "content": text}]}, 1, 1)
    log.flush()


def index_all(db: Path) -> None:
    connection = connect_writer(db)
    while index_some(connection):
        pass
    connection.close()


@pytest.mark.parametrize("indexed", [True, False], ids=["indexed", "not yet indexed"])
def test_a_search_finds_texts_with_all_words_whatever_the_signs(
    db: Path, log: FileRunLog, trace: Callable[[], Trace], indexed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.trace.writer.IDLE_S", 60)
    ask_all(log)
    if indexed:
        index_all(db)
    reading = trace()

    def found(text: str) -> list[int]:
        return [match.firing for match in reading.search(text)]

    assert found("tide crab") == [4, 1]
    assert found("TIDE") == [4, 1]
    assert found('"no"') == [1]
    assert found("NOT-gate") == [2]
    assert found("Ünïcode") == [3]
    assert found('crab" OR "gate') == []
    assert found("nothing") == []
    for hostile in ("crab*", "(crab", "crab)", "text:crab", "crab -tide", "NEAR(crab tide)", "^crab", "'", "crab;--"):
        if any(letter.isalnum() for letter in hostile):
            found(hostile)  # no syntax error, whatever it finds
    for empty in ("", "  ", '"', "***"):
        with pytest.raises(UsageError, match="no word"):
            found(empty)


def test_raw_text_as_a_query_would_be_a_syntax_error(db: Path, log: FileRunLog, trace: Callable[[], Trace]) -> None:
    """The control for the quoting."""
    with pytest.raises(sqlite3.OperationalError):
        trace()._reader.connection.execute("SELECT * FROM prompt_search WHERE prompt_search MATCH ?", ("(crab",))


def test_each_run_has_its_own_match_for_a_text_stored_once(db: Path, trace: Callable[[], Trace]) -> None:
    for run in ("01A", "01B"):
        log = open_run(db, start_of(run))
        declare(log, 1, "work", "toy.work", 1, 0, 0)
        for firing in (1, 2):
            log.open_firing(firing, 1, f"a{firing}", 0, 0, 1)
            log.effect_intent(firing, 1, "chat", "m", {"messages": [{"role": "user", "content": "tide pools"}]}, 1, 1)
            log.effect_result(firing, 1, "ok", {"text": "crabs"}, "", 1, 1, 1, None, "stop", None)
    reading = trace()

    assert [(m.run, m.firing, m.node, m.tick) for m in reading.search("tide")] == [
        ("01B", 1, "work", "1"),
        ("01A", 1, "work", "1"),
    ]
    assert [m.run for m in reading.search("crabs", run="01A")] == ["01A"]


def test_the_documented_query_works(db: Path, log: FileRunLog, trace: Callable[[], Trace]) -> None:
    ask_all(log)
    index_all(db)

    rows = (
        trace()
        .sql(
            "SELECT u.run, u.firing, snippet(prompt_search, 0, '[', ']', '…', 12) FROM prompt_search "
            "JOIN prompt_use u ON u.message = prompt_search.rowid WHERE prompt_search MATCH '\"tide\"'"
        )
        .rows
    )

    assert ("01RUN", 4, "the [tide], again: crab") in rows


def test_the_writer_indexes_when_it_has_nothing_else_to_do(
    db: Path, trace: Callable[[], Trace], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.trace.writer.IDLE_S", 0.001)
    log = open_run(db, start_of())
    declare(log, 1, "work", "toy.work", 1, 0, 0)
    ask_all(log)
    reading = trace()
    for _ in range(2000):
        if reading.sql("SELECT count(*) FROM prompt_search WHERE prompt_search MATCH 'tide'").rows == [(2,)]:
            break
        reading.changes()
    else:
        pytest.fail("the messages were not indexed")
