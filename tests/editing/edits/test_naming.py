"""New names are free, possible, and near to what was wanted."""

from __future__ import annotations

import pytest

from studio.editing.edits.naming import free_name, free_names, name_for_type, name_of, require_name
from studio.graph.names import MAX_NAME, name_problem
from studio.support.errors import GraphError


def test_a_taken_name_gets_the_next_number() -> None:
    assert free_name("judge", []) == "judge"
    assert free_name("judge", ["judge"]) == "judge_2"
    assert free_name("judge_2", ["judge_2", "judge_3"]) == "judge_4"
    assert free_name("_2", ["_2"]) == "_2_2"


def test_a_long_name_stays_possible() -> None:
    name = "x" * MAX_NAME
    assert name_problem(free_name(name, [name])) == ""


def test_of_several_names_none_is_given_twice_and_free_ones_stay() -> None:
    assert free_names(["a", "a_2", "b"], {"a"}) == {"a": "a_3", "a_2": "a_2", "b": "b"}


def test_many_numbered_names_are_found_free_one_after_the_other() -> None:
    names = [f"n_{number}" for number in range(2, 3000)]

    found = free_names(names, names)
    assert list(found.values()) == [f"n_{number}" for number in range(3000, 5998)]
    assert free_names(["n_50", "n_7"], {"n_50", "n_7", "n_8"}) == {"n_50": "n_51", "n_7": "n_9"}


@pytest.mark.parametrize(
    ("text", "name"), [("My prompt!", "my_prompt"), ("2nd", "_2nd"), ("…", "node"), ("", "node"), ("é" * 300, "node")]
)
def test_any_text_becomes_a_possible_name(text: str, name: str) -> None:
    assert name_of(text) == name


def test_a_type_gives_its_last_word() -> None:
    assert name_for_type("llm.function") == "function"
    assert name_for_type("a: b") == "a_b"


@pytest.mark.parametrize("name", ["", "a b", "1a", "x" * 201, "taken"])
def test_impossible_names_are_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(GraphError):
        require_name(name, "node", {"taken"})
