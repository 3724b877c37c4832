"""A record that is damaged ends the run that goes on from it with one sentence, and costs nothing of what is whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio import run
from studio.graph import Graph
from studio.replay.continuing import resume
from studio.support.errors import EnvironmentProblem
from studio.trace import Trace
from studio.trace.sqlite import connect_writer
from studio.trace.writer import close_writer
from tests.engine.players import REGISTRY, Services

TEXT = f"""\
nodes:
  long: {{type: text.constant, text: "{"long " * 30}"}}
  work: {{type: flow.subgraph, graph: body, on_error: skip}}
  ask: {{type: toy.ask}}
  result: {{type: flow.output}}
  said: {{type: flow.output}}
edges:
  - long.text -> work.item
  - work.out -> result.value
  - long.text -> ask.question
  - work.done -> ask.when
  - ask.text -> said.value
graphs:
  body:
    nodes:
      item: {{type: flow.input}}
      twice: {{type: text.template, template: "{{v}} {{v}}"}}
      out: {{type: flow.output}}
    edges:
      - item.value -> twice.v
      - twice.text -> out.value
"""


def failed_run(db: Path) -> str:
    """Run to a model that says nothing; return the run's id."""
    services: Any = Services([])
    result = run(Graph.from_text(TEXT), db=db, catalog=services, registry=REGISTRY)
    assert result.status == "failed"
    close_writer(db)
    return result.run_id


def lose(db: Path, larger_than: int) -> None:
    """Lose the values that are larger, as a bad disk would."""
    database = connect_writer(db)
    with database:
        lost = database.execute("DELETE FROM _blob WHERE size > ?", (larger_than,)).rowcount
    database.close()
    assert lost


@pytest.mark.parametrize("larger_than", [100, 200], ids=["at the top", "in a body whose failure would be skipped"])
def test_a_lost_value_of_what_is_taken_over_ends_the_run_and_not_a_node(larger_than: int, tmp_path: Path) -> None:
    db = tmp_path / "runs.db"
    before = failed_run(db)
    lose(db, larger_than)

    with pytest.raises(EnvironmentProblem, match="is missing") as told:
        resume(db, before, catalog=Services(["Yes."]), registry=REGISTRY)

    assert told.value.exit_code == 5
    assert "studio db check" in str(told.value)
    with Trace(db) as trace:
        made, parent = trace.run("last"), trace.run(before)
        assert (made.parent_run, made.status, parent.status) == (before, "failed", "failed")
        assert made.error["code"] == "environment"
        assert not [one for one in trace.firings(made.id) if one.origin == "executed" and one.status == "error"]


def test_from_a_whole_record_the_same_run_goes_on(tmp_path: Path) -> None:
    """The control."""
    before = failed_run(tmp_path / "runs.db")

    result = resume(tmp_path / "runs.db", before, catalog=Services(["Yes."]), registry=REGISTRY)

    assert result.outputs["said"] == "Yes."
