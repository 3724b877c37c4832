"""`studio improve`: cases from tests and runs, proposals as diffs with their gain, and a copy when one is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.graph.model import Graph
from tests.cli.conftest import Cli
from tests.support.ruled_models import Ruled, ruled

GRAPH = """\
studio: 1
name: colours
nodes:
  thing: {type: flow.input, value: pool}
  namer:
    type: llm.function
    instructions: |
      You name things.
      Name the thing: {thing}
    output: text
  out: {type: flow.output}
edges:
- thing.value -> namer.thing
- namer.text -> out.value
"""


def _tests(count: int) -> str:
    cases = "".join(
        f"  c{n}:\n    node: namer\n    inputs: {{thing: thing {n}}}\n    expect: text == upper(thing)\n"
        for n in range(count)
    )
    return f"studio_tests: 1\ncases:\n{cases}"


def _node(text: str) -> str:
    thing = text.rsplit("thing: ", 1)[-1].strip()
    return thing.upper() if "capitals" in text else thing


@pytest.fixture
def colours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Ruled]]:
    """A graph with twenty tests, in the present folder; `node` answers for it and `writer` proposes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STUDIO_DB", str(tmp_path / "t.db"))
    (tmp_path / "colours.yaml").write_text(GRAPH)
    (tmp_path / "colours.tests.yaml").write_text(_tests(20))
    with ruled(tmp_path, node=_node, writer=lambda _: "Name it in capitals.\nName the thing: {thing}") as models:
        yield models


MODELS = ("--model", "scripted:node", "--reflect-with", "scripted:writer")


def test_a_proposal_is_told_as_a_diff_with_its_gain_and_written_only_when_asked_for(
    cli: Cli, colours: dict[str, Ruled]
) -> None:
    told = cli("improve", "colours.yaml", "namer", *MODELS)

    assert told.code == 0, told.err
    assert "+ Name it in capitals." in told.out
    assert "- You name things." in told.out
    assert "0 % → 100 %" in told.out
    assert "20 from tests" in told.err
    assert Path("colours.yaml").read_text() == GRAPH, "nothing is applied by itself"
    asked = sum(len(one.asked) for one in colours.values())

    applied = cli("improve", "colours.yaml", "namer", *MODELS, "--apply", "1", "-o", "better.yaml", "--json")

    assert applied.code == 0, applied.err
    assert applied.json["written"] == "better.yaml"
    assert applied.json["paid"]["calls"] == 0
    assert sum(len(one.asked) for one in colours.values()) == asked
    made = Graph.load("better.yaml").nodes["namer"].params
    assert made["instructions"] == "Name it in capitals.\nName the thing: {thing}\n"
    again = cli("improve", "colours.yaml", "namer", *MODELS, "--apply", "1", "-o", "better.yaml")
    assert again.code == 2
    assert "such a file already" in again.err


def test_what_a_person_put_in_place_of_an_output_has_to_be_equal(cli: Cli, colours: dict[str, Ruled]) -> None:
    for n in range(6):
        assert cli("run", "colours.yaml", "-i", f"thing=thing {n}", "--model", "scripted:node").code == 0
        assert cli("fork", "last", "--output", f"namer.text=THING {n}").code == 0

    told = cli("improve", "colours.yaml", "namer", *MODELS, "--runs", "last", "--json")
    assert told.code == 2, "one run gives one case, which cannot be divided"

    Path("colours.tests.yaml").unlink()
    told = cli("improve", "colours.yaml", "namer", *MODELS, "--json")
    assert told.json["cases"] == {"feedback": 3, "held_out": 3}
    assert told.json["proposals"][0]["held_out"]["mean"] == 1.0
    assert told.json["could_show"] is False
    assert told.code == 4, "three cases show nothing, however good"


def test_runs_of_which_nothing_is_expected_are_no_cases(cli: Cli, colours: dict[str, Ruled]) -> None:
    Path("colours.tests.yaml").unlink()
    for n in range(5):
        cli("run", "colours.yaml", "-i", f"thing=thing {n}", "--model", "scripted:node")

    told = cli("improve", "colours.yaml", "namer", *MODELS)
    assert told.code == 2
    assert "nothing is expected of them" in told.err

    with_score = cli("improve", "colours.yaml", "namer", *MODELS, "--score", "text == upper(thing)", "--json")
    assert with_score.json["cases"] == {"feedback": 3, "held_out": 2}, "control: an expression makes them cases"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["colours.yaml", "nomer"], "no node `nomer`"),
        (["colours.yaml", "thing"], "only prompts of `llm.function`"),
        (["colours.yaml", "namer", "--score", "colour == 1"], "names `colour`"),
        (["colours.yaml", "namer", "--budget", "coins=3"], "no bound `coins`"),
        (["colours.yaml", "namer", "--apply", "1"], "go together"),
        (["colours.yaml", "namer", "--held-out", "2"], "is no share"),
    ],
)
def test_what_cannot_be_is_one_sentence(cli: Cli, colours: dict[str, Ruled], words: list[str], says: str) -> None:
    told = cli("improve", *words, *MODELS)

    assert told.code == 2
    assert says in told.err
    assert not any(one.asked for one in colours.values())
