"""`monitor.lamps`: what answers say together, against each alone."""

from __future__ import annotations

import random
from typing import Any

import pytest

from studio.dynamics.measuring.lamps import lamps
from studio.nodes.monitor.lamps import BITS, LampTest
from studio.support.errors import NodeError
from tests.support.fake_context import present, run_node

WORDS = ("tide", "crab", "kelp", "moss", "rope", "sand", "gull", "reef", "mist", "wave", "salt", "dune", "foam", "pool")


def answers(count: int) -> list[str]:
    """Answers of which none is like another."""
    draw = random.Random(5)
    return [" ".join(draw.choice(WORDS) + str(draw.randrange(1_000)) for _ in range(12)) for _ in range(count)]


async def measured(given: list[Any]) -> dict[str, Any]:
    return present(await run_node(LampTest, inputs={"answers": given}))


async def test_it_measures_as_the_lamp_test_of_the_laboratory_does() -> None:
    texts = answers(6)
    found = lamps(texts)

    told = await measured(texts)

    assert told["together"] == BITS * found.together[-1]
    assert told["alone"] == BITS * found.alone[-1]
    assert told["last"] == BITS * found.marginal[-1]


async def test_copies_add_next_to_nothing_and_new_answers_do() -> None:
    [text, *_] = texts = answers(8)

    same, new = await measured([text] * 8), await measured(texts)

    assert same["last"] < 0.2 * new["last"]
    assert same["shared"] > 0.7 > new["shared"]


async def test_one_answer_is_all_its_light() -> None:
    one = await measured(answers(1))

    assert one["together"] == one["alone"] == one["last"] > 0
    assert one["shared"] == 0


async def test_answers_that_are_no_texts_count_as_json() -> None:
    assert await measured([{"kind": "order"}]) == await measured(['{"kind":"order"}'])


async def test_no_answer_cannot_be_measured() -> None:
    with pytest.raises(NodeError, match="there are 0 answers"):
        await measured([])
