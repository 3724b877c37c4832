"""Plans: which runs there are, in which order, and keys that are the same wherever and however they are made."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.batch.design.experiment_files import experiment_from_text
from studio.batch.design.options import experiment_of
from studio.batch.design.plan import Plan, run_key
from studio.batch.design.planning import plan_of
from studio.batch.design.rows import inline
from studio.batch.design.trusting import ExperimentNotApproved, approve_experiment, approved_hashes
from studio.support.errors import StudioError, UsageError
from studio.support.values import Json
from studio.trust.gate import NotApproved, meaning_of
from tests.batch.design.helpers import GRAPH, graph_file, planned

QUESTIONS = [{"question": f"q{number}"} for number in range(3)]


def keys(folder: Path, **options: Any) -> set[str]:
    return {run.key for run in planned(folder, **options)}


# -- order ------------------------------------------------------------------------------------------


def test_seeds_come_outermost_and_all_variants_of_a_row_together(tmp_path: Path) -> None:
    plan = planned(tmp_path, data=QUESTIONS, seeds=2, vary={"model": ["a", "b"]})

    told = [(run.seed, run.row.index, run.variant.name) for run in plan]

    assert len(plan) == len(told) == 2 * 3 * 3
    assert told[:4] == [(0, 0, "whole"), (0, 0, "model=a"), (0, 0, "model=b"), (0, 1, "whole")]
    assert told == sorted(told, key=lambda one: one[:2])
    assert [run.number for run in plan] == list(range(18))


def test_a_plan_broken_off_anywhere_is_balanced(tmp_path: Path) -> None:
    plan = planned(tmp_path, data=QUESTIONS, seeds=3, knockouts="all")
    arms = len(plan.arms)

    for done in range(1, len(plan) + 1):
        counts = dict.fromkeys((arm.variant.name for arm in plan.arms), 0)
        for run in plan[:done]:
            counts[run.variant.name] += 1
        assert max(counts.values()) - min(counts.values()) <= 1
    assert arms == 3


def test_each_run_can_be_asked_for_by_its_number(tmp_path: Path) -> None:
    plan = planned(tmp_path, data=QUESTIONS, seeds=[5, 9], vary={"model": ["a", "b"]})

    assert [plan[number] for number in range(len(plan))] == list(plan)
    assert plan[-1] == list(plan)[-1]
    with pytest.raises(IndexError):
        plan[len(plan)]


def test_a_million_runs_are_made_only_when_asked_for(tmp_path: Path) -> None:
    plan = planned(tmp_path, data=[{"question": f"q{number}"} for number in range(1000)], seeds=1000)

    assert len(plan) == 1_000_000
    assert plan[999_999].seed == 999
    assert plan[999_999].inputs == {"question": "q999"}


# -- keys -------------------------------------------------------------------------------------------


@given(st.permutations(range(4)), st.permutations(range(3)))
@settings(max_examples=12)
def test_keys_do_not_depend_on_any_order(
    tmp_path_factory: pytest.TempPathFactory, rows: list[int], axes: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("plan")
    data: list[dict[str, Json]] = [{"question": one, "x": x} for one, x in (("a", 1), ("a", 1), ("b", 1), ("b", 2))]
    vary: dict[str, list[Json]] = {"writer.temperature": [0, 1], "model": ["m", "n"], "input:times": [2, 3]}
    one = keys(folder, data=data, vary=vary, seeds=[1, 2])

    other = keys(
        folder,
        data=[dict(reversed(data[at].items())) for at in rows],
        vary={list(vary)[at]: vary[list(vary)[at]][::-1] for at in axes},
        seeds=[2, 1],
    )

    assert one == other
    assert len(one) == 2 * 4 * 9


@pytest.mark.parametrize(
    "changed",
    [
        {"data": [{"question": "Why not?"}]},
        {"data": [{"question": "Why?", "expected": "x"}]},
        {"seeds": [1]},
        {"model": "other"},
        {"embedder": "toy"},
        {"clock": "2026-01-31T08:00"},
        {"limits": {"calls": 5}},
        {"inputs": {"times": {"value": 3}}},
    ],
)
def test_what_changes_a_result_changes_the_key(tmp_path: Path, changed: dict[str, Any]) -> None:
    before = keys(tmp_path)

    assert keys(tmp_path) == before
    assert keys(tmp_path, **changed).isdisjoint(before)


@pytest.mark.parametrize(
    "changed",
    [{"name": "x"}, {"budget": {"runs": 3}}, {"workers": 2}, {"score": "len(answer)"}, {"hypothesis": "y"}],
)
def test_what_changes_no_result_changes_no_key(tmp_path: Path, changed: dict[str, Any]) -> None:
    assert keys(tmp_path, **changed) == keys(tmp_path)


def test_another_prompt_is_another_key_another_place_on_the_canvas_is_not(tmp_path: Path) -> None:
    def of(text: str) -> set[str]:
        path = graph_file(tmp_path, "changed", text)
        return {run.key for run in plan_of(experiment_of({"graph": str(path), "data": QUESTIONS}))}

    before = of(GRAPH)

    assert of(GRAPH.replace("[10, 10]", "[500, 20]")) == before
    assert of(GRAPH.replace("Answer {question}", "Answer well: {question}")).isdisjoint(before)


def test_the_script_of_a_scripted_model_counts_by_what_it_says(tmp_path: Path) -> None:
    here, there = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    here.write_text('"one"\n')
    there.write_text('"one"\n')

    before = keys(tmp_path, model=f"scripted:{here}")

    assert keys(tmp_path, model=f"scripted:{there}") == before
    there.write_text('"two"\n')
    assert keys(tmp_path, model=f"scripted:{there}").isdisjoint(before)
    with pytest.raises(UsageError, match="script of replies cannot be read"):
        keys(tmp_path, model="scripted:none.jsonl")
    with pytest.raises(UsageError, match="no script of replies"):
        keys(tmp_path, model="scripted:/dev/zero")


def test_keys_are_the_same_in_another_process_and_folder(tmp_path: Path) -> None:
    said = {"data": QUESTIONS, "seeds": 2, "vary": {"writer.temperature": [0, 0.5]}}
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    program = (
        "import json, sys; from pathlib import Path; from tests.batch.design.helpers import planned; "
        "print(json.dumps([run.key for run in planned(Path(sys.argv[1]), **json.loads(sys.argv[2]))]))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": os.pathsep.join(sys.path)}

    done = subprocess.run(
        [sys.executable, "-c", program, str(elsewhere), json.dumps(said)],
        capture_output=True, check=True, env=environment,
    )  # fmt: skip

    assert json.loads(done.stdout) == [run.key for run in planned(tmp_path, **said)]


def test_a_key_is_over_arm_row_and_seed() -> None:
    row, twin = inline([{"a": 1}, {"a": 1}], "x")

    assert len({run_key("x", row, 0), run_key("x", row, 1), run_key("y", row, 0), run_key("x", twin, 0)}) == 4


# -- rows and inputs --------------------------------------------------------------------------------


def test_columns_go_into_inputs_by_name_by_mapping_and_by_one_value_for_all(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("prompt,times,expected\nWhy?,3,because\nHow?,,so\n")

    plan = planned(tmp_path, data=str(tmp_path / "rows.csv"), inputs={"question": "prompt"}, vary={"input:times": [8]})

    assert [dict(run.inputs) for run in plan] == [
        {"question": "Why?", "times": 3},
        {"question": "Why?", "times": 8},
        {"question": "How?"},
        {"question": "How?", "times": 8},
    ]
    assert plan.rows[0].expected == "because"


def test_an_input_that_only_variants_give_leaves_no_whole_to_run(tmp_path: Path) -> None:
    plan = planned(tmp_path, data=None, vary={"input:question": "Why?,How?"})

    assert [(run.variant.name, dict(run.inputs)) for run in plan] == [
        ("input:question=Why?", {"question": "Why?"}),
        ("input:question=How?", {"question": "How?"}),
    ]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"data": [{"qestion": "x"}]}, "has no column `question` in data. Did you mean `qestion`? Name another:"),
        ({"data": None}, "The input `question` of `answers` has no column `question`"),
        ({"data": [{"question": "x"}, {"times": 2}]}, "The input `question` has no value in this row."),
        ({"data": [{"question": 3}]}, "The input `question` takes text, not integer: 3."),
        ({"data": [{"question": "x", "times": "two"}]}, "The input `times` takes a whole number, not text: two."),
        ({"inputs": {"qestion": "x"}}, "There is no input `qestion`. Did you mean `question`?"),
        ({"inputs": {"times": "howoften"}}, "has no column `howoften`"),
        ({"inputs": {"times": {"value": "x"}}}, "The input `times` takes a whole number"),
        ({"variants": {"v": {"inputs": {"tims": 1}}}}, "has no input `tims`. Did you mean `times`?"),
        ({"vary": {"input:times": [1, "x"]}}, "The input `times` takes a whole number, not text: x."),
        ({"score": "answr == 1"}, "names `answr`"),
        ({"score": {"judge": "none.yaml"}}, "There is no graph file `none.yaml`"),
        ({"graph": "nowhere.yaml"}, "There is no graph file `nowhere.yaml`"),
    ],
)
def test_what_would_fail_later_is_refused_now(tmp_path: Path, said: dict[str, Any], why: str) -> None:
    with pytest.raises(UsageError) as caught:
        planned(tmp_path, **said)
    assert why in str(caught.value)


def test_a_null_of_a_table_leaves_an_input_to_its_default(tmp_path: Path) -> None:
    plan = planned(tmp_path, data=[{"question": "x", "times": None}])

    assert plan[0].inputs == {"question": "x"}


# -- several graphs ---------------------------------------------------------------------------------


def test_several_graphs_run_side_by_side_and_are_compared_by_variant(tmp_path: Path) -> None:
    graphs = {"mine": str(graph_file(tmp_path)), "twin": str(graph_file(tmp_path, "twin"))}

    plan = plan_of(experiment_of({"graphs": graphs, "data": QUESTIONS, "vary": {"model": ["a"]}, "compare": "twin"}))

    assert [(arm.graph_name, arm.variant.name) for arm in plan.arms] == [
        ("mine", "whole"), ("mine", "model=a"), ("twin", "whole"), ("twin", "model=a"),
    ]  # fmt: skip
    assert [None if (to := plan.compared_with(arm)) is None else to.name for arm in plan.arms] == [
        "twin: whole", "twin: model=a", None, "twin: whole",
    ]  # fmt: skip
    assert plan.graph_of(plan.arms[1]).to_text() == plan.graphs["mine"].graph.to_text()


def test_all_arms_are_compared_with_a_variant_that_one_graph_only_has(tmp_path: Path) -> None:
    graphs = {"mine": str(graph_file(tmp_path)), "twin": str(graph_file(tmp_path, "twin"))}
    variants = {"whole": {}, "warm": {"graph": "mine", "set": {"writer.temperature": 0.5}}}

    plan = plan_of(experiment_of({"graphs": graphs, "data": QUESTIONS, "variants": variants, "compare": "warm"}))
    plain = plan_of(experiment_of({"graphs": graphs, "data": QUESTIONS, "variants": variants}))

    def compared(plan: Plan) -> dict[str, str | None]:
        return {arm.name: None if (to := plan.compared_with(arm)) is None else to.name for arm in plan.arms}

    assert compared(plan) == {"mine: warm": None, "mine: whole": "mine: warm", "twin: whole": "mine: warm"}
    assert compared(plain) == {"mine: whole": None, "mine: warm": "mine: whole", "twin: whole": None}


# -- strangers --------------------------------------------------------------------------------------


def foreign(folder: Path, more: str, graph: str = "answers.yaml") -> Any:
    text = f"experiment: 1\ngraph: {graph}\ndata: [{{question: x}}]\n{more}"
    return experiment_from_text(text, str(folder / "x.experiment.yaml"), base=folder)


@pytest.mark.parametrize(
    ("graph", "more"),
    [
        ("../answers.yaml", ""),
        ("/etc/hostname", ""),
        ("answers.yaml", "vary: {writer.instructions: '@../secret.txt'}"),
        ("answers.yaml", "score: {judge: ../answers.yaml}"),
    ],
)
def test_a_strangers_file_names_nothing_outside_of_its_project(tmp_path: Path, graph: str, more: str) -> None:
    project = tmp_path / "project"
    project.mkdir()
    graph_file(project)
    graph_file(tmp_path)
    (tmp_path / "secret.txt").write_text("key {question}")

    with pytest.raises(UsageError, match="lies outside the project folder"):
        plan_of(foreign(project, more, graph))
    assert len(plan_of(foreign(project, ""))) == 1


SHELL = """\
studio: 1
name: runs
nodes:
  question: {type: flow.input}
  list: {type: shell.run, script: ls}
  answer: {type: flow.output}
edges: [list.stdout -> answer.value]
"""


def test_what_a_stranger_makes_of_an_approved_graph_is_approved_as_a_whole(tmp_path: Path) -> None:
    graph_file(tmp_path, "runs", SHELL)
    plain = plan_of(foreign(tmp_path, "", "runs.yaml"))
    with pytest.raises(NotApproved) as unknown:
        approved_hashes(plain)
    once = [unknown.value.survey.hash]
    assert approved_hashes(plain, once) == set(once)

    changed = plan_of(foreign(tmp_path, "variants: {x: {set: {list.script: rm -r .}}}", "runs.yaml"))
    with pytest.raises(ExperimentNotApproved, match="`x`") as caught:
        approved_hashes(changed, once)
    found = approved_hashes(changed, [*once, caught.value.hash])
    assert len(found - {*once, caught.value.hash}) == 1
    approve_experiment(changed, caught.value.hash)
    assert approved_hashes(changed, once) >= set(once)


def test_what_a_person_varies_on_the_command_line_is_their_own(tmp_path: Path) -> None:
    path = graph_file(tmp_path, "runs", SHELL)
    said = {"graph": str(path), "data": [{"question": "x"}]}
    plan = plan_of(experiment_of({**said, "vary": {"list.script": ["pwd"]}}))
    with pytest.raises(NotApproved) as unknown:
        approved_hashes(plan)

    assert len(approved_hashes(plan, [unknown.value.survey.hash])) == 2


def test_a_graph_that_only_asks_models_needs_no_approval(tmp_path: Path) -> None:
    graph_file(tmp_path)
    approved = approved_hashes(plan_of(foreign(tmp_path, "knockouts: all\nvary: {writer.temperature: [0, 1]}")))

    assert len(approved) == 1


def test_errors_are_for_people(tmp_path: Path) -> None:
    with pytest.raises(StudioError) as caught:
        planned(tmp_path, vary={"writer.temperature": "hot"})
    assert "\n" not in str(caught.value)


def test_an_arm_is_known_by_what_its_graph_says_under_the_variant(tmp_path: Path) -> None:
    plan = planned(tmp_path, vary={"writer.temperature": [0.2, 1]}, variants={"big": {"model": "m"}})
    whole, big, *others = plan.arms

    assert [arm.hash for arm in plan.arms] == [meaning_of(plan.graph_of(arm)) for arm in plan.arms]
    assert len({whole.hash, *(arm.hash for arm in others)}) == 3
    assert big.hash == whole.hash
    assert big.said != whole.said
