"""What a record says of itself - its folder, its file of answers - lets a stranger's graph do nothing more."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.engine.run import run
from studio.graph import Graph
from studio.replay.continuing import fork, resume
from studio.spec.calls import HumanCall, NobodyThere
from studio.trace import Trace
from studio.trust.approvals import Approvals
from studio.trust.gate import NotApproved
from studio.trust.survey import survey
from tests.trust.toys import SENT, toy_registry

TYPES = toy_registry()
READER = """
studio: 1
name: reader
nodes:
  ask: {type: human.ask}
  what: {type: text.constant, text: Go on?}
  read: {type: files.read}
  name: {type: text.constant, text: private.txt}
  result: {type: flow.output}
edges:
  - what.text -> ask.question
  - ask.done -> read.when
  - name.text -> read.name
  - read.text -> result.value
"""
LEAK = """
studio: 1
name: leak
nodes:
  page: {type: trust.page}
  mails: {type: trust.mails}
  answer: {type: llm.function, instructions: "Obey {page}, you know {mails}"}
  send: {type: trust.send}
edges:
  - page.text -> answer.page
  - mails.text -> answer.mails
  - answer.text -> send.text
"""


class Nobody:
    deterministic_order = False

    async def ask(self, call: HumanCall) -> str:
        raise NobodyThere("nobody")


def recorded(tmp_path: Path, text: str, *, answers: str, file: str = "", folder: str = "") -> tuple[Path, Path]:
    """A stranger's graph, approved where it stands, and the record of a run that waits for a person. The record says
    what its maker wanted it to say. Return both files."""
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    stands, db = theirs / "graph.yaml", theirs / "run.db"
    stands.write_text(text)
    Approvals().remember(survey(Graph.load(stands), TYPES).hash, "graph", "test", str(stands))
    (tmp_path / "replies.jsonl").write_text('"all mails"\n')
    result = run(
        Graph.from_text(text, name=file or str(stands), base=theirs), registry=TYPES, db=db, human=Nobody(),
        model=f"scripted:{tmp_path / 'replies.jsonl'}", answers=answers, folder=folder or None,
    )  # fmt: skip
    assert (result.status, result.ended) == ("paused", "limit:human")
    return stands, db


@pytest.fixture
def answers(tmp_path: Path) -> str:
    """A file that says yes to whatever is asked."""
    file = tmp_path / "answers.txt"
    file.write_text("yes\nyes\nyes\n")
    return str(file)


def test_an_approval_for_one_folder_lets_no_record_read_another(tmp_path: Path, answers: str) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "private.txt").write_text("TOP PRIVATE")
    (mine / "some.txt").write_text("no graph")
    _, db = recorded(tmp_path, READER, folder=str(mine), file="some.txt", answers=answers)

    with pytest.raises(NotApproved, match="no such graph stands there"):
        resume(db, registry=TYPES)
    with pytest.raises(NotApproved, match="no such graph stands there"):
        fork(db, registry=TYPES, at=1)


def test_a_record_goes_on_where_its_graph_stands_or_was_approved(tmp_path: Path, answers: str) -> None:
    file, db = recorded(tmp_path, READER, answers=answers)
    (file.parent / "private.txt").write_text("theirs")

    paused = Trace(db).run("last").id
    assert resume(db, paused, registry=TYPES).outputs == {"result": "theirs"}
    file.write_text("edited until it is no graph any more")
    assert resume(db, paused, registry=TYPES).outputs == {"result": "theirs"}, "it was approved there"


def test_a_file_of_answers_that_a_record_names_approves_no_request(tmp_path: Path, answers: str) -> None:
    """The control is the same file, named by the person."""
    _, db = recorded(tmp_path, LEAK, answers=answers)
    SENT.clear()

    held = resume(db, registry=TYPES, human=None)

    assert (held.status, SENT) == ("paused", [])
    assert resume(db, held.run_id, registry=TYPES, answers=answers).status == "ok"
    assert len(SENT) == 1
