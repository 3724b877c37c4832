"""The file: within its limit, shared by processes, and never a reason for a run to fail."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from studio import Graph, Trace, run
from studio.cache import file, store
from studio.cache.entries import Entry
from studio.cache.store import Cache
from studio.engine.reuse import Reuse
from studio.support.values import encode
from studio.trace import sqlite
from tests.cache.conftest import Talker
from tests.cache.test_model_calls import ASK

KEY = "sk-canary-0123456789abcdefghij"


def entry(number: int, size: int = 1000, *, text: str = "") -> Entry:
    key = f"{number:040x}"
    return Entry(key, "chat", "m", encode({"q": number}), encode({"text": text or "x" * size}), {}, 3, 0.5, 7)


def opened(path: Path, limit: int = 10**9) -> Cache:
    cache = Cache(path, limit, lambda text: text)
    assert cache.problem is None
    return cache


def rows(path: Path, query: str = "SELECT key FROM entry ORDER BY key") -> list[Any]:
    connection = sqlite.connect_reader(path)
    try:
        return [row[0] for row in connection.execute(query)]
    finally:
        connection.close()


def test_what_is_kept_is_found_at_once_and_by_the_next_run(tmp_path: Path) -> None:
    cache = opened(tmp_path / "c.db")
    cache.keep(entry(1))
    assert cache.find(entry(1).key) is not None
    cache.close()

    later = opened(tmp_path / "c.db")
    found = later.find(entry(1).key)
    assert found is not None
    assert (found.response, found.tokens, found.cost_usd) == ({"text": "x" * 1000}, 3, 0.5)
    assert later.find(entry(2).key) is None
    later.close()


def test_what_was_not_used_for_longest_goes_first_and_the_limit_holds(tmp_path: Path) -> None:
    limit = 400_000
    cache = opened(tmp_path / "c.db", limit)
    for number in range(200):
        cache.keep(entry(number))
    cache.close()
    again = opened(tmp_path / "c.db", limit)
    again.find(entry(0).key)  # the oldest, but just used
    again.close()
    more = opened(tmp_path / "c.db", limit)
    for number in range(200, 400):
        more.keep(entry(number))
    more.close()

    kept = {int(key, 16) for key in rows(tmp_path / "c.db")}
    assert 0 in kept
    assert 1 not in kept
    assert kept >= set(range(300, 400))
    assert 200 < len(kept) < 300
    assert (tmp_path / "c.db").stat().st_size <= limit


def test_without_a_limit_in_reach_nothing_goes(tmp_path: Path) -> None:
    cache = opened(tmp_path / "c.db")
    for number in range(500):
        cache.keep(entry(number))
    cache.close()

    assert len(rows(tmp_path / "c.db")) == 500


def test_one_huge_answer_does_not_push_out_all_others(tmp_path: Path) -> None:
    cache = opened(tmp_path / "c.db", 1_000_000)
    cache.keep(entry(1))
    cache.keep(entry(2, 300_000))
    cache.close()

    assert [int(key, 16) for key in rows(tmp_path / "c.db")] == [1]


def test_a_smaller_limit_makes_the_file_smaller(tmp_path: Path) -> None:
    cache = opened(tmp_path / "c.db")
    for number in range(500):
        cache.keep(entry(number))
    cache.close()
    before = (tmp_path / "c.db").stat().st_size
    smaller = opened(tmp_path / "c.db", 100_000)
    smaller.keep(entry(500))
    smaller.close()

    assert (tmp_path / "c.db").stat().st_size < before / 3


PROCESS = """
import sys
from pathlib import Path
from tests.cache.test_file import entry, opened
first = int(sys.argv[2])
cache = opened(Path(sys.argv[1]))
for number in range(first, first + 400):
    cache.keep(entry(number))
    cache.find(entry(number).key)
cache.close()
assert cache.problem is None, cache.problem
"""


def test_several_processes_keep_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    running = [
        subprocess.Popen([sys.executable, "-c", PROCESS, str(path), str(first)], stderr=subprocess.PIPE, text=True)
        for first in (0, 400, 200)
    ]
    told = [process.communicate()[1] for process in running]

    assert [process.returncode for process in running] == [0, 0, 0], told
    assert len(rows(path)) == 800
    assert rows(path, "PRAGMA integrity_check") == ["ok"]


# -- a file that is not as it should be ------------------------------------------------------


def graph_run(model: Talker) -> Any:
    return run(Graph.from_text(ASK), model=model, cache="llm")


def alarms(home: Path) -> list[str]:
    with Trace(home / "trace.db") as trace:
        return [row[0] for row in trace.sql("SELECT message FROM alarm WHERE kind = 'cache'").rows]


def overwritten(path: Path) -> None:
    path.write_bytes(b"no database at all, but long enough to be looked at" * 100)


def torn(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)


def foreign(path: Path) -> None:
    path.unlink()
    connection = sqlite.connect_writer(path)
    connection.execute("CREATE TABLE mine (x)")
    connection.close()


@pytest.mark.parametrize("harm", [overwritten, torn, foreign])
def test_a_run_goes_on_without_a_cache_that_is_damaged_or_another_programs(home: Path, harm: Any) -> None:
    graph_run(Talker())
    harm(home / "cache.db")
    before = (home / "cache.db").read_bytes()
    model = Talker()
    result = graph_run(model)

    assert (result.status, model.asked) == ("ok", 1)
    assert result.cache_problem is not None
    assert len(alarms(home)) == 1
    if harm is not torn:
        assert (home / "cache.db").read_bytes() == before


def test_a_whole_cache_is_no_alarm(home: Path) -> None:
    graph_run(Talker())

    assert graph_run(Talker()).cache_problem is None
    assert alarms(home) == []


def test_a_full_disk_fails_no_run_and_is_told_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cramped(path: Path) -> Any:
        connection = file.open_file(path)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")
        return connection

    monkeypatch.setattr(store, "open_file", cramped)
    text = ASK.replace("Write about", "Write about " + "a very long story, " * 1000)
    result = run(Graph.from_text(text), model=Talker(), cache="llm")

    assert result.status == "ok"
    assert "The disk is full." in str(result.cache_problem)
    assert len(alarms(home)) == 1


def test_a_folder_that_cannot_be_written_fails_no_run(home: Path, set_to: Any) -> None:
    set_to("cache.file", str(home / "settings.toml" / "cache.db"))
    model = Talker()
    result = graph_run(model)

    assert (result.status, model.asked) == ("ok", 1)
    assert result.cache_problem is not None


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        ("response = replace(response, 'TIDE', 'RISE')", 1),  # not what its sum says
        ("facts = x'7b7d20'", 1),
        ("tokens = 'many'", 1),
        ("hits = 7", 0),  # what is no part of the answer
    ],
)
def test_an_entry_that_is_not_as_it_was_written_is_asked_anew_and_replaced(home: Path, change: str, asked: int) -> None:
    first = graph_run(Talker())
    connection = sqlite.connect_writer(home / "cache.db")
    assert connection.execute(f"UPDATE entry SET {change.replace('replace(response', 'CAST(replace(response')}"
                              .replace("'RISE')", "'RISE') AS BLOB)")).rowcount == 1  # fmt: skip
    connection.close()
    model = Talker()
    again = graph_run(model)
    last = Talker()
    graph_run(last)

    assert model.asked == asked
    assert again.outputs == first.outputs
    assert last.asked == 0


@pytest.mark.parametrize(
    "response",
    [
        "[]", '"text"', "{}", '{"text": 3}',
        '{"text":"x","model":"m","finish_reason":"stop","tokens_in":1,"tokens_out":1,"cost_usd":0.0,"entropy":null,'
        '"token_entropy":["a"],"dropped":[]}',
        '{"text":"x","model":"m","finish_reason":"stop","tokens_in":1,"tokens_out":1,"cost_usd":0.0,"entropy":null,'
        '"token_entropy":[],"dropped":[],"__class__":"os"}',
    ],
)  # fmt: skip
def test_a_forged_entry_of_another_shape_is_not_believed(home: Path, response: str) -> None:
    graph_run(Talker())
    connection = sqlite.connect_writer(home / "cache.db")
    key, facts = connection.execute("SELECT key, facts FROM entry").fetchone()
    data = response.encode()
    connection.execute("UPDATE entry SET response = ?, sum = ?", (data, store._sum(key, facts, data)))
    connection.close()
    model = Talker()
    result = graph_run(model)

    assert (result.status, model.asked) == ("ok", 1)


def test_a_forged_entry_of_the_right_shape_is_all_a_forger_can_do(home: Path) -> None:
    """The control of the test above: what it changes is really read."""
    graph_run(Talker())
    connection = sqlite.connect_writer(home / "cache.db")
    key, facts, data = connection.execute("SELECT key, facts, response FROM entry").fetchone()
    data = data.replace(b"TIDE", b"RISE")
    connection.execute("UPDATE entry SET response = ?, sum = ?", (data, store._sum(key, facts, data)))
    connection.close()

    assert "RISE" in graph_run(Talker()).outputs["result"]


# -- secrets ---------------------------------------------------------------------------------


def content(path: Path) -> bytes:
    return b"".join(one.read_bytes() for one in path.parent.glob(path.name + "*"))


@pytest.fixture
def canary(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("CANARY_API_KEY", KEY)
    return KEY


class Mum(Talker):
    """Says nothing of what it was told."""

    async def chat(self, call: Any, on_text: Any = None) -> Any:
        reply = await super().chat(call, on_text)
        from dataclasses import replace

        return replace(reply, text=f"{self.asked}")


def test_a_key_in_a_prompt_is_not_in_the_file_and_two_keys_are_two_questions(canary: str, home: Path) -> None:
    model = Mum()
    first = run(Graph.from_text(ASK), model=model, cache="llm", topic=f"my {canary}")
    other = run(Graph.from_text(ASK), model=model, cache="llm", topic="my [secret:CANARY_API_KEY]")
    again = run(Graph.from_text(ASK), model=model, cache="llm", topic=f"my {canary}")

    assert (first.outputs, other.outputs, again.outputs) == ({"result": "1"}, {"result": "2"}, {"result": "1"})
    assert b"[secret:CANARY_API_KEY]" in content(home / "cache.db")
    assert canary.encode() not in content(home / "cache.db")


def test_an_answer_that_holds_a_key_is_not_kept(canary: str, home: Path) -> None:
    model = Talker()
    model.echo = canary
    for _ in range(2):
        run(Graph.from_text(ASK), model=model, cache="llm")

    assert model.asked == 2
    assert canary.encode() not in content(home / "cache.db")


def test_without_the_variable_it_would_be(home: Path) -> None:
    model = Talker()
    model.echo = KEY
    run(Graph.from_text(ASK), model=model, cache="llm")

    assert KEY.encode() in content(home / "cache.db")


def test_closing_waits_until_all_is_written(tmp_path: Path) -> None:
    cache = Reuse(opened(tmp_path / "c.db"), firings=False)
    for number in range(2000):
        cache._cache.keep(entry(number, 10))
    begin = time.perf_counter()
    cache.close()

    assert len(rows(tmp_path / "c.db")) == 2000
    assert time.perf_counter() - begin < 30
