"""A firing of a region that was tried again, made a case of: the one that is meant, not another at the same tick."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.cases.taking import take_firing
from studio.engine.run import run
from studio.graph import Graph
from studio.models.scripted import Scripted
from studio.support.errors import UsageError
from studio.trace import Trace
from studio.trace.writer import close_writer

TRIED_AGAIN = """\
studio: 1
name: tried_again
nodes:
  topic: {type: flow.input, value: numbers}
  work: {type: flow.subgraph, graph: body, retries: 1}
  out: {type: flow.output}
edges:
  - topic.value -> work.text
  - work.value -> out.value
graphs:
  body:
    nodes:
      text: {type: flow.input}
      talk: {type: llm.chat}
      parse: {type: json.parse}
      value: {type: flow.output}
    edges:
      - text.value -> talk.text
      - talk.text -> parse.text
      - parse.value -> value.value
"""


def record_attempts(db: Path) -> None:
    """Run it: the first attempt fails, the second does not."""
    lines = [{"node": "work/talk", "reply": "no JSON"}, {"node": "work/talk", "reply": "[7]"}]
    result = run(Graph.from_text(TRIED_AGAIN), model=Scripted(lines), db=db)
    assert result.outputs == {"out": [7]}
    close_writer(db)


def test_each_attempt_can_be_taken(tmp_path: Path) -> None:
    db = tmp_path / "run.db"
    record_attempts(db)
    with Trace(db) as trace:
        first, second = trace.firings("last", "work/parse")
        assert (first.tick, first.status, second.status) == (second.tick, "error", "ok")
        taken = [
            take_firing(trace, "last", "work/parse", first.tick, firing=id).inputs for id in (first.id, second.id, 0)
        ]
        assert taken == [{"text": "no JSON"}, {"text": "[7]"}, {"text": "[7]"}]
        with pytest.raises(UsageError, match="did not fire"):
            take_firing(trace, "last", "work/parse", first.tick, firing=9_999)
