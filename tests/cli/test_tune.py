"""`studio tune`: what is searched, what is told of the best, and the copy that is written when one is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.graph.model import Graph
from tests.cli.conftest import Cli
from tests.support.ruled_models import ruled

GRAPH = """\
studio: 1
name: sums
nodes:
  n: {type: flow.input, value: 3, kind: number}
  sum: {type: math.expression, expression: n * 0}
  result: {type: flow.output}
edges:
- n.value -> sum.n
- sum.value -> result.value
"""
SEARCH = ("tune", "sums.yaml", "--data", "rows.csv", "--score", "result == expected")


@pytest.fixture
def sums(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A graph and twenty rows beside it, in the present folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STUDIO_DB", str(tmp_path / "t.db"))
    (tmp_path / "sums.yaml").write_text(GRAPH)
    (tmp_path / "rows.csv").write_text("n,expected\n" + "".join(f"{n},{2 * n}\n" for n in range(1, 21)))
    with ruled(tmp_path):
        yield


def test_both_numbers_are_told_and_a_copy_is_written_only_when_asked_for(cli: Cli, sums: None) -> None:
    vary = ("--vary", "sum.expression=n + 1,n * 2,n - 1", "--trials", "6")
    told = cli(*SEARCH, *vary)

    assert told.code == 0, told.err
    assert "held out  0 → 1" in told.out
    assert "where it was found  0 → 1, too good by 0" in told.out
    assert "sum.expression = n * 2" in told.out
    assert Path("sums.yaml").read_text() == GRAPH, "nothing is applied by itself"

    applied = cli(*SEARCH, *vary, "--apply", "1", "-o", "tuned.yaml", "--json")

    assert applied.code == 0, applied.err
    assert (applied.json["paid"]["runs"], applied.json["written"]) == (0, "tuned.yaml")
    assert "+" in applied.json["best"][0]["diff"]
    assert Graph.load("tuned.yaml").nodes["sum"].params["expression"] == "n * 2"


def test_where_nothing_is_better_it_says_so(cli: Cli, sums: None) -> None:
    told = cli(*SEARCH, "--vary", "sum.expression=n + 100,n - 100", "--trials", "4")

    assert told.code == 4
    assert "None is better" in told.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "nothing to search"),
        (["--vary", "sum.expresion=a,b"], "no param `expresion`"),
        (["--vary", "sum.expression=a,b", "--cost", "coins"], "cost `coins`"),
        (["--vary", "sum.expression=a,b", "--trials", "0"], "tries nothing"),
        (["--vary", "sum.expression=a,b", "--apply", "1"], "go together"),
        (["--vary", "sum.expression=a,b", "--budget", "coins=1"], "no bound `coins`"),
    ],
)
def test_what_cannot_be_searched_is_one_sentence(cli: Cli, sums: None, words: list[str], says: str) -> None:
    told = cli(*SEARCH, *words)

    assert told.code == 2
    assert says in told.err


def test_without_a_score_nothing_is_searched(cli: Cli, sums: None) -> None:
    told = cli("tune", "sums.yaml", "--data", "rows.csv", "--vary", "sum.expression=n + 1,n * 2")

    assert told.code == 2
    assert "Without a score" in told.err
