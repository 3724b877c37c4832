"""The commands that read a run open the recorded run of an example by its name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio import Trace
from studio.cli.main import main
from studio.support.resources import bundled_graphs
from tests.support.everyday import for_examples
from tests.support.thorough import thorough_but

OPENED = {"critic_loop", "lecun"}
"""One that asks a model, and one that asks none."""


@pytest.mark.parametrize(
    "example", thorough_but(lambda path: path.stem in OPENED, bundled_graphs()), ids=lambda path: path.stem
)
def test_show_prompts_and_verify_open_it_by_name(
    example: Path, recorded: Trace, capsys: pytest.CaptureFixture[str]
) -> None:
    run = recorded.run()

    assert main(["show", example.stem]) == 0
    assert run.id in capsys.readouterr().out
    assert main(["prompts", example.stem, "--json"]) == 0
    prompts = json.loads(capsys.readouterr().out)
    assert {prompt["run"] for prompt in prompts} == ({run.id} if run.totals["calls"] else set())
    assert all(prompt["status"] == "ok" and prompt["messages"] for prompt in prompts)
    assert main(["replay", example.stem, "--verify", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["identical"] is True


@for_examples("example")
def test_looking_at_it_leaves_no_file_beside_it(example: Path, recorded: Trace) -> None:
    before = sorted(path.name for path in example.parent.iterdir())

    assert main(["show", example.stem, "--json"]) == 0

    assert sorted(path.name for path in example.parent.iterdir()) == before


def test_a_database_named_by_hand_comes_before_an_example(
    example: Path, recorded: Trace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", example.stem, "--db", str(tmp_path / "none.db")]) == 2
    assert "does not exist" in capsys.readouterr().err
