"""The experiments that ship: each is read, planned, run on two rows with scripted replies, and told."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from studio import Graph
from studio.batch.analysing.conclusions import conclude
from studio.batch.analysing.table import Table, read_table
from studio.batch.design.experiment_files import experiment_text, read_experiment
from studio.batch.design.options import experiment_of
from studio.batch.design.planning import plan_of
from studio.batch.design.variants import modules_of
from studio.batch.driving.driver import Outcome
from studio.batch.reporting.report import read_report
from studio.batch.sessions import Ways, run_batch
from studio.cli.batching.options import experiment_file
from studio.graph.check import require_runnable
from studio.graph.scope import bundle
from studio.spec.registry import default_registry
from studio.support.resources import bundled_graphs, resource_root
from studio.support.values import Json, decode
from tests.examples.experiments.scripts import PLAYED
from tests.support.batches import script
from tests.support.make_days import DAYS, QUESTIONS, day_of, days
from tests.support.make_narrow_jobs import lamp_messages, mails, orders
from tests.support.run_experiments import EXPERIMENTS, experiments, opening, write_reports
from tests.support.thorough import thorough_but

DRAWN = 24
NAMES = list(experiments())


def rows_of(name: str) -> list[Json]:
    return [decode(line) for line in (EXPERIMENTS / name).read_bytes().splitlines()]


def test_each_experiment_has_a_script_to_be_tried_with() -> None:
    assert sorted(PLAYED) == NAMES
    assert len(NAMES) >= 4


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_it_claims_and_what_would_count_against_it(name: str) -> None:
    experiment = read_experiment(experiments()[name])

    assert experiment.name == name, "it is found by its name"
    assert experiment_file(name) == experiments()[name]
    assert re.fullmatch(r"[A-Z][^.!?\n]+\.", experiment.hypothesis.strip()), "one sentence"
    about = " ".join(experiment.about.split())
    assert "hypothesis counts" in about or "the hypothesis holds" in about
    assert "Fixed before" in about
    assert "margin of" in about
    assert experiment.margin
    assert f"{experiment.margin:g}" in about, "the margin that was fixed is the one that is used"
    assert {"runs", "calls"} <= set(experiment.budget), "no model makes it spend without bound"
    assert experiment.limits["calls"]


@pytest.mark.parametrize("name", NAMES)
def test_it_is_planned_as_it_ships(name: str) -> None:
    plan = plan_of(read_experiment(experiments()[name]))

    assert len(plan.rows) >= 8
    assert len(plan.arms) >= 2
    assert len(plan) <= plan.experiment.budget["runs"]
    assert any(plan.compared_with(arm) for arm in plan.arms)


def played(name: str, folder: Path) -> tuple[Outcome, Table]:
    """Run an experiment on two rows, with scripted replies, in processes as ever."""
    how = PLAYED[name]
    given: dict[str, Json] = {"model": script(folder, how.replies), "embedder": "toy", "cache": "off"}
    experiment = replace(experiment_of(given, read_experiment(experiments()[name])), data=how.rows)
    db = folder / "runs.db"
    outcome = run_batch(experiment, db, Ways(workers=1, at_once=1))
    return outcome, read_table(db)


@pytest.mark.parametrize("name", thorough_but("lamps".__eq__, NAMES))
def test_it_is_run_and_told(name: str, tmp_path: Path) -> None:
    outcome, table = played(name, tmp_path)

    assert outcome.status == "complete", outcome.reason
    assert [line.error for line in table.lines if line.status != "ok"] == []
    found = conclude(table)
    means = {arm.name: arm.scores[found.main].mean for arm in found.arms}
    assert all(mean is not None for mean in means.values()), "every arm is scored"
    expected = PLAYED[name].means
    assert {arm: means[arm] for arm in expected} == pytest.approx(expected)
    report = read_report(tmp_path / "runs.db")
    [text, *_] = write_reports(name, tmp_path / "runs.db", tmp_path)
    told = text.read_text(encoding="utf-8")
    assert told.startswith("*Run it on any model: `studio batch ")
    assert report.claims[0].text.split("“")[0].strip() in told
    assert re.search(r"\bn = 2 rows\b", report.claims[0].text), "the answer states n"
    assert str(EXPERIMENTS) not in told, "it says nothing of the machine it was made on"


@pytest.mark.parametrize("name", NAMES)
def test_its_report_is_of_the_experiment_as_it_ships(name: str) -> None:
    """A change of the file wants a new run, and so a new report."""
    report = (EXPERIMENTS / f"{name}.md").read_text(encoding="utf-8")

    assert report.startswith(opening(name))
    assert experiment_text(read_experiment(experiments()[name])) in report
    assert "complete" in report, "of all runs, and of none that is still to come"
    assert re.search(r"\bn = [0-9]+ rows\b", report)
    assert re.search(r"embedded/smollm2.135m", report)


@pytest.mark.thorough
def test_a_half_of_the_keeper_is_compared_with_all_of_it(tmp_path: Path) -> None:
    _, table = played("more_modules", tmp_path)

    assert set(table.compared) == {"organism: half", "organism: nobody", "twin: whole"}
    assert set(table.compared.values()) == {"organism: whole"}
    assert not conclude(table).modules, "they are told as arms, each with its difference"


# -- data -----------------------------------------------------------------------------------------


def test_the_days_are_those_that_the_generator_gives() -> None:
    assert (EXPERIMENTS / "days.jsonl").read_text(encoding="utf-8") == days()
    assert day_of(1) != day_of(2)


def test_each_day_has_visitors_of_all_topics_and_pests_and_a_night() -> None:
    examples = (resource_root("graphs") / "organism.yaml").read_text(encoding="utf-8")
    lived = rows_of("days.jsonl")
    assert len(lived) == DAYS
    for row in lived:
        day = row["day"]
        assert {hour["wants"] for hour in day if hour["visitor"]} == set(QUESTIONS)
        assert all(hour["visitor"] in QUESTIONS[hour["wants"]] for hour in day if hour["visitor"])
        assert not any(hour["visitor"] and hour["visitor"] in examples for hour in day), "none is among the examples"
        assert any(hour["pest"] for hour in day)
        assert day[2]["sun"] == 0 < max(hour["sun"] for hour in day)


def test_labelled_inputs_are_those_of_the_examples() -> None:
    assert rows_of("orders.jsonl") == orders()
    assert rows_of("mails.jsonl") == mails()
    assert rows_of("lamp_messages.jsonl") == lamp_messages()


def test_the_modules_that_are_taken_out_were_drawn() -> None:
    whole = bundle(Graph.load(resource_root("graphs") / "organism.yaml"))
    modules = modules_of(whole, default_registry(), ("greenhouse",))
    knockouts = read_experiment(experiments()["which_modules"]).knockouts
    assert knockouts is not None

    assert len(modules) == 102
    assert sorted(knockouts.nodes or ()) == sorted((one,) for one in Random(2026).sample(modules, DRAWN))


# -- graphs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(EXPERIMENTS.glob("*[!t].yaml")), ids=lambda path: path.stem)
def test_its_graphs_run_and_can_be_looked_at(path: Path) -> None:
    graph = Graph.load(path)

    require_runnable(graph, default_registry())
    assert graph.about
    assert graph.layout.keys() >= set(graph.nodes)


@pytest.mark.parametrize("job", ["orders", "mails"])
def test_narrow_and_free_know_the_same(job: str) -> None:
    """The free side is shown the same inputs with the same answers, and is told what each label means."""
    narrow, free = (Graph.load(EXPERIMENTS / f"{job}_{kind}.yaml") for kind in ("narrow", "free"))
    clerk = free.nodes["clerk"].params
    asked = [node for node in narrow.nodes.values() if node.type == "llm.function"]

    assert len(asked) == 3
    for node in asked:
        assert len(node.params["examples"]) == len(clerk["examples"])
        for example, whole in zip(node.params["examples"], clerk["examples"], strict=True):
            (name, text), output = next(iter(example.items())), example["output"]
            answer = output if isinstance(output, str) else next(iter(output.values()))
            assert text == whole[name]
            assert answer in whole["output"]
        for label, meaning in node.params.get("labels", {}).items():
            assert f"{label} ({meaning})" in clerk["system"]


def test_experiments_are_no_examples_of_the_gallery() -> None:
    assert not {path.stem for path in bundled_graphs()} & {path.stem for path in EXPERIMENTS.glob("*.yaml")}


def test_they_ship_with_the_graphs() -> None:
    """The wheel takes the whole folder `graphs`."""
    project = tomllib.loads((EXPERIMENTS.parent.parent / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]

    assert wheel["force-include"]["graphs"] == "studio/_resources/graphs"
    assert "exclude" not in wheel
    assert EXPERIMENTS.parent == resource_root("graphs")
