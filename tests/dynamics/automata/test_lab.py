"""Whole verdicts: well-known rules, equivalents, repeatability. The table of classes is read by tests only."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from studio.dynamics.automata.giving_up import GivenUp
from studio.dynamics.automata.lab import classify
from studio.dynamics.automata.rules import from_function
from studio.support.errors import UsageError
from tests.support.thorough import thorough_but

ROOT = Path(__file__).resolve().parents[3]
TABLE: dict[str, Any] = json.loads((ROOT / "tests/data/eca_classes.json").read_text())


def eca(number: int) -> dict[str, Any]:
    return {"id": str(number), "kind": "eca", "rule": number}


@pytest.mark.parametrize(
    "number", thorough_but({160, 184, 90, 110}.__contains__, [0, 160, 4, 108, 170, 184, 30, 90, 18, 54, 110])
)
def test_undisputed_elementary_rules_get_their_published_class(number: int) -> None:
    verdict = classify(eca(number), starts=4)

    assert verdict.verdict == TABLE["all_rules"][str(number)]
    assert verdict.confidence > 0.5


@pytest.mark.parametrize(
    ("spec", "published"),
    [
        pytest.param({"kind": "totalistic", "k": 2, "r": 2, "code": 36}, "I", marks=pytest.mark.thorough),
        pytest.param({"kind": "totalistic", "k": 2, "r": 2, "code": 24}, "II", marks=pytest.mark.thorough),
        ({"kind": "totalistic", "k": 2, "r": 2, "code": 10}, "III"),
        ({"kind": "totalistic", "k": 2, "r": 2, "code": 20}, "IV"),
        pytest.param({"kind": "totalistic", "k": 3, "r": 1, "code": 1599}, "IV", marks=pytest.mark.thorough),
    ],
)
def test_totalistic_rules_get_the_class_that_wolfram_gave_them(spec: dict[str, Any], published: str) -> None:
    assert classify(spec, starts=4).verdict == published


@pytest.mark.parametrize(
    ("born", "stays", "character"),
    [
        ("3", "23", "IV"),
        ("2", "", "III"),
        pytest.param("3", "012345678", "II", marks=pytest.mark.thorough),
        pytest.param("", "", "I", marks=pytest.mark.thorough),
    ],
)
def test_rules_of_two_dimensions_are_judged_by_the_same_book(born: str, stays: str, character: str) -> None:
    assert classify({"kind": "lifelike", "B": born, "S": stays}, starts=2).verdict == character


def test_a_judgement_that_is_wanted_no_more_ends_at_its_next_step() -> None:
    asked = 0

    def wanted() -> bool:
        nonlocal asked
        asked += 1
        return asked < last

    last = 1_000_000
    assert classify(eca(110), starts=3, wanted=wanted).verdict == "IV"
    whole = asked
    assert whole > 2048 + 640, "it is asked at every tick of both rings"

    for last in (1, 700, 2500, whole - 1):  # before the first tick, in each ring, and between starts
        asked = 0
        with pytest.raises(GivenUp):
            classify(eca(110), starts=3, wanted=wanted)
        assert asked == last, "what was given up goes no step further"


@pytest.mark.parametrize("smallest", thorough_but((110).__eq__, [26, 41, 110]))
def test_equivalent_rules_get_equal_verdicts_with_equal_measures(smallest: int) -> None:
    first, *others = (
        classify(eca(number), starts=2) for number in TABLE["representatives"][str(smallest)]["equivalents"]
    )

    assert others
    for other in others:
        assert other.judgement == first.judgement


def test_a_rule_of_renamed_states_gets_the_same_verdict() -> None:
    names = (2, 0, 1)

    def life(around: tuple[int, ...]) -> int:
        return (around[0] + around[1] * around[2]) % 3

    def renamed(around: tuple[int, ...]) -> int:
        return names[life(tuple(names.index(state) for state in reversed(around)))]

    assert (
        classify(from_function(life, 3), starts=2).judgement == classify(from_function(renamed, 3), starts=2).judgement
    )


def test_a_verdict_is_the_same_in_another_process_byte_for_byte() -> None:
    code = (
        "import json; from studio.dynamics.automata.lab import classify;"
        "print(json.dumps(classify({'id': 'a', 'kind': 'eca', 'rule': 110}, seed=4, starts=2).as_json()))"
    )

    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
        ).stdout
        for seed in ("1", "2")
    }

    here = classify({"id": "a", "kind": "eca", "rule": 110}, seed=4, starts=2)
    assert said == {json.dumps(here.as_json()) + "\n"}


def test_the_seed_and_the_number_of_starts_matter_and_are_told() -> None:
    one, other = (classify(eca(110), seed=seed, starts=2).as_json() for seed in (1, 2))

    assert one["metrics"] != other["metrics"]
    assert (other["seed"], other["starts"]) == (2, 2)


def test_the_verdict_as_json_has_what_the_exchange_asks_for() -> None:
    said = classify(eca(32), starts=2).as_json()

    assert said["id"] == "32"
    assert said["class"] == "I"
    assert 0 <= said["confidence"] <= 1
    assert said["lambda"] == TABLE["representatives"]["32"]["langton_lambda"]
    assert all(isinstance(line, str) and line.endswith(".") for line in said["evidence"])
    assert said["metrics"]["row_entropy"] == 0
    assert json.loads(json.dumps(said, allow_nan=False)) == said


def test_the_classifier_sees_no_names_and_no_table() -> None:
    folder = ROOT / "studio/dynamics/automata"
    words = ("active_share", "eca_classes", "parse_spec", "TableRule", "elementary(", "open(", "read_limited(")

    def known(*names: str) -> set[str]:
        code = "".join((folder / name).read_text() for name in names)
        return {word for word in words if word in code}

    assert known("rulebook.py", "measures.py") == set()
    others = known("lab.py", "rules.py", "files.py", "../../support/files.py")
    assert others == set(words) - {"eca_classes"}, "the search would find them"


@pytest.mark.parametrize("given", [{}, {"kind": "eca", "rule": 256}, 110])
def test_what_is_no_spec_is_refused(given: Any) -> None:
    with pytest.raises(UsageError):
        classify(given)
