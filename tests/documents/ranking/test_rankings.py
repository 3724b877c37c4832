"""Rankings are those of the formulas, with stable ties."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.documents.ranking.bm25 import bm25_scores
from studio.documents.ranking.fusion import fuse
from studio.documents.ranking.hits import best, best_per_group
from studio.documents.ranking.jaccard import jaccard, jaccard_scores
from studio.documents.ranking.vectors import cosine_scores
from studio.documents.ranking.words import code_tokens, copilot_words, plain_words
from studio.support.errors import NodeError

WORDS = st.lists(st.sampled_from(["a1", "b", "cat", "dog", "x"]), max_size=8)
TEXTS = st.lists(WORDS.map(" ".join), min_size=1, max_size=6)


@given(WORDS, WORDS)
def test_jaccard_is_the_common_share_of_all_words(one: list[str], other: list[str]) -> None:
    both, either = set(one) & set(other), set(one) | set(other)

    assert jaccard(one, other) == (len(both) / len(either) if either else 0)
    assert jaccard(one, other) == jaccard(other, one)


def test_words_are_cut_as_their_sources_cut_them() -> None:
    assert code_tokens("a.b_c(x1) != 'é'") == ["a", ".", "b_c", "(", "x1", ")", "!", "=", "'", "é", "'"]
    assert copilot_words("def Total_price(self): return the 2nd é") == ["Total", "price", "self", "2nd"]
    assert plain_words("Don't STOP, naïve_x 日本") == ["don't", "stop", "naïve", "x", "日本"]


@given(WORDS.map(" ".join), TEXTS, st.floats(0.1, 3), st.floats(0, 1))
def test_bm25_is_the_formula(query: str, texts: list[str], k1: float, b: float) -> None:
    words = [plain_words(text) for text in texts]
    mean = sum(map(len, words)) / len(words)
    expected = []
    for text in words:
        score = 0.0
        counts = Counter(text)
        for word in plain_words(query):
            if not counts[word]:
                continue
            n = sum(word in other for other in words)
            idf = math.log(1 + (len(words) - n + 0.5) / (n + 0.5))
            score += idf * counts[word] / (counts[word] + k1 * (1 - b + b * len(text) / mean))
        expected.append(score)

    assert bm25_scores(query, texts, plain_words, k1=k1, b=b) == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_bm25_of_nothing_is_nothing() -> None:
    assert bm25_scores("a", [], plain_words) == []
    assert bm25_scores("", ["a"], plain_words) == [0.0]
    assert bm25_scores("a", ["", "!"], plain_words) == [0.0, 0.0]


VECTORS = st.lists(st.lists(st.integers(-5, 5), min_size=3, max_size=3), min_size=1, max_size=6)


@given(st.lists(st.integers(-5, 5), min_size=3, max_size=3), VECTORS)
def test_cosine_is_the_formula_and_zero_for_zeros(query: list[int], vectors: list[list[int]]) -> None:
    expected = []
    for vector in vectors:
        size = math.hypot(*query) * math.hypot(*vector)
        expected.append(sum(x * y for x, y in zip(query, vector, strict=True)) / size if size else 0.0)

    assert cosine_scores(query, vectors) == pytest.approx(expected)


def test_the_cosine_of_a_vector_does_not_depend_on_its_neighbours() -> None:
    vectors = [[0.1 * n, 0.7, -0.3 * n] for n in range(1, 40)]

    assert [cosine_scores([0.3, 0.2, 0.9], [one])[0] for one in vectors] == cosine_scores([0.3, 0.2, 0.9], vectors)


def test_vectors_of_two_embedders_are_not_compared() -> None:
    with pytest.raises(NodeError, match="different lengths"):
        cosine_scores([1.0, 2.0], [[1.0, 2.0], [1.0]])


SCORES = st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), max_size=12)


@given(SCORES, st.integers(1, 12), st.booleans())
def test_the_best_are_sorted_and_equal_ones_keep_or_turn_their_order(
    scores: list[float], k: int, later_first: bool
) -> None:
    found = best(scores, k, later_first=later_first)
    sign = -1 if later_first else 1

    assert found == [(n, scores[n]) for n in sorted(range(len(scores)), key=lambda n: (-scores[n], sign * n))][:k]


def test_scores_not_above_the_bar_are_left_out() -> None:
    assert best([0.0, 0.5, 0.0, 0.2], 9, above=0.0) == [(1, 0.5), (3, 0.2)]


def test_so_many_of_each_group_are_kept() -> None:
    assert best_per_group([(0, 3.0), (1, 2.0), (2, 1.0)], ["a", "a", "b"], 1) == [(0, 3.0), (2, 1.0)]


def test_copilot_takes_the_best_window_of_each_file_and_of_those_four() -> None:
    """Section 6: one best window per file, score above 0, best 4 overall."""
    windows = ["cart total", "cart total price", "nothing here", "total", "price tag", "cart", "cart total price owner"]
    files = ["a", "a", "b", "c", "d", "e", "f"]
    scores = jaccard_scores("cart total price", windows, copilot_words)

    found = best_per_group(best(scores, 99, above=0.0), files, 1)[:4]

    assert [files[place] for place, _ in found] == ["a", "f", "c", "e"]


RANKINGS = st.lists(st.lists(st.sampled_from("abcdef"), max_size=6), max_size=4)


@given(RANKINGS, st.floats(0, 100))
def test_fused_scores_are_sums_of_reciprocal_ranks(rankings: list[list[str]], k: float) -> None:
    expected: dict[str, float] = {}
    for ranking in rankings:
        for entry in set(ranking):
            expected[entry] = expected.get(entry, 0) + 1 / (k + list(dict.fromkeys(ranking)).index(entry) + 1)

    found = fuse(rankings, k=k)

    assert dict(found) == pytest.approx(expected)
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)


def test_weights_count_and_ties_go_to_what_is_met_first() -> None:
    assert [entry for entry, _ in fuse([["a"], ["b"]])] == ["a", "b"]
    assert [entry for entry, _ in fuse([["a"], ["b"]], weights=[1, 2])] == ["b", "a"]
