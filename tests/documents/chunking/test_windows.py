"""Windows are those of RepoCoder and Copilot, line by line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.documents.chunking.chunk import Source
from studio.documents.chunking.windows import (
    copilot_spans,
    first_query,
    line_count,
    merged,
    moved_down,
    next_query,
    plain_spans,
    repocoder_spans,
    windows,
)
from studio.documents.ranking.hits import best
from studio.documents.ranking.jaccard import is_behind_hole, jaccard_scores
from studio.documents.ranking.words import code_tokens

DISCOUNT = """from shop.cart import Cart


def percent_off(cart, percent):
    total = cart.total_price()
    return total - total * percent / 100


def fixed_off(cart, amount):
    total = cart.total_price()
    return max(0, total - amount)


def best_discount(cart, percent, amount):
    first = percent_off(cart, percent)
    second = fixed_off(cart, amount)
    return min(first, second)
"""
BEFORE = """
def summary(owner, rows, percent):
    cart = build_cart(owner, rows)
    total = cart.total_price()"""


def repocoder(text: str, size: int, slices: int) -> list[dict[str, object]]:
    return merged(list(windows(Source("discount.py", text), list(repocoder_spans(line_count(text), size, slices)))))


def test_the_worked_example_of_the_fact_sheet() -> None:
    """Section 5: window 4, step 2; lines there are counted from 0, ends exclusive."""
    found = repocoder(DISCOUNT, 4, 2)
    query = first_query(BEFORE, 4)

    def scored(query: str) -> list[tuple[int, int, float]]:
        scores = jaccard_scores(query, [str(one["text"]) for one in found], code_tokens)
        ranked = best(scores, 4, later_first=True)
        return [
            (int(str(found[place]["start_line"])) - 1, int(str(found[place]["end_line"])), round(score, 6))
            for place, score in ranked
        ]

    assert scored(query) == [(6, 10, 0.588235), (2, 6, 0.523810), (8, 12, 0.476190), (4, 8, 0.4)]
    again = next_query(BEFORE, "    reduced = cart.total_price() - percent", 4)
    assert again.split("\n")[:2] == BEFORE.split("\n")[-2:]
    assert scored(again) == [(4, 8, 0.5), (2, 6, 0.476190), (6, 10, 0.444444), (8, 12, 0.428571)]


def test_windows_of_20_lines_begin_every_10() -> None:
    assert list(repocoder_spans(35)) == [(0, 10), (0, 20), (10, 30), (20, 35)]


def test_more_slices_than_lines_give_a_step_of_one() -> None:
    assert len(list(repocoder_spans(7, 4, 9))) == 7


def test_equal_windows_are_one_with_all_their_places() -> None:
    found = merged([
        {"text": "x", "source": "a", "start_line": 1, "end_line": 1, "start": 0},
        {"text": "y", "source": "a", "start_line": 2, "end_line": 2, "start": 2},
        {"text": "x", "source": "b", "start_line": 5, "end_line": 5, "start": 9},
    ])  # fmt: skip

    assert [one["text"] for one in found] == ["x", "y"]
    assert found[0]["places"] == [
        {"source": "a", "start_line": 1, "end_line": 1}, {"source": "b", "start_line": 5, "end_line": 5},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("place", "moved"), [((0, 10), (0, 20)), ((10, 30), (15, 35)), ((20, 35), (15, 35)), ((0, 20), (10, 30))]
)
def test_round_1_shows_the_window_one_step_further_down(place: tuple[int, int], moved: tuple[int, int]) -> None:
    assert moved_down(place, 35, 20, 10) == moved


def test_a_window_is_dropped_only_if_every_place_of_it_is_behind_the_hole() -> None:
    here = {"source": "a.py", "start_line": 5, "end_line": 9}
    before = {"source": "a.py", "start_line": 1, "end_line": 4}
    elsewhere = {"source": "b.py", "start_line": 50, "end_line": 60}

    assert is_behind_hole({"places": [here]}, "a.py", 5)
    assert is_behind_hole(here, "a.py", 5)
    assert is_behind_hole({**here, "start_line": 2, "end_line": 5}, "a.py", 5)
    assert not is_behind_hole(before, "a.py", 5)
    assert not is_behind_hole({"places": [here, elsewhere]}, "a.py", 5)
    assert not is_behind_hole({"places": [here, before]}, "a.py", 5)


def test_queries_of_later_rounds_hold_a_window_without_blank_lines() -> None:
    code = "\n".join(f"line {n}" for n in range(30)) + "\n\n"
    guess = "\n".join(f"guess {n}\n" for n in range(30))

    assert next_query(code, guess).split("\n") == [f"line {n}" for n in range(21, 30)] + [
        f"guess {n}" for n in range(10)
    ]
    assert first_query(code).split("\n")[-1] == ""
    assert len(first_query(code).split("\n")) == 20


def test_copilot_has_a_window_from_every_line_but_the_last_possible() -> None:
    assert list(copilot_spans(5, 3)) == [(0, 3), (1, 4)]
    assert list(copilot_spans(61)) == [(0, 60)]
    assert list(copilot_spans(62)) == [(0, 60), (1, 61)]
    assert list(copilot_spans(60)) == [(0, 60)]
    assert list(copilot_spans(59)) == [(0, 59)]
    assert list(copilot_spans(30)) == [(0, 30)]
    assert list(copilot_spans(0)) == []
    assert list(copilot_spans(5, 3, leave_out_last=False)) == [(0, 3), (1, 4), (2, 5)]


TEXTS = st.lists(st.sampled_from(["a\n", "b c\n", "\n", "d"]), max_size=50).map("".join)


@given(TEXTS, st.integers(1, 20), st.integers(1, 20))
def test_windows_are_the_lines_they_say(text: str, size: int, step: int) -> None:
    lines = text.split("\n")
    for spans in (repocoder_spans, copilot_spans, lambda count, size: plain_spans(count, size, step)):
        for one in windows(Source("a", text), list(spans(line_count(text), size))):
            assert one["text"] == "\n".join(lines[one["start_line"] - 1 : one["end_line"]])
            assert text[one["start"] : one["end"]] == one["text"]


@given(st.integers(0, 60), st.integers(1, 20), st.integers(1, 20))
def test_plain_windows_with_a_step_no_longer_than_they_are_cover_all_lines(count: int, size: int, step: int) -> None:
    covered = {line for first, end in plain_spans(count, size, min(step, size)) for line in range(first, end)}

    assert covered == set(range(count))
