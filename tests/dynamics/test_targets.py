"""The targets of `dynamics.md` section 9 on a small fixed sample; `tests.bench.dynamics` has a large one."""

from __future__ import annotations

import random

import pytest

from tests.bench.dynamics import by_rule, judged
from tests.dynamics.generator import KINDS, TRAINING, dataset, held_out, second_held_out
from tests.dynamics.generator.scoring import Judged, missed, scores
from tests.support.thorough import draws

SEED = 4
TRAINING_PER_KIND, HELD_OUT_PER_KIND = draws(2, 3), draws(8, 12)


@pytest.fixture(scope="module")
def training() -> list[Judged]:
    return judged(dataset(SEED, TRAINING_PER_KIND, TRAINING))


@pytest.fixture(scope="module")
def unseen() -> list[Judged]:
    return judged(dataset(SEED, HELD_OUT_PER_KIND, (held_out(), second_held_out())))


def test_families_that_were_tuned_by_reach_the_targets(training: list[Judged]) -> None:
    assert missed(scores(training)) == {}


def test_families_that_were_never_tuned_by_reach_the_targets(unseen: list[Judged]) -> None:
    assert missed(scores(unseen)) == {}


def test_the_same_verdicts_on_runs_with_shuffled_labels_miss_them(unseen: list[Judged]) -> None:
    truths = [one.truth for one in unseen]
    random.Random(1).shuffle(truths)

    shuffled = scores([Judged(truth, one.verdict) for truth, one in zip(truths, unseen, strict=True)])

    assert shuffled["accuracy"] < 2 / len(KINDS)
    assert {"accuracy", "lowest_recall", "productive_judged_failing", "sure_right"} <= set(missed(shuffled))


def test_the_rule_of_four_identical_outputs_misses_them(unseen: list[Judged]) -> None:
    rule = scores([by_rule(one.truth) for one in unseen])

    assert rule["accuracy"] < 0.5
    assert rule["recall"]["circle"] < 0.75
    assert {"accuracy", "lowest_recall", "productive_judged_failing", "productive_stopped"} <= set(missed(rule))


def test_each_verdict_of_a_failure_quotes_evidence_and_names_its_class(unseen: list[Judged]) -> None:
    classes = {"stall": "I", "circle": "II", "procrastination": "II", "wander": "III", "productive": "IV"}
    for one in unseen:
        assert one.verdict["class"] == classes.get(one.said, "-")
        assert 0 <= one.verdict["confidence"] <= 1
        if one.said in ("circle", "procrastination", "wander"):
            assert "«" in " ".join(one.verdict["evidence"]), one.truth.id
