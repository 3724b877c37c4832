"""Copies add nothing and reach a ceiling, independent answers do not, and orders are needed."""

from __future__ import annotations

import json
import random

import pytest

from studio.dynamics.measuring.lamps import lamps
from studio.support.errors import UsageError


def answers(count: int, pool: int, length: int = 30, seed: int = 1) -> list[str]:
    """Return answers drawn from so many sentences."""
    rng = random.Random(seed)
    sentences = [" ".join(f"{rng.randrange(16**4):04x}" for _ in range(8)) for _ in range(pool)]
    return [". ".join(rng.choice(sentences) for _ in range(length // 8)) for _ in range(count)]


def test_copies_add_what_a_copy_costs() -> None:
    found = lamps(answers(1, 50) * 10)

    assert all(each <= 8 for each in found.marginal[1:])
    assert found.ceiling == pytest.approx(found.together[0], rel=0.1)
    assert found.redundancy[-1] > 0.8
    assert "From answer 2 on" in found.suggests


def test_a_small_pool_of_thoughts_has_a_ceiling_within_its_interval_and_a_large_one_has_none() -> None:
    small, large = lamps(answers(40, 12)), lamps(answers(40, 10_000))

    assert small.ceiling is not None
    assert small.ceiling_low is not None
    assert small.ceiling_high is not None
    assert small.ceiling_low <= small.ceiling <= small.ceiling_high
    assert small.together[-1] <= 1.25 * small.ceiling + 40 * small.copy
    assert small.marginal[-1] < 0.25 * small.marginal[0]
    assert large.ceiling is None
    assert large.marginal[-1] > 0.7 * large.marginal[0]
    assert "No ceiling" in large.suggests


def test_long_answers_are_seen_whole() -> None:
    text = answers(1, 5000, length=8 * 900)[0]
    assert len(text) > 32 * 1024

    found = lamps([text, text, text], orders=5)

    assert found.compressor == "lzma"
    assert found.marginal[1] < 0.02 * found.marginal[0]
    assert lamps(answers(3, 50)).compressor == "deflate"


def test_the_same_answers_give_the_same_numbers_and_another_seed_other_orders() -> None:
    texts = answers(10, 20)

    assert lamps(texts, seed=1) == lamps(texts, seed=1)
    assert lamps(texts, seed=1).together != lamps(texts, seed=2).together
    assert json.loads(json.dumps(lamps(texts, longer="one answer").as_json()))["longer"] > 0


def test_one_answer_and_few_orders_are_refused() -> None:
    with pytest.raises(UsageError, match="2 to 2000 answers, not 1"):
        lamps(["alone"])
    with pytest.raises(UsageError, match="at least 5 orders, not 4"):
        lamps(["a", "b"], orders=4)
    assert lamps(["a", "b"], orders=5).ceiling is None
    assert lamps(["", ""]).together[-1] >= 0
