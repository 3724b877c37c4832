"""Asking a folder of notes: with the embedded model on a folder of one's own, and what the recorded run answered."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from studio import Trace
from studio.cli.main import main
from studio.support.resources import resource_root
from tests.bench.examples import labels_of, rows_of, scored

NOTES = {
    "shed/boat.md": "# Boat\n\n## Hull\n\nThe boat was painted in May 2021 by Greta Holm.\n\n"
    "## Key\n\nIts key hangs behind the clock.\n",
    "bees.txt": "The bees got 12 kilos of sugar. The hives stand under the lime tree.\n",
}
ASKED = {
    "Who painted the boat?": ("Greta Holm", "shed/boat.md", "3-5"),
    "When was the boat painted?": ("May 2021", "shed/boat.md", "3-5"),
    "How much sugar did the bees get?": ("12 kilos", "bees.txt", "1"),
    "How high is the boat?": ("not in the notes", "", ""),
    "Who invented the telephone?": ("not in the notes", "", ""),
}


@pytest.mark.embedded
def test_answers_are_copied_from_a_folder_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["examples", "ask_the_notes", "--copy", str(tmp_path / "ask.yaml")]) == 0
    for name, text in NOTES.items():
        path = tmp_path / "notes" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    capsys.readouterr()

    code = main(
        ["run", str(tmp_path / "ask.yaml"), "-i", "folder=notes", "-i", "questions=" + "\n".join(ASKED), "--json"]
    )

    told = json.loads(capsys.readouterr().out)
    assert (code, told["status"]) == (0, "ok")
    assert told["outputs"]["summary"] == "5 questions: 3 answered, 2 not in the notes"
    lines = told["outputs"]["result"].splitlines()[2:]
    assert [re.split(r" {2,}", line.strip()) for line in lines] == [
        [question, *(part for part in answer if part)] for question, answer in ASKED.items()
    ]


def test_every_answer_of_the_recorded_run_stands_in_the_lines_it_cites(notes: Trace) -> None:
    folder = resource_root("graphs") / "data/ask_the_notes/demo"
    rows = rows_of(notes, notes.run().id, "table")

    cited = [row for row in rows if row["source"]]
    assert len(cited) > len(rows) / 2
    for row in cited:
        first, last = (int(one) for one in (row["lines"].split("-") * 2)[:2])
        lines = (folder / row["source"]).read_text(encoding="utf-8").splitlines()[first - 1 : last]
        assert row["answer"] in " ".join(lines), row
    assert {row["answer"] for row in rows if not row["source"]} == {"not in the notes"}


def test_the_recorded_run_asks_the_questions_beside_the_notes(notes: Trace) -> None:
    rows = rows_of(notes, notes.run().id, "table")

    assert [row["question"] for row in rows] == [label["question"] for label in labels_of("ask_the_notes", "demo")]


def test_the_recorded_run_is_as_right_as_its_page_says(notes: Trace) -> None:
    page = (resource_root("graphs") / "ask_the_notes.md").read_text(encoding="utf-8")
    score = scored("ask_the_notes", notes, notes.run().id)

    for what in ("in the notes: right, with its source", "not in the notes: said so", "right, of those answered"):
        right, of = score[what]
        assert f"| {what} | {right} of {of} |" in page


@pytest.fixture
def notes() -> Trace:
    """The recorded run of the example."""
    return Trace(resource_root("graphs") / "ask_the_notes.run.db")
