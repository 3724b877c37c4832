"""The progress display counts what the run itself counts."""

from __future__ import annotations

from pathlib import Path

from studio import Graph, run
from studio.cli.progress import Progress
from studio.models.scripted import Scripted
from studio.trace.runlog import flush_own

GRAPH = """\
studio: 1
name: counted
nodes:
  text: {type: flow.input, value: where is my parcel}
  near: {type: llm.function, instructions: "{text}", routes: {parcel: my parcel is lost, bill: the bill is wrong}}
  say: {type: llm.function, instructions: "Answer {text}"}
  result: {type: flow.output}
edges:
  - text.value -> near.text
  - text.value -> say.text
  - say.text -> result.value
"""


def test_calls_tokens_and_firings_are_those_of_the_run_and_embeddings_are_no_model_calls(tmp_path: Path) -> None:
    progress = Progress()
    db = tmp_path / "trace.db"

    result = run(Graph.from_text(GRAPH), model=Scripted(["Here."]), embedder="toy", db=db, listener=progress.take)
    flush_own(db)

    assert result.calls == 1
    assert (progress.calls, progress.firings) == (result.calls, result.firings)
    assert progress.tokens == result.tokens_in + result.tokens_out
    assert progress.run_id == result.run_id
