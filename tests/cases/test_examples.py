"""The tests that ship with the examples pass offline, and would not if the example were another."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio import Graph
from studio.cases.reading import read_tests
from studio.cases.trying import try_case
from studio.support.resources import TESTS, resource_root

FILES = sorted(resource_root("graphs").glob(f"*{TESTS}"))


def test_two_examples_have_tests() -> None:
    assert len(FILES) >= 2


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.removesuffix(TESTS))
def test_the_tests_of_an_example_pass_offline(path: Path) -> None:
    found = read_tests(path)
    graph = Graph.load(found.graph)

    outcomes = [
        try_case(case, graph, path.name, again=f"`studio test {path} --record`") for case in found.cases.values()
    ]

    assert outcomes
    assert [(one.case.name, failure.message) for one in outcomes for failure in one.failures] == []


@pytest.mark.parametrize(
    ("name", "before", "after", "fails"),
    [
        ("critic_loop", "Judge: {draft}", "Assess: {draft}", ["third_draft_is_good", "vague_is_vague"]),
        ("critic_loop", "Write two sentences", "Write three sentences", ["third_draft_is_good"]),
        ("inbox_triage", "Copy the name of the writer", "Copy the name", ["sender_is_copied"]),
        ("inbox_triage", "we are sorry for the trouble", "sorry for the trouble", ["apology_names_all"]),
        ("inbox_triage", '"person: product unclear"', '"person"', ["unclear_product_goes_to_a_person"]),
        ("inbox_triage", '"upset" if', '"angry" if', ["upset_is_upset"]),
    ],
)
def test_a_change_fails_exactly_the_tests_it_concerns(name: str, before: str, after: str, fails: list[str]) -> None:
    found = read_tests(resource_root("graphs") / f"{name}{TESTS}")
    text = found.graph.read_text()
    assert before in text
    graph = Graph.from_text(text.replace(before, after), base=found.graph.parent)

    failed = [case.name for case in found.cases.values() if not try_case(case, graph, "").passed]

    assert failed == fails
