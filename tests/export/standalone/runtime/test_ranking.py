"""Plain Python ranks as bm25s and NumPy do, to the last digit: a score in a trace is compared as it was written."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from studio.documents.ranking import bm25 as library
from studio.documents.ranking import vectors as numpy_vectors
from studio.documents.ranking.words import WAYS
from studio.export.standalone.runtime import bm25, vectors
from studio.support.errors import NodeError
from tests.support.thorough import draws

TEXTS = st.lists(st.text("abcd e-", max_size=20), max_size=6)


@settings(max_examples=draws(20, 50))
@given(st.text("abcdx e-", max_size=12), TEXTS, st.sampled_from([(1.5, 0.75), (0.0, 0.0), (2.0, 1.0), (1.2, 0.3)]))
@example("a a b", ["a b", "", "b b b"], (1.5, 0.75))
def test_words_are_weighed_as_by_bm25s(query: str, texts: list[str], settings: tuple[float, float]) -> None:
    k1, b = settings
    for way in WAYS.values():
        assert bm25.bm25_scores(query, texts, way, k1=k1, b=b) == library.bm25_scores(query, texts, way, k1=k1, b=b)


@st.composite
def rows(draw: st.DrawFn) -> tuple[list[float], list[list[float]]]:
    width = draw(st.sampled_from([1, 3, 7, 8, 9, 17, 64, 127, 128, 129, 144, 256, 300]))
    random = draw(st.randoms(use_true_random=False))
    made = [[random.uniform(-1, 1) for _ in range(width)] for _ in range(draw(st.integers(1, 4)))]
    return made[0], [*made[1:], [0.0] * width]


@settings(max_examples=draws(20, 40))
@given(rows())
def test_vectors_are_compared_as_by_numpy(given: tuple[list[float], list[list[float]]]) -> None:
    assert vectors.cosine_scores(*given) == numpy_vectors.cosine_scores(*given)


def test_adding_in_order_would_end_in_other_digits() -> None:
    """Control: the plain sum of a row differs from NumPy's."""
    row = [math.sin(place) for place in range(300)]
    product = sum(one * one for one in row)
    plain = product / (math.sqrt(product) * math.sqrt(sum(one * one for one in row)))
    other = [math.cos(place) for place in range(300)]
    plain = sum(a * b for a, b in zip(row, other, strict=True)) / (
        math.sqrt(product) * math.sqrt(sum(one * one for one in other))
    )
    assert [plain] != numpy_vectors.cosine_scores(row, [other]) == vectors.cosine_scores(row, [other])


@pytest.mark.parametrize("module", [vectors, numpy_vectors])
def test_vectors_of_two_embedders_are_refused(module: object) -> None:
    with pytest.raises(NodeError, match="different lengths"):
        module.cosine_scores([1.0], [[1.0, 2.0]])  # type: ignore[attr-defined]
