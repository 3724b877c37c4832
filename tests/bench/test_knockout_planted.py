"""One of the planted experiments, by the whole path: what is planted is found, what is not is not claimed."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.batch.statistics import judge_modules
from tests.bench.knockout_planted import HARMFUL, USEFUL, USELESS, Rates, measure, planted
from tests.support.thorough import draws


def test_a_planted_experiment_finds_what_is_planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    useful, useless, harmful = draws(3, USEFUL), draws(4, USELESS), draws(2, HARMFUL)

    rates = measure(tmp_path, 1, planted(useful, useless, harmful))

    assert rates.found["useful"] >= useful - 1
    assert rates.found["harmful"] >= harmful - 1
    assert (rates.false_effects, rates.wrong, rates.wrong_dead) == (0, 0, 0)


def test_a_wrong_claim_is_counted() -> None:
    """Control: a useless module whose runs say that it helps counts as wrong."""
    whole = {(row, 0): 1.0 + 0.01 * row for row in range(30)}
    without = {"useless_1": {key: value - 1 for key, value in whole.items()}}
    rates = Rates()

    rates.take(judge_modules(whole, without))

    assert (rates.false_effects, rates.wrong) == (1, 1)
