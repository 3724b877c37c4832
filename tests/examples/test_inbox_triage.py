"""The main example from end to end: with the embedded model on real files, and what its recorded run decided."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from studio import Trace
from studio.cli.main import main
from studio.support.resources import resource_root
from tests.bench.examples import scored
from tests.support.thorough import thorough_but

MAILS = {
    "invoice-twice.txt": "billing",
    "job-carpenter.txt": "jobs",
    "scratched.txt": "delivery",
    "thanks-guitar.txt": "support",
}
"""Mails, and the department that each belongs to."""
ONE = ("scratched.txt",)
"""The one that is asked all there is to ask, and answered at once; each mail takes the model ten seconds."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder of one's own: a copy of the graph beside four mails."""
    graphs = resource_root("graphs")
    assert main(["examples", "inbox_triage", "--copy", str(tmp_path / "triage.yaml")]) == 0
    (tmp_path / "mails").mkdir()
    for name in MAILS:
        shutil.copy(graphs / "data/inbox_triage/mails" / name, tmp_path / "mails")
    return tmp_path


@pytest.mark.embedded
@pytest.mark.parametrize("mails", thorough_but(lambda mails: mails == ONE, [ONE, tuple(MAILS)]), ids=len)
def test_mails_are_sorted_by_the_embedded_model(
    project: Path, capsys: pytest.CaptureFixture[str], mails: tuple[str, ...]
) -> None:
    for name in {*MAILS} - {*mails}:
        (project / "mails" / name).unlink()
    capsys.readouterr()

    code = main(["run", str(project / "triage.yaml"), "-i", "folder=mails", "--seed", "0", "--json"])

    told = json.loads(capsys.readouterr().out)
    assert (code, told["status"], told["ended"]) == (0, "ok", "quiet")
    assert told["calls"] >= len(mails) * 5
    assert told["cost_usd"] == 0
    lines = told["outputs"]["result"].splitlines()
    assert [line.split()[:2] for line in lines[2:]] == [[name, MAILS[name]] for name in mails]
    replies = {row["mail"]: row["reply"] for row in told["outputs"]["replies"]}
    assert replies["scratched.txt"] == (
        "Dear Wanda Ilves, we are sorry for the trouble with the glass cabinet. "
        "We are asking the driver and will write to you."
    )
    assert set(replies) <= {"scratched.txt", "thanks-guitar.txt"}, "the others are not clear enough for a reply"


def test_a_mail_that_cannot_be_read_is_left_to_a_person(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in MAILS:
        (project / "mails" / name).unlink()
    (project / "mails" / "empty.txt").write_text("", encoding="utf-8")
    capsys.readouterr()

    assert main(["run", str(project / "triage.yaml"), "-i", "folder=mails", "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert told["outputs"]["summary"] == "1 mail: 0 replies drafted, 1 left to a person"
    assert "person: could not be read" in told["outputs"]["result"]


def test_the_recorded_run_is_as_right_as_its_page_says() -> None:
    graphs = resource_root("graphs")
    page = (graphs / "inbox_triage.md").read_text(encoding="utf-8")
    with Trace(graphs / "inbox_triage.run.db") as trace:
        score = scored("inbox_triage", trace, trace.run().id)

    for what in ("department", "mood", "sender", "product"):
        right, of = score[what]
        assert f"| {what} | {right} of {of} |" in page
    right, of = score["drafted replies right in all four"]
    assert f"| all four right, of those drafted | {right} of {of} |" in page
