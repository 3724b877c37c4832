"""The decision procedure: the cases of the manual, what Soar itself decided, and a second writing of the rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.nodes.preferences._procedure import Decision, Preference, decide, value_of
from tests.support.thorough import draws

REFERENCE: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "data" / "soar" / "reference.json").read_text(encoding="utf-8")
)
SIGNS = {
    "-": "reject", "~": "prohibit", "!": "require", ">": "best", "<": "worst", "=": "indifferent",
}  # fmt: skip
BETWEEN = {">": "better", "<": "worse", "=": "indifferent"}


def asked(operators: str, signs: list[Any]) -> Decision:
    """Decide among proposed operators, with preferences as `operator`, sign and what it is against."""
    made = [Preference(one, "acceptable") for one in operators]
    for operator, sign, other in signs:
        kind = SIGNS[sign] if other is None else BETWEEN[sign] if isinstance(other, str) else "numeric"
        made.append(Preference(operator, kind, other))
    return decide(made)


@pytest.mark.parametrize(
    ("operators", "signs", "outcome", "kind", "candidates"),
    [
        ("AB", [], "impasse", "tie", "AB"),
        ("ABC", [("A", ">", None), ("B", ">", None)], "impasse", "tie", "AB"),
        ("ABC", [("A", ">", "B"), ("B", ">", "A"), ("C", ">", "A"), ("C", ">", "B")], "chosen", "", "C"),
        ("A", [("A", "-", None)], "none", "", ""),
        ("A", [("A", "!", None), ("A", "~", None)], "impasse", "constraint-failure", "A"),
        ("AB", [("A", "!", None), ("B", "!", None)], "impasse", "constraint-failure", "AB"),
        ("AB", [("A", "!", None)], "chosen", "", "A"),
        ("AB", [("A", ">", "B"), ("B", ">", "A")], "impasse", "conflict", "AB"),
        ("ABC", [("A", ">", "B"), ("B", ">", "C"), ("C", ">", "A")], "impasse", "conflict", "ABC"),
        ("AB", [("A", "<", "B")], "chosen", "", "B"),
        ("AB", [("A", "<", None)], "chosen", "", "B"),
        ("AB", [("A", "<", None), ("B", "<", None)], "impasse", "tie", "AB"),
        ("AB", [("A", "=", None), ("B", "=", None)], "equal", "", "AB"),
        ("AB", [("A", "=", "B")], "equal", "", "AB"),
        ("AB", [("A", "=", 1.0), ("B", "=", 2.0)], "equal", "", "AB"),
        ("AB", [("A", "=", 1.0)], "impasse", "tie", "AB"),
        ("", [], "none", "", ""),
    ],
)
def test_the_cases_of_the_manual(operators: str, signs: list[Any], outcome: str, kind: str, candidates: str) -> None:
    assert asked(operators, signs) == Decision(outcome, tuple(candidates), kind)  # type: ignore[arg-type]


@pytest.mark.parametrize("start", range(0, 400, 50))
def test_it_decides_as_soar_itself_did(start: int) -> None:
    for operators, signs, (outcome, candidates) in REFERENCE["decided"][start : start + 50]:
        found = asked(operators, signs)
        told = (operators, signs)

        if outcome == "selected":
            assert found.outcome in ("chosen", "equal"), told
            assert set(candidates) <= set(found.candidates), told
        elif outcome == "no-change":
            assert found.outcome == "none", told
        else:
            assert (found.outcome, found.kind, sorted(found.candidates)) == ("impasse", outcome, candidates), told


def test_soar_was_asked_about_every_outcome() -> None:
    outcomes = {one[2][0] for one in REFERENCE["decided"]}

    assert outcomes == {"selected", "no-change", "tie", "conflict", "constraint-failure"}


# -- the same rules, written a second time: by elimination over a set, one clause per sentence of the sheet -----------


def second(made: list[Preference]) -> tuple[str, str, frozenset[str]]:
    def having(kind: str) -> set[str]:
        return {one.operator for one in made if one.kind == kind}

    must, never = having("require"), having("prohibit")
    if must:
        if len(must) == 1 and must.isdisjoint(never):
            return "chosen", "", frozenset(must)
        return "impasse", "constraint-failure", frozenset(must)
    alive = having("acceptable") - never - having("reject")
    if not alive:
        return "none", "", frozenset()
    if len(alive) > 1:
        worse = set()
        for one in made:
            if one.kind == "better" and one.operator in alive and one.other != one.operator:
                worse.add(one.other)
            if one.kind == "worse" and one.other in alive and one.other != one.operator:
                worse.add(one.operator)
        if alive <= worse:
            return "impasse", "conflict", frozenset(alive)
        alive -= worse
        if alive & having("best"):
            alive &= having("best")
        if alive - having("worst"):
            alive -= having("worst")
    if len(alive) == 1:
        return "chosen", "", frozenset(alive)

    def no_matter(left: str, right: str) -> bool:
        return any(
            one.kind == "indifferent" and {one.operator, one.other} == {left, right} for one in made if one.other
        )

    free = having("numeric") | {one.operator for one in made if one.kind == "indifferent" and one.other is None}
    even = all(left in free or all(no_matter(left, right) for right in alive - {left}) for left in alive)
    return ("equal", "", frozenset(alive)) if even else ("impasse", "tie", frozenset(alive))


OPERATORS = st.sampled_from("ABCD")
PREFERENCES = st.one_of(
    st.builds(
        Preference,
        OPERATORS,
        st.sampled_from(["acceptable", "reject", "require", "prohibit", "best", "worst", "indifferent"]),
    ),
    st.builds(Preference, OPERATORS, st.just("acceptable")),
    st.builds(Preference, OPERATORS, st.sampled_from(["better", "worse", "indifferent"]), OPERATORS),
    st.builds(Preference, OPERATORS, st.just("numeric"), st.floats(-5, 5)),
)


@settings(max_examples=draws(30, 400), deadline=None)
@given(st.lists(PREFERENCES, max_size=12))
def test_it_decides_as_the_rules_written_a_second_time(made: list[Preference]) -> None:
    found = decide(made)

    assert (found.outcome, found.kind, frozenset(found.candidates)) == second(made)


@settings(max_examples=draws(30, 200), deadline=None)
@given(st.lists(PREFERENCES, max_size=10), st.randoms(use_true_random=False))
def test_the_order_of_preferences_decides_nothing_but_the_order_of_candidates(
    made: list[Preference], random: Any
) -> None:
    mixed = random.sample(made, len(made))

    one, other = decide(made), decide(mixed)

    assert (one.outcome, one.kind, set(one.candidates)) == (other.outcome, other.kind, set(other.candidates))


def test_a_candidates_number_is_the_sum_of_its_numeric_preferences() -> None:
    made = [Preference("A", "numeric", 1.5), Preference("A", "numeric", -0.25), Preference("B", "numeric", 4.0)]

    assert value_of("A", made) == 1.25
    assert value_of("A", made, "average") == 0.625
    assert value_of("C", made) == 0.0
