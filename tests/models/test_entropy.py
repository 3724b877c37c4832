"""Bits of entropy: known cases, the tail bucket, and rounding that must not break them."""

from __future__ import annotations

import math

import pytest

from studio.models.entropy import mean_bits, token_bits


@pytest.mark.parametrize(
    ("probabilities", "bits"),
    [
        ([1.0], 0.0),
        ([0.5, 0.5], 1.0),
        ([0.25] * 4, 2.0),
        ([0.5], 1.0),  # the tail holds the other half
        ([0.5, 0.25], 1.5),
        ([1 / 40] * 40, 20 / 40 * math.log2(40) + 0.5),  # 20 count singly, 20 as one
        ([], 0.0),
        ([1e-30], 0.0),
    ],
)
def test_bits_over_the_top_20_and_one_tail(probabilities: list[float], bits: float) -> None:
    assert token_bits(map(math.log, probabilities)) == pytest.approx(bits, abs=1e-9)


def test_rounding_above_one_and_impossible_values_do_no_harm() -> None:
    assert token_bits([1e-7, -20.0]) == pytest.approx(0.0, abs=1e-6)
    assert token_bits([float("nan"), float("-inf"), 0.0]) == 0.0
    assert math.copysign(1, token_bits([0.0])) == 1


def test_the_mean_of_no_tokens_is_unknown() -> None:
    assert mean_bits([]) is None
    assert mean_bits([1.0, 2.0]) == 1.5
