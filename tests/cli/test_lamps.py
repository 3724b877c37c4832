"""`studio lamps`: what many answers say together, from a run, from copies of a node, from files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.settings.settings import current_settings
from studio.trace import Trace
from tests.cli.conftest import Cli


def written(tmp_path: Path, *texts: str) -> list[str]:
    paths = [tmp_path / f"{number}.txt" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, "utf-8")
    return [str(path) for path in paths]


def test_answers_that_repeat_each_other_add_nothing_and_others_do(cli: Cli, tmp_path: Path) -> None:
    told = "The spring tide comes at noon, the neap tide a week after, says the harbour office of Vlissingen."
    others = [
        told, "Barnacles glue themselves head down onto rock and kick food into their mouths with feathery legs.",
        "A hermit crab that outgrows its shell queues with others by size to swap.",
        "Sea anemones sting shrimp but let clownfish live between their arms unharmed.",
        "Limpets graze algae at night and walk back to the very scar they left.",
        "Blennies breathe through damp skin under weed until water returns at dusk.",
    ]  # fmt: skip
    same = cli("lamps", "--files", *written(tmp_path, *[told] * 6), "--json").json
    new = cli("lamps", "--files", *written(tmp_path, *others), "--json").json

    assert max(same["marginal"][1:]) < same["marginal"][0] / 5
    assert min(new["marginal"][1:]) > 2 * max(same["marginal"][1:])
    assert cli("lamps", "--files", *written(tmp_path, *others), "--json").json == new


def test_what_a_node_said_in_a_run_is_compared(cli: Cli, tmp_path: Path) -> None:
    told = cli("lamps", "critic_loop", "writer", "--png", str(tmp_path / "l.png"))

    assert told.code == 0
    assert "together (bytes)" in told.out
    assert (tmp_path / "l.png").read_bytes().startswith(b"\x89PNG")


def test_copies_of_a_node_are_asked_anew_each_with_its_own_seed(cli: Cli, tmp_path: Path) -> None:
    replies = tmp_path / "replies.jsonl"
    replies.write_text("".join(json.dumps({"reply": f"Draft {n} of pools."}) + "\n" for n in range(3)), "utf-8")
    told = cli("lamps", "critic_loop", "writer", "--model", f"scripted:{replies}", "-n", "1")
    assert (told.code, "Between 2 and" in told.err) == (2, True)
    asked = cli("lamps", "critic_loop", "writer", "--model", f"scripted:{replies}", "-n", "3")
    assert asked.code == 0, asked.err
    with Trace(current_settings().db_path()) as trace:
        runs = list(trace.runs())
        assert [run.options["seed"] for run in runs] == [2, 1, 0]
        assert len({str(trace.decoded(run.inputs)) for run in runs}) == 1, "the same input for each"
    for wrong, says in ((("critic_loop", "topic"), "asks no model"), (("critic_loop", "nobody"), "nobody")):
        told = cli("lamps", *wrong, "-n", "3")
        assert told.code == 2
        assert says in told.err


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("critic_loop",), 2, "Name a run and a node"),
        (("--files", "no-such-file.txt", "nor-this.txt"), 2, "cannot be read"),
        (("critic_loop", "writer", "--orders", "2"), 2, "at least 5 orders"),
    ],
)
def test_what_is_missing_is_told_in_a_sentence(cli: Cli, words: tuple[str, ...], code: int, says: str) -> None:
    told = cli("lamps", *words)

    assert told.code == code
    assert says in told.err
