"""All scores of an experiment, sent to a worker as JSON and found there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from studio.batch.design.options import experiment_of
from studio.batch.design.plan import Plan
from studio.batch.design.planning import plan_of
from studio.batch.design.scores import Scoring, scoring_json
from studio.engine.result import RunResult
from studio.engine.run import arun
from studio.graph.model import Graph
from studio.support.errors import EnvironmentProblem, UsageError
from tests.batch.design.helpers import graph_file, planned

JUDGE = """\
studio: 1
name: judge
nodes:
  answer: {type: flow.input, kind: text}
  expected: {type: flow.input, kind: text}
  grader:
    type: llm.function
    instructions: "Grade {answer} against {expected}"
    schema: {type: object, properties: {score: {type: integer}}, required: [score]}
  score: {type: flow.output}
edges:
  - answer.value -> grader.answer
  - expected.value -> grader.expected
  - grader.score -> score.value
"""
TOLD = {"status": "ok", "outputs": {"answer": "because"}, "calls": 2, "error": None}
ROW = {"question": "Why?", "expected": "so"}


def plan(folder: Path, monkeypatch: pytest.MonkeyPatch, **said: Any) -> Plan:
    monkeypatch.chdir(folder)
    (folder / "judge.yaml").write_text(JUDGE)
    (folder / "styles.py").write_text("def half(outputs, row, totals):\n    return len(outputs['answer']) / 2\n")
    (folder / "replies.jsonl").write_text('{"score": 4}\n')
    said.setdefault("data", [ROW])
    return planned(folder, model="scripted:replies.jsonl", **said)


async def test_expressions_judges_and_functions_score_what_a_worker_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    score = {"ok": "answer == expected", "grade": {"judge": "judge.yaml"}, "half": {"function": "styles:half"},
             "bad": "answer + 1"}  # fmt: skip
    spec = json.loads(json.dumps(scoring_json(plan(tmp_path, monkeypatch, score=score))))

    scores, missing = await Scoring.from_json(spec).scores(TOLD, ROW, "run")

    assert scores == {"ok": False, "grade": 4.0, "half": 3.5, "bad": None}
    assert list(missing) == ["bad"]
    assert missing["bad"]


async def test_what_a_run_has_not_got_is_not_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def play(run: str, graph: Graph, inputs: Mapping[str, Any], options: Mapping[str, Any]) -> RunResult:
        asked.append(run)
        raise UsageError("no such thing")

    spec = scoring_json(plan(tmp_path, monkeypatch, score={"judge": "judge.yaml"}))
    scoring = Scoring.from_json(spec, play)

    assert (await scoring.scores({"status": "failed"}, ROW, "one"))[1] == {
        "judge": "The judge's input `answer` has no value. The run is failed."
    }
    assert (await scoring.scores(TOLD, ROW, "two"))[1] == {"judge": "The judge could not be run: no such thing"}
    assert asked == ["two"]


async def test_a_machine_that_cannot_judge_is_told_and_no_score_is_made_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def play(run: str, graph: Graph, inputs: Mapping[str, Any], options: Mapping[str, Any]) -> RunResult:
        raise EnvironmentProblem("The disk is full.")

    spec = scoring_json(plan(tmp_path, monkeypatch, score={"judge": "judge.yaml"}))

    with pytest.raises(EnvironmentProblem):
        await Scoring.from_json(spec, play).scores(TOLD, ROW, "run")


def test_judges_are_asked_by_the_experiments_model_whatever_the_variant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = plan(tmp_path, monkeypatch, score={"judge": "judge.yaml"}, vary={"model": ["other"]}, limits={"calls": 3})

    spec = scoring_json(made, ["abc"])

    script = f"scripted:{tmp_path / 'replies.jsonl'}"
    assert spec["judges"]["judge"]["options"] == {"model": script, "limits": {"calls": 3.0}, "approve": ["abc"]}
    assert [made.options_of(one)["model"] for one in made.variants] == [script, "other"]
    assert scoring_json(plan(tmp_path, monkeypatch)) is None


def test_a_graph_without_data_is_planned_over_its_own_inputs(tmp_path: Path) -> None:
    path = graph_file(tmp_path, "plain", JUDGE.replace("kind: text}", "kind: text, value: x}"))

    assert [dict(run.inputs) for run in plan_of(experiment_of({"graph": str(path), "seeds": 2}))] == [{}, {}]


PICTURES = """\
studio: 1
name: pictures
nodes:
  picture: {type: flow.input, kind: image}
  topic: {type: flow.input, kind: text}
  writer: {type: llm.function, instructions: "Write about {topic}", output: text}
  answer: {type: flow.output}
  shown: {type: flow.output}
edges:
  - topic.value -> writer.topic
  - writer.text -> answer.value
  - picture.value -> shown.value
"""


async def test_the_runs_of_a_plan_run_and_are_scored(tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(b"\x89PNG")
    (tmp_path / "rows.csv").write_text("topic,picture,expected\nsea,a.png,deep\n")
    (tmp_path / "replies.jsonl").write_text(json.dumps("deep") + "\n")
    path = graph_file(tmp_path, "pictures", PICTURES)
    made = plan_of(
        experiment_of(
            {
                "graph": str(path), "data": str(tmp_path / "rows.csv"), "knockouts": ["writer"],
                "model": f"scripted:{tmp_path / 'replies.jsonl'}", "score": "answer == expected and shown.size == 4",
            }
        )
    )  # fmt: skip
    scoring = Scoring.from_json(scoring_json(made))

    found = []
    for run, arm in zip(made, made.arms, strict=True):
        result = await arun(made.graph_of(arm), run.given(), seed=run.seed, **made.options_of(run.variant))
        told = {"status": result.status, "outputs": result.outputs}
        found.append((await scoring.scores(told, run.row.values, run.key))[0]["score"])

    assert found == [True, None]
    picture.write_bytes(b"another")
    with pytest.raises(UsageError, match="has changed since"):
        made[0].given()
