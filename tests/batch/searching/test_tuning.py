"""A search for settings: chosen on training rows, judged on rows that it never saw, and made from the record alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from studio.batch.design.axes import file_reader
from studio.batch.design.options import experiment_of
from studio.batch.design.planning import plan_of
from studio.batch.driving.jobs import Budget
from studio.batch.searching.applying import unified, with_settings
from studio.batch.searching.rounds import Rounds, Stopped
from studio.batch.searching.spaces import Range, Values, spaces_of
from studio.batch.searching.tuning import Aims, Tuned, divided, tune
from studio.batch.sessions import Ways
from studio.graph.model import Graph
from studio.support.errors import EnvironmentProblem, UsageError
from studio.trace.batches import Batches
from tests.support.ruled_models import ruled

GRAPH = """\
studio: 1
name: curve
nodes:
  n: {type: flow.input, value: 3, kind: number}
  curve: {type: math.expression, expression: 0 - (bias - 7) * (bias - 7) + n * 0, optional: {bias: 1}}
  bias: {type: flow.input, value: 1, kind: number}
  luck: {type: math.expression, expression: n * 0}
  sum: {type: math.expression, expression: curve + luck}
  result: {type: flow.output}
edges:
- n.value -> curve.n
- bias.value -> curve.bias
- n.value -> luck.n
- curve.value -> sum.curve
- luck.value -> sum.luck
- sum.value -> result.value
"""


@pytest.fixture
def curve(tmp_path: Path) -> Path:
    path = tmp_path / "curve.yaml"
    path.write_text(GRAPH)
    return path


def search(
    path: Path, vary: dict[str, str], *, rows: int = 20, budget: Budget | None = None,
    said: dict[str, Any] | None = None, **aims: Any,
) -> Tuned:  # fmt: skip
    """Search in the database beside the graph."""
    data = [{"n": n} for n in range(rows)]
    experiment = experiment_of({"graph": str(path), "data": data, "score": "result", **(said or {})})
    plan = plan_of(experiment)
    spaces = spaces_of(vary, next(iter(plan.graphs.values())), file_reader(path.parent, None))
    with ruled(path.parent), Rounds(path.parent / "t.db", Ways(workers=1, at_once=8), budget or Budget()) as rounds:
        return tune(experiment, plan, spaces, rounds, Aims(**aims))


def test_the_best_settings_are_found_and_shown_on_rows_that_were_never_seen(curve: Path) -> None:
    found = search(curve, {"input:bias": "0..10"}, trials=12)

    best = found.best[0]
    assert abs(float(best.trial.values["input:bias"]) - 7) <= 1
    assert best.is_better
    assert found.now_elsewhere[0] == -36
    assert best.mean is not None
    assert best.mean > -1.01
    assert (found.training_rows, found.held_out_rows) == (14, 6)


def test_the_trials_see_no_row_that_is_held_out(curve: Path) -> None:
    found = search(curve, {"input:bias": "0..10"}, trials=3)

    with Batches(curve.parent / "t.db") as batches:
        data = {one.id: json.loads(batches.data(one.id) or b"[]") for one in batches.batches()}
    held_out = {row["n"] for row in data.pop(found.held_out_batch)}
    assert len(held_out) == 6
    assert not held_out & {row["n"] for rows in data.values() for row in rows}


def test_luck_on_the_training_rows_is_told_as_such(curve: Path) -> None:
    """What helps on the very rows it was chosen by, and nowhere else, is not called better."""
    data = [{"n": n} for n in range(20)]
    training, held_out = divided(plan_of(experiment_of({"graph": str(curve), "data": data})).rows, Aims())
    lucky = f"n * 0 + (5 if n in {[row.values['n'] for row in training]} else 0)"

    found = search(curve, {"luck.expression": f"n * 0 + 0,{json.dumps(lucky)}"}, trials=4)

    best = found.best[0]
    assert best.trial.values["luck.expression"] == lucky
    assert best.trial.mean - found.now.mean == 5, "control: it is better where it was found"
    assert best.optimism == 5
    assert not best.is_better
    assert len(held_out) == 6


def test_a_search_asked_again_makes_no_run_twice_and_comes_to_the_same(curve: Path) -> None:
    first = search(curve, {"input:bias": "0..10"}, rows=10, trials=5)
    again = search(curve, {"input:bias": "0..10"}, rows=10, trials=5)

    assert again.paid["runs"] == 0
    assert first.paid["runs"] > 0, "control"
    assert [one.values for one in again.trials] == [one.values for one in first.trials]
    assert again.used == first.used
    other = search(curve, {"input:bias": "0..10"}, rows=10, trials=5, seed=1)
    assert [one.values for one in other.trials] != [one.values for one in first.trials], "control: the seed counts"


def test_a_search_that_a_bound_stopped_goes_on_and_repeats_nothing(curve: Path) -> None:
    (curve.parent / "other").mkdir()
    other = curve.parent / "other" / "curve.yaml"
    other.write_text(GRAPH)
    whole = search(curve, {"input:bias": "0..10"}, trials=12)

    stopped = search(other, {"input:bias": "0..10"}, trials=12, budget=Budget(runs=120))

    before = int(stopped.paid["runs"])
    assert "runs" in stopped.stopped
    assert 0 < len(stopped.trials) < 12
    assert 14 <= before <= 120, "what was found was still measured elsewhere"
    with pytest.raises(Stopped):
        search(other, {"input:bias": "0..10"}, trials=12, budget=Budget(runs=10), said={"seeds": [3]})
    found = search(other, {"input:bias": "0..10"}, trials=12)

    assert [one.values for one in found.trials] == [one.values for one in whole.trials]
    assert found.used["runs"] == whole.used["runs"]
    assert found.paid["runs"] <= whole.paid["runs"] - before + 6, "six rows of what was best then"


def test_trials_that_lag_behind_are_given_up(curve: Path) -> None:
    found = search(curve, {"input:bias": "0..10"}, trials=9, rows=26)

    given_up = [one for one in found.trials if one.given_up]
    assert given_up
    assert all(one.rows < found.training_rows for one in given_up)
    assert all(one.trial not in given_up for one in found.best)
    few = search(curve, {"input:bias": "0..10"}, trials=9, rows=12)
    assert not any(one.given_up for one in few.trials), "control: of few rows a part says too little"


def test_where_a_cost_is_weighed_the_front_is_told(curve: Path) -> None:
    found = search(curve, {"input:bias": "2,4,7"}, cost="calls", trials=8)

    assert [one.trial.values["input:bias"] for one in found.best] == [7], "all cost the same: only the best stands"
    assert found.best[0].cost == 0.0


def test_lower_scores_may_be_better(curve: Path) -> None:
    found = search(curve, {"input:bias": "0..10"}, trials=6, said={"score": "0 - result", "better": "lower"})

    assert found.best[0].is_better
    assert (found.best[0].gain.effect or 0) < 0
    assert found.best[0].trial.mean < found.now.mean


def test_the_record_is_one_batch_of_all_trials(curve: Path) -> None:
    found = search(curve, {"input:bias": "2,4,7"}, trials=8)

    with Batches(curve.parent / "t.db") as batches:
        variants = {one.variant for one in batches.results(found.record)}
    assert variants == {"whole", *(one.name for one in found.trials)}
    assert len(found.trials) == 3, "settings that were tried are not tried again"


@pytest.mark.parametrize(
    ("vary", "says"),
    [
        ({}, "nothing to search"),
        ({"curve.nothing": "1..2"}, "no param `nothing`"),
        ({"input:other": "1..2"}, "no input `other`"),
        ({"input:bias": "2..1"}, "holds nothing"),
        ({"input:bias": "0..1log"}, "begin above 0"),
        ({"input:bias": "0..1..5"}, "does not fit"),
        ({"input:bias": "3"}, "one value only"),
    ],
)
def test_what_cannot_be_searched_is_one_sentence(curve: Path, vary: dict[str, str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        search(curve, vary)


def test_ranges_and_lists_are_told_apart(curve: Path) -> None:
    whole = next(iter(plan_of(experiment_of({"graph": str(curve)})).graphs.values()))
    read = file_reader(curve.parent, None)

    spaces = spaces_of({"input:bias": "0..10", "curve.retries": "0..3", "model": "fast,strong"}, whole, read)

    assert spaces[0] == Range("input:bias", 0, 10)
    assert spaces[1] == Range("curve.retries", 0, 3, whole=True)
    assert isinstance(spaces[2], Values)


def test_too_few_rows_and_rows_without_a_score_are_refused(curve: Path) -> None:
    with pytest.raises(UsageError, match="fewest that can be divided"):
        search(curve, {"input:bias": "0..10"}, rows=3)
    with pytest.raises(UsageError, match="could be scored"):
        search(curve, {"input:bias": "0..10"}, said={"score": "str(result)"})


def test_a_missing_library_is_one_sentence(curve: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "optuna", None)

    with pytest.raises(EnvironmentProblem, match="needs optuna"):
        search(curve, {"input:bias": "0..10"})


def test_settings_are_applied_to_a_copy_as_a_patch_says(curve: Path) -> None:
    graph = Graph.load(curve)
    whole = next(iter(plan_of(experiment_of({"graph": str(curve)})).graphs.values()))

    made = with_settings(graph, {"luck.expression": "n * 2", "luck.retries": 2}, whole.registry)

    assert made.graph.nodes["luck"].params["expression"] == "n * 2"
    assert graph.nodes["luck"].params["expression"] == "n * 0"
    told = unified(graph.to_text(), made.graph.to_text(), "curve.yaml")
    assert "--- a/curve.yaml\n" in told
    assert "n * 2" in told
    assert unified("same", "same", "x") == ""
