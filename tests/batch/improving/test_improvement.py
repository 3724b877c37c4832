"""What is proposed for a prompt is measured on cases that no proposal has seen, and only that counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from studio import Graph
from studio.batch.driving.jobs import Budget
from studio.batch.improving.improvement import Improvement, Wishes, improve
from studio.batch.improving.node_cases import NodeCase, Subject, gathered, subject_of
from studio.batch.improving.proposing import Proposer, cleaned, problem_of, reflecting_model
from studio.batch.searching import extras
from studio.batch.searching.rounds import Rounds
from studio.batch.sessions import Ways
from studio.spec.registry import default_registry
from studio.support.errors import EnvironmentProblem, UsageError
from studio.trace import Trace
from tests.support.ruled_models import Ruled, ruled
from tests.support.thorough import thorough_but

BETTER = "```\nWrite it in capitals.\nName the thing: {thing}\n```"


def namer(**params: object) -> Subject:
    """A node that names a thing; what is expected of it are capitals."""
    graph = Graph("colours")
    graph.add("flow.input", "thing")
    graph.add("llm.function", "namer", instructions="Name the thing: {thing}\n", output="text", **params)
    graph.add("flow.output", "out")
    graph.connect("thing.value", "namer.thing")
    graph.connect("namer.text", "out.value")
    return subject_of(graph, "namer", default_registry())


def capitals(count: int = 20) -> list[NodeCase]:
    return [NodeCase({"thing": f"thing {n}"}, {"text": f"THING {n}"}, (), "test", f"case {n}") for n in range(count)]


def obeying(text: str) -> str:
    """A model that writes capitals once it is told to."""
    thing = text.rsplit("thing: ", 1)[-1].strip()
    return thing.upper() if "capitals" in text else thing


class Search:
    """Searches in one database, as often as wanted, with models that answer by rules."""

    def __init__(self, folder: Path, models: dict[str, Ruled]) -> None:
        self.folder = folder
        self.models = models

    def __call__(
        self, subject: Subject, cases: Sequence[NodeCase], budget: Budget | None = None, **wishes: object
    ) -> Improvement:  # fmt: skip
        asked = Wishes(f"scripted:{self.folder}/node", reflect_with=f"scripted:{self.folder}/writer", **wishes)  # type: ignore[arg-type]
        with Rounds(self.folder / "t.db", Ways(at_once=8), budget or Budget(calls=400)) as rounds:
            return improve(subject, gathered(subject, cases).cases, rounds, asked)

    @property
    def asked(self) -> int:
        """All calls of models so far."""
        return sum(len(one.asked) for one in self.models.values())


@pytest.fixture
def search(tmp_path: Path) -> Iterator[Callable[..., Search]]:
    """Make a search of two rules: how the node's model answers, and what the one that proposes writes."""
    opened = []

    def make(node: Callable[[str], str], writer: Callable[[str], str]) -> Search:
        context = ruled(tmp_path, node=node, writer=writer)
        models = context.__enter__()
        opened.append(context)
        return Search(tmp_path, models)

    yield make
    for context in reversed(opened):
        context.__exit__(None, None, None)


def test_a_prompt_that_lacks_one_word_is_improved(search: Callable[..., Search]) -> None:
    run = search(obeying, lambda text: BETTER)

    found = run(namer(), capitals())

    best = found.proposals[0]
    assert best.candidate.instructions == "Write it in capitals.\nName the thing: {thing}\n"
    assert (found.held_out.mean, best.held_out.mean, best.is_better) == (0.0, 1.0, True)
    assert best.lower > 0
    assert found.settings(1) == {"namer.instructions": best.candidate.instructions}
    assert "+Write it in capitals." in found.to_json()["proposals"][0]["diff"]
    assert (found.feedback_cases, found.held_out_cases) == (10, 10)


def test_where_every_proposal_is_worse_none_is_better(search: Callable[..., Search]) -> None:
    def spoiled(text: str) -> str:
        thing = text.rsplit("thing: ", 1)[-1].strip()
        return "?" if "capitals" in text else thing.upper() if not thing.endswith("3") else thing

    run = search(spoiled, lambda text: BETTER)

    found = run(namer(), capitals(), rounds=3)

    assert found.held_out.mean > 0.7, "control: most of it is right already"
    assert not found.better
    assert all(one.kind == "examples" for one in found.proposals), "the rewritten prompt is not among them"
    assert "Write it in capitals.\n" not in [one.candidate.instructions for one in found.proposals]


def test_what_is_right_only_where_it_was_found_is_refused(search: Callable[..., Search]) -> None:
    """The proposal names the very cases it was shown: on others it does nothing."""

    def learning_by_heart(text: str) -> str:
        thing = text.rsplit("thing: ", 1)[-1].strip()
        return thing.upper() if f"<{thing}>" in text else thing

    def naming_cases(text: str) -> str:
        held = text.split("-----")[1].strip()
        shown = [line.removeprefix("  thing: ") for line in text.splitlines() if line.startswith("  thing: ")]
        return "".join(f"<{one}>\n" for one in shown if f"<{one}>" not in held) + held

    run = search(learning_by_heart, naming_cases)

    found = run(namer(), capitals(), rounds=6)

    by_heart = [one for one in found.proposals if one.kind == "instructions"]
    assert by_heart, "control: it was better on the cases it was made from"
    assert by_heart[0].feedback.mean > found.feedback.mean
    assert by_heart[0].held_out.mean == found.held_out.mean == 0.0
    assert not found.better


def test_a_search_asked_again_makes_no_run_twice_and_finds_the_same(search: Callable[..., Search]) -> None:
    run = search(obeying, lambda text: BETTER)
    first = run(namer(), capitals())
    asked = run.asked

    again = run(namer(), capitals())

    assert run.asked == asked
    assert again.paid["calls"] == 0
    assert again.used == first.used
    assert [one.candidate for one in again.proposals] == [one.candidate for one in first.proposals]
    other = run(namer(), capitals(), seed=1)
    assert run.asked > asked, "control: another division needs other runs"
    assert other.proposals[0].is_better


def test_a_search_that_was_broken_off_goes_on(
    search: Callable[..., Search], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    run = search(obeying, lambda text: BETTER)

    def dies(*_: object) -> str:
        raise RuntimeError("the machine was switched off")

    with monkeypatch.context() as patch:
        patch.setattr(Proposer, "propose", dies)
        with pytest.raises(RuntimeError, match="switched off"):
            run(namer(), capitals())
    before = run.asked
    assert before >= 10, "control: the prompt as it is was measured"

    found = run(namer(), capitals())

    assert found.better
    assert found.used["calls"] - found.paid["calls"] == before


def test_a_budget_bounds_the_calls_and_one_that_shows_nothing_is_refused(search: Callable[..., Search]) -> None:
    run = search(lambda text: "never right", lambda text: f"{len(text)} {{thing}}")

    found = run(namer(), capitals(), Budget(calls=60), rounds=50)

    assert run.asked <= 60
    assert "calls" in found.stopped
    with pytest.raises(UsageError, match="nothing can be shown"):
        run(namer(), capitals(), Budget(calls=25), seed=3)


def test_examples_come_from_cases_and_do_not_count_where_they_are_shown(search: Callable[..., Search]) -> None:
    def by_example(text: str) -> str:
        thing = text.rsplit("thing: ", 1)[-1].strip()
        return thing.upper() if "THING" in text else thing

    run = search(by_example, lambda text: "no input")

    found = run(namer(), capitals(), rounds=2)

    best = found.better[0]
    assert best.kind == "examples"
    assert best.candidate.instructions == found.now.instructions
    assert {"thing", "output"} == set(best.candidate.examples[0])
    assert best.feedback.mean < 1.0 == best.held_out.mean, "the cases that are shown stay as they were"


def test_every_call_is_recorded(search: Callable[..., Search], tmp_path: Path) -> None:
    run = search(obeying, lambda text: BETTER)
    run(namer(), capitals())

    with Trace(tmp_path / "t.db") as trace:
        calls = [one for found in trace.runs() for one in trace.effects(found.id, kind="chat")]
    assert len(calls) == run.asked
    assert {one.name for one in calls} == {"scripted:ruled"}


@pytest.mark.parametrize(
    "text",
    thorough_but(
        {"no input at all", "{thing} \x1b[2J"}.__contains__,
        ["", "no input at all", "{thing} and {secret}", "{thing} \x1b[2J", "{thing} " + "x" * 30_000],
    ),
)
def test_what_cannot_stand_in_the_node_is_no_proposal(search: Callable[..., Search], text: str) -> None:
    assert problem_of(cleaned(text), ["thing"])
    assert not problem_of(cleaned(BETTER), ["thing"]), "control"
    run = search(obeying, lambda _: text or "-----")

    found = run(namer(), capitals(), rounds=2)

    assert {one.candidate.instructions for one in found.proposals} <= {found.now.instructions}


def test_dashes_and_fences_go_and_lists_stay() -> None:
    assert cleaned("-----\n- first {thing}\n- then\n-----") == "- first {thing}\n- then"
    assert cleaned("```text\nDo {thing}\n```") == "Do {thing}"
    assert cleaned("Do `{thing}` ```") == "Do `{thing}` ```"


def test_a_model_far_away_reads_no_cases_unless_it_is_named() -> None:
    with pytest.raises(UsageError, match="not on this machine"):
        reflecting_model("", "openai/gpt-4.1-mini")
    assert reflecting_model("openai/gpt-4.1", "openai/gpt-4.1-mini") == "openai/gpt-4.1"


def test_a_provider_that_fails_is_no_fault_of_the_prompt(search: Callable[..., Search]) -> None:
    def broken(text: str) -> str:
        raise OSError("the wire is cut")

    run = search(broken, lambda text: BETTER)

    with pytest.raises(EnvironmentProblem, match="could not be measured"):
        run(namer(), capitals())


def test_a_missing_library_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "gepa", None)

    with pytest.raises(EnvironmentProblem, match="needs gepa") as caught:
        extras.library("gepa")

    assert "ganglia-studio[search]" in caught.value.hint


def test_only_model_functions_have_prompts() -> None:
    graph = Graph("g")
    graph.add("flow.input", "x", value=1)

    with pytest.raises(UsageError, match=r"llm\.function"):
        subject_of(graph, "x", default_registry())
