"""`studio cache`, and `--cache` of `studio run`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio import Graph
from studio import run as run_graph
from tests.cache.conftest import Talker
from tests.cache.test_model_calls import ASK, LISTED
from tests.cli.conftest import Cli

KEY = 40


@pytest.fixture
def filled() -> None:
    """Two answers of one model, used six times, and one of another, never used again."""
    one_by_one = LISTED.replace("concurrency: 4", "concurrency: 1")
    for name, text in (("near/talker", one_by_one), ("near/walker", ASK), ("near/talker", one_by_one)):
        run_graph(Graph.from_text(text), model=Talker(name), cache="llm")


@pytest.fixture
def talker(monkeypatch: pytest.MonkeyPatch) -> Talker:
    """The model that every name of this test stands for."""
    from studio.models.catalog import Catalog

    model = Talker()
    monkeypatch.setattr(Catalog, "provider", lambda self, name="default": model)
    return model


def test_an_empty_cache_says_how_to_fill_it(cli: Cli, own_home: Path) -> None:
    told = cli("cache")

    assert told.code == 0
    assert "0 B of 1.0 GB" in told.out
    assert "--cache llm" in told.err
    assert not (own_home / "cache.db").exists()


@pytest.mark.usefixtures("filled")
def test_it_lists_what_is_kept_by_model_with_what_that_saved(cli: Cli) -> None:
    told = cli("cache")
    lines = [" ".join(line.split()) for line in told.out.splitlines()]

    assert told.code == 0
    assert any(line.startswith("chat near/talker 2 ") and " 6 42 $1.50 " in line for line in lines), lines
    assert any(line.startswith("chat near/walker 1 ") and " 0 0 $0 " in line for line in lines), lines
    assert any("saved 6 model calls · 42 tokens · $1.50" in line for line in lines)


@pytest.mark.usefixtures("filled")
def test_json_has_the_same_and_the_ages(cli: Cli, own_home: Path) -> None:
    told = cli("cache", "--json").json

    assert (told["file"], told["limit_bytes"], told["mode"]) == (str(own_home / "cache.db"), 1_000_000_000, "off")
    assert told["bytes"] > 0
    one = told["entries"][0]
    assert (one["kind"], one["name"], one["entries"], one["hits"], one["tokens"]) == ("chat", "near/talker", 2, 6, 42)
    assert one["made"] <= one["used"]


@pytest.mark.usefixtures("filled")
def test_one_entry_is_shown_with_question_and_answer(cli: Cli) -> None:
    told = cli("cache", "show", "--last")
    key = told.out.split()[1]
    by_key = cli("cache", "show", key[:9])
    as_json = cli("cache", "show", key, "--json").json

    assert len(key) == KEY
    assert "Write about" in told.out
    assert "WRITE ABOUT" in told.out
    assert by_key.out == told.out
    assert as_json["key"] == key
    assert as_json["response"]["text"].startswith("WRITE ABOUT")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("show",), "Name one entry."),
        (("show", "--last"), "The cache is empty."),
        (("show", "0123"), "Nothing is kept under the key `0123`."),
        (("show", "%'"), "Nothing is kept under the key `%'`."),
        (("show", "*"), "Nothing is kept under the key `*`."),
        (("clear", "--older-than", "soon"), "`soon` is no age."),
        (("clear", "--older-than=-3d"), "`-3d` is no age."),
        (("--model", "m"), "say what to clear"),
        (("clear", "abc"), "says which entry to show"),
    ],
)
def test_wrong_words_are_named(cli: Cli, words: tuple[str, ...], says: str) -> None:
    told = cli("cache", *words)

    assert told.code == 2
    assert says in told.err


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("words", "cleared"),
    [
        ((), 3),
        (("--model", "near/walker"), 1),
        (("--model", "near/nobody"), 0),
        (("--model", "near/walker", "--model", "near/talker"), 3),
        (("--node", "near/walker"), 0),
        (("--older-than", "1h"), 0),
        (("--older-than", "0s"), 3),
        (("--older-than", "0s", "--model", "near/walker"), 1),
    ],
)
def test_clearing_drops_what_was_named(cli: Cli, words: tuple[str, ...], cleared: int) -> None:
    told = cli("cache", "clear", *words, "--json")
    left = sum(one["entries"] for one in cli("cache", "--json").json["entries"])

    assert told.json["cleared"] == cleared
    assert left == 3 - cleared


def test_a_damaged_cache_is_named_and_cleared(cli: Cli, own_home: Path, talker: Talker) -> None:
    own_home.mkdir(exist_ok=True)
    (own_home / "cache.db").write_bytes(b"damaged " * 1000)
    shown = cli("cache")
    part = cli("cache", "clear", "--model", "m")
    cleared = cli("cache", "clear")
    again = cli("cache", "--json")

    assert (shown.code, part.code, cleared.code) == (5, 5, 0)
    assert "The file is damaged." in shown.err
    assert "studio cache clear" in shown.err
    assert again.json["entries"] == []


def test_a_file_that_is_no_cache_is_never_cleared(cli: Cli, own_home: Path, tmp_path: Path) -> None:
    other = tmp_path / "letters.txt"
    other.write_text("Dear all, " * 200)
    cli("config", "cache.file", str(other))
    told = cli("cache", "clear")

    assert told.code == 2
    assert "nothing shows that it is a cache" in told.err
    assert other.read_text().startswith("Dear all")


def test_a_trace_is_never_cleared(cli: Cli, critic: Path, script: str, own_home: Path) -> None:
    cli("run", critic, "--model", script)
    cli("config", "cache.file", str(own_home / "trace.db"))
    told = cli("cache", "clear")

    assert told.code == 5
    assert "This database is no cache." in told.err
    assert len(cli("runs", "--json").json) == 1


def asking(tmp_path: Path) -> Path:
    path = tmp_path / "ask.yaml"
    path.write_text(ASK)
    return path


def test_a_run_says_how_many_calls_it_was_spared(cli: Cli, tmp_path: Path, talker: Talker) -> None:
    graph = asking(tmp_path)
    first = cli("run", graph, "--model", "near/x", "--cache", "llm")
    second = cli("run", graph, "--model", "near/x", "--cache", "llm")
    plain = cli("run", graph, "--model", "near/x")

    assert "from the cache: nothing that was known" in first.err
    assert "from the cache: 1 model call · 7 tokens · $0.2500" in second.err
    assert "studio prompts last" in second.err
    assert "cache" not in plain.err
    assert (first.out, talker.asked) == (second.out, 2)


def test_a_run_as_json_says_so_too_and_only_with_the_cache(cli: Cli, tmp_path: Path, talker: Talker) -> None:
    graph = asking(tmp_path)
    told: list[Any] = [cli("run", graph, "--model", "near/x", "--cache", "llm", "--json").json for _ in range(2)]

    assert told[1]["saved"] == {"calls": 1, "firings": 0, "tokens": 7, "cost_usd": 0.25, "seconds": 0.0}
    assert told[1]["calls"] == 0
    assert "saved" not in cli("run", graph, "--model", "near/x", "--json").json


def test_the_setting_is_the_default_of_runs_and_an_option_wins(cli: Cli, tmp_path: Path, talker: Talker) -> None:
    graph = asking(tmp_path)
    cli("config", "cache.mode", "llm")
    cli("run", graph, "--model", "near/x")
    cli("run", graph, "--model", "near/x")
    assert talker.asked == 1
    cli("run", graph, "--model", "near/x", "--cache", "off")
    assert talker.asked == 2


def test_a_cache_that_cannot_be_used_is_told_once_and_the_run_is_ok(
    cli: Cli, tmp_path: Path, own_home: Path, talker: Talker
) -> None:
    own_home.mkdir(exist_ok=True)
    (own_home / "cache.db").write_bytes(b"damaged " * 1000)
    told = cli("run", asking(tmp_path), "--model", "near/x", "--cache", "llm")

    assert told.code == 0
    assert told.err.count("The cache was not used") == 1
    assert "studio cache clear" in told.err
