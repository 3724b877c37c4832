"""A model whose edit does not fit is told what stands there, and mends it: the heart of a small coding agent."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from studio import Trace, run
from studio.replay.verify import verify
from studio.trace.writer import close_writer
from tests.support.approving import hashes_of
from tests.support.git_repos import CALC, git, make_repo

GRAPH = """
studio: 1
name: mending
nodes:
  name: {type: text.constant, text: calc.py}
  read: {type: files.read, fires: once}
  writer:
    type: llm.function
    instructions: |
      Mend `add` in {code}. What was wrong with your last edit: {problems}
    output: text
  edit: {type: edit.search_replace, check_syntax: true}
  commit: {type: git.commit}
  message: {type: text.constant, text: Mend add}
  stop: {type: flow.stop}
  diff: {type: flow.output}
edges:
  - name.text -> read.name
  - read.text -> writer.code
  - edit.problems ~> writer.problems: {initial: none}
  - writer.text -> edit.edits
  - edit.applied -> commit.when
  - message.text -> commit.message
  - commit.done -> stop.when
  - edit.diff -> diff.value
max_ticks: 5
"""

WRONG = "calc.py\n```\n<<<<<<< SEARCH\n    return a + c\n=======\n    return a + b\n>>>>>>> REPLACE\n```\n"
BROKEN = WRONG.replace("a + c", "a - b").replace("a + b", "a +")
RIGHT = WRONG.replace("a + c", "a - b")


def test_an_edit_that_does_not_fit_is_mended_in_the_next_tick(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "project")
    replies = tmp_path / "replies.jsonl"
    replies.write_text("".join(json.dumps({"reply": text}) + "\n" for text in (WRONG, BROKEN, RIGHT)))
    (repo / "mending.yaml").write_text(GRAPH)
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "A graph")
    db = tmp_path / "trace.db"
    approved = hashes_of(repo / "mending.yaml")

    result = run(repo / "mending.yaml", model=f"scripted:{replies}", db=db, approve=approved)
    close_writer(db)

    assert result.error is None, result.error
    assert (result.status, result.ended) == ("ok", "stop")
    assert (repo / "calc.py").read_text() == CALC.replace("a - b", "a + b")
    assert git(repo, "show", "--format=%s", "--shortstat").split("\n\n") == [
        "Mend add", " 1 file changed, 1 insertion(+), 1 deletion(-)\n",
    ]  # fmt: skip
    with Trace(db) as trace:
        prompts = [prompt.messages[-1]["content"] for prompt in trace.prompts(result.run_id)]
        assert "The nearest place is line 2:\n    return a - b" in prompts[1]
        assert "calc.py:2:15: invalid syntax: return a +" in prompts[2]
        shutil.rmtree(repo)
        assert verify(trace).difference is None
