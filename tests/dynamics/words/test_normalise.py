"""What varies by itself is blanked, all other numbers are the work and stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.dynamics.words.normalise import normalise, text_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Done at 2026-03-01T12:30:05Z.", "done at 2027-11-30 23:59:59.123+01:00."),
        ("[12:30] polling", "[07:05] polling"),
        ("12:30:05,251 polling", "23:59:01 polling"),
        ("took 3.2 s", "took 120ms"),
        ("answered after 5 minutes", "answered after 1 hour"),
        ("job 9f86d081-884c-4d63-a15a-3f5e2b7c1d90 runs", "job 00000000-1111-2222-3333-444455556666 runs"),
        ("commit deadbeef0123 pushed", "commit 0123456789ab pushed"),
        ("saved id=17 ok", "saved id=42 ok"),
        ("worker pid 811 up", "worker pid 9 up"),
        ("request_id: 9f-2 refused", "request_id: 1a-77 refused"),
        ("attempt 3 of 5 failed", "Attempt 4 of 5 failed"),
        ("retry #2", "retry #30"),
        ("(try 2) search", "(try 11) search"),
        ("the 2nd attempt failed", "the 3rd attempt failed"),
        ("round  4:\n  search", "round 5: search"),
        ({"b": 1, "a": [2]}, '{"a": [2],\n "b": 1}'),
        ({"try": 3, "do": "look"}, {"do": "look", "try": 4}),
        ({"timestamp": "2026-01-01", "do": "look"}, {"do": "look", "timestamp": "2027-01-01"}),
        ({"elapsed_ms": 12.5, "do": "look"}, {"do": "look", "elapsed_ms": 99}),
        ("ｆｕｌｌ　width", "Full width"),
        ("1. look\n2. leap", "- look\n- leap"),
        ("1,250 rows", "1250 rows"),
        ('said ["look\\nleap"] id=1', 'said ["look\nleap"] id=2'),
    ],
)
def test_texts_that_differ_in_what_varies_by_itself_are_one(one: object, other: object) -> None:
    assert normalise(text_of(one)) == normalise(text_of(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("row 17 done", "row 18 done"),
        ("chapter 3", "chapter 4"),
        ("step 3 of the plan", "step 4 of the plan"),
        ("12 left", "9 left"),
        ("report of 2026-03-01", "report of 2026-03-02"),
        ({"row": 17}, {"row": 18}),
        ({"id": 17}, {"id": 18}),
        ("v1.2", "v1.3"),
        ("the country 17", "the country 18"),
        ("returns 17", "returns 18"),
    ],
)
def test_numbers_that_are_the_work_stay(one: object, other: object) -> None:
    assert normalise(text_of(one)) != normalise(text_of(other))


@given(st.text(max_size=200))
def test_any_text_can_be_normalised_and_capitals_and_spaces_do_not_matter(text: str) -> None:
    once = normalise(text)

    assert "  " not in once
    assert normalise(f"  {text}\t ").split() == once.split() or text.strip()[:1].isdigit() or text.strip()[:1] in "-*•"


def test_values_that_are_no_json_are_read_as_python_shows_them() -> None:
    assert "17" in text_of({17})
    assert text_of(10**40)
    assert text_of("{not json") == "{not json"
    assert text_of(None) == ""
