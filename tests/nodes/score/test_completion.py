"""EM and ES are those of RepoCoder's scorer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.documents.distance import edit_distance
from studio.nodes.score.completion import Completion
from studio.support.errors import NodeError
from tests.support.fake_context import run_node


@pytest.mark.parametrize(
    ("target", "prediction", "exact", "similarity"),
    [
        ("x = f(a)", "x = f(b)", 0, 0.875),
        ("a = 1\nb = 2", "\n  a = 1\n\n b = 2\nc = 3", 1, 1.0),
        ("return min(first, second)", "pass", 0, 0.08),
        ("a\nb", "a", 0, 1 / 3),
        ("a", "", 0, 0.0),
        ("", "anything", 1, 1.0),
    ],
)
async def test_the_cases_of_the_fact_sheet_and_of_the_program(
    target: str, prediction: str, exact: int, similarity: float
) -> None:
    out = await run_node(Completion, {}, {"target": target, "prediction": prediction})

    assert (out.exact, out.similarity) == (exact, pytest.approx(similarity, abs=1e-9))


async def test_of_several_predictions_the_best_counts() -> None:
    out = await run_node(Completion, {}, {"target": "ab", "prediction": ["xx", "ax"]})

    assert (out.exact, out.similarity, out.lines) == (0, 0.5, 1)


@pytest.mark.parametrize("prediction", [3, [], [None], {"text": "a"}])
async def test_what_is_no_text_is_refused(prediction: Any) -> None:
    with pytest.raises(NodeError, match="`prediction` is a text or a list of texts"):
        await run_node(Completion, {}, {"target": "a", "prediction": prediction})


async def test_very_long_texts_are_refused() -> None:
    with pytest.raises(NodeError, match="at most 50000"):
        await run_node(Completion, {}, {"target": "a" * 50_001, "prediction": "b"})


def slow_distance(one: str, other: str) -> int:
    """The table of Wagner and Fischer, written out."""
    row = list(range(len(other) + 1))
    for n, a in enumerate(one, 1):
        last, row[0] = row[0], n
        for m, b in enumerate(other, 1):
            last, row[m] = row[m], min(row[m] + 1, row[m - 1] + 1, last + (a != b))
    return row[-1]


@given(st.text("abc", max_size=40), st.text("abc", max_size=40))
def test_the_distance_by_bits_is_that_of_the_table(one: str, other: str) -> None:
    assert edit_distance(one, other) == edit_distance(other, one) == slow_distance(one, other)


def test_distances_of_other_rows_than_texts() -> None:
    assert edit_distance(["a", "b", "c"], ["a", "c"]) == 1
    assert edit_distance("kitten", "sitting") == 3
    assert edit_distance("", "abc") == 3
